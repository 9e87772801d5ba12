package tools

import (
	"fmt"
	"strings"
)

// part shows as much of a document as the budget has room for, from an offset on. Only the body is counted: what stands before it, such as
// votes and dates, changes between calls. It is shown with the first part alone.
func (op *Operation) part(document []byte, bodyAt, offset int, budget Budget) string {
	text := strings.ToValidUTF8(string(document[:bodyAt]), "\ufffd")
	body := strings.ToValidUTF8(string(document[bodyAt:]), "\ufffd")
	if offset == 0 && budget.holds(len(text)+len(body)) {
		return text + body
	}
	if offset >= len(body) && offset > 0 {
		return fmt.Sprintf("Nothing from offset %d on: the text ends at %d. Without offset it is shown from its beginning.", offset, len(body))
	}
	offset = runeStart(body, offset)
	switch {
	case offset > 0:
		text = fmt.Sprintf("--- from %d of %d bytes on ---\n", offset, len(body))
		if op.Output.Customer != "" {
			text = untrusted + ": " + indentedLines + "\n" + text
		}
	case body == "":
		return strings.TrimSuffix(cutLines(text, int(budget)), "\n")
	case budget > 0:
		text = cutLines(text, int(budget)/2)
	}
	const note = 120 // room for the words at the end
	end := len(body)
	if !budget.holds(len(text) + len(body) - offset) {
		end = offset + breakBefore(body[offset:], int(budget)-len(text)-note, op.breaks())
	}
	text += body[offset:end]
	if end == len(body) {
		return text
	}
	if !strings.HasSuffix(text, "\n") {
		text += "\n"
	}
	if op.Input.shape().props["pageSize"] != nil {
		return text + fmt.Sprintf("--- %d of %d bytes shown; a smaller pageSize shows whole pages ---", end, len(body))
	}
	if op.Input.shape().props[offsetArg] == nil {
		return text + fmt.Sprintf("--- %d of %d bytes shown; the rest does not fit an answer ---", end, len(body))
	}
	return text + fmt.Sprintf("--- %d of %d bytes shown so far; offset %d goes on ---", end, len(body), end)
}

// textBreak is where a text may be cut.
type textBreak struct {
	at    string
	after int // how much of it still belongs to the part before
}

// breaks are where the operation's text may be cut, the best first: before a message of a transcript, after a paragraph, after a line,
// between words.
func (op *Operation) breaks() []textBreak {
	all := []textBreak{{"\n[", 1}, {"\n\n", 2}, {"\n", 1}, {" ", 1}}
	if op.Output.Parts == "" {
		return all[1:]
	}
	return all
}

// breakBefore returns where to cut a text that is longer than its room, so that a good part of the room is used.
func breakBefore(text string, room int, breaks []textBreak) int {
	for _, b := range breaks {
		if i := strings.LastIndex(text[:room], b.at); i >= room/3 {
			return i + b.after
		}
	}
	return runeStart(text, room)
}
