package names

import "featurebase-mcp/internal/input"

// Kind is a sort of object that arguments refer to by an id.
type Kind struct {
	Word, Plural string // the words for it in texts
	IDs          string // the names of arguments and holes in paths that hold an id, separated by spaces
	Find         string // the operation that finds a valid id; empty: List
	Field        string // the field of an object with its id; empty: id
	Links        *Links // how an object is found by its address or slug; nil: not at all

	// The following are set for kinds whose objects people know by name.
	List    string               // the operation that lists all of them
	ByEmail bool                 // an e-mail is a name too
	IsID    func(id string) bool // reports whether a text has the form of an id; such a text is never looked up as a name
	Loose   bool                 // a text without spaces may be an id all the same, since the API documents no form of these ids
	Most    int                  // bounds the list of a kind with too many objects for names to be looked up; 0: up to Most, with lookup
	Order   map[string]any       // the arguments that sort the list by likelihood; nil: none
}

// Finder returns the operation that finds a valid id.
func (k *Kind) Finder() string {
	if k.Find == "" {
		return k.List
	}
	return k.Find
}

// IDOf returns the id if the value is one, or if it is a name with the id in brackets, as answers show it.
func (k *Kind) IDOf(value string) (string, bool) {
	id := input.Bracketed(value, k.IsID)
	return id, k.IsID(id)
}
