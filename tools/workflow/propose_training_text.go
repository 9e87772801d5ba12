package workflow

import (
	"fmt"
	"strconv"
	"strings"

	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/input"
	"featurebase-mcp/internal/legible"
	"featurebase-mcp/internal/render"
)

// write makes the answer: as many entries as there is room for.
func (t *training) write() string {
	for shown := min(len(t.proposals), t.limit()); ; shown-- {
		if text := t.text(t.proposals[:shown]); tokens(text) <= answerRoom || shown == 0 {
			return text
		}
	}
}

func (t *training) text(shown []*proposal) string {
	var b strings.Builder
	b.WriteString(engine.Marked("questions and answers in quotes", "the plan"))
	if !t.listed {
		fmt.Fprintf(&b, "period: %s\n", t.period)
	}
	b.WriteString(t.extent(len(shown)))
	rows := t.rows(shown)
	for i, p := range shown {
		fmt.Fprintf(&b, "%d. asked in %s: %s\n", i+1, legible.Count(len(p.from), "conversation"), strconv.Quote(p.questions[0]))
		ids := make([]string, len(p.from))
		for k, q := range p.from {
			ids[k] = q.id
		}
		more := ""
		if len(ids) > shownIDs {
			more, ids = fmt.Sprintf(" and %d more", len(ids)-shownIDs), ids[:shownIDs]
		}
		fmt.Fprintf(&b, "   conversations %s%s; answer from %s%s\n", strings.Join(ids, ", "), more, p.best.id, rated(p.best.rating))
		if out := p.out.String(); out != "" {
			fmt.Fprintf(&b, "   taken out: %s\n", out)
		}
		if n := p.best.sentences; n > 0 {
			fmt.Fprintf(&b, "   left out of the answer: %s about one customer\n", legible.Count(n, "sentence"))
		}
		hidden := p.best.answerHidden
		for _, q := range p.from {
			hidden += q.hidden
		}
		if left := render.LeftOut(hidden); left != "" {
			fmt.Fprintf(&b, "   %s\n", left)
		}
		fmt.Fprintf(&b, "   the AI agent: %s\n", p.advice())
		if !t.planned(p, rows) {
			fmt.Fprintf(&b, "   answer: %s\n", strconv.Quote(p.best.answer))
			if p.action == "create" && p.unfinished {
				fmt.Fprintf(&b, "   in no plan until what stands in [brackets] is rewritten; externalId %s\n", p.externalID)
			}
		}
	}
	if len(shown) > 0 {
		b.WriteString("check: each answer was written to one customer. Make it hold for all before it is taught; names that nobody is known by may stand in it.")
	}
	if len(rows) > 0 {
		b.WriteString(t.handOver("teach what is new", "create_qna", rows...))
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// shownIDs is how many conversations of an entry are named.
const shownIDs = 6

// extent says how much was looked at.
func (t *training) extent(shown int) string {
	what := "closed conversations"
	if t.listed {
		what = "named conversations"
	}
	text := fmt.Sprintf("looked at: %s %s opened by customers", legible.Thousands(len(t.asked)), what)
	if !t.listed && !t.looked.Whole {
		text += ", the latest of " + legible.Thousands(t.looked.Total)
	}
	text += fmt.Sprintf("; messages of %d read\n", t.read)
	if len(t.proposals) == 0 {
		text += "No question was asked more than once and answered by the team.\n"
		if t.listed {
			text = strings.Replace(text, "No question was asked more than once and answered by the team.", "None of them has a question that the team answered.", 1)
		}
	} else {
		text += fmt.Sprintf("entries: %s\n", shownOf(shown, len(t.proposals), "question"))
	}
	if t.unanswered > 0 {
		text += fmt.Sprintf("without a good answer by the team: %s\n", legible.Count(t.unanswered, "question"))
	}
	if t.unread > 0 {
		text += fmt.Sprintf("not read: %s, asked least often; a shorter period or a tag reads them\n", legible.Count(t.unread, "question"))
	}
	return text
}

func rated(score int) string {
	if score == 0 {
		return ""
	}
	return fmt.Sprintf(", rated %d", score)
}

// advice words what the oracle said.
func (p *proposal) advice() string {
	about := ""
	if p.known != "" {
		about = " " + p.known
	}
	switch p.action {
	case "":
		return "not asked whether it knows this"
	case "create":
		return "does not know this"
	case "skip":
		return "knows this already" + about
	case "update_target", "update_qna":
		return "knows another answer; update_qna" + about + " would replace it"
	case "review_qna", "review_article", "review_file":
		return "knows something alike; look at the " + strings.TrimPrefix(p.action, "review_") + about + " first"
	default:
		return "advises " + input.Show(p.action) + about
	}
}

// rows are the calls of create_qna for what the AI agent does not know. onMatch has Featurebase refuse what it knows after all.
func (t *training) rows(shown []*proposal) []map[string]any {
	var rows []map[string]any
	for _, p := range shown {
		if p.action != "create" || p.unfinished {
			continue
		}
		list := make([]any, len(p.questions))
		for i, question := range p.questions {
			list[i] = question
		}
		rows = append(rows, map[string]any{"questions": list, "answer": p.best.answer, "externalId": p.externalID, "source": "support", "onMatch": "reject"})
	}
	return rows
}

// planned reports whether the plan has an entry, so that its answer stands there.
func (t *training) planned(p *proposal, rows []map[string]any) bool {
	return p.action == "create" && !p.unfinished && t.handOver("", "create_qna", rows...) != ""
}
