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
	"featurebase-mcp/internal/legible"
	"featurebase-mcp/internal/names"
	"featurebase-mcp/internal/rawjson"
	"featurebase-mcp/internal/render"
)

// The bounds of a question.
const (
	longestLabel  = 100 // characters of a title or name
	longestText   = 300 // characters of an argument
	longestFact   = 250 // characters of a field of the object
	mostArguments = 20  // arguments in a question
	mostNames     = 5   // people
	lookTime      = 10 * time.Second
)

// inquiry writes the question about one call. People read it, so it says what happens to which object, who gets a message, what is sent,
// and how the object is now. Text from the call and the API is quoted on one line that begins with words of this server, so that it cannot
// pass for the question itself.
type inquiry struct {
	*call

	read      *Operation    // the read that shows the object of the call; nil if there is none
	body      rawjson.Value // the object; nil where it was not read
	attempts  int
	requestID string
}

// look reads the object of the call.
func (q *inquiry) look(ctx context.Context) error {
	read, args := q.Inventory.subject(q.op, q.args.Wire)
	if read == nil {
		return nil
	}
	checked, err := readArguments(read, rawjson.Encode(args))
	if err != nil {
		return nil // the read does not take the id, such as a slug
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

// isNotFound reports whether the object does not exist.
func isNotFound(err error) bool {
	var e *client.Error
	return errors.As(err, &e) && e.Status == http.StatusNotFound
}

// isRefused reports whether the key is invalid or may not read the object.
func isRefused(err error) bool {
	var e *client.Error
	return errors.As(err, &e) && (e.Kind == client.KindUnauthenticated || e.Kind == client.KindForbidden)
}

// write returns the text of the question. unread is the error of look.
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
	section(&b, "What is sent:", q.argumentLines(ctx, raw))
	heading, facts := q.facts()
	section(&b, heading, facts)
	if unread != nil {
		b.WriteString("What it is about could not be read just now: only its id is known.\n")
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// outline says what the call does without a word from the object: a panel shows the question to the user, and this goes to the model, which may
// not be allowed to read the object.
func (q *inquiry) outline() string {
	var b strings.Builder
	b.WriteString(q.op.Title)
	for i, id := range (failing{call: q.call}).pathIDs() {
		b.WriteString([]string{": ", ", "}[min(i, 1)] + id.Name + " " + id.value)
	}
	b.WriteString("?")
	if q.op.isFinal() {
		b.WriteString(" This cannot be undone.")
	}
	for _, a := range q.op.asked(q.args.Wire) {
		b.WriteString(" " + a.Because)
	}
	for _, n := range q.op.notices(q.args.Wire) {
		b.WriteString(" This messages " + n.To + ".")
	}
	return b.String()
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

// about names the object of the call by its title, if that is known, and its ids. Where About names the object, its word comes before the
// title: a comment has no title, and the title of its post alone would mislead.
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

// writer returns a writer of single objects. The view may be nil.
func (c *call) writer(v *render.View) *render.Writer {
	if v == nil {
		v = &render.PlainView
	}
	v.Parse()
	return &render.Writer{View: v, Mask: c.MaskEmails && !v.Staff, Minutes: true, Hide: v.HiddenFields, Labels: c.labels}
}

// facts returns the columns that a list shows of the object, or those of the message that the call names.
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

// word is the word for the object that was read.
func (q *inquiry) word() string { return wordOf(q.read) }

// wordOf is the word for the object that an operation reads: "post" for get_post.
func wordOf(read *Operation) string {
	word, _, _ := strings.Cut(strings.TrimPrefix(read.Name, "get_"), "_by_")
	return strings.ReplaceAll(word, "_", " ")
}

// part returns the message that the arguments name.
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

// columns returns a line for each column that tells a person something. It leaves out ids, the title, and fields that hold the id of a
// named object.
func (q *inquiry) columns(w *render.Writer, object rawjson.Value, columns []render.Column) []string {
	fields := make([]rawjson.Value, len(columns))
	render.Pick(object, columns, fields)
	var lines []string
	for i, c := range columns {
		if c.Name == "id" || slices.Contains(titleFields, c.Name) || slices.Contains(q.op.holes(), c.Name) || q.isNamedID(c.Path[0]) {
			continue
		}
		if value, ok := w.AppendField(nil, fields[i], c); ok {
			lines = append(lines, c.Name+": "+breakLinks(legible.Truncate(longestFact, []rune(string(value)))))
		}
	}
	return lines
}

func (q *inquiry) isNamedID(name string) bool {
	return slices.ContainsFunc(q.Inventory.refs[q.read.Name].answers, func(f names.Field) bool { return f.Name == name })
}

// count says how many people get a message, if that is known, and names those who have written in the thread.
func (q *inquiry) count(name string) string {
	if n := countItems(q.args.Wire[name]); n > 0 {
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
	default:
	}
	return ""
}

// countItems counts the items of the lists in an argument.
func countItems(v any) int {
	n := 0
	switch v := v.(type) {
	case map[string]any:
		for _, inner := range v {
			n += countItems(inner)
		}
	case []any:
		n = len(v)
	}
	return n
}

// authors returns the names of the authors in a thread, by their ids.
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

// argumentLines returns a line for each argument, as the caller wrote it and in the order of the declaration. It leaves out the ids in the path,
// which the first line of the question has.
func (q *inquiry) argumentLines(ctx context.Context, raw []byte) []string {
	written, _ := rawjson.Decode(raw)
	object, _ := written.(map[string]any)
	for _, name := range q.op.holes() {
		delete(object, name)
	}
	r := &rehearsal{secret: secretFields(q.op, q.read)}
	var lines []string
	names := slices.DeleteFunc(slices.Clone(q.op.Input.Shape().Names), func(name string) bool { return object[name] == nil })
	for _, name := range names {
		if len(lines) == mostArguments {
			return append(lines, fmt.Sprintf("and %d more", len(names)-mostArguments))
		}
		value := r.withhold(name, object[name])
		if text, ok := value.(string); ok {
			lines = append(lines, name+": "+quoted(legible.Visible(text), longestText)+q.nameOf(ctx, name, text))
			continue
		}
		lines = append(lines, name+": "+breakLinks(legible.Truncate(longestText, []rune(legible.Visible(string(rawjson.Encode(value)))))))
	}
	return lines
}

// nameOf returns the name of the object that an id among the arguments refers to, if it is available in time, because people do not know
// ids.
func (q *inquiry) nameOf(ctx context.Context, argument, id string) string {
	ref, ok := q.Inventory.refs[q.op.Name].Arguments[argument].in(q.args.Wire)
	if !ok || ref.Kind == nil || q.Names == nil || sought(ref.Kind) {
		return ""
	}
	q.Names.Complete(ctx, []*names.Kind{ref.Kind})
	d, _ := q.Names.Known(ref.Kind)
	name := d.Name(id)
	if name == "" {
		return ""
	}
	return ", " + ref.Kind.Word + " " + quoted(q.writer(nil).Words(name), longestLabel)
}

// quoted returns a text on one line in quotes, with quotes inside it escaped. The number of missing characters stands outside of the
// quotes.
func quoted(text string, most int) string {
	runes := []rune(legible.OneLine(legible.LineBreaks.Replace(text)))
	shown := breakLinks(string(rawjson.AppendString(nil, string(runes[:min(most, len(runes))]))))
	if more := len(runes) - most; more > 0 {
		return fmt.Sprintf("%s… (%d more characters)", shown, more)
	}
	return shown
}

// breakLinks breaks Markdown's images and links, in case the client renders a question as Markdown: an image could be fetched, and a link could
// show one address and lead to another.
func breakLinks(text string) string { return strings.ReplaceAll(render.Unmark(text), "](", "] (") }

// codeWord matches the names of tools and arguments.
var codeWord = legible.Pattern(`[a-z]_[a-z]|[a-z][A-Z]`)

// plainWords returns the sentences of a description that have no names of tools and arguments, since people do not know these.
func plainWords(description string) string {
	var kept strings.Builder
	for sentence := range strings.SplitAfterSeq(description, ". ") {
		if !codeWord().MatchString(sentence) {
			kept.WriteString(strings.TrimSuffix(sentence, " ") + " ")
		}
	}
	return kept.String()
}
