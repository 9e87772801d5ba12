package engine

import (
	"strings"

	"featurebase-mcp/internal/rawjson"
	"featurebase-mcp/internal/render"
)

// bullets writes a list as an outline. It stops between two items when the budget is used up, and states how many it shows.
func (c *call) bullets(w *render.Writer, body rawjson.Value) string {
	o := *c.outline
	items, envelope := body, rawjson.Value(nil)
	if render.IsList(body) {
		items, envelope = body.Get("data"), body
	}
	rows := w.Rows(items)
	all := rows.Count
	c.outline.Empty = all == 0
	var head, bullets []byte
	if all > 0 && w.RowMark != "" {
		head = append(head, render.UntrustedMark+": "+w.RowMark+"\n"...)
	}
	if o.Heading != "" {
		head = append(head, "# "+o.Heading+"\n\n"...)
	}
	if rows.Shared != nil {
		bullets = append(w.AppendFacts(append(bullets, "All of them: "...), rows.Shared, nil), "\n\n"...)
	}
	if rows.Links != "" {
		bullets = append(bullets, "Links: "+rows.Links+"\n\n"...)
	}
	shown, full := 0, false
	rows.Each(func(fields []rawjson.Value) {
		if full || fields == nil { // the live API returns null items
			return
		}
		before := len(bullets)
		bullets = w.AppendBullet(bullets, fields, o)
		const said = 200 // bytes for the line that states the numbers
		if full = shown > 0 && !c.AnswerBudget.Holds(len(head)+said+len(bullets)); full {
			bullets = bullets[:before]
			return
		}
		shown++
	})
	return strings.TrimRight(string(head)+o.Extent(shown, all, envelope)+"\n\n"+string(bullets), "\n")
}
