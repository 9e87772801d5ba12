package tools

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"featurebase-mcp/internal/nearest"
)

// kind is a sort of thing that people know by its name and the API by its id.
type kind struct {
	word, plural string
	list         string               // the operation that lists all of them
	byEmail      bool                 // an e-mail is a name too
	id           func(id string) bool // the form of an id; a name of this form would be taken for one

	most  int            // how many are listed, where there are too many to look up names among them; 0: all
	order map[string]any // the arguments with which the list has those first that people mean; nil: none
}

// isNumber is the form of the ids of collections.
func isNumber(id string) bool {
	return id != "" && len(id) <= 16 && strings.Trim(id, "0123456789") == ""
}

// The kinds of which a name is as good as an id. Tags of posts and categories of changelogs go by name in the API itself.
var (
	aBoard           = &kind{word: "board", plural: "boards", list: "list_boards", id: isHex24}
	aPostStatus      = &kind{word: "post status", plural: "post statuses", list: "list_post_statuses", id: isHex24}
	anAdmin          = &kind{word: "admin", plural: "admins", list: "list_admins", byEmail: true, id: isHex24}
	aTeam            = &kind{word: "team", plural: "teams", list: "list_teams", id: isHex24}
	aConversationTag = &kind{word: "conversation tag", plural: "conversation tags", list: "list_conversation_tags", id: isHex24}
	aCollection      = &kind{word: "collection", plural: "collections", list: "list_collections", id: isNumber}
	aTicketCategory  = &kind{word: "ticket category", plural: "ticket categories", list: "list_ticket_categories", id: isHex24}
	aTicketStatus    = &kind{word: "ticket status", plural: "ticket statuses", list: "list_ticket_statuses", id: isHex24}
)

// The kinds of which there are many, and whose names are not unique: people pick one by its name, and its id goes along.
var (
	aPost         = &kind{word: "post", plural: "posts", list: "list_posts", id: isHex24, most: pageSize, order: map[string]any{"sortBy": "createdAt", "sortOrder": "desc"}}
	aChangelog    = &kind{word: "changelog", plural: "changelogs", list: "list_changelogs", id: isHex24, most: pageSize, order: map[string]any{"state": "all"}}
	anArticle     = &kind{word: "article", plural: "articles", list: "list_articles", id: isNumber, most: pageSize}
	aConversation = &kind{word: "conversation", plural: "conversations", list: "list_conversations", id: isNumber, most: pageSize}
	aContact      = &kind{word: "contact", plural: "contacts", list: "search_contacts", id: isHex24, most: pageSize, order: map[string]any{"sort": "lastActivity:desc"}}
)

// kinds are all of them.
var kinds = []*kind{
	aBoard, aPostStatus, anAdmin, aTeam, aConversationTag, aCollection, aTicketCategory, aTicketStatus,
	aPost, aChangelog, anArticle, aConversation, aContact,
}

// kindCalled returns the kind of that word, or nil.
func kindCalled(word string) *kind {
	if i := slices.IndexFunc(kinds, func(k *kind) bool { return k.word == word }); i >= 0 {
		return kinds[i]
	}
	return nil
}

// reference says that fields of some toolsets or operations, of arguments and of filters, hold the id of a thing of a kind. Where it names
// a toolset, it holds for the fields of answers too.
type reference struct {
	in     string // toolsets or operations, separated by spaces
	fields string
	kind   *kind
	when   string // holds only under this condition on the arguments, as in Rule.When
}

// references is the one place that knows which ids names can stand for. A test holds it to the words of the API document.
var references = []reference{
	{in: "boards posts find_similar_posts triage_queue feedback_report", fields: "boardId", kind: aBoard},
	{in: "posts", fields: "statusId", kind: aPostStatus},
	{in: "posts tickets", fields: "assigneeId", kind: anAdmin},
	{in: "tickets", fields: "adminId", kind: anAdmin},
	{in: "conversations", fields: "adminAssigneeId adminAssignerId actingAdminId adminIds mentionedAdminIds", kind: anAdmin},
	{in: "organization", fields: "adminId members", kind: anAdmin},
	{in: "conversations tickets", fields: "teamAssigneeId", kind: aTeam},
	{in: "organization", fields: "teamId", kind: aTeam},
	{in: "help-center", fields: "collectionId parentId parent_id", kind: aCollection},
	{in: "tickets", fields: "ticketCategoryId ticketCategoryIds", kind: aTicketCategory},
	{in: "tickets", fields: "statusId statusIds ticketStatusId", kind: aTicketStatus},

	// In answers these fields hold other ids, or have the name beside them.
	{in: "create_conversation", fields: "id", kind: anAdmin, when: "from.type=admin"},
	{in: "reply_to_conversation", fields: "id", kind: anAdmin, when: "type=admin"},
	{in: "list_conversations search_conversations attach_conversation_tag detach_conversation_tag", fields: "tagId tagIds", kind: aConversationTag},
	{in: "get_conversation_tag delete_conversation_tag", fields: "tagId", kind: aConversationTag},
	{in: "upsert_conversation_tag", fields: "id", kind: aConversationTag},
	{in: "update_article", fields: "authorId", kind: anAdmin},
	{in: "search_articles", fields: "author_id", kind: anAdmin},
	{in: "create_redirect_rule update_redirect_rule", fields: "targetId", kind: aCollection, when: "targetType=collection"},
}

// fieldKinds are the references of one operation, by field.
type fieldKinds struct {
	arguments map[string]reference
	answers   []answerField
}

// referencesOf sorts the references by operation, at their first use.
var referencesOf = sync.OnceValue(func() map[string]fieldKinds {
	byOperation := map[string]fieldKinds{}
	for _, set := range Toolsets() {
		for _, op := range set.Operations {
			of := fieldKinds{arguments: map[string]reference{}}
			for _, r := range references {
				ofSet := contains(r.in, set.Name)
				for field := range strings.FieldsSeq(r.fields) {
					if ofSet || contains(r.in, op.Name) {
						of.arguments[field] = r
					}
					if ofSet {
						of.answers = append(of.answers, answerField{field, []byte(`"` + field + `"`), r.kind})
					}
				}
			}
			byOperation[op.Name] = of
		}
	}
	return byOperation
})

// contains reports whether a list of words has this one.
func contains(words, word string) bool {
	for w := range strings.FieldsSeq(words) {
		if w == word {
			return true
		}
	}
	return false
}

// mention is one value among the arguments that may be a name.
type mention struct {
	kind  *kind
	path  string
	value string
	put   func(id string)
}

// mentions finds the values that may be names, wherever they are: in fields, in lists, in filters, at any depth.
func (op *Operation) mentions(wire map[string]any) []mention {
	f := &mentionFinder{fields: referencesOf()[op.Name].arguments, wire: wire}
	if len(f.fields) > 0 {
		f.object(op.Input.shape(), "", wire)
	}
	return f.found
}

type mentionFinder struct {
	fields map[string]reference
	wire   map[string]any
	found  []mention
}

// object looks through the declared fields of an object. The keys of free ones, such as custom fields, are names of the organization's own.
func (f *mentionFinder) object(sh *shape, path string, object map[string]any) {
	for _, name := range sh.names {
		at, prop := join(path, name), sh.props[name]
		switch v := object[name].(type) {
		case map[string]any:
			if prop.tag.Get("filters") != "" {
				f.clauses(at, v)
			} else if prop.props != nil {
				f.object(prop, at, v)
			}
		default:
			f.field(name, at, object, name)
		}
	}
}

// clauses looks through filters, which are wrapped into a group by now.
func (f *mentionFinder) clauses(path string, group map[string]any) {
	list, _ := group["value"].([]any)
	for i, item := range list {
		c, _ := item.(map[string]any)
		name, _ := c["field"].(string)
		f.field(name, fmt.Sprintf("%s[%d] (%s)", path, i, name), c, "value")
	}
}

// field notes the value of one field, or each of a list.
func (f *mentionFinder) field(name, path string, object map[string]any, key string) {
	r, ok := f.fields[name]
	if !ok || r.when != "" && !holds(r.when, f.wire) {
		return
	}
	switch v := object[key].(type) {
	case string:
		f.found = append(f.found, mention{r.kind, path, v, func(id string) { object[key] = id }})
	case []any:
		for i, item := range v {
			if s, ok := item.(string); ok {
				f.found = append(f.found, mention{r.kind, fmt.Sprintf("%s[%d]", path, i), s, func(id string) { v[i] = id }})
			}
		}
	}
}

// idOf returns the id that a value is, or that stands in brackets behind a name, as answers show it.
func (k *kind) idOf(value string) (string, bool) {
	id := bracketed(value, k.id)
	return id, k.id(id)
}

// bracketed returns the id of a form that stands in brackets behind a name, and any other value as it is, without spaces around it.
func bracketed(value string, form func(id string) bool) string {
	value = strings.TrimSpace(value)
	if open := strings.LastIndexByte(value, '('); open > 0 && strings.HasSuffix(value, ")") && form(value[open+1:len(value)-1]) {
		return value[open+1 : len(value)-1]
	}
	return value
}

// resolve puts ids in place of the names among the arguments. It returns false with the answer when a name leads nowhere: then nothing is sent.
func (op *Operation) resolve(ctx context.Context, env Env, wire map[string]any) (answer, bool) {
	var names []mention
	for _, m := range op.mentions(wire) {
		if id, ok := m.kind.idOf(m.value); ok {
			m.put(id)
			continue
		}
		names = append(names, m)
		env.Names.ask(ctx, m.kind, namesKept) // of all kinds at once
	}
	var p problems
	for _, m := range names {
		found, dir, err := env.Names.find(ctx, m.kind, m.value)
		switch {
		case err != nil:
			what := op.Name + " sent nothing, since the " + m.kind.plural + " could not be listed to look up " + show(m.value)
			return Lookup(m.kind.list).failedAs(env, what, err, nil), false
		case len(found) == 1:
			m.put(found[0].ID)
		default:
			p.add(m.path, m.kind.refusal(m.value, found, dir))
		}
	}
	if p.any() {
		return invalid(p.err(op)), false
	}
	return answer{}, true
}

// refusal says why a name is no id, and what would be one.
func (k *kind) refusal(name string, found []thing, dir *directory) string {
	const most = 20
	switch {
	case strings.TrimSpace(name) == "":
		return "empty: give the name or the id of a " + k.word + ", or leave it out"
	case len(found) > 1:
		list := make([]string, 0, most)
		for _, t := range found[:min(len(found), most)] {
			list = append(list, strings.TrimSpace(t.ID+" "+t.Email))
		}
		return fmt.Sprintf("%d %s are called %s; give the id of one: %s", len(found), k.plural, show(name), strings.Join(list, ", "))
	case len(dir.things) == 0 && dir.cut:
		return fmt.Sprintf("no %s is called %s, as far as %s could be listed; give the id", k.word, show(name), k.plural)
	case len(dir.things) == 0:
		return fmt.Sprintf("no %s is called %s: there are none", k.word, show(name))
	}
	names := dir.names()
	text := fmt.Sprintf("no %s is called %s", k.word, show(name))
	if dir.cut {
		text = fmt.Sprintf("none of the first %d %s is called %s", len(names), k.plural, show(name))
	}
	if near := nearest.Name(name, names); near != "" {
		text += fmt.Sprintf("; did you mean %q? Valid: ", near)
	} else {
		text += "; valid: "
	}
	text += strings.Join(names[:min(len(names), most)], ", ")
	if more := len(names) - most; more > 0 {
		text += fmt.Sprintf(" and %d more (%s)", more, k.list)
	}
	return text
}
