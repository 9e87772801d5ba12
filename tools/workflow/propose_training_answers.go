package workflow

import (
	"strings"
	"unicode/utf8"

	"featurebase-mcp/internal/legible"
	"featurebase-mcp/internal/rawjson"
	"featurebase-mcp/internal/render"
)

// message is what somebody said in a conversation that both sides read.
type message struct {
	who, text string
	hidden    int
}

// messages returns what was said in a conversation, and keeps how the customer rated it.
func (t *training) messages(q *inquiry, thread rawjson.Value) (list []message) {
	w := &render.Writer{View: digestView, Mask: t.MaskEmails}
	transcript := w.NewTranscript(nil)
	opening, parts, _ := w.Thread(thread)
	for _, part := range parts {
		if score := wholeNumber(part.Get("csat", "score")); score > 0 {
			q.rating = score
		}
	}
	var all strings.Builder
	for _, words := range exchange(thread, opening, parts) {
		text, hidden := transcript.MessageAndHidden(words.part)
		text = legible.FirstRunes(text, longestRead)
		list = append(list, message{words.who, text, hidden.Characters})
		all.WriteString(text + "\n")
	}
	t.personal.hear(q.id, all.String())
	return list
}

// The words by which the team puts somebody off, and by which a customer says that an answer was none.
var (
	putsOff = legible.Pattern(`(?i)\b(?:(?:will|'ll|’ll) (?:get back|look into|check|let you know|keep you|follow up|investigate|write again|come back)|(?:forwarded|passed|escalated|reported) (?:this|it|that|your)|pass you on|(?:could|can|would) you (?:please )?(?:send|share|tell|try|provide)|(?:please|kindly) (?:send|share|provide) (?:me|us)|` +
		`looking into (?:this|it)|melde(?:n)? (?:mich|uns)|weitergeleitet|leite .{0,40} weiter|nous (?:revenons|reviendrons) vers|you(?: are|'re|’re) (?:very )?welcome)\b`)
	helpsNot = legible.Pattern(`(?i)\b(?:(?:does|did|do)(?: not|n't|n’t) (?:\w+ )?(?:work|help|change|solve)|still (?:not|there|broken|the same|fail|get|have|see|can(?:not|'t|’t))|no luck|not (?:working|helpful|solved|right|true)|(?:that|this)(?: is|'s|’s) wrong|funktioniert nicht|geht nicht|hilft nicht|ne (?:marche|fonctionne) pas|no funciona|não funciona|non funziona)\b`)
)

// readAnswer finds the words of the team that answered: of what it said to the customer, what says most about the matter and is no question, no promise, and nothing
// that did not help.
func (t *training) readAnswer(q *inquiry, list []message) {
	for _, m := range list {
		if m.who == customerSide && helpsNot().MatchString(m.text) && m.text != q.opening {
			q.answer, q.answerOut, q.answerHidden, q.worth, q.sentences = "", taken{}, 0, 0, 0
		}
		if m.who != teamSide {
			continue
		}
		marked, out := t.personal.withMarks(m.text)
		marked, left := forEverybody(plainAnswer(marked))
		length := utf8.RuneCountInString(marked)
		if length < shortestAnswer || length > longestAnswer || asksBack().MatchString(marked) || putsOff().MatchString(marked) {
			continue
		}
		if worth := answerWorth(marked); q.answer == "" || worth > q.worth {
			q.answer, q.answerOut, q.answerHidden, q.worth, q.sentences = marksInWords(marked), out, m.hidden, worth, left
		}
	}
	text, out := t.personal.withMarks(q.opening) // again, now that more names are known
	q.question, q.out = marksInWords(questionIn(text)), out
}

// plainAnswer returns an answer without thanks at its beginning, and without what ends letters: whether it helped, and offers of more help.
func plainAnswer(text string) string {
	text = thanking().ReplaceAllString(strings.TrimLeft(text, marks+" ,.!\n"), "")
	for range 3 {
		text = strings.TrimSpace(closeAsk().ReplaceAllString(text, ""))
		if at := closeOffer().FindStringSubmatchIndex(text); at != nil {
			text = strings.TrimSpace(text[:at[2]])
		}
	}
	return text
}

// doneForOne matches what the team did for one customer, which is no answer for others.
var doneForOne = legible.Pattern(`(?i)\b(?:i|we)(?: have|'ve|’ve) (?:just |now |already )?(?:found|removed|ended|corrected|refunded|credited|entered|changed|fixed|reset|restored|added|sent|unlocked|deleted|cancelled|canceled|extended|created|updated)\b`)

// forEverybody returns an answer without the sentences that are about one customer, such as "Your order was [number]." and "I have refunded it.", and how many these are.
// An answer of which less than half would be left stays as it is, for somebody to rewrite, and is none where it tells what was done.
func forEverybody(text string) (string, int) {
	var b strings.Builder
	n, deeds := 0, false
	for _, sentence := range sentenceOf().FindAllString(text, -1) {
		done := doneForOne().MatchString(sentence)
		deeds = deeds || done
		if done || strings.ContainsAny(strings.ReplaceAll(sentence, linkMark, ""), marks) {
			n++
			continue
		}
		b.WriteString(sentence)
	}
	kept := strings.TrimSpace(b.String())
	if length := utf8.RuneCountInString(kept); n == 0 || length < shortestAnswer || 2*length < utf8.RuneCountInString(text) {
		if deeds {
			return "", 0
		}
		return text, 0
	}
	return kept, n
}

// sentenceOf matches a sentence with the space behind it. A full stop within a number or a name ends none.
var sentenceOf = legible.Pattern(`(?:[^.!?。！？\n]|[.!?](?:[^\s]))+(?:[.!?。！？]+\s*|\n\s*|$)|[.!?。！？\s]+`)

// perMark is how many characters of an answer a mark in it outweighs, and longEnough from which length on more is not better.
const (
	perMark    = 20
	longEnough = 400
)

// answerWorth tells which of two answers is better to teach: one that says more, with less in it that is about a person.
func answerWorth(text string) int {
	n := 0
	for _, r := range text {
		if strings.ContainsRune(marks, r) {
			n++
		}
	}
	return min(longEnough, utf8.RuneCountInString(text)) - perMark*n
}
