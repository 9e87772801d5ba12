package engine

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"featurebase-mcp/internal/input"
	"featurebase-mcp/internal/names"
)

// Declarations hold a few facts as text, because a literal with one line for each fact is easy to read. These are the forms. Check refuses
// a text that does not follow its form or names something that does not exist, so that a typing error fails a test and not a call.
//
//	condition   path, or path=value: the argument is given, or has that value. Rule.When and Refuse, Notice.When and Unless, Asked.When, Ref.When,
//	            Impersonates, TakesAway. Notice and TakesAway take several between bars; one of them has to hold.
//	need        path|path|...: one of these arguments. Rule.Need.
//	about       path=operation|...: the argument that holds an id, and the read that shows the object. Operation.About.
//	later       argument=version|...: an argument that a later API version brought, and that version, which begins with its date. Operation.Later.
//	undo        operation argument=argument...: the write that takes another one back, and where its arguments come from: from an argument of the same
//	            name, from another one, or made, the id of what was made. Operation.Undo.
//	columns     path, or name=path, and a form after a bar. View.Row, Written and Lines, checked by render.View.Check.
//	filters     name, a colon and the kind, a question mark for null. The struct tag filters, checked by input.Input.Check.
//
// A path joins the names of arguments with dots.

// Check returns the mistakes in the declarations, joined, each with the literal that it is about. It returns nil if there are none.
func (inv *Inventory) Check() error {
	k := &checker{inv: inv}
	for _, kind := range inv.kinds {
		k.kind(kind)
	}
	for _, set := range inv.sets {
		for _, op := range set.Operations {
			k.operation(op)
		}
		k.setRefs(set)
	}
	return errors.Join(k.found...)
}

type checker struct {
	inv   *Inventory
	found []error
}

func (k *checker) add(where, format string, args ...any) {
	k.found = append(k.found, fmt.Errorf("%s: %s", where, fmt.Sprintf(format, args...)))
}

func (k *checker) kind(kind *names.Kind) {
	where := "kind " + kind.Word
	k.read(where+", Find", kind.Finder())
	if kind.List == "" {
		return
	}
	k.read(where+", List", kind.List)
	if kind.IsID == nil || kind.Plural == "" {
		k.add(where, "a kind with a List needs IsID and Plural")
	}
	if op := k.inv.Lookup(kind.List); op != nil {
		if !op.Default && !op.Browsed {
			k.add(where+", List", "%s is neither Default nor Browsed, so an unknown name is answered without the names that exist", kind.List)
		}
		order, _ := json.Marshal(kind.Order)
		if _, err := readArguments(op, order); err != nil {
			k.add(where+", Order", "%v", err)
		}
	}
}

// read reports a name that is not the name of a read.
func (k *checker) read(where, name string) {
	if op := k.inv.Lookup(name); op == nil || op.Effect != Read {
		k.add(where, "no read is called %q", name)
	}
}

func (k *checker) operation(op *Operation) {
	for i, rule := range op.Rules {
		where := fmt.Sprintf("%s, Rules[%d]", op.Name, i)
		k.rule(op, where, rule)
	}
	if op.ActingAdmin != nil {
		k.rule(op, op.Name+", ActingAdmin", *op.ActingAdmin)
		if k.inv.refs[op.Name].Arguments[op.ActingAdmin.Need].Kind == nil {
			k.add(op.Name+", ActingAdmin", "no Ref says of which kind %s is", op.ActingAdmin.Need)
		}
	}
	k.condition(op, op.Name+", Impersonates", op.Impersonates)
	for condition := range strings.SplitSeq(op.TakesAway, "|") {
		k.condition(op, op.Name+", TakesAway", condition)
	}
	k.later(op)
	for i, a := range op.Confirm {
		k.condition(op, fmt.Sprintf("%s, Confirm[%d]", op.Name, i), a.When)
	}
	if op.Overwrites && (op.Effect != Write || op.Method != http.MethodPost) {
		k.add(op.Name+", Overwrites", "only a POST that is a Write has to say so")
	}
	for i, notice := range op.Notifies {
		where := fmt.Sprintf("%s, Notifies[%d]", op.Name, i)
		for _, conditions := range []string{notice.When, notice.Unless} {
			for condition := range strings.SplitSeq(conditions, "|") {
				k.condition(op, where, condition)
			}
		}
	}
	if v := op.Versions; v != nil {
		k.condition(op, op.Name+", Versions.Published", v.Argument+"="+v.Published)
		k.condition(op, op.Name+", Versions.Draft", v.Argument+"="+v.Draft)
		k.path(op, op.Name+", Versions", input.CompareArg)
	}
	if op.Keeps != nil {
		k.condition(op, op.Name+", Keeps.Argument", op.Keeps.Argument)
		k.condition(op, op.Name+", Keeps.HTML", op.Keeps.HTML)
		if k.inv.readerOf(op.Path) == nil {
			k.add(op.Name+", Keeps", "no operation reads what stands at the path")
		}
	}
	for about := range strings.SplitSeq(op.About, "|") {
		if about == "" {
			continue
		}
		path, by, _ := strings.Cut(about, "=")
		k.path(op, op.Name+", About", path)
		k.read(op.Name+", About", by)
	}
	for _, used := range op.Uses {
		k.read(op.Name+", Uses", used)
	}
	k.bulk(op)
	if op.Adds != nil {
		for _, used := range op.Adds.Uses {
			k.read(op.Name+", Adds.Uses", used)
		}
	}
	if op.ShownBy != "" {
		k.read(op.Name+", ShownBy", op.ShownBy)
	}
	for field, ref := range op.Refs {
		where := fmt.Sprintf("%s, Refs[%s]", op.Name, field)
		for at := &ref; at != nil; at = at.Or {
			k.condition(op, where, at.When)
		}
		if !op.has(field) {
			k.add(where, "neither an argument nor a filter of the operation")
		}
	}
	for _, name := range op.holes() {
		ref, named := k.inv.refs[op.Name].Arguments[name]
		switch kind := k.inv.byID[name]; {
		case named && op.Input.Shape().Props[name] != nil && op.Input.Shape().Props[name].OnlyIDs():
			k.add(op.Name+", "+name, "its type admits ids alone, but a Ref says that a %s can be named: make it a string", ref.Kind.Word)
		case !named && kind != nil && kind.List != "" && kind.Most == 0:
			k.add(op.Name+", "+name, "no Ref of the operation or its toolset says that a %s can be named", kind.Word)
		}
	}
	if op.Output != nil {
		if err := op.Output.Check(); err != nil {
			k.add(op.Name+", Output", "%v", err)
		}
	}
	if err := op.Input.Check(); err != nil {
		k.add(op.Name+", Input", "%v", err)
	}
}

// later checks what Operation.Later says. Versions are compared by their dates, so one without a date would be sent where an earlier one is needed.
func (k *checker) later(op *Operation) {
	brought := op.Brings()
	if op.Later != "" && len(brought) != strings.Count(op.Later, "|")+1 {
		k.add(op.Name+", Later", "%q is not argument=version", op.Later)
	}
	for _, b := range brought {
		k.path(op, op.Name+", Later", b.Argument)
		date, name, _ := strings.Cut(b.Version, ".")
		if _, err := time.Parse(time.DateOnly, date); err != nil || name == "" {
			k.add(op.Name+", Later", "%q is not a version: a date, a dot and a name", b.Version)
		}
	}
}

func (k *checker) rule(op *Operation, where string, rule input.Rule) {
	k.condition(op, where, rule.When)
	k.condition(op, where, rule.Refuse)
	for need := range strings.SplitSeq(rule.Need, "|") {
		if need != "" {
			k.path(op, where, need)
		}
	}
}

// setRefs reports a reference of a toolset that is neither an argument nor a filter of any of its operations. A field that only answers
// have belongs to AnswerRefs.
func (k *checker) setRefs(set *Toolset) {
	for field, ref := range set.Refs {
		where := fmt.Sprintf("toolset %s, Refs[%s]", set.Name, field)
		if !slices.ContainsFunc(set.Operations, func(op *Operation) bool { return op.has(field) }) {
			k.add(where, "none of its operations has such an argument or filter")
		}
		if ref.When != "" {
			k.add(where, "a condition is about one operation: say it there")
		}
	}
	for field := range set.AnswerRefs {
		if slices.ContainsFunc(set.Operations, func(op *Operation) bool { return op.has(field) }) {
			k.add(fmt.Sprintf("toolset %s, AnswerRefs[%s]", set.Name, field), "it is an argument, too: that belongs to Refs")
		}
	}
}

// condition reports a condition whose path or value the arguments cannot have.
func (k *checker) condition(op *Operation, where, condition string) {
	if condition == "" {
		return
	}
	path, value, hasValue := strings.Cut(condition, "=")
	sh := k.path(op, where, path)
	if sh == nil || !hasValue {
		return
	}
	valid := sh.Enum
	if sh.Schema.Type == "boolean" {
		valid = []string{"true", "false"}
	}
	if !slices.Contains(valid, value) {
		k.add(where, "%s is never %q; valid: %s", path, value, strings.Join(valid, ", "))
	}
}

// path returns the shape of an argument. It reports a path that names none, and returns nil.
func (k *checker) path(op *Operation, where, path string) *input.Shape {
	sh := op.Input.Shape()
	for name := range strings.SplitSeq(path, ".") {
		if sh = sh.Props[name]; sh == nil {
			k.add(where, "no argument is called %q", path)
			return nil
		}
	}
	return sh
}

// has reports whether a field is an argument of the operation, at any depth, or one of its filters.
func (op *Operation) has(field string) bool { return op.Input.Shape().Has(field) }

// bulk checks what plans need to know of a write.
func (k *checker) bulk(op *Operation) {
	if f := op.Finds; f != nil {
		k.read(op.Name+", Finds", f.With)
		for _, by := range f.By {
			k.path(op, op.Name+", Finds", by.Argument)
		}
	}
	if _, argument, ok := strings.Cut(op.Holds, "="); ok {
		k.path(op, op.Name+", Holds", argument)
	}
	if op.Undo == "" {
		return
	}
	where := op.Name + ", Undo"
	words := strings.Fields(op.Undo)
	back := k.inv.Lookup(words[0])
	if back == nil || back.Effect == Read {
		k.add(where, "no write is called %q", words[0])
		return
	}
	for _, word := range words[1:] {
		to, from, renamed := strings.Cut(word, "=")
		k.path(back, where, to)
		if !renamed {
			from = to
		}
		if from != undoMade {
			k.path(op, where, from)
		}
	}
}
