package render

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"featurebase-mcp/internal/legible"
)

// Budget is the greatest length of an answer in bytes; 0 means no limit. An answer is cut between items, paragraphs or messages, and states
// that it is cut and how to go on.
type Budget int

// LeastBudget is enough for every answer to show something and to state how to go on.
const LeastBudget Budget = 2000

// Check returns an error, written for a user, for a budget below LeastBudget.
func (b Budget) Check() error {
	if b < 0 || b > 0 && b < LeastBudget {
		return fmt.Errorf("%d bytes: at least %d, or 0 for no limit", b, LeastBudget)
	}
	return nil
}

// Holds reports whether a text of n bytes fits the budget.
func (b Budget) Holds(n int) bool { return b == 0 || n <= int(b) }

// Object returns one JSON object. If it does not fit the budget, its longest values are cut.
func (b Budget) Object(text []byte) string {
	if b.Holds(len(text)) {
		return string(text)
	}
	return string(appendWithin(nil, text, int(b)))
}

// Bound cuts any text to the budget. Answers with a form of their own were cut before, so this applies to others, such as an error that
// quotes a long value. It keeps the beginning and the end, because the end says what to do.
func (b Budget) Bound(text string) string {
	text = strings.ToValidUTF8(text, "\ufffd")
	if b.Holds(len(text)) {
		return text
	}
	const said = 80 // bytes for the note in the middle
	room := int(b) - said
	head, tail := legible.RuneStart(text, room*2/3), legible.RuneStart(text, len(text)-room/3)
	return fmt.Sprintf("%s… (%d characters left out: the answer would be too long) …%s", text[:head], utf8.RuneCountInString(text[head:tail]), text[tail:])
}
