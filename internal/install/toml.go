package install

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2/unstable"
)

// tables edits TOML. An entry is a table of its own with a header, as the host writes it.
type tables struct{}

// line is a header or a key with its value.
type line struct {
	path       []string // from the root
	header     bool
	list       bool // a header of a list of tables
	start, end int  // of its lines, with the line break
	value      any
	from, to   int // of the value
}

// parseTOML returns the lines of a text in their order.
func parseTOML(text string) ([]line, error) {
	var parser unstable.Parser
	parser.Reset([]byte(text))
	var lines []line
	var table []string
	for parser.NextExpression() {
		e := parser.Expression()
		var l line
		keys := e.Key()
		for keys.Next() {
			k := keys.Node()
			if len(l.path) == 0 {
				l.start = int(k.Raw.Offset)
			}
			l.path, l.end = append(l.path, string(k.Data)), int(k.Raw.Offset+k.Raw.Length)
		}
		if e.Kind == unstable.KeyValue {
			l.path = append(slices.Clone(table), l.path...)
			l.value = valueOf(e.Value())
			l.from = l.end + strings.IndexByte(text[l.end:], '=') + 1
			l.from += len(text[l.from:]) - len(strings.TrimLeft(text[l.from:], " \t"))
			l.to = int(e.Raw.Offset + e.Raw.Length)
			l.to = l.from + len(strings.TrimRight(text[l.from:l.to], " \t"))
			l.end = l.to
		} else {
			l.header, l.list = true, e.Kind == unstable.ArrayTable
			table = l.path
		}
		l.start = strings.LastIndexByte(text[:l.start], '\n') + 1
		if next := strings.IndexByte(text[l.end:], '\n'); next >= 0 {
			l.end += next + 1
		} else {
			l.end = len(text)
		}
		lines = append(lines, l)
	}
	if err := parser.Error(); err != nil {
		if broken, ok := errors.AsType[*unstable.ParserError](err); ok && len(broken.Highlight) > 0 {
			return nil, fmt.Errorf("line %d: %w", parser.Shape(parser.Range(broken.Highlight)).Start.Line, err)
		}
		return nil, err
	}
	return lines, nil
}

// valueOf returns a value as decoders give it. Numbers and times stay as they are written.
func valueOf(n *unstable.Node) any {
	switch n.Kind {
	case unstable.String:
		return string(n.Data)
	case unstable.Bool:
		return string(n.Data) == "true"
	case unstable.Array:
		list := []any{}
		for items := n.Children(); items.Next(); {
			list = append(list, valueOf(items.Node()))
		}
		return list
	case unstable.InlineTable:
		fields := map[string]any{}
		for items := n.Children(); items.Next(); {
			var path []string
			for keys := items.Node().Key(); keys.Next(); {
				path = append(path, string(keys.Node().Data))
			}
			fields = place(fields, path, valueOf(items.Node().Value())).(map[string]any) //nolint:forcetypeassert // place returns one for a path
		}
		return fields
	default: // no text, and equal to the same number or time
		return [1]string{string(n.Data)}
	}
}

// decode implements format.
func (tables) decode(text string) (any, error) {
	lines, err := parseTOML(text)
	if err != nil {
		return nil, err
	}
	// A list of tables is kept by how many there are, since nothing here looks into one.
	root, lists := any(map[string]any{}), map[string]int{}
	seen, closed := map[string]bool{}, map[string]bool{}
	for _, l := range lines {
		path := slices.Clone(l.path)
		for i := range path { // the table of a list that is meant is its last
			if n := lists[strings.Join(l.path[:i+1], "\x00")]; n > 0 && (!l.list || i < len(path)-1) {
				path[i] = fmt.Sprint(path[i], "\x00", n)
			}
		}
		key := strings.Join(path, "\x00")
		for i := range path {
			if closed[strings.Join(path[:i+1], "\x00")] && i < len(path)-1 {
				return nil, fmt.Errorf("%s is written in one line, and cannot be added to", strings.Join(l.path[:i+1], "."))
			}
		}
		switch {
		case l.list:
			joined := strings.Join(l.path, "\x00")
			lists[joined]++
			path[len(path)-1] = fmt.Sprint(path[len(path)-1], "\x00", lists[joined])
			root = place(root, path, map[string]any{})
		case seen[key]:
			return nil, fmt.Errorf("%s stands twice", strings.Join(l.path, "."))
		case l.header:
			if old, _ := pick(root, path...); old == nil {
				root = place(root, path, map[string]any{})
			}
		default:
			root = place(root, path, l.value)
			closed[key] = true
		}
		seen[key] = seen[key] || !l.list
	}
	return root, nil
}

// put implements format.
func (t tables) put(text string, path []string, over object) (string, error) {
	lines, err := parseTOML(text)
	if err != nil {
		return "", err
	}
	header := slices.IndexFunc(lines, func(l line) bool { return l.header && !l.list && slices.Equal(l.path, path) })
	if header < 0 {
		if slices.ContainsFunc(lines, func(l line) bool { return len(l.path) >= len(path) && slices.Equal(l.path[:len(path)], path) }) {
			return "", fmt.Errorf("%s has no header of its own there", strings.Join(path, "."))
		}
		if text != "" && !strings.HasSuffix(text, "\n") {
			text = splice(text, len(text), len(text), "\n")
		}
		written := renderTable(path, over.present())
		if text != "" {
			written = "\n" + written
		}
		return splice(text, len(text), len(text), written), nil
	}
	for _, f := range over {
		inner := append(slices.Clone(path), f.name)
		at := slices.IndexFunc(lines, func(l line) bool { return !l.header && slices.Equal(l.path, inner) })
		switch v := f.value.(type) {
		case object:
			if at >= 0 { // in one line
				changed := overlay(lines[at].value, v)
				if same(changed, lines[at].value) {
					continue
				}
				text = splice(text, lines[at].from, lines[at].to, renderInline(lines[at].value, v))
			} else if slices.ContainsFunc(lines, func(l line) bool { return l.header && slices.Equal(l.path, inner) }) {
				changed, err := t.put(text, inner, v)
				if err != nil {
					return "", err
				}
				if changed == text {
					continue
				}
				text = changed
			} else if v = v.present(); len(v) > 0 {
				text = insertLine(text, lines, header, f.name+" = "+renderInline(nil, v))
			} else {
				continue
			}
		case absent:
			if at < 0 {
				continue
			}
			text = splice(text, lines[at].start, lines[at].end, "")
		default:
			if at >= 0 && same(lines[at].value, plain(v)) {
				continue
			}
			if at >= 0 {
				text = splice(text, lines[at].from, lines[at].to, renderTOML(v))
			} else {
				text = insertLine(text, lines, header, f.name+" = "+renderTOML(v))
			}
		}
		return t.put(text, path, over) // the places are others now
	}
	return text, nil
}

// insertLine adds a line behind the last key of a table.
func insertLine(text string, lines []line, header int, written string) string {
	at := lines[header].end
	for _, l := range lines[header+1:] {
		if l.header {
			break
		}
		at = l.end
	}
	if !strings.HasSuffix(text[:at], "\n") {
		text = splice(text, at, at, "\n")
		at = len(text)
	}
	return splice(text, at, at, written+"\n")
}

// cut implements format.
func (t tables) cut(text string, path []string) (string, error) {
	lines, err := parseTOML(text)
	if err != nil {
		return "", err
	}
	for i, l := range lines {
		if len(l.path) < len(path) || !slices.Equal(l.path[:len(path)], path) {
			continue
		}
		start, end := l.start, l.end
		for _, next := range lines[i+1:] {
			if !l.header || next.header {
				break
			}
			end = next.end
		}
		if l.header { // the blank line before it goes, too
			if before := strings.TrimSuffix(strings.TrimSuffix(text[:start], "\n"), "\r"); before != text[:start] && (before == "" || strings.HasSuffix(before, "\n")) {
				start = len(before)
			}
		}
		return t.cut(splice(text, start, end, ""), path)
	}
	return text, nil
}

// renderTable writes a table with its header.
func renderTable(path []string, fields object) string {
	keys := make([]string, len(path))
	for i, name := range path {
		keys[i] = key(name)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "[%s]\n", strings.Join(keys, "."))
	for _, f := range fields {
		if inner, ok := f.value.(object); ok {
			fmt.Fprintf(&b, "%s = %s\n", key(f.name), renderInline(nil, inner))
		} else {
			fmt.Fprintf(&b, "%s = %s\n", key(f.name), renderTOML(f.value))
		}
	}
	return b.String()
}

// renderInline writes a table in one line: what there was, and what is laid over it.
func renderInline(old any, over object) string {
	fields := overlay(old, over)
	var parts []string
	for _, f := range over {
		if value, there := fields[f.name]; there {
			parts = append(parts, key(f.name)+" = "+renderTOML(value))
			delete(fields, f.name)
		}
	}
	rest := make([]string, 0, len(fields))
	for name, value := range fields {
		rest = append(rest, key(name)+" = "+renderTOML(value))
	}
	slices.Sort(rest)
	if parts = append(rest, parts...); len(parts) == 0 {
		return "{}"
	}
	return "{ " + strings.Join(parts, ", ") + " }"
}

// renderTOML writes a value in one line.
func renderTOML(value any) string {
	var parts []string
	switch v := value.(type) {
	case string:
		return quoted(v)
	case [1]string: // a number or a time
		return v[0]
	case []string:
		for _, word := range v {
			parts = append(parts, quoted(word))
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case []any:
		for _, item := range v {
			parts = append(parts, renderTOML(item))
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case map[string]any:
		return renderInline(v, nil)
	}
	return fmt.Sprint(value)
}

// key writes a name, with quotation marks where it needs them.
func key(name string) string {
	if regexp.MustCompile(`^[A-Za-z0-9_-]+$`).MatchString(name) {
		return name
	}
	return quoted(name)
}
