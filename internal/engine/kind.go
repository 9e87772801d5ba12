package engine

import (
	"maps"
	"slices"
	"strings"

	"featurebase-mcp/internal/input"
)

// Kind is a sort of object that arguments refer to by an id.
type Kind struct {
	Word, Plural string // what people call it
	IDs          string // the arguments that hold the id of one, wherever they occur, separated by spaces; paths name their holes so
	Find         string // the operation that finds a right id; empty: List

	// Of the kinds that people know by a name:
	List    string               // the operation that lists all of them
	ByEmail bool                 // an e-mail is a name too
	IsID    func(id string) bool // the form of an id; a name of this form would be taken for one
	Most    int                  // how many are listed, where there are too many to look up names among them; 0: all
	Order   map[string]any       // the arguments with which the list has those first that people mean; nil: none
}

// finder is the operation that finds a right id.
func (k *Kind) finder() string {
	if k.Find == "" {
		return k.List
	}
	return k.Find
}

// idOf returns the id that a value is, or that stands in brackets behind a name, as answers show it.
func (k *Kind) idOf(value string) (string, bool) {
	id := input.Bracketed(value, k.IsID)
	return id, k.IsID(id)
}

// Ref says that a field holds the id of an object of a kind, so that a name can stand in its place.
type Ref struct {
	Kind *Kind
	When string // the condition on the arguments under which it does, as in Rule.When; empty: always
}

// Refs are those of a toolset or an operation, by the name of the field: an argument at any depth, a field of filters or, of a toolset, also
// one of answers.
type Refs map[string]Ref

// refs are the references of one operation.
type refs struct {
	Arguments Refs
	answers   []answerField
}

// refsOf joins those of the operation with those of its toolset.
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

// Kind returns the kind that people call by a word, or nil.
func (inv *Inventory) Kind(word string) *Kind {
	if i := slices.IndexFunc(inv.kinds, func(k *Kind) bool { return k.Word == word && k.List != "" }); i >= 0 {
		return inv.kinds[i]
	}
	return nil
}

// Lister is the operation that lists the objects of a kind, by the kind's word: "board". It is empty for a word that no kind has.
func (inv *Inventory) Lister(word string) string {
	if k := inv.Kind(word); k != nil {
		return k.List
	}
	return ""
}

// kindOf is the kind that an argument of an operation refers to, by the name of the argument: statusId is ticketStatusId for a ticket, and
// parentCommentId a commentId. It is nil where the name tells no kind: an id that is called id alone can be anybody's.
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
