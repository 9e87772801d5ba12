package engine

import (
	"fmt"
	"strings"

	"featurebase-mcp/internal/input"
	"featurebase-mcp/internal/legible"
	"featurebase-mcp/internal/rawjson"
	"featurebase-mcp/internal/render"
)

// render converts a response to the text of an answer within the budget.
func (c *call) render(body []byte) string {
	v := c.op.Output
	if v == nil {
		v = &render.PlainView
	}
	v.Parse()
	w := &render.Writer{
		View: v, Mask: c.MaskEmails && !v.Staff, Hide: v.RepeatFields, Markup: c.outline != nil,
		ShowHidden: c.args.Hidden, CanShow: c.op.Input.Shape().Props[input.HiddenArg] != nil, Labels: c.labels,
	}
	value := rawjson.Repair(body)
	full := c.args.Detail == "full" || len(v.RowColumns) == 0
	switch kind := value.Kind(); {
	case kind == rawjson.Missing:
		return "(an empty answer)"
	case c.outline != nil && (kind == rawjson.Array || render.IsList(value)):
		return c.bullets(w, value)
	case kind == rawjson.Array:
		return string(w.List(value, nil, full, render.NewListing(c.Inventory.listed(c.op), c.args, c.AnswerBudget)))
	case render.IsList(value):
		return string(w.List(value, value, full, render.NewListing(c.Inventory.listed(c.op), c.args, c.AnswerBudget)))
	case kind != rawjson.Object:
		out, _ := w.AppendValue(nil, value, "")
		return string(out)
	default:
		text, bodyAt := w.Document(value)
		if c.op.Versions != nil {
			which := c.op.Versions.shown(value, c.args.Wire)
			text, bodyAt = append([]byte(which), text...), bodyAt+len(which)
		}
		return part(c.op, text, bodyAt, c.args.Offset, c.AnswerBudget)
	}
}

// listed returns what the listing needs to know about the operation.
func (inv *Inventory) listed(op *Operation) render.Listed {
	props := op.Input.Shape().Props
	of := render.Listed{Pages: props[input.CursorArg] != nil, Offsets: props[input.OffsetArg] != nil}
	if read := inv.reader(op); read != nil {
		of.Reader = read.Name
	}
	return of
}

// part returns as much of a document as the budget has room for, from an offset on. Offsets count bytes of the body only, because the head,
// such as votes and dates, changes between calls. Only the first part shows the head.
func part(op *Operation, document []byte, bodyAt, offset int, budget render.Budget) string {
	text := strings.ToValidUTF8(string(document[:bodyAt]), "\ufffd")
	body := strings.ToValidUTF8(string(document[bodyAt:]), "\ufffd")
	if offset == 0 && budget.Holds(len(text)+len(body)) {
		return text + body
	}
	if offset >= len(body) && offset > 0 {
		return fmt.Sprintf("Nothing from offset %d on: the text ends at %d. Without offset it is shown from its beginning.", offset, len(body))
	}
	offset = legible.RuneStart(body, offset)
	switch {
	case offset > 0:
		text = fmt.Sprintf("--- from %d of %d bytes on ---\n", offset, len(body))
		if op.Output.Customer != "" {
			text = render.UntrustedMark + ": " + render.IndentedLines + "\n" + text
		}
	case body == "":
		return strings.TrimSuffix(render.CutLines(text, int(budget)), "\n")
	case budget > 0:
		text = render.CutLines(text, int(budget)/2)
	}
	const note = 120 // bytes for the last line
	end := len(body)
	if !budget.Holds(len(text) + len(body) - offset) {
		end = offset + render.BreakBefore(body[offset:], int(budget)-len(text)-note, breaks(op))
	}
	text += body[offset:end]
	if end == len(body) {
		return text
	}
	if !strings.HasSuffix(text, "\n") {
		text += "\n"
	}
	if op.Input.Shape().Props["pageSize"] != nil {
		return text + fmt.Sprintf("--- %d of %d bytes shown; a smaller pageSize shows whole pages ---", end, len(body))
	}
	if op.Input.Shape().Props[input.OffsetArg] == nil {
		return text + fmt.Sprintf("--- %d of %d bytes shown; the rest does not fit an answer ---", end, len(body))
	}
	return text + fmt.Sprintf("--- %d of %d bytes shown so far; offset %d goes on ---", end, len(body), end)
}

// breaks returns where the operation's text may be cut, the best first: before a message of a transcript, after a paragraph, after a line,
// between words.
func breaks(op *Operation) []render.TextBreak {
	all := []render.TextBreak{{At: "\n[", After: 1}, {At: "\n\n", After: 2}, {At: "\n", After: 1}, {At: " ", After: 1}}
	if op.Output.Parts == "" {
		return all[1:]
	}
	return all
}
