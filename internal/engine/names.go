package engine

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"featurebase-mcp/internal/input"
	"featurebase-mcp/internal/legible"
	"featurebase-mcp/internal/markup"
	"featurebase-mcp/internal/names"
	"featurebase-mcp/internal/nearest"
	"featurebase-mcp/internal/render"
)

// contains reports whether a list of words, separated by spaces, has this one.
func contains(words, word string) bool {
	for w := range strings.FieldsSeq(words) {
		if w == word {
			return true
		}
	}
	return false
}

// mention is one value among the arguments that may be a name. Put replaces it by an id.
type mention struct {
	Kind  *names.Kind
	path  string
	value string
	slugs bool // the API takes a slug here
	Put   func(id string)
	fit   func(names.Thing) // spells the options of a custom field as the organization does; nil for anything else
}

// mentions returns the values that may be names, at any depth: in fields, in lists, in filters.
func (inv *Inventory) mentions(op *Operation, wire map[string]any) []mention {
	f := &mentionFinder{fields: inv.refs[op.Name].Arguments, wire: wire}
	if len(f.fields) > 0 {
		f.object(op.Input.Shape(), "", wire)
	}
	return f.found
}

type mentionFinder struct {
	fields Refs
	wire   map[string]any
	found  []mention
}

// object searches the declared fields of an object. It skips free objects whose keys have no names.
func (f *mentionFinder) object(sh *input.Shape, path string, object map[string]any) {
	for _, name := range sh.Names {
		at, prop := input.JoinPath(path, name), sh.Props[name]
		switch v := object[name].(type) {
		case map[string]any:
			if r := f.fields[name]; r.Keys {
				f.keys(r, at, v)
			} else if prop.Tag.Get("filters") != "" {
				f.clauses(at, v)
			} else if prop.Props != nil {
				f.object(prop, at, v)
			}
		default:
			f.field(name, at, object, name)
		}
	}
}

// clauses searches filters, which Check has wrapped into a group.
func (f *mentionFinder) clauses(path string, group map[string]any) {
	list, _ := group["value"].([]any)
	for i, item := range list {
		c, _ := item.(map[string]any)
		name, _ := c["field"].(string)
		if stem, key, open := strings.Cut(name, "."); open && f.fields[stem].Keys {
			f.found = append(f.found, mention{
				Kind: f.fields[stem].Kind, path: fmt.Sprintf("%s[%d].field", path, i), value: key,
				Put: func(id string) { c["field"] = stem + "." + id }, fit: func(t names.Thing) { c["value"] = fitted(t, c["value"]) },
			})
			continue
		}
		f.field(name, fmt.Sprintf("%s[%d] (%s)", path, i, name), c, "value")
	}
}

// keys searches an object whose keys are ids, such as custom fields.
func (f *mentionFinder) keys(r Ref, path string, object map[string]any) {
	for _, key := range slices.Sorted(maps.Keys(object)) {
		name := key
		f.found = append(f.found, mention{
			Kind: r.Kind, path: input.JoinPath(path, key), value: key,
			Put: func(id string) {
				value := object[name]
				delete(object, name)
				name, object[id] = id, value
			},
			fit: func(t names.Thing) { object[name] = fitted(t, object[name]) },
		})
	}
}

// fitted spells the options among the values of a custom field as the organization does.
func fitted(field names.Thing, value any) any {
	switch v := value.(type) {
	case string:
		return field.Option(v)
	case []any:
		for i := range v {
			v[i] = fitted(field, v[i])
		}
	}
	return value
}

// field records the value of one field, or each item of a list.
func (f *mentionFinder) field(name, path string, object map[string]any, key string) {
	r, ok := f.fields[name]
	if !ok {
		return
	}
	if r, ok = r.in(f.wire); !ok {
		return
	}
	switch v := object[key].(type) {
	case string:
		f.found = append(f.found, mention{r.Kind, path, v, r.Slugs, func(id string) { object[key] = id }, nil})
	case []any:
		for i, item := range v {
			if s, ok := item.(string); ok {
				f.found = append(f.found, mention{r.Kind, fmt.Sprintf("%s[%d]", path, i), s, r.Slugs, func(id string) { v[i] = id }, nil})
			}
		}
	}
}

// resolve replaces the names among the arguments by ids. It returns the final answer if a name cannot be resolved; then nothing is sent.
func (c *call) resolve(ctx context.Context) *answer {
	var named []mention
	for _, m := range c.Inventory.mentions(c.op, c.args.Wire) {
		if id, ok := m.Kind.IDOf(m.value); ok {
			m.Put(id)
			continue
		}
		if m.slugs && !input.IsLink(m.value) || m.fit != nil && c.Names == nil {
			continue
		}
		named = append(named, m)
		if !sought(m.Kind) {
			c.Names.Ask(ctx, m.Kind) // starts the lists of all kinds at once
		}
	}
	var p input.Problems
	for _, m := range named {
		if sought(m.Kind) {
			if end := c.seek(ctx, m, &p); end != nil {
				return end
			}
			continue
		}
		found, dir, err := c.Names.Find(ctx, m.Kind, m.value)
		switch {
		case err != nil:
			what := c.op.Name + " sent nothing, since the " + m.Kind.Plural + " could not be listed to look up " + input.Show(m.value)
			a := c.of(c.Inventory.Lookup(m.Kind.List), nil).failed(what, err)
			return &a
		case len(found) == 1:
			m.Put(found[0].ID)
			if m.fit != nil {
				m.fit(found[0])
			}
		case len(found) == 0 && m.fit != nil && m.Kind.Loose && !strings.Contains(strings.TrimSpace(m.value), " "): // an id that is in no list, such as an archived one
		default:
			p.Add(m.path, c.refusal(m.Kind, m.value, found, dir))
		}
	}
	if p.Any() {
		a := refused(p.Err(c.op.Name))
		return &a
	}
	return nil
}

// refusal explains why a name does not identify one object, and what would. It lists the names that exist only if the caller may read the
// list.
func (c *call) refusal(k *names.Kind, name string, found []names.Thing, dir *names.List) string {
	const most = 20
	told := c.reads(k.List)
	mask := func(email string) string {
		if c.MaskEmails && !k.ByEmail {
			return legible.MaskEmails(email)
		}
		return email
	}
	switch {
	case strings.TrimSpace(name) == "":
		return "empty: give the name or the id of a " + k.Word + ", or leave it out"
	case !told && len(found) > 1:
		return fmt.Sprintf("%d %s are called %s; give the id of one", len(found), k.Plural, input.Show(name))
	case !told:
		return fmt.Sprintf("no %s is called %s; give the id (%s, which lists them, is switched off)", k.Word, input.Show(name), k.List)
	case len(found) > 1:
		list := make([]string, 0, most)
		for _, t := range found[:min(len(found), most)] {
			list = append(list, strings.TrimSpace(t.ID+" "+mask(t.Email)))
		}
		return fmt.Sprintf("%d %s are called %s; give the id of one: %s", len(found), k.Plural, input.Show(name), strings.Join(list, ", "))
	case len(dir.Things) == 0 && dir.Cut:
		return fmt.Sprintf("no %s is called %s, as far as %s could be listed; give the id", k.Word, input.Show(name), k.Plural)
	case len(dir.Things) == 0:
		return fmt.Sprintf("no %s is called %s: there are none", k.Word, input.Show(name))
	}
	known := shownNames(dir, &render.Writer{View: &render.PlainView, Mask: c.MaskEmails && !k.ByEmail})
	text := fmt.Sprintf("no %s is called %s", k.Word, input.Show(name))
	if dir.Cut {
		text = fmt.Sprintf("none of the first %d %s is called %s", len(known), k.Plural, input.Show(name))
	}
	if near := nearest.Name(name, known); near != "" {
		text += fmt.Sprintf("; did you mean %q? Valid: ", near)
	} else {
		text += "; valid: "
	}
	text += strings.Join(known[:min(len(known), most)], ", ")
	if more := len(known) - most; more > 0 {
		text += fmt.Sprintf(" and %d more (%s)", more, k.List)
	}
	return text
}

// shownNames returns the names of a list, in the order of the API, as a sentence can list them: cleaned like all text from the API, short, and in
// quotes where punctuation would blur their limits.
func shownNames(list *names.List, w *render.Writer) []string {
	const longest = 80 // characters of a name
	shown := make([]string, len(list.Things))
	for i, t := range list.Things {
		name := cmp.Or(strings.TrimSpace(t.Name), t.Email)
		name = markup.PlainExcerpt(legible.OneLine(w.Words(name)), longest)
		if strings.ContainsAny(name, ",;:.") {
			name = input.Show(name)
		}
		shown[i] = name
	}
	return shown
}
