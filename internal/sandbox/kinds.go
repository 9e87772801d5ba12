package sandbox

import (
	"maps"
	"slices"
	"strings"
	"sync"

	"featurebase-mcp/internal/contract"
	"featurebase-mcp/internal/sandbox/store"
)

// kind is a row of the table of kinds. The generic handlers use a default for each field that a row leaves out.
type kind struct {
	name  string            // the name in the store, and in the field object of answers
	title string            // the name in messages
	path  string            // of the collection
	isID  func(string) bool // checks the form of an id; nil accepts all
	// bySlug is set if paths may name an object by its slug, too.
	bySlug bool

	// lookup finds the object that a path names if paths do not name objects by id.
	lookup func(all *store.Collection, name string) object
	// render adds what other objects know of the shown object, which has the defaults of the contract and the plain fields of stored.
	render func(c *call, shown, stored object)
	// whole adds the fields that lists leave out.
	whole func(c *call, shown, stored object)
	// found shows an object in a search, if searches show other fields than lists. score is 0 without a search text.
	found func(c *call, stored object, score float64) object
	// keep narrows a list by the query.
	keep func(c *call) (func(object) bool, error)
	// order sorts a list by the query.
	order func(c *call) ordering

	// fields reads search and sort fields that are not plain fields of the object.
	fields map[string]func(c *call, o object) any
	// texts returns what full-text search reads.
	texts func(object) (title, content string)
	// sort is the order of a search that does not name one.
	sort string

	// start fills a new object before the body is applied.
	start func(c *call, draft object)
	// set has the setters of the body fields that are not stored as they are under their own name.
	set map[string]setter
	// check checks a draft after all fields are set, for rules that concern several fields.
	check func(c *call, draft object) error
	// made runs after an object was created, changed after it was updated, and gone before it is removed.
	made    func(c *call, o object)
	changed func(c *call, before, after object)
	gone    func(c *call, o object)
}

// setter checks the value of a body field and puts it into a draft. A setter that creates other objects does that in c.later, which runs after
// all fields were checked, so that a refused request creates nothing.
type setter func(c *call, draft object, value any) error

// kindTable holds the kinds that have a collection of their own in the API.
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
		{name: "admin_role", title: "admin role", path: "/v2/admins/roles", isID: store.IsObjectID}, // stands before admins, whose path is the beginning of this one
		{name: "admin", title: "admin", path: "/v2/admins", isID: store.IsObjectID, render: renderAdmin},
		{name: "team", title: "team", path: "/v2/teams", isID: store.IsObjectID},
		{name: "brand", title: "brand", path: "/v2/brands", isID: store.IsObjectID, order: func(*call) ordering { return byField("createdAt", false) }},
		conversations(),
		conversationTags(),
		{name: "conversation_attribute", title: "conversation attribute", path: "/v2/conversation_attributes", keep: keepConversationAttributes},
		{name: "ticket_category", title: "ticket category", path: "/v2/tickets/categories", isID: store.IsObjectID},
		{name: "ticket_status", title: "ticket status", path: "/v2/tickets/statuses", isID: store.IsObjectID},
		{name: "ticket_custom_field", title: "ticket custom field", path: "/v2/tickets/custom_fields", isID: store.IsObjectID},
		tickets(), // stands after the kinds whose paths begin with its path
		changelogs(),
		helpCenters(),
		collections(),
		articles(),
		redirectRules(),
		surveys(),
		trainingFiles(),
		qna(),
		apiSpecs(),
		outboundMessages(),
	}
}

// named returns the kind of this name, which must exist.
func (t kindTable) named(name string) *kind {
	return t[slices.IndexFunc(t, func(k *kind) bool { return k.name == name })]
}

// holding returns the kind to whose collection the path belongs, or nil.
func (t kindTable) holding(path string) *kind {
	for _, k := range t {
		if rest, ok := strings.CutPrefix(path, k.path); ok && (rest == "" || rest[0] == '/') {
			return k
		}
	}
	return nil
}

// under returns a path below the collection of the kind. The hole that names an object is {id} there, whatever the contract calls it.
func (k *kind) under(path string) string {
	rest := strings.TrimPrefix(path, k.path)
	if !strings.HasPrefix(rest, "/{") {
		return rest
	}
	_, rest, _ = strings.Cut(rest, "}")
	return "/{id}" + rest
}

// idForm returns the check of a path parameter, or nil if all values are accepted.
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

// templates makes the smallest valid object of a kind from the contract, so that stored objects need to hold only what differs from it.
type templates struct {
	document *contract.Document
	byKind   *sync.Map // kind name -> object
}

func newTemplates(document *contract.Document) templates {
	return templates{document: document, byKind: &sync.Map{}}
}

// of returns a new object. Its nested values are shared and must not be changed.
func (t templates) of(k *kind) object {
	made, ok := t.byKind.Load(k.name)
	if !ok {
		made = object{}
		for _, op := range t.document.Operations() {
			if op.Method == "GET" && strings.HasPrefix(op.Path, k.path+"/") && k.under(op.Path) == "/{id}" {
				made = t.blank(op.Success)
			}
		}
		t.byKind.Store(k.name, made)
	}
	template, _ := made.(object)
	return maps.Clone(template)
}

// blank returns the smallest value that a schema allows: null if it may be null, or else the constant, the first value of an enum, an empty
// list, or an object with the required properties alone.
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
	return nil // a list of types: in the contract, all of these allow null
}
