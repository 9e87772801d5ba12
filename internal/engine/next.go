package engine

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"featurebase-mcp/internal/input"
)

// off returns the setting that switches a tool off, or an empty text for a tool that is on.
func (env Env) off(tool string) string {
	if env.OffBy == nil {
		return ""
	}
	return env.OffBy(tool)
}

// firstOn returns the first operation that is switched on. If there is none, off is the setting that switches the first one off.
func (env Env) firstOn(ops []*Operation) (op *Operation, off string) {
	for _, op := range ops {
		if env.off(op.Name) == "" {
			return op, ""
		}
	}
	if len(ops) == 0 {
		return nil, ""
	}
	return nil, env.off(ops[0].Name)
}

// namedID is an argument that holds an id, with its value in the form for texts.
type namedID struct{ Name, value string }

// ids returns the ids of the call: first those in the path, then those among the other arguments and one level into their objects.
func (f failing) ids() []namedID {
	const most = 6 // bounds the length of the text
	ids := f.pathIDs()
	inPath := len(ids)
	ids = append(ids, idsIn("", f.args.Wire)...)
	ids = append(ids[:inPath], slices.DeleteFunc(ids[inPath:], func(other namedID) bool { return slices.Contains(ids[:inPath], other) })...)
	return ids[:min(len(ids), most)]
}

func (f failing) pathIDs() []namedID {
	var ids []namedID
	for part := range strings.SplitSeq(f.op.Path, "/") {
		if name, ok := hole(part); ok {
			ids = append(ids, namedID{name, input.Show(f.args.Wire[name])})
		}
	}
	return ids
}

func idsIn(path string, object map[string]any) []namedID {
	var ids []namedID
	for _, name := range slices.Sorted(maps.Keys(object)) {
		inner, nested := object[name].(map[string]any)
		switch {
		case nested && path == "":
			ids = append(ids, idsIn(name, inner)...)
		case !nested && isID(name) && object[name] != nil:
			ids = append(ids, namedID{input.JoinPath(path, name), input.Show(object[name])})
		}
	}
	return ids
}

func isID(name string) bool {
	return name == "id" || strings.HasSuffix(name, "Id") || strings.HasSuffix(name, "Ids")
}

// lookup names the tools that find valid ids in place of those of the call.
func (f failing) lookup() string { return f.find(f.ids()) }

// refused names the tools that find valid ids in place of those that the API complains about.
func (f failing) refused() string {
	about := []string{f.written(f.err.Param)}
	for _, d := range f.err.Details {
		about = append(about, f.written(d.Path))
	}
	return f.find(slices.DeleteFunc(f.ids(), func(id namedID) bool { return !slices.Contains(about, id.Name) }))
}

func (f failing) find(ids []namedID) string {
	var words []string
	found := map[string][]string{} // names of ids by the words that say what finds them
	for _, id := range ids {
		by := f.finder(id.Name)
		if found[by] == nil {
			words = append(words, by)
		}
		found[by] = append(found[by], id.Name)
	}
	for i, by := range words {
		words[i] = fmt.Sprintf(by, strings.Join(found[by], " and "))
	}
	return strings.Join(words, ", ")
}

// finder says how a valid id is found, with %s for its name.
func (f failing) finder(name string) string {
	k := f.Inventory.kindOf(f.op, name)
	if k == nil {
		return "check %s"
	}
	switch op, off := f.firstOn(f.Inventory.lists(f.Inventory.Lookup(k.Finder()))); {
	case op != nil:
		return op.Name + " finds the right %s"
	default:
		return "ask the user for the right %s (the tool that finds it is switched off by " + off + ")"
	}
}

// check names the read that shows whether a write was made.
func (f failing) check() string {
	switch op, off := f.firstOn(f.tellers()); {
	case op != nil:
		return f.with(op) + " shows whether it was"
	case off != "":
		return "ask the user to look in Featurebase (the tool that shows it is switched off by " + off + ")"
	}
	return "ask the user to look in Featurebase"
}

// current names the read that shows the current state.
func (f failing) current() string {
	if op, _ := f.firstOn(f.tellers()); op != nil && op != f.op {
		return f.with(op) + " shows what is there"
	}
	return input.Corrected
}

// overview names the list of the objects that the call could have meant.
func (f failing) overview() string {
	if op, _ := f.firstOn(f.siblings()); op != nil {
		return op.Name + " shows what there is"
	}
	return input.Corrected
}

// siblings returns the lists above the path of the operation, and those beside it.
func (f failing) siblings() []*Operation {
	var ops []*Operation
	for path := parent(f.op.Path); path != ""; path = parent(path) {
		for _, op := range f.Inventory.Endpoints() {
			beside := parent(op.Path) == path && path == parent(f.op.Path)
			if op != f.op && op.Method == http.MethodGet && (op.Path == path || beside) && len(op.Input.Shape().Schema.Required) == 0 {
				ops = append(ops, op)
			}
		}
	}
	return ops
}

// tellers returns the reads that show the result of a write, the best first: reads of the object in its path, reads of an object in its
// body, lists above the path, and searches of these lists.
func (f failing) tellers() []*Operation {
	if op := f.Inventory.Lookup(f.op.ShownBy); op != nil {
		return f.Inventory.lists(op)
	}
	var objects, named, above, searches []*Operation
	for path := f.op.Path; path != ""; path = parent(path) {
		for _, op := range f.Inventory.Endpoints() {
			switch get := op.Method == http.MethodGet; {
			case op.Effect != Read || op == f.op:
			case get && op.Path == path && strings.Contains(path, "{"):
				objects = append(objects, op)
			case get && f.names(op, path):
				named = append(named, op)
			case get && op.Path == path:
				above = append(above, op)
			case op.Path == path+"/search":
				searches = append(searches, op)
			}
		}
	}
	return slices.Concat(objects, named, above, searches)
}

// names reports whether the body has the id by which op reads an object of the list at a path: the id of Featurebase or of another system.
func (f failing) names(op *Operation, list string) bool {
	name, ok := hole(op.Path[strings.LastIndexByte(op.Path, '/')+1:])
	own, _, _ := strings.Cut(parent(op.Path), "/by-")
	return ok && own == list && f.args.Wire[name] != nil
}

func parent(path string) string { return path[:max(0, strings.LastIndexByte(path, '/'))] }

// with returns the name of a read with the ids of the call that it takes as arguments, and those to look for in its answer.
func (f failing) with(read *Operation) string {
	var take, look []string
	props := read.Input.Shape().Props
	for _, id := range f.ids() {
		switch {
		case props[id.Name] != nil:
			take = append(take, id.Name+" "+id.value)
		case f.op.ActingAdmin != nil && f.op.ActingAdmin.Need == id.Name: // the acting admin exists whether or not the write was made
		case strings.Contains(f.op.Path, "{"+id.Name+"}"), id.Name == "id":
			look = append(look, id.Name+" "+id.value)
		}
	}
	if look != nil {
		take = append(take, "look for "+strings.Join(look, " and "))
	}
	if take == nil {
		return read.Name
	}
	return read.Name + " (" + strings.Join(take, ", ") + ")"
}
