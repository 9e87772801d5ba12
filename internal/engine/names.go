package engine

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"featurebase-mcp/internal/input"
	"featurebase-mcp/internal/nearest"
)

// kind is a sort of thing that people know by its name and the API by its id.
type kind struct {
	Word, Plural string
	List         string               // the operation that lists all of them
	byEmail      bool                 // an e-mail is a name too
	IsID         func(id string) bool // the form of an id; a name of this form would be taken for one

	Most  int            // how many are listed, where there are too many to look up names among them; 0: all
	Order map[string]any // the arguments with which the list has those first that people mean; nil: none
}

// The kinds of which a name is as good as an id. Tags of posts and categories of changelogs go by name in the API itself.
var (
	ABoard           = &kind{Word: "board", Plural: "boards", List: "list_boards", IsID: input.IsHex24}
	aPostStatus      = &kind{Word: "post status", Plural: "post statuses", List: "list_post_statuses", IsID: input.IsHex24}
	anAdmin          = &kind{Word: "admin", Plural: "admins", List: "list_admins", byEmail: true, IsID: input.IsHex24}
	aTeam            = &kind{Word: "team", Plural: "teams", List: "list_teams", IsID: input.IsHex24}
	aConversationTag = &kind{Word: "conversation tag", Plural: "conversation tags", List: "list_conversation_tags", IsID: input.IsHex24}
	aCollection      = &kind{Word: "collection", Plural: "collections", List: "list_collections", IsID: input.IsNumber}
	aTicketCategory  = &kind{Word: "ticket category", Plural: "ticket categories", List: "list_ticket_categories", IsID: input.IsHex24}
	aTicketStatus    = &kind{Word: "ticket status", Plural: "ticket statuses", List: "list_ticket_statuses", IsID: input.IsHex24}
)

// The kinds of which there are many, and whose names are not unique: people pick one by its name, and its id goes along.
var (
	aPost         = &kind{Word: "post", Plural: "posts", List: "list_posts", IsID: input.IsHex24, Most: PageSize, Order: map[string]any{"sortBy": "createdAt", "sortOrder": "desc"}}
	aChangelog    = &kind{Word: "changelog", Plural: "changelogs", List: "list_changelogs", IsID: input.IsHex24, Most: PageSize, Order: map[string]any{"state": "all"}}
	anArticle     = &kind{Word: "article", Plural: "articles", List: "list_articles", IsID: input.IsNumber, Most: PageSize}
	aConversation = &kind{Word: "conversation", Plural: "conversations", List: "list_conversations", IsID: input.IsNumber, Most: PageSize}
	aContact      = &kind{Word: "contact", Plural: "contacts", List: "search_contacts", IsID: input.IsHex24, Most: PageSize, Order: map[string]any{"sort": "lastActivity:desc"}}
)

// kinds are all of them.
var kinds = []*kind{
	ABoard, aPostStatus, anAdmin, aTeam, aConversationTag, aCollection, aTicketCategory, aTicketStatus,
	aPost, aChangelog, anArticle, aConversation, aContact,
}

// kindCalled returns the kind of that word, or nil.
func kindCalled(word string) *kind {
	if i := slices.IndexFunc(kinds, func(k *kind) bool { return k.Word == word }); i >= 0 {
		return kinds[i]
	}
	return nil
}

// reference says that fields of some toolsets or operations, of arguments and of filters, hold the id of a thing of a kind. Where it names
// a toolset, it holds for the fields of answers too.
type reference struct {
	in     string // toolsets or operations, separated by spaces
	fields string
	Kind   *kind
	When   string // holds only under this condition on the arguments, as in Rule.When
}

// references is the one place that knows which ids names can stand for. A test holds it to the words of the API document.
var references = []reference{
	{in: "boards posts find_similar_posts triage_queue feedback_report", fields: "boardId", Kind: ABoard},
	{in: "posts", fields: "statusId", Kind: aPostStatus},
	{in: "posts tickets", fields: "assigneeId", Kind: anAdmin},
	{in: "tickets", fields: "adminId", Kind: anAdmin},
	{in: "conversations", fields: "adminAssigneeId adminAssignerId actingAdminId adminIds mentionedAdminIds", Kind: anAdmin},
	{in: "organization", fields: "adminId members", Kind: anAdmin},
	{in: "conversations tickets", fields: "teamAssigneeId", Kind: aTeam},
	{in: "organization", fields: "teamId", Kind: aTeam},
	{in: "help-center", fields: "collectionId parentId parent_id", Kind: aCollection},
	{in: "tickets", fields: "ticketCategoryId ticketCategoryIds", Kind: aTicketCategory},
	{in: "tickets", fields: "statusId statusIds ticketStatusId", Kind: aTicketStatus},

	// In answers these fields hold other ids, or have the name beside them.
	{in: "create_conversation", fields: "id", Kind: anAdmin, When: "from.type=admin"},
	{in: "reply_to_conversation", fields: "id", Kind: anAdmin, When: "type=admin"},
	{in: "list_conversations search_conversations attach_conversation_tag detach_conversation_tag", fields: "tagId tagIds", Kind: aConversationTag},
	{in: "get_conversation_tag delete_conversation_tag", fields: "tagId", Kind: aConversationTag},
	{in: "upsert_conversation_tag", fields: "id", Kind: aConversationTag},
	{in: "update_article", fields: "authorId", Kind: anAdmin},
	{in: "search_articles", fields: "author_id", Kind: anAdmin},
	{in: "create_redirect_rule update_redirect_rule", fields: "targetId", Kind: aCollection, When: "targetType=collection"},
}

// fieldKinds are the references of one operation, by field.
type fieldKinds struct {
	Arguments map[string]reference
	answers   []answerField
}

// sortReferences sorts the references by operation, at their first use.
func (inv *Inventory) sortReferences() map[string]fieldKinds {
	byOperation := map[string]fieldKinds{}
	for _, set := range inv.sets {
		for _, op := range set.Operations {
			of := fieldKinds{Arguments: map[string]reference{}}
			for _, r := range references {
				ofSet := contains(r.in, set.Name)
				for field := range strings.FieldsSeq(r.fields) {
					if ofSet || contains(r.in, op.Name) {
						of.Arguments[field] = r
					}
					if ofSet {
						of.answers = append(of.answers, answerField{field, []byte(`"` + field + `"`), r.Kind})
					}
				}
			}
			byOperation[op.Name] = of
		}
	}
	return byOperation
}

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
	Kind  *kind
	path  string
	value string
	Put   func(id string)
}

// mentions finds the values that may be names, wherever they are: in fields, in lists, in filters, at any depth.
func (inv *Inventory) mentions(op *Operation, wire map[string]any) []mention {
	f := &mentionFinder{fields: inv.fields()[op.Name].Arguments, wire: wire}
	if len(f.fields) > 0 {
		f.object(op.Input.Shape(), "", wire)
	}
	return f.found
}

type mentionFinder struct {
	fields map[string]reference
	wire   map[string]any
	found  []mention
}

// object looks through the declared fields of an object. The keys of free ones, such as custom fields, are names of the organization's own.
func (f *mentionFinder) object(sh *input.Shape, path string, object map[string]any) {
	for _, name := range sh.Names {
		at, prop := input.JoinPath(path, name), sh.Props[name]
		switch v := object[name].(type) {
		case map[string]any:
			if prop.Tag.Get("filters") != "" {
				f.clauses(at, v)
			} else if prop.Props != nil {
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
	if !ok || r.When != "" && !input.Holds(r.When, f.wire) {
		return
	}
	switch v := object[key].(type) {
	case string:
		f.found = append(f.found, mention{r.Kind, path, v, func(id string) { object[key] = id }})
	case []any:
		for i, item := range v {
			if s, ok := item.(string); ok {
				f.found = append(f.found, mention{r.Kind, fmt.Sprintf("%s[%d]", path, i), s, func(id string) { v[i] = id }})
			}
		}
	}
}

// idOf returns the id that a value is, or that stands in brackets behind a name, as answers show it.
func (k *kind) idOf(value string) (string, bool) {
	id := input.Bracketed(value, k.IsID)
	return id, k.IsID(id)
}

// resolve puts ids in place of the names among the arguments. Where a name leads nowhere it returns the answer that says so, and nothing is sent.
func (c *call) resolve(ctx context.Context) *answer {
	var names []mention
	for _, m := range c.Inventory.mentions(c.op, c.args.Wire) {
		if id, ok := m.Kind.idOf(m.value); ok {
			m.Put(id)
			continue
		}
		names = append(names, m)
		c.Names.ask(ctx, m.Kind, namesKept) // of all kinds at once
	}
	var p input.Problems
	for _, m := range names {
		found, dir, err := c.Names.find(ctx, m.Kind, m.value)
		switch {
		case err != nil:
			what := c.op.Name + " sent nothing, since the " + m.Kind.Plural + " could not be listed to look up " + input.Show(m.value)
			a := c.of(c.Inventory.Lookup(m.Kind.List), nil).failed(what, err)
			return &a
		case len(found) == 1:
			m.Put(found[0].ID)
		default:
			p.Add(m.path, m.Kind.refusal(m.value, found, dir))
		}
	}
	if p.Any() {
		a := refused(p.Err(c.op.Name))
		return &a
	}
	return nil
}

// refusal says why a name is no id, and what would be one.
func (k *kind) refusal(name string, found []Thing, dir *directory) string {
	const most = 20
	switch {
	case strings.TrimSpace(name) == "":
		return "empty: give the name or the id of a " + k.Word + ", or leave it out"
	case len(found) > 1:
		list := make([]string, 0, most)
		for _, t := range found[:min(len(found), most)] {
			list = append(list, strings.TrimSpace(t.ID+" "+t.Email))
		}
		return fmt.Sprintf("%d %s are called %s; give the id of one: %s", len(found), k.Plural, input.Show(name), strings.Join(list, ", "))
	case len(dir.things) == 0 && dir.cut:
		return fmt.Sprintf("no %s is called %s, as far as %s could be listed; give the id", k.Word, input.Show(name), k.Plural)
	case len(dir.things) == 0:
		return fmt.Sprintf("no %s is called %s: there are none", k.Word, input.Show(name))
	}
	names := dir.names()
	text := fmt.Sprintf("no %s is called %s", k.Word, input.Show(name))
	if dir.cut {
		text = fmt.Sprintf("none of the first %d %s is called %s", len(names), k.Plural, input.Show(name))
	}
	if near := nearest.Name(name, names); near != "" {
		text += fmt.Sprintf("; did you mean %q? Valid: ", near)
	} else {
		text += "; valid: "
	}
	text += strings.Join(names[:min(len(names), most)], ", ")
	if more := len(names) - most; more > 0 {
		text += fmt.Sprintf(" and %d more (%s)", more, k.List)
	}
	return text
}
