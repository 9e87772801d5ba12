package engine

import (
	"bytes"
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
	"featurebase-mcp/internal/input"
	"featurebase-mcp/internal/legible"
	"featurebase-mcp/internal/markup"
	"featurebase-mcp/internal/names"
	"featurebase-mcp/internal/nearest"
	"featurebase-mcp/internal/rawjson"
	"featurebase-mcp/internal/render"
)

// Prepared is a write that is not sent yet. Its arguments have passed every check that a call of its own would pass.
type Prepared struct {
	c      *call
	req    client.Request
	object map[string]any // the object that it is about, as it is now; nil where it was not read
	read   *Operation     // the read that showed it
	looked bool           // the object was looked for
}

// trail names the plan that a write belongs to, in the audit log.
type trail struct {
	plan string
	row  int
}

// Prepare takes a write through the steps of a call up to its request: the selection of tools, the checks, the acting admin, ids for names,
// what the server forbids. The text is the refusal, in words for a model.
func (j *Job) Prepare(ctx context.Context, tool string, raw []byte) (*Prepared, string) {
	op, problem := j.writeNamed(tool)
	if problem != "" {
		return nil, problem
	}
	ctx, let := client.Holding(ctx) // what is read on the way is not kept: a plan has up to 200 writes
	defer let()
	p := &Prepared{c: j.Env.call(op)}
	end := p.c.ready(ctx, raw)
	if end == nil {
		p.req, end = p.c.request(ctx)
		p.c.current = nil
	}
	if end != nil {
		return nil, short(tool, end.Text)
	}
	return p, ""
}

// Again prepares a write whose arguments are in the API's form, with ids in the place of names. What the server forbids is checked again,
// because its configuration may have changed.
func (j *Job) Again(tool string, wire map[string]any) (*Prepared, string) {
	op, problem := j.writeNamed(tool)
	if problem != "" {
		return nil, problem
	}
	p := &Prepared{c: j.of(op, wire)}
	if end := p.c.forbidden(); end != nil {
		return nil, short(tool, end.Text)
	}
	var err error
	if p.req, err = requestOf(op, wire); err != nil {
		return nil, err.Error()
	}
	return p, ""
}

// writeNamed returns the write of that name, or the words for a name that cannot stand in a plan.
func (j *Job) writeNamed(tool string) (*Operation, string) {
	op := j.Inventory.Lookup(tool)
	switch {
	case op == nil:
		var all []string
		for _, known := range j.Inventory.Endpoints() {
			if known.Effect != Read {
				all = append(all, known.Name)
			}
		}
		if near := nearest.Name(tool, all); near != "" {
			return nil, fmt.Sprintf("no tool is called %s; did you mean %s?", input.Show(tool), near)
		}
		return nil, "no tool is called " + input.Show(tool)
	case op.Run != nil || op.Effect == Read:
		return nil, tool + " is not one write: a plan has writes alone; call it by itself"
	}
	if off := j.off(tool); off != "" {
		return nil, tool + " is switched off by " + off + "; only the user can change that"
	}
	return op, ""
}

// short leaves out of a refusal that nothing was sent, which goes without saying in a plan.
func short(tool, text string) string {
	for _, begin := range []string{tool + " sent nothing: ", tool + " sent nothing, ", tool + ": ", tool + " "} {
		if rest, ok := strings.CutPrefix(text, begin); ok {
			text = rest
			break
		}
	}
	return legible.OneLine(text)
}

// Operation returns the declaration of the write.
func (p *Prepared) Operation() *Operation { return p.c.op }

// Wire returns the arguments in the API's form.
func (p *Prepared) Wire() map[string]any { return p.c.args.Wire }

// NeedsYes reports whether the user would be asked about the write if it came alone.
func (p *Prepared) NeedsYes() bool {
	return p.c.Confirm != nil && p.c.Confirm.needed(p.c.op, p.c.args.Wire)
}

// IsFinal reports whether no other call undoes the write.
func (p *Prepared) IsFinal() bool { return p.c.op.isFinal() }

// Because returns the sentences for people that say why the write is asked about.
func (p *Prepared) Because() []string {
	var because []string
	for _, a := range p.c.op.asked(p.c.args.Wire) {
		because = append(because, a.Because)
	}
	return because
}

// Reached is whom a write messages.
type Reached struct {
	To     string // words that follow "This messages"
	Count  int    // how many; -1 where that is not known
	Itself bool   // Featurebase messages them by itself
}

// Reaches returns whom the write messages. Look first: some counts are fields of the object.
func (p *Prepared) Reaches() []Reached {
	var all []Reached
	for _, n := range p.c.op.notices(p.c.args.Wire) {
		r := Reached{n.To, -1, n.Indirect}
		if n.Count != "" {
			for _, object := range []map[string]any{p.c.args.Wire, p.object} {
				switch v := object[n.Count].(type) {
				case []any:
					r.Count = len(v)
				case nil:
				default:
					r.Count = input.Integer(v)
				}
				if r.Count >= 0 {
					break
				}
			}
		}
		all = append(all, r)
	}
	return all
}

// Objects returns what the write touches: the object at its path and the one that About names. Writes that share one must keep their order.
func (p *Prepared) Objects() []string {
	var keys []string
	if path := firstObject(p.req.Path, p.c.op.Path); path != "" {
		keys = append(keys, path)
	}
	if read, args := p.c.Inventory.subject(p.c.op, p.c.args.Wire); read != nil {
		if req, err := requestOf(read, args); err == nil && !slices.Contains(keys, req.Path) {
			keys = append(keys, req.Path)
		}
	}
	if f := p.c.op.Finds; f != nil {
		for _, by := range f.By {
			if id, _ := p.c.args.Wire[by.Argument].(string); id != "" {
				keys = append(keys, p.c.op.Path+" "+by.Argument+" "+strings.ToLower(id))
			}
		}
	}
	return keys
}

// firstObject returns a path up to the first part that holds an id.
func firstObject(path, declared string) string {
	parts := strings.Split(path, "/")
	for i, part := range strings.Split(declared, "/") {
		if _, ok := hole(part); ok && i < len(parts) {
			return strings.Join(parts[:i+1], "/")
		}
	}
	return ""
}

// Source is the read that shows the object of a write: equal sources are read once.
type Source struct {
	read *Operation
	args map[string]any
	Key  string
}

// Source returns the read of the object of the write. It is empty where there is none, or where the caller may not read it.
func (p *Prepared) Source() Source {
	read, args := p.c.Inventory.subject(p.c.op, p.c.args.Wire)
	if read == nil || !p.c.reads(read.Name) {
		return Source{}
	}
	checked, err := readArguments(read, rawjson.Encode(args))
	if err != nil {
		return Source{} // the read does not take the id, such as a slug
	}
	req, err := requestOf(read, checked.Wire)
	if err != nil {
		return Source{}
	}
	return Source{read, checked.Wire, req.Path}
}

// Wants returns the fields of the object that a plan needs to know. Objects are kept without the others: 200 conversations with all of their
// messages would fill the memory.
func (p *Prepared) Wants() []string {
	wants := append(slices.Clone(identifying), "updatedAt")
	for name := range members(p.req.Body) {
		wants = append(wants, name)
		if inner, ok := strings.CutSuffix(name, "Id"); ok {
			wants = append(wants, inner)
		}
	}
	if field, _, ok := strings.Cut(p.c.op.Holds, "."); ok {
		wants = append(wants, field)
	}
	for _, n := range p.c.op.Notifies {
		wants = append(wants, n.Count)
	}
	if f := p.c.op.Finds; f != nil {
		for _, by := range f.By {
			wants = append(wants, by.Field)
		}
	}
	return wants
}

// identifying are the fields that name an object to people.
var identifying = append(slices.Clone(titleFields), "email", "userId", "companyId")

// only decodes some fields of an object.
func only(object rawjson.Value, wants []string) map[string]any {
	kept := map[string]any{}
	for name, value := range object.Members() {
		if slices.Contains(wants, name) {
			if v, err := rawjson.Decode(bytes.Clone(value)); err == nil {
				kept[name] = v
			}
		}
	}
	return kept
}

// Read reads those fields of the object of a source. missing is what to say of a write whose object does not exist or may not be read; other failures say that
// nothing is known.
func (j *Job) Read(ctx context.Context, s Source, wants []string) (object map[string]any, missing string, err error) {
	ctx, let := client.Holding(ctx)
	defer let()
	body, err := j.readSource(ctx, s)
	if isNotFound(err) && s.read.draftsOnDemand() {
		draft := maps.Clone(s.args)
		draft["state"] = "draft"
		body, err = j.readSource(ctx, Source{s.read, draft, s.Key})
	}
	switch {
	case isNotFound(err) || isRefused(err):
		return nil, short(s.read.Name+" failed", j.of(s.read, s.args).failed(s.read.Name+" failed", err).Text), nil
	case err != nil:
		return nil, "", err
	}
	return only(rawjson.Repair(body), wants), "", nil
}

func (j *Job) readSource(ctx context.Context, s Source) ([]byte, error) {
	req, err := requestOf(s.read, s.args)
	if err != nil {
		return nil, err
	}
	res, err := j.send(ctx, req)
	if err != nil {
		return nil, err
	}
	return res.Body, nil
}

// See gives the write its object, as it was read from its source; nil where there is none.
func (p *Prepared) See(s Source, object map[string]any) {
	p.read, p.object, p.looked = s.read, object, true
}

// Seen reports whether the object was looked for: if it has none, there is none.
func (p *Prepared) Seen() bool { return p.looked }

// IsNew reports whether an upsert makes a new object.
func (p *Prepared) IsNew() bool { return p.looked && p.object == nil && p.c.op.Finds != nil }

// Identifies reports whether a field of an upsert says which object it changes.
func (p *Prepared) Identifies(field string) bool {
	f := p.c.op.Finds
	return f != nil && slices.ContainsFunc(f.By, func(by FoundBy) bool { return by.Argument == field })
}

// Find looks for the objects of upserts of one operation by their identities, as many in one request as a page has.
func (j *Job) Find(ctx context.Context, writes []*Prepared) error {
	f := writes[0].c.op.Finds
	search := j.Inventory.Lookup(f.With)
	if !j.reads(f.With) {
		return nil // the caller may not read them, so that nothing is known
	}
	left := slices.Clone(writes)
	for n, by := range f.By {
		var values []any
		for _, p := range left {
			if id, _ := p.c.args.Wire[by.Argument].(string); id != "" && !slices.Contains(values, any(id)) {
				values = append(values, id)
			}
		}
		found, err := j.found(ctx, search, by, values, wanted(left))
		if err != nil {
			return err
		}
		left = slices.DeleteFunc(left, func(p *Prepared) bool {
			id, _ := p.c.args.Wire[by.Argument].(string)
			object := found[strings.ToLower(id)]
			if id == "" || object == nil || hasOther(object, f.By[:n], p.c.args.Wire) {
				return false
			}
			p.See(Source{read: search}, object)
			return true
		})
	}
	for _, p := range left {
		p.See(Source{read: search}, nil)
	}
	return nil
}

// wanted returns the fields that any of the writes needs to know.
func wanted(writes []*Prepared) []string {
	var wants []string
	for _, p := range writes {
		for _, name := range p.Wants() {
			if !slices.Contains(wants, name) {
				wants = append(wants, name)
			}
		}
	}
	return wants
}

// hasOther reports whether an object has one of the identities that the arguments give as well: then it is another object.
func hasOther(object map[string]any, earlier []FoundBy, wire map[string]any) bool {
	return slices.ContainsFunc(earlier, func(by FoundBy) bool {
		have, _ := object[by.Field].(string)
		return have != "" && wire[by.Argument] != nil
	})
}

// found returns the objects that have one of the values of an identity, by the value in small letters.
func (j *Job) found(ctx context.Context, search *Operation, by FoundBy, values []any, wants []string) (map[string]map[string]any, error) {
	ctx, let := client.Holding(ctx)
	defer let()
	found := map[string]map[string]any{}
	for chunk := range slices.Chunk(values, PageSize) {
		checked, err := readArguments(search, rawjson.Encode(map[string]any{
			"query": []any{map[string]any{"field": by.Filter, "operator": "IN", "value": chunk}}, input.LimitArg: PageSize,
		}))
		if err != nil {
			return nil, err
		}
		req, err := requestOf(search, checked.Wire)
		if err != nil {
			return nil, err
		}
		for page, err := range client.Pages(ctx, j.send, req, len(chunk)) {
			if err != nil {
				return nil, err
			}
			for _, item := range page.Items {
				object := only(rawjson.Repair(item), wants)
				if id, _ := object[by.Field].(string); id != "" {
					found[strings.ToLower(id)] = object
				}
			}
		}
	}
	return found, nil
}

// ShownArgument names the item that the write adds to a list, or takes from it.
func (p *Prepared) ShownArgument(most int) string {
	_, argument, _ := strings.Cut(p.c.op.Holds, "=")
	return p.Shown(argument, oneAt(argument, p.c.args.Wire), most)
}

// Title names the object in words: its title, name or address. It is empty where it was not read and no argument names it.
func (p *Prepared) Title() string {
	w := &render.Writer{View: &render.PlainView, Mask: p.c.MaskEmails}
	for _, object := range []map[string]any{p.object, p.c.args.Wire} {
		for _, field := range identifying {
			if text, _ := object[field].(string); text != "" {
				return quoted(markup.PlainExcerpt(w.Words(text), longestLabel/2), longestLabel)
			}
		}
	}
	return ""
}

// Field is one field that a write sets.
type Field struct {
	Name          string
	Before, After any
	Known         bool // the API shows the field, so Before is its value
	Same          bool // the write changes nothing in it
}

// Fields returns the fields that the write sets, with their values now where the object was read. The fields of an upsert are those of its
// arguments.
func (p *Prepared) Fields() []Field {
	if p.c.op.Holds != "" {
		return p.held()
	}
	body := members(p.req.Body)
	fields := make([]Field, 0, len(body))
	for _, name := range slices.Sorted(maps.Keys(body)) {
		f := Field{Name: name, After: body[name]}
		if p.object != nil && p.Overwrites() {
			f.Before, f.Known = valueOf(name, p.object)
		}
		if f.Known && p.listsNames(name) {
			f.Before = namesOf(f.Before)
		}
		if after, ok := f.After.(map[string]any); ok && f.Known {
			f.Before = some(f.Before, after)
		}
		f.Same = f.Known && covers(f.Before, f.After)
		fields = append(fields, f)
	}
	return fields
}

// Overwrites reports whether the fields that the write sets are fields of the object that it is about.
func (p *Prepared) Overwrites() bool { return p.c.op.Method == http.MethodPatch || p.c.op.Finds != nil }

// listsNames reports whether a field is written as a list of texts: the API shows objects with names there, such as tags.
func (p *Prepared) listsNames(field string) bool {
	sh := p.c.op.Input.Shape().Props[field]
	return sh != nil && sh.Items != nil && sh.Items.Schema.Type == "string"
}

// held returns the list of the object to which the write adds an item, or from which it takes one.
func (p *Prepared) held() []Field {
	list, path, _ := strings.Cut(p.c.op.Holds, "=")
	if list == "" || p.object == nil {
		return nil
	}
	field, key, _ := strings.Cut(list, ".")
	id := oneAt(path, p.c.args.Wire)
	items, known := p.object[field].([]any)
	if !known || id == nil {
		return nil
	}
	has := slices.ContainsFunc(items, func(item any) bool {
		object, _ := item.(map[string]any)
		return object != nil && fmt.Sprint(object[key]) == fmt.Sprint(id)
	})
	takes := p.c.op.Effect == Destroy
	return []Field{{Name: field, Before: namesOf(any(items)), Known: true, Same: has != takes, After: id}}
}

// some returns those fields of an object that another one has as well.
func some(value any, like map[string]any) any {
	object, ok := value.(map[string]any)
	if !ok {
		return value
	}
	kept := map[string]any{}
	for name := range like {
		if v, has := object[name]; has {
			kept[name] = v
		}
	}
	return kept
}

// covers reports whether an object that has the value now would not change by being given the other: an object is given single fields, and a
// list of objects with ids is added to.
func covers(now, given any) bool {
	switch given := given.(type) {
	case map[string]any:
		object, ok := now.(map[string]any)
		if !ok {
			return false
		}
		for name, value := range given {
			if !covers(object[name], value) {
				return false
			}
		}
		return true
	case []any:
		list, ok := now.([]any)
		if !ok {
			return false
		}
		if reflect.DeepEqual(list, given) {
			return true
		}
		return len(given) > 0 && !slices.ContainsFunc(given, func(item any) bool { return !hasItem(list, item) })
	case string:
		text, ok := now.(string)
		return ok && (text == given || sameTime(text, given))
	case nil:
		return now == nil
	}
	return string(rawjson.Encode(now)) == string(rawjson.Encode(given))
}

// hasItem reports whether a list has an object with the id of item that covers it. Companies of a contact go by the id of the organization's own
// system, which the API shows as companyId.
func hasItem(list []any, item any) bool {
	wanted, ok := item.(map[string]any)
	if !ok || wanted["id"] == nil {
		return false
	}
	rest := maps.Clone(wanted)
	delete(rest, "id")
	return slices.ContainsFunc(list, func(have any) bool {
		object, _ := have.(map[string]any)
		return object != nil && (object["companyId"] == wanted["id"] || object["id"] == wanted["id"]) && covers(object, rest)
	})
}

func sameTime(a, b string) bool {
	at, err := time.Parse(time.RFC3339, a)
	if err != nil {
		return false
	}
	other, err := time.Parse(time.RFC3339, b)
	return err == nil && at.Equal(other)
}

// Shown returns a value of a field for an answer: cut, cleaned, without secrets, with a name in the place of an id that is known.
func (p *Prepared) Shown(field string, value any, most int) string {
	if slices.Contains(secretFields(p.c.op, p.read), field) && value != nil {
		return render.Withheld
	}
	w := &render.Writer{View: &render.PlainView, Mask: p.c.MaskEmails}
	if text, ok := value.(string); ok {
		if ref, named := p.c.Inventory.refs[p.c.op.Name].Arguments[field]; named {
			if known, _ := p.c.Names.Known(ref.Kind); known != nil {
				if name := known.Name(text); name != "" {
					return w.Words(name)
				}
			}
		}
	}
	r := rehearsal{secret: secretFields(p.c.op, p.read)}
	text := legible.OneLine(w.Words(string(rawjson.Encode(r.withhold(field, value)))))
	return legible.Truncate(most, []rune(render.Unmark(text)))
}

// Told is Shown as people read it: a text without quotes, HTML as Markdown, texts of a list with commas between them.
func (p *Prepared) Told(field string, value any, most int) string {
	const whole = 1 << 16
	if text, ok := value.(string); ok && markup.IsHTML(text) {
		value = markup.HTMLToMarkdown(text)
	}
	shown := p.Shown(field, value, whole)
	var text string
	var list []string
	switch {
	case json.Unmarshal([]byte(shown), &text) == nil:
		shown = text
	case json.Unmarshal([]byte(shown), &list) == nil:
		shown = strings.Join(list, ", ")
	}
	return legible.Truncate(most, []rune(render.Unmark(shown)))
}

// Learn fetches the names of the ids that the writes set, for Shown.
func (j *Job) Learn(ctx context.Context, writes []*Prepared) {
	var kinds []*names.Kind
	for _, p := range writes {
		for field := range p.c.args.Wire {
			if ref, ok := j.Inventory.refs[p.c.op.Name].Arguments[field]; ok && !slices.Contains(kinds, ref.Kind) {
				kinds = append(kinds, ref.Kind)
			}
		}
	}
	j.Names.Complete(ctx, kinds)
}

// Sent is what became of a write.
type Sent struct {
	Done      bool
	Uncertain bool   // it may have been applied
	Passes    bool   // the failure passes by itself, and the write was surely not applied
	Why       string // the failure, in words for a model
	Made      string // the id of the object that it made or changed
	New       bool   // Featurebase says that it made the object
}

// Send makes the write as a row of a plan. Its trail and its metrics are those of a call of its own.
func (p *Prepared) Send(ctx context.Context, plan string, row int) Sent {
	ctx, let := client.Holding(ctx)
	defer let()
	c, start := p.c, time.Now()
	c.trail = trail{plan, row}
	var sent Sent
	outcome := panicked
	if c.Observer != nil {
		var ended func(string, int)
		ctx, ended = c.Observer.Call(ctx, c.op.Name)
		defer func() { ended(outcome, 0) }()
	}
	a := c.audited(ctx, func() (answer, []byte) {
		res, err := c.Client.Do(ctx, p.req)
		if err == nil {
			if wrong := c.misshapen(res); wrong != nil {
				err = wrong
			}
		}
		if err != nil {
			return c.failed(c.op.Name+" failed", err).masked(c.MaskEmails), nil
		}
		sent.Made, sent.New = strings.Clone(rawjson.Value(res.Body).Get("id").Text()), res.Status == http.StatusCreated
		return answer{Outcome: "ok", attempts: res.Attempts, requestID: res.RequestID}, res.Body
	})
	outcome = a.Outcome
	c.log(ctx, a, time.Since(start))
	sent.Done, sent.Uncertain = a.succeeded(), a.uncertain
	sent.Passes = !a.succeeded() && !a.uncertain && a.until == ""
	if !sent.Done {
		sent.Why = short(c.op.Name+" failed", a.Text)
	}
	return sent
}
