package engine

import (
	"maps"
	"slices"
	"strings"

	"featurebase-mcp/internal/input"
)

// Kind is a sort of object that arguments refer to by an id.
type Kind struct {
	Word, Plural string // the words for it in texts
	IDs          string // the names of arguments and holes in paths that hold an id, separated by spaces
	Find         string // the operation that finds a valid id; empty: List

	// The following are set for kinds whose objects people know by name.
	List    string               // the operation that lists all of them
	ByEmail bool                 // an e-mail is a name too
	IsID    func(id string) bool // reports whether a text has the form of an id; such a text is never looked up as a name
	Most    int                  // bounds the list of a kind with too many objects for names to be looked up; 0: up to MaxNames, with lookup
	Order   map[string]any       // the arguments that sort the list by likelihood; nil: none
}

// finder returns the operation that finds a valid id.
func (k *Kind) finder() string {
	if k.Find == "" {
		return k.List
	}
	return k.Find
}

// idOf returns the id if the value is one, or if it is a name with the id in brackets, as answers show it.
func (k *Kind) idOf(value string) (string, bool) {
	id := input.Bracketed(value, k.IsID)
	return id, k.IsID(id)
}

// Ref declares that a field holds the id of an object of a kind, so that a name is accepted in its place.
type Ref struct {
	Kind *Kind
	When string // the condition for it, as in Rule.When; empty: always
}

// Refs are the references of a toolset or an operation, by field: an argument at any depth or a field of filters, and for a toolset also a
// field of answers.
type Refs map[string]Ref

// refs are the references of one operation.
type refs struct {
	Arguments Refs
	answers   []answerField
}

// refsOf joins the references of an operation with those of its toolset.
func refsOf(set *Toolset, op *Operation) refs {
	of := refs{Arguments: Refs{}}
	maps.Copy(of.Arguments, set.Refs)
	for _, shown := range []Refs{set.Refs, set.AnswerRefs} {
		for field, ref := range shown {
			of.answers = append(of.answers, answerField{field, []byte(`"` + field + `"`), ref.Kind})
		}
	}
	maps.Copy(of.Arguments, op.Refs)
	return of
}

// Kind returns the kind with this word among those that have a list, or nil.
func (inv *Inventory) Kind(word string) *Kind {
	if i := slices.IndexFunc(inv.kinds, func(k *Kind) bool { return k.Word == word && k.List != "" }); i >= 0 {
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
func (inv *Inventory) kindOf(op *Operation, name string) *Kind {
	name = strings.TrimSuffix(name[strings.LastIndexByte(name, '.')+1:], "s")
	if name == "id" {
		return nil
	}
	if k := inv.byID[strings.TrimSuffix(inv.toolset(op), "s")+strings.ToUpper(name[:1])+name[1:]]; k != nil {
		return k
	}
	var kind *Kind
	longest := 0
	for known, k := range inv.byID {
		if len(known) > longest && strings.HasSuffix(strings.ToLower(name), strings.ToLower(known)) {
			kind, longest = k, len(known)
		}
	}
	return kind
}
