package planning

import (
	"context"
	"fmt"
	"strings"

	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/legible"
	"featurebase-mcp/internal/plan"
)

// ask writes the question about a plan: people read how many changes of which kind come, some of them, who gets a message, and what cannot be
// undone. A plan of several rows is always asked about where somebody can be asked, because no single call changes as much.
func ask(ctx context.Context, j *engine.Job) (engine.JobQuestion, error) {
	a, err := loaded(ctx, j)
	if err != nil {
		return engine.JobQuestion{}, err
	}
	var rows []*plan.Row
	for _, i := range a.chosen {
		rows = append(rows, &a.plan.Rows[i])
	}
	needed, strict := false, false
	for _, r := range rows {
		needed = needed || r.NeedsYes
		strict = strict || r.NeedsYes && j.Inventory.Lookup(r.Tool).Preview != ""
	}
	if len(rows) == 0 || len(rows) == 1 && !needed {
		return engine.JobQuestion{}, nil
	}
	var b strings.Builder
	fmt.Fprintf(&b, "Apply %s?\n", legible.Count(len(rows), "change"))
	var byTitle groups
	for _, r := range rows {
		byTitle.add(j.Inventory.Lookup(r.Tool).Title, r.Number)
	}
	for _, title := range byTitle.words {
		fmt.Fprintf(&b, "- %s: %d\n", title, len(byTitle.numbers[title]))
	}
	said := map[string]bool{}
	for _, r := range rows {
		for _, because := range r.Because {
			if !said[because] {
				said[because] = true
				b.WriteString(because + "\n")
			}
		}
	}
	if to := messages(rows); to != "nobody" {
		b.WriteString("This messages " + to + ".\n")
	} else {
		b.WriteString("Nobody is messaged.\n")
	}
	b.WriteString(undoable(rows))
	samples(&b, rows)
	return engine.JobQuestion{Text: strings.TrimSuffix(b.String(), "\n"), Needed: needed, Strict: strict}, nil
}

// undoable says how many of the rows cannot be taken back.
func undoable(rows []*plan.Row) string {
	final := 0
	for _, r := range rows {
		if r.Final || r.NoWayBack != "" {
			final++
		}
	}
	switch final {
	case 0:
		return "All of it can be taken back.\n"
	case len(rows):
		return "None of it can be taken back.\n"
	}
	return fmt.Sprintf("%d of them cannot be taken back.\n", final)
}

// samples shows some rows: the first, and each kind that is final.
func samples(b *strings.Builder, rows []*plan.Row) {
	const most = 8
	shown := map[int]bool{}
	kinds := map[string]bool{}
	for _, r := range rows {
		if r.Final && !kinds[r.Tool] && len(shown) < most/2 {
			kinds[r.Tool], shown[r.Number] = true, true
		}
	}
	for _, r := range rows {
		if len(shown) < most {
			shown[r.Number] = true
		}
	}
	b.WriteString("Among them:\n")
	for _, r := range rows {
		if shown[r.Number] {
			fmt.Fprintf(b, "- row %s\n", rowText(r, false))
		}
	}
	if more := len(rows) - len(shown); more > 0 {
		fmt.Fprintf(b, "and %d more\n", more)
	}
}
