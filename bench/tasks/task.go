package main

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"unicode"
)

//go:embed data
var data embed.FS

// task is what somebody asks, and what a right answer takes. Texts with {{ }} are templates over what the sandbox holds, so that another
// organization has other facts.
type task struct {
	name   string // of its file
	title  string
	ask    string
	sets   string // the toolsets that are on
	lets   []let
	facts  []fact
	calls  []toolCall
	writes []write
}

// let names a value that facts and calls need.
type let struct{ name, expression string }

// fact is something that a right answer says. shown is how the answers of the tools say it, if they say more than value.
type fact struct{ label, value, shown string }

// toolCall is a call that an expert makes.
type toolCall struct{ tool, arguments string }

// write is a write that the task asks for. No other one may be made.
type write struct {
	operation string
	body      []condition
}

// condition is what a field of a write has to be: the whole value, or a part of it.
type condition struct {
	field, value string
	part         bool
}

// loadTasks reads all tasks, by name.
func loadTasks() ([]*task, error) {
	files, err := fs.Glob(data, "data/*.txt")
	if err != nil {
		return nil, err
	}
	var all []*task
	for _, file := range files {
		text, err := data.ReadFile(file)
		if err != nil {
			return nil, err
		}
		t, err := parse(string(text))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		t.name = strings.TrimSuffix(strings.TrimPrefix(file, "data/"), ".txt")
		all = append(all, t)
	}
	return all, nil
}

// parse reads a task. Each line has a key and a value; a line that begins with a space goes on with the one before it.
//
//	title: What stands above the task
//	ask: What is asked
//	sets: toolsets, default unless it is said
//	let: name = expression of a template
//	fact: label | value || another way to say it | as the tools show it
//	call: tool {"argument":"value"}
//	write: operation field=value field~part
func parse(text string) (*task, error) {
	t := &task{sets: "default"}
	var lines []string
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\n")
		switch {
		case line == "", strings.HasPrefix(line, "#"):
		case line[0] == ' ' && len(lines) > 0:
			lines[len(lines)-1] += " " + strings.TrimSpace(line)
		default:
			lines = append(lines, line)
		}
	}
	for _, line := range lines {
		key, value, _ := strings.Cut(line, ": ")
		if err := t.add(key, strings.TrimSpace(value)); err != nil {
			return nil, err
		}
	}
	if t.title == "" || t.ask == "" || len(t.facts) == 0 || len(t.calls) == 0 {
		return nil, errors.New("a task needs title, ask, fact and call")
	}
	return t, nil
}

func (t *task) add(key, value string) error {
	switch key {
	case "title":
		t.title = value
	case "ask":
		t.ask = value
	case "sets":
		t.sets = value
	case "let":
		name, expression, ok := strings.Cut(value, " = ")
		if !ok {
			return fmt.Errorf("let: no = in %q", value)
		}
		t.lets = append(t.lets, let{name, expression})
	case "fact":
		parts := strings.Split(value, " | ")
		if len(parts) < 2 || len(parts) > 3 {
			return fmt.Errorf("fact: %d parts in %q", len(parts), value)
		}
		parts = append(parts, "")
		t.facts = append(t.facts, fact{parts[0], parts[1], parts[2]})
	case "call":
		tool, arguments, _ := strings.Cut(value, " ")
		t.calls = append(t.calls, toolCall{tool, arguments})
	case "write":
		w, err := parseWrite(value)
		if err != nil {
			return err
		}
		t.writes = append(t.writes, w)
	default:
		return fmt.Errorf("no key is called %q", key)
	}
	return nil
}

// parseWrite reads a write. Conditions begin at a field; their values may have spaces.
func parseWrite(value string) (write, error) {
	operation, rest, _ := strings.Cut(value, " ")
	w := write{operation: operation}
	for word := range strings.FieldsSeq(rest) {
		at := strings.IndexAny(word, "=~")
		if at > 0 && !strings.ContainsAny(word[:at], "/\"") && unicode.IsLetter(rune(word[0])) {
			w.body = append(w.body, condition{word[:at], word[at+1:], word[at] == '~'})
			continue
		}
		if len(w.body) == 0 {
			return w, fmt.Errorf("write: no field in %q", value)
		}
		w.body[len(w.body)-1].value += " " + word
	}
	return w, nil
}

// byName returns the tasks with these names, or all of them for none.
func byName(all []*task, names ...string) ([]*task, error) {
	if len(names) == 0 || names[0] == "" {
		return all, nil
	}
	var list []*task
	for _, name := range names {
		i := slices.IndexFunc(all, func(t *task) bool { return t.name == name })
		if i < 0 {
			var known []string
			for _, t := range all {
				known = append(known, t.name)
			}
			return nil, fmt.Errorf("no task is called %q; there are %s", name, strings.Join(known, ", "))
		}
		list = append(list, all[i])
	}
	return list, nil
}
