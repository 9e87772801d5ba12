package engine

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"time"

	"featurebase-mcp/client"
	"featurebase-mcp/internal/rawjson"
	"featurebase-mcp/internal/render"
)

// receipt writes the answer to a write, so that nobody has to read again to be sure: what was done to which object, the fields that the call
// set as they are stored now, what they were before, and who hears of it. What the response does not tell, one read beside the write does (glimpse).
type receipt struct {
	*call
	res    *client.Response
	body   rawjson.Value // the response
	beside *glimpse

	view   *render.View  // of the object whose fields the call set
	object rawjson.Value // that object, as it is now
	before rawjson.Value // and as it was before; nil where that is not known

	set, was, asked, sent []render.Member
	leftOut               int // characters of hidden text that the fields lack
	unchanged, cleared    []string
	marked                []string
}

// flags are the fields in which a response says only that the write was made.
var flags = []string{"deleted", "added", "removed", "success", "blocked", "unblocked"}

// receipt returns the answer to a write that was made.
func (c *call) receipt(ctx context.Context, res *client.Response, beside *glimpse) string {
	r := &receipt{call: c, res: res, body: rawjson.Repair(res.Body), beside: beside}
	if kind := r.body.Kind(); kind != rawjson.Object && kind != rawjson.Missing {
		return c.render(c.Named(ctx, c.op, res.Body, ""))
	}
	r.view, r.object = cmp.Or(c.op.Output, &render.PlainView), r.body
	switch {
	case beside == nil:
	case beside.after && beside.body != nil && c.op.Output == nil:
		r.view, r.object = beside.view(), beside.body
	case !beside.after:
		r.before = beside.body
	}
	c.labels = c.Labels(ctx, c.op, r.object)
	r.arguments(ctx)
	if m := render.LeftOutMember(r.leftOut); m.JSON != nil {
		r.set = append(r.set, m)
	}
	w := c.writer(c.op.Output)
	first := []render.Member{}
	if did := r.did(); did != "" {
		first = append(first, render.Member{Name: "did", JSON: rawjson.AppendString(nil, did)})
	}
	more := append(r.targets(), r.about(ctx)...)
	for _, list := range []struct {
		name    string
		members []render.Member
	}{{"set", r.set}, {"was", r.was}, {"asked", r.asked}, {"sent", r.sent}} {
		if len(list.members) > 0 {
			more = append(more, render.Member{Name: list.name, JSON: object(list.members)})
			if list.name != "asked" && list.name != "sent" && r.view.Customer != "" {
				r.marked = append(r.marked, list.name)
			}
		}
	}
	if r.beside != nil && r.beside.failed && !r.beside.after {
		more = append(more, render.Member{Name: "was", JSON: []byte(`"(could not be read)"`)})
	}
	for _, list := range []struct {
		name  string
		names []string
	}{{"unchanged", r.unchanged}, {"cleared", r.cleared}} {
		if len(list.names) > 0 {
			more = append(more, render.Member{Name: list.name, JSON: rawjson.Encode(list.names)})
		}
	}
	if id := res.OperationID; id != "" {
		more = append(more, render.Member{Name: "operationId", JSON: rawjson.AppendString(nil, id)})
	}
	if text := r.notified(); text != "" {
		more = append(more, render.Member{Name: "notified", JSON: rawjson.AppendString(nil, text)})
	}
	named := rawjson.Repair(c.Named(ctx, c.op, res.Body, ""))
	if named.Kind() == rawjson.Missing {
		named = rawjson.Value("{}")
	}
	if r.body.Get("state").Text() == r.did() {
		named = withoutMember(named, "state")
	}
	return c.AnswerBudget.Object(w.Receipt(named, flags, first, more, r.marked))
}

// object returns members as a JSON object.
func object(members []render.Member) []byte {
	out := []byte{'{'}
	for i, m := range members {
		if i > 0 {
			out = append(out, ',')
		}
		out = append(append(rawjson.AppendString(out, m.Name), ':'), m.JSON...)
	}
	return append(out, '}')
}

// deeds are the words for what a call did, by the first word of its tool.
var deeds = map[string]string{
	"create": "created", "update": "updated", "delete": "deleted", "add": "added", "remove": "removed", "attach": "attached", "detach": "detached", "block": "blocked",
	"unblock": "unblocked", "redact": "redacted", "reply": "written", "publish": "published", "unpublish": "unpublished", "refresh": "refreshed",
	"set": "set", "duplicate": "duplicated", "discard": "discarded", "import": "accepted, to be imported", "sync": "accepted, to be imported",
}

// did says what the call did. It is empty where the response says that it was not done.
func (r *receipt) did() string {
	for _, name := range flags {
		if f := r.body.Get(name); f.Kind() == rawjson.Boolean && !f.Bool() {
			return ""
		}
	}
	verb, _, _ := strings.Cut(r.op.Name, "_")
	switch {
	case verb == "upsert":
		return r.upserted()
	case verb == "create" && r.op.Overwrites && r.res.Status != http.StatusCreated: // it found one with the same external id
		return deeds["update"] + ", unless it was the same already" // the response does not tell
	case verb == "publish" && (r.body.Get("state").Text() == "scheduled" || r.body.Get("state").Text() == "draft" && r.args.Wire["scheduledDate"] != nil): // as of orbit, the answer is the object
		return "scheduled"
	}
	deed := deeds[verb]
	if deed != "added" && deed != "attached" || !r.op.Idempotent {
		return deed
	}
	return deed + ", unless it was there already" // the response is the same, and "added" alone was taken for news
}

// upserted tells a new object from a changed one: by whether it was there before, or else by the status of the response.
func (r *receipt) upserted() string {
	switch {
	case r.beside != nil && !r.beside.failed && r.beside.body != nil:
		return "updated"
	case r.res.Status == http.StatusCreated, r.op.Finds == nil && r.beside == nil: // without an id it can only make one
		return "created"
	case r.beside != nil && !r.beside.failed && r.identities() == 1:
		return "created"
	case r.op.Finds != nil && r.identities() > 1: // another identity than the one that was looked for may have found it
		return "updated"
	}
	return "created or updated"
}

// identities counts the identities of an upsert that the call gives.
func (r *receipt) identities() int {
	n := 0
	if r.op.Finds == nil {
		return n
	}
	for _, by := range r.op.Finds.By {
		if r.args.Wire[by.Argument] != nil {
			n++
		}
	}
	return n
}

// targets returns the ids of the call that the response does not show: which conversation a reply went to.
func (r *receipt) targets() []render.Member {
	shown := make([]rawjson.Value, len(r.view.WrittenColumns))
	render.Pick(r.body, r.view.WrittenColumns, shown)
	var list []render.Member
	for _, name := range r.op.Input.Shape().Names {
		id := asText(r.args.Wire[name])
		isTarget := slices.Contains(r.op.holes(), name) || isID(name) && r.op.About != ""
		same := func(v rawjson.Value) bool { return string(v.Bare()) == id }
		if !isTarget || id == "" || same(r.body.Get("id")) || same(r.body.Get(name)) || slices.ContainsFunc(shown, same) || r.beside != nil && same(r.beside.body.Get("id")) {
			continue
		}
		list = append(list, render.Member{Name: name, JSON: rawjson.Encode(r.args.Wire[name])})
	}
	return list
}

// asText returns a text or a number as text, and an empty text for anything else.
func asText(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	}
	return ""
}

// about returns the object that the call is about, where the response does not show it: the post of a vote, the changelog that was published, what
// was deleted.
func (r *receipt) about(ctx context.Context) []render.Member {
	g := r.beside
	if g == nil || g.body == nil || r.titled() {
		return nil
	}
	w := r.writer(g.view())
	columns := slices.Clone(w.WrittenColumns)
	if !g.after || len(columns) == 0 || r.op.Output != nil {
		columns = slices.DeleteFunc(slices.Clone(w.RowColumns), func(c render.Column) bool { return !slices.Contains(identity, c.Name) })
	}
	titled := slices.ContainsFunc(titleFields, func(name string) bool { return g.body.Get(name).Text() != "" })
	columns = slices.DeleteFunc(columns, func(c render.Column) bool {
		return titled && c.Name == "excerpt" || c.Name == "id" && r.says(g.body.Get(c.Path[0]))
	})
	text, ok := w.Fields(rawjson.Repair(r.Named(ctx, g.read, g.body, "")), columns)
	if !ok {
		return nil
	}
	word := wordOf(g.read)
	if w.Customer != "" {
		r.marked = append(r.marked, word)
	}
	return []render.Member{{Name: word, JSON: text}}
}

// says reports whether the response has a value among its fields.
func (r *receipt) says(value rawjson.Value) bool {
	for _, v := range r.body.Members() {
		if bytes.Equal(v.Bare(), value.Bare()) {
			return true
		}
	}
	return false
}

// identity are the columns by which people know an object.
var identity = append(slices.Clone(titleFields), "id", "ticketNumber", "link", "author", "email", "excerpt", "questions")

// titled reports whether the response names its object.
func (r *receipt) titled() bool {
	return !r.body.Get("questions").IsEmpty() || slices.ContainsFunc(titleFields, func(name string) bool { return r.body.Get(name).Text() != "" })
}

// arguments sorts the arguments of the call by what became of them.
func (r *receipt) arguments(ctx context.Context) {
	for _, name := range r.op.Input.Shape().Names {
		value, given := r.args.Wire[name]
		switch {
		case !given, slices.Contains(r.op.holes(), name), r.isSwitch(name), isID(name) && r.op.About != "":
		default:
			r.argument(ctx, name, value)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(r.args.Wire)) { // that passed without a declaration
		if r.op.Input.Shape().Props[name] == nil {
			r.argument(ctx, name, r.args.Wire[name])
		}
	}
}

// isSwitch reports whether an argument steers the call and is not stored: whom to message, who acts, a constant.
func (r *receipt) isSwitch(name string) bool {
	if name == "actingAdminId" || r.op.ActingAdmin != nil && r.op.ActingAdmin.Need == name {
		return true
	}
	if len(r.op.Input.Shape().Props[name].Enum) == 1 {
		return true
	}
	for _, n := range r.op.Notifies {
		for condition := range strings.SplitSeq(n.When+"|"+n.Unless, "|") {
			if path, _, hasValue := strings.Cut(condition, "="); path == name && hasValue && r.body.Get(name) == nil {
				return true
			}
		}
	}
	return false
}

// argument records what became of one argument.
func (r *receipt) argument(ctx context.Context, name string, value any) {
	column, listed := r.view.StoredColumn(name)
	field := r.object.Get(column.Path[0])
	if other := name == "id" && string(field.Bare()) != asText(value); field == nil || other { // the response does not show it
		if id := asText(value); id == "" || !isID(name) || string(r.body.Get("id").Bare()) != id {
			r.sent = append(r.sent, render.Member{Name: name, JSON: r.short(name, value)})
		}
		return
	}
	members := given(value, column)
	field = withMembers(field, members)
	now, stored := r.shown(ctx, column, field)
	old, was := withMembers(r.before.Get(column.Path[0]), members), ""
	if r.before != nil {
		was = r.compare(ctx, name, cmp.Or(listed, name), column, old, field)
	}
	if value == nil && !stored {
		if !slices.Contains(r.unchanged, name) {
			r.cleared = append(r.cleared, name)
		}
		return
	}
	if !r.asSent(name, value, column, field) {
		r.asked = append(r.asked, render.Member{Name: name, JSON: r.short(name, value)})
	}
	if listed == "" {
		r.set = append(r.set, render.Member{Name: name, JSON: []byte(cmp.Or(was, string(now)))})
	}
}

// given returns the names of the members of an object that the call sent, so that only these are shown. It returns nil for any other value.
func given(value any, column render.Column) []string {
	object, ok := value.(map[string]any)
	if !ok || len(column.Path) > 1 {
		return nil
	}
	names := make([]string, 0, len(object))
	for name := range object {
		names = append(names, name)
	}
	return names
}

// withMembers returns an object with these members alone. It returns any other value unchanged.
func withMembers(v rawjson.Value, members []string) rawjson.Value {
	if members == nil || v.Kind() != rawjson.Object {
		return v
	}
	out := []byte{'{'}
	for name, member := range v.Members() {
		if !slices.Contains(members, name) {
			continue
		}
		if len(out) > 1 {
			out = append(out, ',')
		}
		out = append(append(rawjson.AppendString(out, name), ':'), member...)
	}
	return append(out, '}')
}

// withoutMember returns an object without a member.
func withoutMember(v rawjson.Value, name string) rawjson.Value {
	var rest []string
	for member := range v.Members() {
		if member != name {
			rest = append(rest, member)
		}
	}
	return withMembers(v, append(rest, ""))
}

// nothing is shown for a field that is empty.
var nothing = []byte(`"(none)"`)

// shown returns the value of a column as the answer shows it. stored is false for an empty one.
func (r *receipt) shown(ctx context.Context, column render.Column, field rawjson.Value) (text []byte, stored bool) {
	if field.IsEmpty() {
		return nothing, false
	}
	field = r.namedField(ctx, column, field)
	w := r.writer(r.view)
	text, ok := w.AppendField(nil, field, column)
	r.leftOut += w.Taken().Characters
	if !ok {
		return nothing, false
	}
	return text, true
}

// namedField replaces the ids in a field by names.
func (r *receipt) namedField(ctx context.Context, column render.Column, field rawjson.Value) rawjson.Value {
	wrapped := append(append(append([]byte(`{`), rawjson.AppendString(nil, column.Path[0])...), ':'), field...)
	return rawjson.Value(r.Named(ctx, r.op, append(wrapped, '}'), "full")).Get(column.Path[0])
}

// compare records what a field was before. For a long text it returns the new one from where the two begin to differ, as JSON.
func (r *receipt) compare(ctx context.Context, name, label string, column render.Column, old, now rawjson.Value) (from string) {
	w := r.writer(r.view)
	a, _ := w.AppendField(nil, old, column.Whole())
	b, _ := w.AppendField(nil, now, column.Whole())
	if bytes.Equal(bytes.TrimSpace(a), bytes.TrimSpace(b)) {
		r.unchanged = append(r.unchanged, name)
		return ""
	}
	text, stored := r.shown(ctx, column, old)
	if stored && r.isText(column, old, now) {
		before, after := around(rawjson.Value(a).Text(), rawjson.Value(b).Text())
		text, from = rawjson.AppendString(nil, before), string(rawjson.AppendString(nil, after))
	}
	r.was = append(r.was, render.Member{Name: label, JSON: text})
	return from
}

// isText reports whether both values are texts of which the answer shows only the beginning.
func (r *receipt) isText(column render.Column, old, now rawjson.Value) bool {
	return len(column.Path) == 1 && old.Kind() == rawjson.String && now.Kind() == rawjson.String && len(old)+len(now) > render.GistLength
}

// short returns the beginning of an argument, without secrets.
func (r *receipt) short(name string, value any) []byte {
	value = (&rehearsal{secret: secretFields(r.op)}).withhold(name, value)
	text, ok := r.writer(nil).AppendField(nil, rawjson.Encode(value), render.Few(name))
	if !ok {
		return nothing
	}
	return text
}

// asSent reports whether a field has the value that the call sent, as far as the two can be compared: Featurebase ignores some values without
// a word, such as the state of a new changelog.
func (r *receipt) asSent(name string, value any, column render.Column, field rawjson.Value) bool {
	if r.view.IsHTML(column) {
		return true
	}
	switch value := value.(type) {
	case bool:
		return field.Kind() != rawjson.Boolean || field.Bool() == value
	case json.Number:
		return field.Kind() != rawjson.Number || sameNumber(string(field), value.String())
	case string:
		if id, known := valueOf(name, members(r.object)); known && id != nil {
			return sameText(value, fmt.Sprint(id))
		}
		return len(column.Path) > 1 || field.Kind() != rawjson.String || sameText(value, field.Text())
	case []any:
		return sameNames(value, r.writer(r.view), column, field)
	default:
		return true
	}
}

func sameNumber(a, b string) bool {
	var x, y float64
	return json.Unmarshal([]byte(a), &x) == nil && json.Unmarshal([]byte(b), &y) == nil && x == y
}

// sameText compares two texts, and two times in any form.
func sameText(sent, stored string) bool {
	if strings.EqualFold(strings.TrimSpace(sent), strings.TrimSpace(stored)) {
		return true
	}
	at, err := time.Parse(time.RFC3339, stored)
	if err != nil {
		return strings.TrimRight(sent, "/") == strings.TrimRight(stored, "/")
	}
	if day, err := time.Parse(time.DateOnly, sent); err == nil {
		return at.UTC().Format(time.DateOnly) == day.Format(time.DateOnly)
	}
	of, err := time.Parse(time.RFC3339, sent)
	return err == nil && of.Equal(at)
}

// sameNames compares lists of texts in any order. Lists of anything else count as the same.
func sameNames(sent []any, w *render.Writer, column render.Column, field rawjson.Value) bool {
	text, _ := w.AppendField(nil, field, column.Whole())
	var stored []string
	if json.Unmarshal(text, &stored) != nil {
		return len(sent) > 0 || field.IsEmpty()
	}
	folded := func(list []string) []string {
		for i := range list {
			list[i] = strings.ToLower(strings.TrimSpace(list[i]))
		}
		return slices.Compact(slices.Sorted(slices.Values(list)))
	}
	var wanted []string
	for _, item := range sent {
		if s, ok := item.(string); ok {
			wanted = append(wanted, s)
		}
	}
	return len(wanted) < len(sent) || reflect.DeepEqual(folded(wanted), folded(stored))
}

// notified says who hears of the write, by the declaration. It is empty for a call that never messages anybody.
func (r *receipt) notified() string {
	if len(r.op.Notifies) == 0 {
		return ""
	}
	direct, indirect := []string{}, []string{}
	q := &inquiry{call: r.call, body: r.object}
	if r.beside != nil && r.beside.body != nil {
		q.read, q.body = r.beside.read, r.beside.body
	} else if r.op.Output != nil {
		q.read = r.op
	}
	if q.read == nil {
		q.body = nil
	}
	for _, n := range r.op.notices(r.args.Wire) {
		if n.Indirect {
			indirect = append(indirect, n.To)
			continue
		}
		direct = append(direct, n.To+q.count(n.Count))
	}
	text := "nobody (no e-mail)"
	if len(direct) > 0 {
		text = strings.Join(direct, "; ")
	}
	if len(indirect) > 0 {
		text += "; Featurebase may tell " + strings.Join(indirect, "; ")
	}
	return text
}
