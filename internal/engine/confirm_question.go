package engine

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"featurebase-mcp/client"
	"featurebase-mcp/internal/input"
	"featurebase-mcp/internal/legible"
	"featurebase-mcp/internal/rawjson"
	"featurebase-mcp/internal/render"
)

// The bounds of a question.
const (
	longestLabel = 100 // characters of a title
	longestText  = 300 // of a text that would be sent
	longestFact  = 250 // of any other value
	mostGiven    = 20  // arguments
	mostNames    = 5   // people
	lookTime     = 10 * time.Second
)

// inquiry makes the question about one call. It is for people: what is done to what, who would hear of it, what would be sent, and what it is
// about as it is now. Words of others are quoted, each on one line that begins with ours.
type inquiry struct {
	*call

	read      *Operation    // shows what the call is about; nil: nothing does
	body      rawjson.Value // that; nil where it was not read
	attempts  int
	requestID string
}

// look reads what the call is about.
func (q *inquiry) look(ctx context.Context) error {
	read, args := q.Inventory.subject(q.op, q.args.Wire)
	if read == nil {
		return nil
	}
	checked, err := readArguments(read, rawjson.Encode(args))
	if err != nil {
		return nil // a slug, say, which the call takes and its read does not
	}
	q.read = read
	ctx, cancel := context.WithTimeout(ctx, lookTime)
	defer cancel()
	err = q.get(ctx, checked.Wire)
	if isNotFound(err) && read.draftsOnDemand() {
		checked.Wire["state"] = "draft"
		err = q.get(ctx, checked.Wire)
	}
	return err
}

func (q *inquiry) get(ctx context.Context, wire map[string]any) error {
	req, err := requestOf(q.read, wire)
	if err != nil {
		return err
	}
	res, err := q.Client.Do(ctx, req)
	if err != nil {
		return err
	}
	q.body, q.attempts, q.requestID = rawjson.Repair(res.Body), res.Attempts, res.RequestID
	return nil
}

// isNotFound reports that there is no such object.
func isNotFound(err error) bool {
	var e *client.Error
	return errors.As(err, &e) && e.Status == http.StatusNotFound
}

// isRefused reports that the key is not valid, or may not read what the call is about.
func isRefused(err error) bool {
	var e *client.Error
	return errors.As(err, &e) && (e.Kind == client.KindUnauthenticated || e.Kind == client.KindForbidden)
}

// write returns the question. unread is why what the call is about could not be read.
func (q *inquiry) write(ctx context.Context, raw []byte, unread error) string {
	var b strings.Builder
	b.WriteString(q.op.Title + q.about() + "?\n")
	if q.op.isFinal() {
		b.WriteString(plainWords(q.op.Description) + "This cannot be undone.\n")
	}
	for _, a := range q.op.asked(q.args.Wire) {
		b.WriteString(a.Because + "\n")
	}
	for _, n := range q.op.notices(q.args.Wire) {
		b.WriteString("This messages " + n.To + q.count(n.Count) + ".\n")
	}
	section(&b, "What is sent:", q.given(ctx, raw))
	heading, facts := q.facts()
	section(&b, heading, facts)
	if unread != nil {
		b.WriteString("What it is about could not be read just now: only its id is known.\n")
	}
	return strings.TrimSuffix(b.String(), "\n")
}

func section(b *strings.Builder, title string, lines []string) {
	if len(lines) == 0 {
		return
	}
	b.WriteString(title + "\n")
	for _, line := range lines {
		b.WriteString("- " + line + "\n")
	}
}

// about names what the call is about, by its title where that is known, and by its ids. A thing that its path does not name goes with the
// word for it: a comment has no title, but its post has.
func (q *inquiry) about() string {
	var ids []string
	for _, id := range (failing{call: q.call}).pathIDs() {
		ids = append(ids, id.Name+" "+id.value)
	}
	named := strings.Join(ids, ", ")
	title := q.title()
	if title != "" && q.op.About != "" {
		title = q.word() + " " + title
	}
	switch {
	case title == "":
		return strings.TrimRight(": "+named, ": ")
	case named == "":
		return ": " + title
	}
	return ": " + title + " (" + named + ")"
}

// titleFields are the fields that name an object.
var titleFields = []string{"title", "name", "fromUrl"}

func (q *inquiry) title() string {
	if q.body == nil {
		return ""
	}
	w := q.writer(q.read.Output)
	for _, name := range titleFields {
		if text := q.body.Get(name).Text(); text != "" {
			return quoted(w.Words(text), longestLabel)
		}
	}
	return ""
}

func (q *inquiry) writer(v *render.View) *render.Writer {
	if v == nil {
		v = &render.PlainView
	}
	v.Parse()
	return &render.Writer{View: v, Mask: q.MaskEmails && !v.Staff, Minutes: true, Hide: v.HiddenFields}
}

// facts are what a row of a list would show of what the call is about; or of the one message in it that the call names.
func (q *inquiry) facts() (heading string, lines []string) {
	if q.body == nil {
		return "", nil
	}
	w := q.writer(q.read.Output)
	if part := q.part(w.Parts); part != nil {
		w = q.writer(q.read.Output.Part)
		return "The message:", q.columns(w, part, w.WrittenColumns)
	}
	return "The " + q.word() + " as it is now:", q.columns(w, q.body, w.RowColumns)
}

// word is what people call the thing that was read: "post" of get_post.
func (q *inquiry) word() string {
	word, _, _ := strings.Cut(strings.TrimPrefix(q.read.Name, "get_"), "_by_")
	return strings.ReplaceAll(word, "_", " ")
}

// part is the message that the arguments name.
func (q *inquiry) part(list string) (part rawjson.Value) {
	id, _ := q.args.Wire["conversationPartId"].(string)
	if list == "" || id == "" {
		return nil
	}
	for item := range q.body.Items(list) {
		if string(item.Get("id").Bare()) == id {
			part = item
		}
	}
	return part
}

// columns writes a line for each column that tells a person something: neither ids nor the title, which are known by now, nor the ids of
// what has a name.
func (q *inquiry) columns(w *render.Writer, object rawjson.Value, columns []render.Column) []string {
	fields := make([]rawjson.Value, len(columns))
	render.Pick(object, columns, fields)
	var lines []string
	for i, c := range columns {
		if c.Name == "id" || slices.Contains(titleFields, c.Name) || slices.Contains(q.op.holes(), c.Name) || q.isNamedID(c.Path[0]) {
			continue
		}
		if value, ok := w.AppendField(nil, fields[i], c); ok {
			lines = append(lines, c.Name+": "+tame(legible.Truncate(longestFact, []rune(string(value)))))
		}
	}
	return lines
}

func (q *inquiry) isNamedID(name string) bool {
	return slices.ContainsFunc(q.Inventory.refs[q.read.Name].answers, func(f answerField) bool { return f.name == name })
}

// count says how many get a message, as far as that is known, and who they are, as far as they have written something themselves.
func (q *inquiry) count(name string) string {
	if n := leaves(q.args.Wire[name]); n > 0 {
		return fmt.Sprintf(" (%d)", n)
	}
	if q.body == nil || name == "" {
		return ""
	}
	switch value := q.body.Get(name); value.Kind() {
	case rawjson.Number:
		return fmt.Sprintf(" (%s)", value)
	case rawjson.Array:
		n, names := 0, []string{}
		authors := q.authors()
		for item := range value.Items() {
			n++
			if name := authors[string(item.Get("id").Bare())]; name != "" && len(names) < mostNames {
				names = append(names, name)
			}
		}
		return fmt.Sprintf(" (%d)%s", n, strings.TrimSuffix(": "+strings.Join(names, ", "), ": "))
	}
	return ""
}

// leaves counts what the lists in an argument hold.
func leaves(v any) int {
	n := 0
	switch v := v.(type) {
	case map[string]any:
		for _, inner := range v {
			n += leaves(inner)
		}
	case []any:
		n = len(v)
	}
	return n
}

// authors are the names of those who wrote in a thread, by their ids.
func (q *inquiry) authors() map[string]string {
	names := map[string]string{}
	w := q.writer(q.read.Output)
	note := func(message rawjson.Value) {
		if name := message.Get("author", "name"); name.Kind() == rawjson.String {
			names[string(message.Get("author", "id").Bare())] = quoted(w.Words(name.Text()), longestLabel)
		}
	}
	note(q.body.Get(w.Opening))
	for part := range q.body.Items(w.Parts) {
		note(part)
	}
	return names
}

// given writes a line for each argument, as the caller wrote it and in the order of the declaration, without those that name what the call
// is about.
func (q *inquiry) given(ctx context.Context, raw []byte) []string {
	written, _ := rawjson.Decode(raw)
	object, _ := written.(map[string]any)
	for _, name := range q.op.holes() {
		delete(object, name)
	}
	r := &rehearsal{secret: secretFields(q.op, q.read)}
	var lines []string
	names := slices.DeleteFunc(slices.Clone(q.op.Input.Shape().Names), func(name string) bool { return object[name] == nil })
	for _, name := range names {
		if len(lines) == mostGiven {
			return append(lines, fmt.Sprintf("and %d more", len(names)-mostGiven))
		}
		value := r.withhold(name, object[name])
		if text, ok := value.(string); ok {
			lines = append(lines, name+": "+quoted(legible.Visible(text), longestText)+q.meant(ctx, name, text))
			continue
		}
		lines = append(lines, name+": "+tame(legible.Truncate(longestText, []rune(legible.Visible(string(rawjson.Encode(value)))))))
	}
	return lines
}

// meant is the name of what an id among the arguments stands for, as far as it is known soon: people do not know ids.
func (q *inquiry) meant(ctx context.Context, argument, id string) string {
	ref, ok := q.Inventory.refs[q.op.Name].Arguments[argument]
	if !ok || q.Names == nil || ref.When != "" && !input.Given(strings.Split(ref.When, "|"), q.args.Wire) {
		return ""
	}
	q.Names.complete(ctx, []*Kind{ref.Kind})
	d, _ := q.Names.known(ref.Kind)
	if d == nil || d.ByID[id] == "" {
		return ""
	}
	return ", " + ref.Kind.Word + " " + quoted(q.writer(nil).Words(d.ByID[id]), longestLabel)
}

// quoted is a text on one line, in quotes that it cannot leave. How much of it is missing stands outside of them.
func quoted(text string, most int) string {
	runes := []rune(legible.OneLine(legible.LineBreaks.Replace(text)))
	shown := tame(string(rawjson.AppendString(nil, string(runes[:min(most, len(runes))]))))
	if more := len(runes) - most; more > 0 {
		return fmt.Sprintf("%s… (%d more characters)", shown, more)
	}
	return shown
}

// tame takes Markdown's pictures and links apart, in case the client takes a question for Markdown: none may be fetched, or say one address
// and lead to another.
func tame(text string) string { return strings.ReplaceAll(render.Unmark(text), "](", "] (") }

// codeWord finds names of tools and arguments.
var codeWord = legible.Pattern(`[a-z]_[a-z]|[a-z][A-Z]`)

// plainWords are the sentences of a description that speak to people, too: those without names of tools and arguments.
func plainWords(description string) string {
	var kept strings.Builder
	for sentence := range strings.SplitAfterSeq(description, ". ") {
		if !codeWord().MatchString(sentence) {
			kept.WriteString(strings.TrimSuffix(sentence, " ") + " ")
		}
	}
	return kept.String()
}
