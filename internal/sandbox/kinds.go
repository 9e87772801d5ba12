package sandbox

import (
	"maps"
	"slices"
	"strings"
	"sync"

	"featurebase-mcp/internal/contract"
	"featurebase-mcp/internal/sandbox/store"
)

// kind is one row of the table of kinds. What a row leaves out is done the generic way.
type kind struct {
	name  string            // as the objects say themselves
	title string            // in messages
	path  string            // where the collection lives
	isID  func(string) bool // form of the ids; nil for any
	// bySlug says that a path may name an object by its slug as well.
	bySlug bool

	// lookup finds the object that a path names where paths do not name objects by id.
	lookup func(all *store.Collection, name string) object
	// render completes a shown object with what is kept elsewhere; shown already has the defaults of the contract
	// and the plain fields of stored.
	render func(c *call, shown, stored object)
	// whole adds what only a single object is shown with.
	whole func(c *call, shown, stored object)
	// found shows an object as a search does, where that differs from a list; score is 0 without full text.
	found func(c *call, stored object, score float64) object
	// keep narrows a list by the query.
	keep func(c *call) (func(object) bool, error)
	// order sorts a list by the query.
	order func(c *call) ordering

	// fields reads search and sort fields that are not plain fields of the object.
	fields map[string]func(c *call, o object) any
	// texts are what full-text search looks at.
	texts func(object) (title, content string)
	// sort is the order of a search that names none.
	sort string

	// start fills an object that is being created, before the body is applied.
	start func(c *call, draft object)
	// set applies body fields that are not simply stored under their own name.
	set map[string]setter
	// check looks at a draft once all of its fields are set, for what no field can tell alone.
	check func(c *call, draft object) error
	// made runs after an object was created, changed after it was updated, gone before it is removed.
	made    func(c *call, o object)
	changed func(c *call, before, after object)
	gone    func(c *call, o object)
}

// setter checks the value of a body field and puts it into a draft. What creates other objects waits in c.later
// until all fields have been checked.
type setter func(c *call, draft object, value any) error

// kindTable is every kind that has a collection of its own in the API.
type kindTable []*kind

func newKindTable() kindTable {
	return kindTable{
		{name: "board", title: "board", path: "/v2/boards", isID: store.IsObjectID},
		{name: "post_status", title: "post status", path: "/v2/post_statuses", isID: store.IsObjectID},
		{name: "custom_field", title: "custom field", path: "/v2/custom_fields", isID: store.IsObjectID},
		posts(),
		comments(),
		contacts(),
		companies(),
		webhooks(),
		auditLog(),
		{name: "admin_role", title: "admin role", path: "/v2/admins/roles", isID: store.IsObjectID}, // before admins, whose path holds theirs
		{name: "admin", title: "admin", path: "/v2/admins", isID: store.IsObjectID, render: renderAdmin},
		{name: "team", title: "team", path: "/v2/teams", isID: store.IsObjectID},
		{name: "brand", title: "brand", path: "/v2/brands", isID: store.IsObjectID, order: func(*call) ordering { return byField("createdAt", false) }},
		conversations(),
		conversationTags(),
		{name: "conversation_attribute", title: "conversation attribute", path: "/v2/conversation_attributes", keep: keepConversationAttributes},
		{name: "ticket_category", title: "ticket category", path: "/v2/tickets/categories", isID: store.IsObjectID},
		{name: "ticket_status", title: "ticket status", path: "/v2/tickets/statuses", isID: store.IsObjectID},
		{name: "ticket_custom_field", title: "ticket custom field", path: "/v2/tickets/custom_fields", isID: store.IsObjectID},
		tickets(), // after those whose paths begin with its own
		changelogs(),
		helpCenters(),
		collections(),
		articles(),
		redirectRules(),
		surveys(),
	}
}

// named returns the kind of this name. There must be one.
func (t kindTable) named(name string) *kind {
	return t[slices.IndexFunc(t, func(k *kind) bool { return k.name == name })]
}

// holding returns the kind whose collection holds the path, or nil.
func (t kindTable) holding(path string) *kind {
	for _, k := range t {
		if rest, ok := strings.CutPrefix(path, k.path); ok && (rest == "" || rest[0] == '/') {
			return k
		}
	}
	return nil
}

// idForm returns the form that a path parameter must have, or nil for any.
func (k *kind) idForm(parameter string) func(string) bool {
	if parameter == "id" {
		return k.isID
	}
	return nil
}

// shown returns an object as the API shows it.
func (c *call) shown(k *kind, stored object) object {
	out := c.defaults.of(k)
	for key, value := range stored {
		if !strings.HasPrefix(key, "_") {
			out[key] = value
		}
	}
	if k.render != nil {
		k.render(c, out, stored)
	}
	return out
}

// templates makes the smallest valid object of a kind from the contract, so that a stored object only holds what
// differs.
type templates struct {
	document *contract.Document
	byKind   *sync.Map // kind name -> object
}

func newTemplates(document *contract.Document) templates {
	return templates{document: document, byKind: &sync.Map{}}
}

// of returns a fresh top level over shared, read-only parts.
func (t templates) of(k *kind) object {
	made, ok := t.byKind.Load(k.name)
	if !ok {
		made = object{}
		for _, op := range t.document.Operations() {
			if op.Method == "GET" && op.Path == k.path+"/{id}" {
				made = t.blank(op.Success)
			}
		}
		t.byKind.Store(k.name, made)
	}
	template, _ := made.(object)
	return maps.Clone(template)
}

// blank returns the emptiest value that a schema allows: null before anything else, then the constant, the first of
// an enum, nothing of a list, only what is required of an object.
func (t templates) blank(schema object) any {
	schema = t.document.Resolve(schema)
	if alternatives := list(schema, "anyOf"); len(alternatives) > 0 {
		for _, alternative := range alternatives {
			if option, _ := alternative.(object); option["type"] == "null" {
				return nil
			}
		}
		first, _ := alternatives[0].(object)
		return t.blank(first)
	}
	if constant, ok := schema["const"]; ok {
		return constant
	}
	if options := list(schema, "enum"); len(options) > 0 {
		return options[0]
	}
	switch schema["type"] {
	case "string":
		return ""
	case "number", "integer":
		return 0.0
	case "boolean":
		return false
	case "array":
		return []any{}
	case "object":
		out := object{}
		properties, _ := schema["properties"].(object)
		for _, name := range list(schema, "required") {
			key, _ := name.(string)
			property, _ := properties[key].(object)
			out[key] = t.blank(property)
		}
		return out
	}
	return nil // a list of types, which in the contract always has null
}
