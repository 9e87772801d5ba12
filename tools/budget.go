package tools

import (
	"fmt"
	"strings"
	"unicode/utf8"
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

// holds reports whether a text of n bytes keeps the budget.
func (b Budget) holds(n int) bool { return b == 0 || n <= int(b) }

// object is one object in JSON, with its longest values cut where it does not fit.
func (b Budget) object(text []byte) string {
	if b.holds(len(text)) {
		return string(text)
	}
	return string(appendWithin(nil, parsed(text), int(b)))
}

// bound keeps whatever is said within the budget. What has a form of its own was cut with more care before; of anything else, such as an
// error that quotes a long value, the beginning and the end are kept: the end says what to do.
func (b Budget) bound(text string) string {
	text = strings.ToValidUTF8(text, "\ufffd")
	if b.holds(len(text)) {
		return text
	}
	const said = 80 // room for the word about it
	room := int(b) - said
	head, tail := runeStart(text, room*2/3), runeStart(text, len(text)-room/3)
	return fmt.Sprintf("%s… (%d characters left out: the answer would be too long) …%s", text[:head], utf8.RuneCountInString(text[head:tail]), text[tail:])
}

// runeStart is the last place up to at where a character begins.
func runeStart(text string, at int) int {
	for at > 0 && at < len(text) && !utf8.RuneStart(text[at]) {
		at--
	}
	return at
}
