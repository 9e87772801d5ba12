package engine

import (
	"maps"
	"net/http"
	"slices"
	"strings"

	"featurebase-mcp/internal/input"
)

// undoMade is the source of an argument in Operation.Undo that is the id of the object that the write made.
const undoMade = "made"

// Back is the write that takes another one back.
type Back struct {
	Tool string
	Wire map[string]any // the arguments in the API's form
}

// UndoOf returns the write that takes a write back, or why there is none. fields are those that the write set, with their values before it;
// made is the id of the object that it made, and isNew says that the write did make it.
func (inv *Inventory) UndoOf(op *Operation, wire map[string]any, fields []Field, made string, isNew bool) (*Back, string) {
	switch {
	case len(op.notices(wire)) > 0 && op.Method == http.MethodPost:
		return nil, "people were told"
	case op.Method == http.MethodPatch || op.Finds != nil && !isNew:
		return undoFields(op, wire, fields)
	case op.Undo == "":
		return nil, "no call takes " + op.Name + " back"
	}
	// An operation that replaces what is there is taken back by its opposite, but not by deleting what it did not make.
	deletes := strings.Contains(op.Undo, "="+undoMade)
	if op.Effect == Write && op.Holds == "" && !isNew && (deletes || !op.Overwrites) {
		return nil, "Featurebase did not say that it was new" // what was there before must stay
	}
	words := strings.Fields(op.Undo)
	back := &Back{words[0], map[string]any{}}
	target := inv.Lookup(back.Tool)
	for _, word := range words[1:] {
		to, from, renamed := strings.Cut(word, "=")
		if !renamed {
			from = to
		}
		var value any
		switch {
		case from == undoMade && made == "":
			return nil, "Featurebase did not say which object it made"
		case from == undoMade:
			value = made
		default:
			value = oneAt(from, wire)
		}
		if value != nil {
			put(back.Wire, to, value)
		}
	}
	if _, err := requestOf(target, back.Wire); err != nil {
		return nil, err.Error()
	}
	return back, ""
}

// undoFields sets the fields back to what they were.
func undoFields(op *Operation, wire map[string]any, fields []Field) (*Back, string) {
	back := map[string]any{}
	for _, name := range op.holes() {
		back[name] = wire[name]
	}
	if op.Finds != nil {
		for _, by := range op.Finds.By {
			if wire[by.Argument] != nil {
				back[by.Argument] = wire[by.Argument]
			}
		}
	}
	identity := maps.Clone(back)
	var lost []string
	if len(op.notices(wire)) > 0 {
		lost = append(lost, "the messages")
	}
	for _, f := range fields {
		_, same := identity[f.Name]
		switch object, _ := f.After.(map[string]any); {
		case f.Same || same || op.decidesMessages(f.Name):
		case !f.Known:
			lost = append(lost, f.Name)
		case object != nil: // single fields of it were set; one that was not there cannot be unset
			before, _ := f.Before.(map[string]any)
			for name := range object {
				if before[name] == nil {
					lost = append(lost, input.JoinPath(f.Name, name))
				}
			}
			if len(before) > 0 {
				back[f.Name] = before
			}
		case f.Before == nil && !clearable(op, f.Name):
			lost = append(lost, f.Name)
		default:
			back[f.Name] = f.Before
		}
	}
	if len(back) == len(identity) {
		if len(lost) == 0 {
			return nil, "it changed nothing"
		}
		return nil, "the value before is not known, or cannot be set: " + strings.Join(lost, ", ")
	}
	if len(lost) > 0 {
		return &Back{op.Name, back}, "not " + strings.Join(lost, ", ")
	}
	return &Back{op.Name, back}, ""
}

// decidesMessages reports whether a field says whether people are told, and is no field of the object.
func (op *Operation) decidesMessages(field string) bool {
	for _, n := range op.Notifies {
		for condition := range strings.SplitSeq(n.When+"|"+n.Unless, "|") {
			if name, value, _ := strings.Cut(condition, "="); name == field && (value == "true" || value == "false") {
				return true
			}
		}
	}
	return false
}

// clearable reports whether a field can be emptied.
func clearable(op *Operation, field string) bool {
	clearing := op.Input.Shape().Props[input.ClearArg]
	if clearing == nil || clearing.Items == nil {
		return false
	}
	return slices.Contains(clearing.Items.Enum, field)
}

// put sets the value at a dotted path.
func put(object map[string]any, path string, value any) {
	outer, inner, nested := strings.Cut(path, ".")
	if !nested {
		object[path] = value
		return
	}
	within, _ := object[outer].(map[string]any)
	if within == nil {
		within = map[string]any{}
		object[outer] = within
	}
	put(within, inner, value)
}
