package engine

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"

	"featurebase-mcp/client"
	"featurebase-mcp/internal/input"
	"featurebase-mcp/internal/names"
	"featurebase-mcp/internal/render"
)

// Ref declares that a field holds the id of an object of a kind, so that a name is accepted in its place.
type Ref struct {
	Kind  *names.Kind
	When  string // the condition for it, as in Rule.When; empty: always
	Keys  bool   // it is an object with such ids as keys, and each key has a name and perhaps options, as custom fields have
	Slugs bool   // the API takes a slug here by itself, so that only an address is looked up
	Or    *Ref   // what it holds where When does not hold; nil: nothing with a name
}

// in returns the reference that holds for a call with these arguments, or false.
func (r Ref) in(wire map[string]any) (Ref, bool) {
	for at := &r; at != nil; at = at.Or {
		if at.When == "" || input.Holds(at.When, wire) {
			return *at, true
		}
	}
	return r, false
}

// Refs are the references of a toolset or an operation, by field: an argument at any depth or a field of filters, and for a toolset also a
// field of answers.
type Refs map[string]Ref

// refs are the references of one operation.
type refs struct {
	Arguments Refs
	answers   []names.Field
}

// refsOf joins the references of an operation with those of its toolset.
func refsOf(set *Toolset, op *Operation) refs {
	of := refs{Arguments: Refs{}}
	maps.Copy(of.Arguments, set.Refs)
	for _, shown := range []Refs{set.Refs, set.AnswerRefs} {
		for field, ref := range shown {
			if ref.Kind.Links == nil || ref.Kind.Links.Seek == nil { // others are too many for the names of some to be known
				of.answers = append(of.answers, names.FieldOf(field, ref.Kind))
			}
		}
	}
	maps.Copy(of.Arguments, op.Refs)
	return of
}

// Kind returns the kind with this word among those that have a list, or nil.
func (inv *Inventory) Kind(word string) *names.Kind {
	if i := slices.IndexFunc(inv.kinds, func(k *names.Kind) bool { return k.Word == word && k.List != "" }); i >= 0 {
		return inv.kinds[i]
	}
	return nil
}

// Lister returns the name of the operation that lists the objects of a kind. word is the word of the kind, such as "board". It is empty for
// an unknown word.
func (inv *Inventory) Lister(word string) string {
	if k := inv.Kind(word); k != nil {
		return k.List
	}
	return ""
}

// kindOf returns the kind that an argument refers to, by the argument's name: statusId of a ticket is a ticketStatusId, and parentCommentId
// is a commentId. It returns nil where the name does not tell the kind, as for a plain id.
func (inv *Inventory) kindOf(op *Operation, name string) *names.Kind {
	name = strings.TrimSuffix(name[strings.LastIndexByte(name, '.')+1:], "s")
	if name == "id" {
		return nil
	}
	if k := inv.byID[strings.TrimSuffix(inv.toolset(op), "s")+strings.ToUpper(name[:1])+name[1:]]; k != nil {
		return k
	}
	var kind *names.Kind
	longest := 0
	for known, k := range inv.byID {
		if len(known) > longest && strings.HasSuffix(strings.ToLower(name), strings.ToLower(known)) {
			kind, longest = k, len(known)
		}
	}
	return kind
}

// ListRequest returns the request for the list of a kind, from which its names are known.
func (inv *Inventory) ListRequest(k *names.Kind) (client.Request, error) {
	op, args := inv.Lookup(k.List), map[string]any{}
	maps.Copy(args, k.Order)
	if op.Input.Shape().Props[input.LimitArg] != nil {
		args[input.LimitArg] = json.Number(strconv.Itoa(PageSize))
	}
	return requestOf(op, args)
}

// Request returns the request of an operation. arguments are in the API's form.
func (inv *Inventory) Request(operation string, arguments map[string]any) (client.Request, error) {
	return requestOf(inv.Lookup(operation), arguments)
}

// shown returns the fields with ids that the answer shows, so that no name is looked up in vain.
func (inv *Inventory) shown(op *Operation, list bool, detail string) []names.Field {
	fields := inv.refs[op.Name].answers
	v := op.Output
	if v == nil || len(fields) == 0 {
		return fields
	}
	v.Parse()
	columns := v.RowColumns
	if !list {
		columns = v.WrittenColumns
	}
	if detail == "full" || len(columns) == 0 || !list && op.Effect == Read {
		return fields
	}
	var shown []names.Field
	for _, f := range fields {
		if slices.ContainsFunc(columns, func(c render.Column) bool { return c.Path[0] == f.Name }) {
			shown = append(shown, f)
		}
	}
	return shown
}

// Labels returns the names of the keys of custom fields in a response of an operation, where they are available in time.
func (env Env) Labels(ctx context.Context, op *Operation, body []byte) render.Labels {
	if env.Names == nil {
		return nil
	}
	var labels render.Labels
	for field, ref := range env.Inventory.refs[op.Name].Arguments {
		if !ref.Keys || !bytes.Contains(body, []byte(`"`+field+`":{"`)) {
			continue
		}
		env.Names.Complete(ctx, []*names.Kind{ref.Kind})
		list, _ := env.Names.Known(ref.Kind)
		if list == nil {
			continue
		}
		labels = render.Labels{}
		for _, t := range list.Things {
			label := render.Label{Name: t.Name, Options: map[string]string{}}
			if list.Named(t.Name) > 1 {
				label.Name += " (" + t.ID + ")"
			}
			for _, o := range t.Options {
				label.Options[o.ID] = o.Label
			}
			labels[t.ID] = label
		}
	}
	return labels
}

// Named replaces ids by names in a response of an operation, where they are available in time.
func (env Env) Named(ctx context.Context, op *Operation, body []byte, detail string) []byte {
	return env.Names.Replace(ctx, body, func(list bool) []names.Field { return env.Inventory.shown(op, list, detail) })
}
