package render

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"featurebase-mcp/internal/legible"
	"featurebase-mcp/internal/markup"
	"featurebase-mcp/internal/rawjson"
)

// Transcript writes a thread. The caller adds the opening message and the parts in order, then calls EndEvents and reads Out.
type Transcript struct {
	*Writer
	Out    []byte            // the text so far
	Names  map[string]string // names of the people in the thread, by their ids
	day    string            // day of the last message; only the first line of a day shows it
	events bool              // the last line lists events and is not ended yet

	Longest int // characters shown of one message; 0: all
}

// appendTranscript writes a thread in the order of its messages. A message is a line with id, time, role and name, and the indented text
// below it. Consecutive events, such as an assignment or a closing, share a line.
func (w *Writer) appendTranscript(out []byte, body rawjson.Value) []byte {
	t := w.NewTranscript(append(out, "messages:\n"...))
	start := len(t.Out)
	opening, parts, more := w.Thread(body)
	for _, part := range parts {
		t.Learn(part)
	}
	if opening != nil {
		t.Opening(body.Get("createdAt").Text(), opening)
	}
	var cut Sorts
	for _, run := range Runs(parts) {
		if len(t.Out)-start > maxTranscript {
			cut.Add(run...)
			continue
		}
		t.Run(run)
	}
	t.EndEvents()
	switch sorts := cut.String(); {
	case more > 0: // what is beyond the parts that are read is not looked at
		t.Out = fmt.Appendf(t.Out, "[cut: %s]\n", legible.Commas(sorts, fmt.Sprintf("%d further messages, notes and events", more)))
	case sorts != "":
		t.Out = fmt.Appendf(t.Out, "[cut: %s]\n", sorts)
	}
	if len(t.Out) == start {
		return out
	}
	return t.Out
}

// The greatest length of a thread in bytes, and its greatest number of parts. Both are more than models read and the API returns; the
// transcript states how many parts are cut.
const (
	maxTranscript = 2 * legible.MaxText
	maxParts      = 10_000
)

// NewTranscript returns a transcript that appends to out.
func (w *Writer) NewTranscript(out []byte) *Transcript {
	return &Transcript{Writer: w, Out: out, Names: map[string]string{}}
}

// Thread returns the messages of a thread: the opening message, nil where it is one of the parts, then the parts in order, and the number
// of parts beyond 10,000, which it leaves out.
func (w *Writer) Thread(body rawjson.Value) (opening rawjson.Value, parts []rawjson.Value, more int) {
	if w.Opening != "" && body.Kind(w.Opening) == rawjson.Object {
		opening = body.Get(w.Opening)
	}
	for part := range body.Items(w.Parts) {
		switch {
		case part.Kind() != rawjson.Object:
		case len(parts) == maxParts:
			more++
		default:
			parts = append(parts, part)
		}
	}
	return opening, parts, more
}

// Learn stores the names of the people in a part, because other parts refer to them by id.
func (t *Transcript) Learn(part rawjson.Value) {
	for _, role := range []string{"author", "actor"} {
		if id, name := part.Get(role, "id").Text(), part.Get(role, "name").Text(); id != "" && name != "" {
			t.Names[id] = name
		}
	}
}

// Opening writes the opening message. created is its time in the API's form.
func (t *Transcript) Opening(created string, opening rawjson.Value) {
	message, hidden := t.MessageAndHidden(opening)
	t.Out = append(t.Out, "[opening]"...)
	t.time(created)
	t.byline(opening, "", hidden.Characters)
	if subject := opening.Get("subject").Text(); subject != "" {
		t.Out = append(append(t.Out, "  Subject: "...), legible.OneLine(t.Words(subject))+"\n"...)
	}
	t.Out = legible.AppendIndented(t.Out, t.Shortened(message))
	t.hiddenIn("[opening]", hidden)
}

// Part writes one message or event.
func (t *Transcript) Part(part rawjson.Value) {
	partType := part.Get("partType").Text()
	message, hidden := t.MessageAndHidden(part)
	redacted := part.Get("redacted").Bool()
	if message == "" && hidden.Characters == 0 && !redacted && part.Get("author", "type").Text() == "" {
		t.event(part, partType)
		return
	}
	t.EndEvents()
	id := "[" + legible.OneLine(t.Words(part.Get("id").Text())) + "]"
	t.Out = append(t.Out, id...)
	t.time(part.Get("createdAt").Text())
	kind := partKind(partType)
	if redacted {
		kind += ", redacted"
	}
	t.facts(part, "")
	t.byline(part, kind, hidden.Characters)
	message, sources := t.cited(message, part)
	t.Out = legible.AppendIndented(t.Out, t.Shortened(message))
	if t.Longest == 0 {
		t.Out = legible.AppendIndented(t.Out, sources)
	}
	t.hiddenIn(id, hidden)
}

// hiddenIn writes the hidden text of a message below it, if that was asked for.
func (t *Transcript) hiddenIn(id string, hidden markup.Hidden) {
	if t.ShowHidden && hidden.Characters > 0 {
		t.Out = t.appendHidden(append(t.Out, id+" "...), " of this message", hidden)
	}
}

// Shortened cuts a message after a word if it is longer than Longest, and states how much is missing.
func (t *Transcript) Shortened(message string) string {
	text := []rune(message)
	if t.Longest == 0 || len(text) <= t.Longest {
		return message
	}
	cut := t.Longest
	for cut > t.Longest*3/4 && !unicode.IsSpace(text[cut]) {
		cut--
	}
	return fmt.Sprintf("%s … (%s more characters)", strings.TrimSpace(string(text[:cut])), legible.Thousands(len(text)-cut))
}

// event writes an event: its kind and its facts.
func (t *Transcript) event(part rawjson.Value, partType string) {
	if t.events {
		t.Out = append(t.Out, ';')
	} else {
		t.Out = append(t.Out, '-')
	}
	t.events = true
	t.time(part.Get("createdAt").Text())
	t.Out = append(append(t.Out, ' '), legible.OneLine(t.Words(partType))...)
	t.facts(part, partType)
}

// EndEvents ends the line of events.
func (t *Transcript) EndEvents() {
	if t.events {
		t.Out = append(t.Out, '\n')
	}
	t.events = false
}

// known are the fields of a part that a line shows in another way or that mean nothing to a reader: the place in Slack, the id of a tag
// beside its name, the tags of a message, whose changes are parts of their own, and its sources, which have a line. The last line has the fields of facts.
var known = []string{
	"id", "object", "partType", "createdAt", "updatedAt", "occurredAt", "author", "bodyHtml", "bodyMarkdown", "channel", "redacted", "tagApplications", "slack", "sources",
	"tagId", "targetPartId", "action", "tagName", "adminAssigneeId", "teamAssigneeId", "actor", "adminAssignerId",
}

// facts are the fields of events that have a short label, in the order of a sentence.
var facts = []struct{ field, label string }{
	{"action", ""}, {"tagName", ""}, {"adminAssigneeId", "to "}, {"teamAssigneeId", "to team "}, {"actor", "by "}, {"adminAssignerId", "by "},
}

// facts writes the other fields of a part, quoted so that their values cannot pass for words of this server. A field with the name of the
// part's type needs no label.
func (t *Transcript) facts(part rawjson.Value, partType string) {
	for _, fact := range facts {
		if v := part.Get(fact.field); v != nil {
			t.fact(fact.label, v, fact.field)
		}
	}
	for name, v := range part.Members() {
		switch {
		case slices.Contains(known, name):
		case name == partType:
			t.fact("", v, name)
		default:
			t.fact(legible.OneLine(t.Words(name))+"=", v, name)
		}
	}
}

func (t *Transcript) fact(label string, v rawjson.Value, name string) {
	out, ok := t.appendFact(append(append(t.Out, ' '), label...), v, name)
	if ok {
		t.Out = out
	}
}

// appendFact writes a value. The id of a person becomes the name.
func (t *Transcript) appendFact(out []byte, v rawjson.Value, name string) ([]byte, bool) {
	if person := t.Names[cmp.Or(v.Text(), v.Get("id").Text())]; person != "" {
		return rawjson.AppendString(out, t.Words(person)), true
	}
	start := len(out)
	out, ok := t.AppendValue(out, v, name)
	if v.Kind() == rawjson.String && ok {
		if word := string(out[start+1 : len(out)-1]); legible.IsPlainName(word) {
			out = append(out[:start], word...)
		}
	}
	return out, ok
}

// time writes a time to the minute, without the day if it is the day of the last message.
func (t *Transcript) time(stamp string) {
	if stamp == "" {
		return
	}
	day, clock, _ := strings.Cut(strings.TrimSuffix(legible.Minute(stamp), "Z"), "T")
	if day != t.day || clock == "" {
		t.Out = append(append(t.Out, ' '), legible.OneLine(t.Words(day))...)
	}
	if t.day = day; clock != "" {
		t.Out = append(append(t.Out, ' '), legible.OneLine(t.Words(clock))...)
	}
}

// partKind returns the kind of a part that is not simply a message.
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

// byline ends the line of a message with its author: first the role, which Featurebase sets, and how much the message hides, then the name, which people
// choose. The order prevents a customer with a chosen name from passing for a member of the team.
func (t *Transcript) byline(message rawjson.Value, kind string, hidden int) {
	role, name := message.Get("author", "type").Text(), message.Get("author", "name").Text()
	if id := message.Get("author", "id").Text(); name == "" {
		if name = t.Names[id]; name == "" {
			name = id
		}
	}
	line := strings.TrimPrefix(role+kind, ", ")
	switch {
	case hidden == 0:
	case t.ShowHidden:
		line += " (hidden text below)"
	case t.CanShow:
		line += " (" + LeftOut(hidden) + "; hidden true shows it)"
	default:
		line += " (" + LeftOut(hidden) + ")"
	}
	if name != "" {
		line += ": " + name
	}
	t.Out = append(append(append(t.Out, ' '), legible.OneLine(t.Words(line))...), '\n')
}

// MessageAndHidden returns the text of a message as Markdown, and what people would not see of it.
func (t *Transcript) MessageAndHidden(message rawjson.Value) (text string, hidden markup.Hidden) {
	others := t.Taken()
	text = t.Message(message)
	hidden, t.leftOut = t.leftOut, others
	return text, hidden
}

// Message returns the text of a message as Markdown. It prefers the HTML form, because in the Markdown form of an opening message the
// attachments are empty images.
func (t *Transcript) Message(message rawjson.Value) string {
	if html := message.Get("bodyHtml"); html.Kind() == rawjson.String && !html.IsEmpty() {
		return t.markdown(html)
	}
	return t.fromMarkdown(message.Get("bodyMarkdown").Text())
}
