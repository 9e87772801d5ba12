package tools

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"featurebase-mcp/internal/jsonparser"
)

// transcript writes a thread.
type transcript struct {
	*writer
	out    []byte
	names  map[string]string // of the people who wrote or did something, by their ids
	day    string            // of the last message: only the first one of a day has it
	events bool              // the last line is about events, and the next event goes on with it

	longest int // characters shown of one message; 0 is all
}

// appendTranscript writes a thread in the order of its messages: a line with id, time, role and name, and the text indented below it. What
// is no message (an assignment, a closing) stands on one line with what happened next.
func (w *writer) appendTranscript(out, body []byte) []byte {
	t := w.newTranscript(append(out, "messages:\n"...))
	start := len(t.out)
	opening, parts, more := w.thread(body)
	for _, part := range parts {
		t.learn(part)
	}
	if opening != nil {
		t.opening(textOf(body, "createdAt"), opening)
	}
	for i, part := range parts {
		if len(t.out)-start > maxTranscript {
			more += len(parts) - i
			break
		}
		t.part(part)
	}
	t.endEvents()
	if more > 0 {
		t.out = fmt.Appendf(t.out, "[cut: %d more messages and events]\n", more)
	}
	if len(t.out) == start {
		return out
	}
	return t.out
}

// What a thread may become, and of how many parts. It is more than models read and the API gives; what is cut is counted.
const (
	maxTranscript = 2 * maxMarkdown
	maxParts      = 10_000
)

func (w *writer) newTranscript(out []byte) *transcript {
	return &transcript{writer: w, out: out, names: map[string]string{}}
}

// thread finds the messages of a thread: the first one where it stands apart, or nil, the parts in their order, and how many more there are.
func (w *writer) thread(body []byte) (opening []byte, parts [][]byte, more int) {
	if first, kind, _, err := jsonparser.Get(body, w.Opening); w.Opening != "" && err == nil && kind == jsonparser.Object {
		opening = first
	}
	list, _, _, _ := jsonparser.Get(body, w.Parts)
	eachItem(list, func(part field) {
		switch {
		case part.kind != jsonparser.Object:
		case len(parts) == maxParts:
			more++
		default:
			parts = append(parts, part.value)
		}
	})
	return opening, parts, more
}

// learn remembers names: elsewhere people may be ids alone.
func (t *transcript) learn(part []byte) {
	for _, role := range []string{"author", "actor"} {
		if id, name := textOf(part, role, "id"), textOf(part, role, "name"); id != "" && name != "" {
			t.names[id] = name
		}
	}
}

// textOf returns the text of a field, or nothing.
func textOf(object []byte, path ...string) string {
	value, kind, _, err := jsonparser.Get(object, path...)
	if err != nil || kind != jsonparser.String {
		return ""
	}
	return unescape(value)
}

func (t *transcript) opening(created string, opening []byte) {
	t.out = append(t.out, "[opening]"...)
	t.time(created)
	t.byline(opening, "")
	if subject := textOf(opening, "subject"); subject != "" {
		t.out = append(append(t.out, "  Subject: "...), oneLine(t.words(subject))+"\n"...)
	}
	t.out = appendIndented(t.out, t.shortened(t.message(opening)))
}

func (t *transcript) part(part []byte) {
	message, partType := t.message(part), textOf(part, "partType")
	redacted, _ := jsonparser.GetBoolean(part, "redacted")
	if message == "" && !redacted && textOf(part, "author", "type") == "" {
		t.event(part, partType)
		return
	}
	t.endEvents()
	t.out = append(append(append(t.out, '['), oneLine(t.words(textOf(part, "id")))...), ']')
	t.time(textOf(part, "createdAt"))
	kind := partKind(partType)
	if redacted {
		kind += ", redacted"
	}
	t.facts(part, "")
	t.byline(part, kind)
	t.out = appendIndented(t.out, t.shortened(message))
}

// shortened cuts a message after a word where it is longer than the transcript wants it, and says how much is left out.
func (t *transcript) shortened(message string) string {
	text := []rune(message)
	if t.longest == 0 || len(text) <= t.longest {
		return message
	}
	cut := t.longest
	for cut > t.longest*3/4 && !unicode.IsSpace(text[cut]) {
		cut--
	}
	return fmt.Sprintf("%s … (%s more characters)", strings.TrimSpace(string(text[:cut])), thousands(len(text)-cut))
}

// event writes what happened: the kind of it, and its facts.
func (t *transcript) event(part []byte, partType string) {
	if t.events {
		t.out = append(t.out, ';')
	} else {
		t.out = append(t.out, '-')
	}
	t.events = true
	t.time(textOf(part, "createdAt"))
	t.out = append(append(t.out, ' '), oneLine(t.words(partType))...)
	t.facts(part, partType)
}

func (t *transcript) endEvents() {
	if t.events {
		t.out = append(t.out, '\n')
	}
	t.events = false
}

// known are the fields of a part that its line shows in another way, or that say nothing to a reader: where in Slack it stands, the id
// of a tag beside its name, and the tags of a message, whose changes are parts of their own. The last are those of facts.
var known = []string{
	"id", "object", "partType", "createdAt", "updatedAt", "occurredAt", "author", "bodyHtml", "bodyMarkdown", "channel", "redacted", "tagApplications", "slack",
	"tagId", "targetPartId", "action", "tagName", "adminAssigneeId", "teamAssigneeId", "actor", "adminAssignerId",
}

// facts are the fields of events that have a short name, in the order of a sentence.
var facts = []struct{ field, label string }{
	{"action", ""}, {"tagName", ""}, {"adminAssigneeId", "to "}, {"teamAssigneeId", "to team "}, {"actor", "by "}, {"adminAssignerId", "by "},
}

// facts writes the other fields of a part, as values that cannot pass for words of ours. The one that is named like the part needs no name.
func (t *transcript) facts(part []byte, partType string) {
	for _, fact := range facts {
		if value, kind, _, err := jsonparser.Get(part, fact.field); err == nil {
			t.fact(fact.label, field{value, kind}, fact.field)
		}
	}
	eachMember(part, func(name string, f field) {
		switch {
		case slices.Contains(known, name):
		case name == partType:
			t.fact("", f, name)
		default:
			t.fact(oneLine(t.words(name))+"=", f, name)
		}
	})
}

func (t *transcript) fact(label string, f field, name string) {
	out, ok := t.appendFact(append(append(t.out, ' '), label...), f, name)
	if ok {
		t.out = out
	}
}

// appendFact writes a value, with the name of a person in place of the id.
func (t *transcript) appendFact(out []byte, f field, name string) ([]byte, bool) {
	id := textOf(f.value, "id")
	if f.kind == jsonparser.String {
		id = unescape(f.value)
	}
	if person := t.names[id]; person != "" {
		return appendString(out, t.words(person)), true
	}
	start := len(out)
	out, ok := t.appendValue(out, f.value, f.kind, name)
	if f.kind == jsonparser.String && ok {
		if word := string(out[start+1 : len(out)-1]); isWord(word) {
			out = append(out[:start], word...)
		}
	}
	return out, ok
}

// time writes a time to the minute, without the day if it is that of the last.
func (t *transcript) time(stamp string) {
	if stamp == "" {
		return
	}
	day, clock, _ := strings.Cut(strings.TrimSuffix(minute(stamp), "Z"), "T")
	if day != t.day || clock == "" {
		t.out = append(append(t.out, ' '), oneLine(t.words(day))...)
	}
	if t.day = day; clock != "" {
		t.out = append(append(t.out, ' '), oneLine(t.words(clock))...)
	}
}

// partKind says what a part is, where that is not simply a message.
func partKind(partType string) string {
	switch partType {
	case "user_msg", "admin_msg", "bot_msg":
		return ""
	case "admin_note":
		return ", internal note"
	case "email_msg":
		return ", e-mail"
	default:
		return ", " + partType
	}
}

// byline ends the line of a message with its author: the role, which Featurebase knows, and after it the name, which people choose. What a
// customer says and what the team says must never be mixed up.
func (t *transcript) byline(message []byte, kind string) {
	role, name := textOf(message, "author", "type"), textOf(message, "author", "name")
	if id := textOf(message, "author", "id"); name == "" {
		if name = t.names[id]; name == "" {
			name = id
		}
	}
	line := strings.TrimPrefix(role+kind, ", ")
	if name != "" {
		line += ": " + name
	}
	t.out = append(append(append(t.out, ' '), oneLine(t.words(line))...), '\n')
}

// message is the text of a message. The HTML form is the one that has everything: in the Markdown form of an opening message,
// attachments are empty images.
func (t *transcript) message(message []byte) string {
	if html, kind, _, err := jsonparser.Get(message, "bodyHtml"); err == nil && kind == jsonparser.String && len(html) > 0 {
		return t.text(markdownOf(unescapedBytes(html)))
	}
	markdown := textOf(message, "bodyMarkdown")
	if len(markdown) <= longestParsed {
		if html, err := toHTML(markdown); err == nil { // the way round, so that no picture is left that a host would fetch
			return t.text(toMarkdown(html))
		}
	}
	return t.text(strings.ReplaceAll(markdown, "![", "["))
}

// longestParsed is how much Markdown of others is parsed, since the tree takes a hundred times its length. Messages are far shorter.
const longestParsed = 64 << 10
