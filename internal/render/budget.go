package render

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"featurebase-mcp/internal/legible"
)

// Budget is the longest text of an answer, in bytes; 0 is no limit. What does not fit is left out between items, paragraphs or messages,
// and the answer says so and how to go on.
type Budget int

// LeastBudget is enough for any answer to show something and to say how to go on.
const LeastBudget Budget = 2000

// Check refuses budgets that no answer could keep, in words for a user.
func (b Budget) Check() error {
	if b < 0 || b > 0 && b < LeastBudget {
		return fmt.Errorf("%d bytes: at least %d, or 0 for no limit", b, LeastBudget)
	}
	return nil
}

// Holds reports whether a text of n bytes keeps the budget.
func (b Budget) Holds(n int) bool { return b == 0 || n <= int(b) }

// Object is one object in JSON, with its longest values cut where it does not fit.
func (b Budget) Object(text []byte) string {
	if b.Holds(len(text)) {
		return string(text)
	}
	return string(appendWithin(nil, text, int(b)))
}

// Bound keeps whatever is said within the budget. What has a form of its own was cut with more care before; of anything else, such as an
// error that quotes a long value, the beginning and the end are kept: the end says what to do.
func (b Budget) Bound(text string) string {
	text = strings.ToValidUTF8(text, "\ufffd")
	if b.Holds(len(text)) {
		return text
	}
	const said = 80 // room for the word about it
	room := int(b) - said
	head, tail := legible.RuneStart(text, room*2/3), legible.RuneStart(text, len(text)-room/3)
	return fmt.Sprintf("%s… (%d characters left out: the answer would be too long) …%s", text[:head], utf8.RuneCountInString(text[head:tail]), text[tail:])
}
