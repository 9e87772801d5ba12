package sandbox

import (
	"bytes"
	"cmp"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"

	"featurebase-mcp/internal/contract"
	"featurebase-mcp/internal/sandbox/store"
)

// handlerOf returns the handler of an operation: its own one, or the generic one for its method and path. It returns nil if the sandbox does
// not serve the operation.
func handlerOf(op *contract.Operation, k *kind) handler {
	if behaviour, ok := behaviours()[op.ID]; ok {
		return behaviour
	}
	if k == nil {
		return nil
	}
	switch op.Method + " " + k.under(op.Path) {
	case "GET ":
		return listAll
	case "GET /{id}":
		return get
	case "POST /search":
		return search
	case "POST ":
		return create
	case "PATCH /{id}":
		return update
	case "DELETE /{id}":
		return remove
	}
	return nil
}

// encode encodes an answer as the API does. It does not escape < and >.
func encode(answer any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(answer); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// collection returns the objects of the call's kind.
func (c *call) collection() *store.Collection { return c.store.Kind(c.kind.name) }

// target returns the object that the path names. For a kind whose paths also take slugs, a name that is neither an id nor a slug is
// malformed only if the contract lists that error.
func (c *call) target() (object, error) {
	lookup, given := c.kind.lookup, c.path["id"]
	if lookup == nil {
		lookup = (*store.Collection).Get
	}
	o := lookup(c.collection(), given)
	if o == nil && c.kind.bySlug {
		o = c.collection().Find(func(o object) bool { return o["slug"] == given })
	}
	switch {
	case o != nil:
		return o, nil
	case c.kind.bySlug && !store.IsObjectID(given) && slices.Contains(c.op.ErrorCodes, "invalid_id"):
		return nil, invalid("invalid_id", "Invalid "+c.kind.title+" ID: "+given, "id")
	}
	return nil, notFound(c.kind.title)
}

func get(c *call) (int, any, error) {
	o, err := c.target()
	if err != nil {
		return 0, nil, err
	}
	shown := c.shown(c.kind, o)
	if c.kind.whole != nil {
		c.kind.whole(c, shown, o)
	}
	return http.StatusOK, shown, nil
}

// listAll answers with a page, a bare array or an envelope with the whole list, as the contract says.
func listAll(c *call) (int, any, error) {
	objects := c.collection().All()
	if c.kind.keep != nil {
		keep, err := c.kind.keep(c)
		if err != nil {
			return 0, nil, err
		}
		objects = slices.DeleteFunc(slices.Clone(objects), func(o object) bool { return !keep(o) })
	}
	render := func(o object) object { return c.shown(c.kind, o) }
	if c.op.Pagination == "cursor-query" {
		return c.page(objects, c.kind.order(c), "list", render, nil)
	}
	all := make([]any, len(objects))
	for i, o := range objects {
		all[i] = render(o)
	}
	if c.op.Success["type"] == "array" {
		return http.StatusOK, all, nil
	}
	envelope := object{"object": "list", "data": all}
	if properties, _ := c.op.Success["properties"].(object); properties["nextCursor"] != nil {
		envelope["nextCursor"] = nil
	}
	return http.StatusOK, envelope, nil
}

// search serves all searches. The contract gives the fields and caps of each.
func search(c *call) (int, any, error) {
	wanted := text(c.body, "search")
	mode := "filter"
	if wanted != "" {
		mode = "search"
	}
	keep, err := c.filter(wanted != "")
	if err != nil {
		return 0, nil, err
	}
	var objects []object
	for _, o := range c.collection().All() {
		if keep(o) {
			objects = append(objects, o)
		}
	}
	by := c.searchOrder()
	var scores map[string]float64
	if wanted != "" {
		objects, scores = meanings().Rank(objects, wanted, c.kind.texts)
		if _, named := c.body["sort"]; !named {
			by = ordering{name: "relevance", desc: true, key: func(o object) any { return scores[text(o, "id")] }}
		}
	}
	render := func(o object) object { return c.shown(c.kind, o) }
	if c.kind.found != nil {
		render = func(o object) object { return c.kind.found(c, o, scores[text(o, "id")]) }
	}
	limit := cmp.Or(c.op.SearchTotalCap[mode], c.op.SearchTotalCap["filter"])
	return c.page(objects, by, mode, render, object{
		"totalCount":       min(len(objects), limit),
		"totalCountCapped": len(objects) >= limit,
	})
}

func (c *call) searchOrder() ordering {
	name := c.kind.sort
	if given := text(c.body, "sort"); given != "" {
		name = given
	}
	field, direction, _ := strings.Cut(name, ":")
	field = camelCase(field)
	key := func(o object) any { return o[field] }
	if read, ok := c.kind.fields[field]; ok {
		key = func(o object) any { return read(c, o) }
	}
	return ordering{name: field, desc: direction == "desc", key: key}
}

func create(c *call) (int, any, error) {
	draft := object{}
	if c.kind.start != nil {
		c.kind.start(c, draft)
	}
	if err := c.apply(draft); err != nil {
		return 0, nil, err
	}
	c.insert(c.kind, draft)
	if c.kind.made != nil {
		c.kind.made(c, draft)
	}
	return c.created(), c.shown(c.kind, draft), nil
}

// insert adds a new object of a kind. It sets the id and the times, and keeps the time of creation that a draft has.
func (c *call) insert(k *kind, draft object) {
	now := stamp(c.store.Now())
	draft["id"] = c.store.NewID(k.name)
	if draft["createdAt"] == nil {
		draft["createdAt"] = now
	}
	draft["updatedAt"] = now
	c.store.Kind(k.name).Add(draft)
}

// created returns the status of a successful create. Where the contract allows 200 and 201, it returns 201.
func (c *call) created() int {
	if c.op.SuccessStatus == "200" {
		return http.StatusOK
	}
	return http.StatusCreated
}

func update(c *call) (int, any, error) {
	o, err := c.target()
	if err != nil {
		return 0, nil, err
	}
	draft, before := maps.Clone(o), maps.Clone(o)
	if err := c.apply(draft); err != nil {
		return 0, nil, err
	}
	clear(o)
	maps.Copy(o, draft)
	o["updatedAt"] = stamp(c.store.Now())
	if c.kind.changed != nil {
		c.kind.changed(c, before, o)
	}
	return http.StatusOK, c.shown(c.kind, o), nil
}

func remove(c *call) (int, any, error) {
	o, err := c.target()
	if err != nil {
		return 0, nil, err
	}
	return http.StatusOK, c.removed(o), nil
}

// removed removes an object and returns the answer.
func (c *call) removed(o object) object {
	if c.kind.gone != nil {
		c.kind.gone(c, o)
	}
	c.collection().Remove(text(o, "id"))
	return object{"id": o["id"], "object": c.kind.name, "deleted": true}
}

// apply puts the body into a draft, in the alphabetical order of its keys, and then checks the draft as a whole. Setters replace nested values
// and never change them, because the draft shares them with the stored object: a change in place would survive a refusal.
func (c *call) apply(draft object) error {
	for _, key := range slices.Sorted(maps.Keys(c.body)) {
		value := c.body[key]
		if set, ok := c.kind.set[key]; ok {
			if err := set(c, draft, value); err != nil {
				return err
			}
		} else if value != nil { // null leaves a plain field as it is
			draft[key] = value
		}
	}
	if c.kind.check != nil {
		if err := c.kind.check(c, draft); err != nil {
			return err
		}
	}
	for _, finish := range c.later {
		finish(draft)
	}
	return nil
}
