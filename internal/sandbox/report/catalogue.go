package report

import (
	"cmp"
	"slices"
	"strings"

	"featurebase-mcp/internal/sandbox/store"
)

// dataset is a kind of objects that reports count. The catalogue lists only what this package computes.
type dataset struct {
	id, name, description string
	kind                  string // of the objects counted
	metrics               []metric
	attributes            []attribute
	columns               []string // default columns of a drill-in
}

// metric is one number about the objects of a dataset.
type metric struct {
	id, name, description string
	kind, unit            string
	aggregations          []string
	// at returns the time at which an object counts, or the empty text if it does not count.
	at func(st *store.Store, o object) string
	// value returns the number for which an object counts.
	value func(o object) float64
}

// attribute is a property of the objects of a dataset: for filters, for breakdowns, and as a column.
type attribute struct {
	id, name, description string
	valueType             string   // string, number, boolean, date, enum or id
	options               []string // of an enum
	of                    []string // the kinds to which the ids belong
	several               bool     // an object may have more than one
	groups                bool
	// read returns a string, a number, a boolean, a list of strings, or nil.
	read func(st *store.Store, o object) any
}

// operators lists the filter operators of each type of attribute.
var operators = map[string][]string{
	"string":  {"is", "is_not", "in", "not_in", "contains", "not_contains", "exists", "not_exists"},
	"enum":    {"is", "is_not", "in", "not_in"},
	"id":      {"is", "is_not", "in", "not_in", "exists", "not_exists"},
	"boolean": {"is", "is_not"},
	"number":  {"is", "is_not", "gte", "lte", "between", "exists", "not_exists"},
	"date":    {"gte", "lte", "between"},
}

func one(object) float64 { return 1 }

func plainField(field string) func(*store.Store, object) any {
	return func(_ *store.Store, o object) any { return o[field] }
}

func createdAt(_ *store.Store, o object) string { return store.Text(o, "createdAt") }

func datasets() []dataset {
	return []dataset{conversationReports(), postReports()}
}

func conversationReports() dataset {
	count := []string{"count"}
	return dataset{
		id: "conversations", name: "Conversations", description: "Conversations with customers, from every channel.", kind: "conversation",
		metrics: []metric{
			{
				id: "new_conversations", name: "New conversations", description: "Conversations started in the window.",
				kind: "count", unit: "count", aggregations: count, at: createdAt, value: one,
			},
			{
				id: "closed_conversations", name: "Closed conversations", description: "Closed conversations, by when they were closed last.",
				kind: "count", unit: "count", aggregations: count, at: closedAt, value: one,
			},
		},
		attributes: []attribute{
			{id: "conversation.id", name: "Conversation", description: "Short ID of the conversation.", valueType: "string", read: plainField("id")},
			{id: "conversation.title", name: "Title", description: "Title of the conversation.", valueType: "string", read: plainField("title")},
			{
				id: "conversation.createdAt", name: "Created", description: "When the conversation was started.",
				valueType: "date", read: plainField("createdAt"),
			},
			{
				id: "conversation.state", name: "State", description: "State the conversation is in now.",
				valueType: "enum", options: []string{"open", "closed", "snoozed"}, groups: true, read: plainField("state"),
			},
			{
				id: "conversation.channel", name: "Channel", description: "Where the conversation came in.",
				valueType: "enum", options: []string{"desktop", "email", "android", "ios", "slack", "unknown"}, groups: true, read: channel,
			},
			{
				id: "conversation.priority", name: "Priority", description: "Whether the conversation is marked as a priority.",
				valueType: "boolean", groups: true, read: plainField("priority"),
			},
			{
				id: "conversation.assignee", name: "Assignee", description: "Admin the conversation is assigned to.",
				valueType: "id", of: []string{"admin"}, groups: true, read: plainField("adminAssigneeId"),
			},
			{
				id: "conversation.team", name: "Team", description: "Team the conversation is assigned to.",
				valueType: "id", of: []string{"team"}, groups: true, read: plainField("teamAssigneeId"),
			},
			{
				id: "conversation.brand", name: "Brand", description: "Brand the customer wrote to.",
				valueType: "id", of: []string{"brand"}, groups: true, read: plainField("brandId"),
			},
		},
		columns: []string{"conversation.id", "conversation.title", "conversation.createdAt", "conversation.state", "conversation.assignee"},
	}
}

// channel returns the channel of the opening message of a conversation.
func channel(_ *store.Store, o object) any {
	source, _ := o["source"].(object)
	return source["channel"]
}

// closedAt returns when a closed conversation was closed: the time of the last part that says so, or else of its last change.
func closedAt(_ *store.Store, o object) string {
	if o["state"] != "closed" {
		return ""
	}
	at := ""
	for _, p := range store.List(o, "_parts") {
		if part, _ := p.(object); part["partType"] == "status" && part["status"] == "closed" {
			at = max(at, store.Text(part, "createdAt"))
		}
	}
	return cmp.Or(at, store.Text(o, "updatedAt"))
}

func postReports() dataset {
	return dataset{
		id: "posts", name: "Feedback posts", description: "Posts on every board, those in review included.", kind: "post",
		metrics: []metric{
			{
				id: "new_posts", name: "New posts", description: "Posts created in the window.",
				kind: "count", unit: "count", aggregations: []string{"count"}, at: createdAt, value: one,
			},
			{
				id: "votes_on_new_posts", name: "Votes on new posts", kind: "number", unit: "number", aggregations: []string{"sum", "avg", "median", "min", "max", "percentile"},
				description: "Votes that the posts created in the window have by now. Votes carry no date of their own, so each counts at the date of its post.",
				at:          createdAt, value: func(o object) float64 { return store.Number(o, "upvotes") },
			},
		},
		attributes: []attribute{
			{id: "post.id", name: "Post", description: "ID of the post.", valueType: "string", read: plainField("id")},
			{id: "post.title", name: "Title", description: "Title of the post.", valueType: "string", read: plainField("title")},
			{id: "post.createdAt", name: "Created", description: "When the post was created.", valueType: "date", read: plainField("createdAt")},
			{
				id: "post.board", name: "Board", description: "Board the post is on.",
				valueType: "id", of: []string{"board"}, groups: true, read: plainField("boardId"),
			},
			{
				id: "post.status", name: "Status", description: "Status the post has now.",
				valueType: "id", of: []string{"post_status"}, groups: true, read: plainField("_statusId"),
			},
			{
				id: "post.statusType", name: "Status type", description: "Type of the status the post has now.",
				valueType: "enum", options: []string{"reviewing", "unstarted", "active", "completed", "canceled"}, groups: true, read: statusType,
			},
			{
				id: "post.tag", name: "Tag", description: "Tags of the post.",
				valueType: "id", of: []string{"post_tag"}, several: true, groups: true, read: plainField("_tagIds"),
			},
			{
				id: "post.assignee", name: "Assignee", description: "Admin the post is assigned to.",
				valueType: "id", of: []string{"admin"}, groups: true, read: plainField("assigneeId"),
			},
			{
				id: "post.author", name: "Author", description: "Contact or admin who wrote the post.",
				valueType: "id", of: []string{"contact", "admin"}, read: plainField("_authorId"),
			},
			{
				id: "post.company", name: "Company", description: "Companies of the author.",
				valueType: "id", of: []string{"company"}, several: true, groups: true, read: authorCompanies,
			},
			{id: "post.upvotes", name: "Upvotes", description: "Votes the post has now.", valueType: "number", read: plainField("upvotes")},
			{
				id: "post.inReview", name: "In review", description: "Whether the post waits for moderation.",
				valueType: "boolean", groups: true, read: plainField("inReview"),
			},
		},
		columns: []string{"post.id", "post.title", "post.createdAt", "post.board", "post.status", "post.author"},
	}
}

func statusType(st *store.Store, o object) any {
	return st.Kind("post_status").Get(store.Text(o, "_statusId"))["type"]
}

func authorCompanies(st *store.Store, o object) any {
	ids := []any{}
	for _, company := range st.CompaniesOf(store.Text(o, "_authorId")) {
		ids = append(ids, company["id"])
	}
	return ids
}

// Catalogue answers with the datasets, and what can be asked about each.
func Catalogue() store.Object {
	data := []any{}
	for _, ds := range datasets() {
		metrics, attributes := []any{}, []any{}
		for _, m := range ds.metrics {
			metrics = append(metrics, object{
				"id": m.id, "name": m.name, "description": m.description, "type": m.kind, "unit": m.unit,
				"allowedAggregations": m.aggregations, "supportedViews": []string{"standard"}, "supportsOfficeHours": false,
				"supportsPeriodComparison": true,
			})
		}
		for _, a := range ds.attributes {
			attributes = append(attributes, a.shown())
		}
		data = append(data, object{"id": ds.id, "name": ds.name, "description": ds.description, "metrics": metrics, "attributes": attributes})
	}
	return object{"object": "list", "data": data}
}

func (a attribute) shown() object {
	out := object{
		"id": a.id, "name": a.name, "description": a.description, "category": a.category(), "valueType": a.valueType,
		"allowedOperators": operators[a.valueType], "supportsFilter": true, "supportsGroupBy": a.groups, "supportsValueLookup": len(a.of) > 0,
	}
	if a.several {
		out["multiValue"] = true
	}
	if len(a.options) > 0 {
		options := []any{}
		for _, value := range a.options {
			options = append(options, object{"value": value, "label": labelOf(value)})
		}
		out["staticOptions"] = options
	}
	return out
}

// category returns the label of the first part of the id.
func (a attribute) category() string {
	of, _, _ := strings.Cut(a.id, ".")
	return labelOf(of)
}

// labelOf returns a value of the API as people read it.
func labelOf(value string) string {
	if value == "" {
		return ""
	}
	return strings.ToUpper(value[:1]) + value[1:]
}

// metricNamed returns the metric with this id and its dataset. The problem lists the metrics that exist.
func metricNamed(id, path string) (dataset, metric, error) {
	var names []string
	for _, ds := range datasets() {
		for _, m := range ds.metrics {
			if m.id == id {
				return ds, m, nil
			}
			names = append(names, m.id)
		}
	}
	return dataset{}, metric{}, problem(path, "Unknown metric '"+id+"'. Supported: "+strings.Join(names, ", "))
}

// attribute returns the attribute with this id if it fits. The problem lists the attributes that fit.
func (ds dataset) attribute(id, path, purpose string, fits func(attribute) bool) (attribute, error) {
	var names []string
	for _, a := range ds.attributes {
		if !fits(a) {
			continue
		}
		if a.id == id {
			return a, nil
		}
		names = append(names, a.id)
	}
	return attribute{}, problem(path, "'"+id+"' is not an attribute to "+purpose+". Supported: "+strings.Join(names, ", "))
}

// find returns the object with an id of the attribute, or nil.
func (a attribute) find(st *store.Store, id string) object {
	for _, kindName := range a.of {
		if o := st.Kind(kindName).Get(id); o != nil {
			return o
		}
	}
	return nil
}

// label returns a value of the attribute as people read it.
func (a attribute) label(st *store.Store, value string) string {
	if len(a.of) > 0 {
		if name := store.NameOf(a.find(st, value)); name != "" {
			return name
		}
		return value
	}
	if slices.Contains(a.options, value) {
		return labelOf(value)
	}
	return value
}
