package install

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

// mappings edits YAML. Entries are mappings in lines of their own, as the host writes them.
type mappings struct{}

// decode implements format.
func (mappings) decode(text string) (any, error) {
	if strings.Contains("\n"+text, "\n---") && strings.Contains(strings.TrimPrefix(text, "---"), "\n---") {
		return nil, errors.New("it holds several documents")
	}
	var value any
	if err := yaml.Unmarshal([]byte(text), &value); err != nil {
		return nil, err
	}
	if value == nil {
		return map[string]any{}, nil
	}
	if _, ok := value.(map[string]any); !ok {
		return nil, errors.New("it is no mapping")
	}
	return value, nil
}

// block is a key with the lines of its value.
type block struct {
	indent     int // of the key
	start, end int // of its lines, with the last line break; comments and blank lines at its end are not its own
	value      *yaml.Node
}

// find returns the block of a path, and how much of the path is there.
func (mappings) find(text string, path []string) (found block, depth int, err error) {
	var document yaml.Node
	if err := yaml.Unmarshal([]byte(text), &document); err != nil {
		return block{}, 0, err
	}
	if len(document.Content) == 0 {
		return block{}, 0, nil
	}
	found.value = document.Content[0]
	for _, name := range path {
		n := found.value
		at := -1
		for i := 0; n.Kind == yaml.MappingNode && i < len(n.Content); i += 2 {
			if n.Content[i].Value == name {
				at = i
			}
		}
		if at < 0 {
			return found, depth, nil
		}
		if n.Style&yaml.FlowStyle != 0 {
			return block{}, 0, fmt.Errorf("%s is written in one line, in braces", strings.Join(path[:max(depth, 1)], "."))
		}
		k := n.Content[at]
		found = block{indent: k.Column - 1, value: n.Content[at+1]}
		found.start = lineStart(text, k.Line)
		found.end = blockEnd(text, found)
		depth++
	}
	return found, depth, nil
}

// lineStart returns where a line begins, counted from 1.
func lineStart(text string, number int) int {
	at := 0
	for ; number > 1; number-- {
		at += strings.IndexByte(text[at:], '\n') + 1
	}
	return at
}

// blockEnd returns where the lines of a block end: before the first that is not further in than its key.
func blockEnd(text string, b block) int {
	at := lineEnd(text, b.start)
	for end := at; end < len(text); {
		next := lineEnd(text, end)
		content := strings.TrimSpace(text[end:next])
		inner := len(text[end:next])-len(strings.TrimLeft(text[end:next], " ")) > b.indent
		isItem := b.value.Kind == yaml.SequenceNode && strings.HasPrefix(content, "-") // a list may stand as far out as its key
		if content != "" && content[0] != '#' && !inner && !isItem {
			break
		}
		if content != "" && (content[0] != '#' || b.value.Kind == yaml.ScalarNode && inner) { // in a text of several lines, that is no comment
			at = next
		}
		end = next
	}
	return at
}

func lineEnd(text string, from int) int {
	if i := strings.IndexByte(text[from:], '\n'); i >= 0 {
		return from + i + 1
	}
	return len(text)
}

// put implements format.
func (m mappings) put(text string, path []string, over object) (string, error) {
	found, depth, err := m.find(text, path)
	if err != nil {
		return "", err
	}
	if depth < len(path) {
		value := over.present()
		for i := len(path) - 1; i > depth; i-- {
			value = object{{path[i], value}}
		}
		return m.insert(text, found, depth, path[depth], value)
	}
	if found.value.Kind != yaml.MappingNode || found.value.Style&yaml.FlowStyle != 0 {
		return "", fmt.Errorf("%s is not written as a mapping of several lines", strings.Join(path, "."))
	}
	for _, f := range over {
		inner := slices.Concat(path, []string{f.name})
		at, depth, err := m.find(text, inner)
		if err != nil {
			return "", err
		}
		there := depth == len(inner)
		var old any
		if there {
			if err := at.value.Decode(&old); err != nil {
				return "", err
			}
		}
		switch v := f.value.(type) {
		case absent:
			if !there {
				continue
			}
			text = splice(text, at.start, at.end, "")
		case object:
			if there && same(overlay(old, v), old) || !there && len(v.present()) == 0 {
				continue
			}
			if there && at.value.Kind == yaml.MappingNode && at.value.Style&yaml.FlowStyle == 0 {
				if text, err = m.put(text, inner, v); err != nil {
					return "", err
				}
			} else if text, err = m.replace(text, found, at, there, f.name, overlaid(old, v)); err != nil {
				return "", err
			}
		default:
			if there && same(old, plain(v)) {
				continue
			}
			if text, err = m.replace(text, found, at, there, f.name, v); err != nil {
				return "", err
			}
		}
		return m.put(text, path, over) // the places are others now
	}
	return text, nil
}

// overlaid is a mapping of one line with an object laid over it. Only texts are kept of what was there.
func overlaid(old any, over object) object {
	fields := overlay(old, over)
	var all object
	for _, name := range sortedNames(fields) {
		all = append(all, field{name, fields[name]})
	}
	return all
}

// replace writes a field anew, or adds it.
func (m mappings) replace(text string, parent, at block, there bool, name string, value any) (string, error) {
	if !there {
		return m.insert(text, parent, 1, name, value)
	}
	return splice(text, at.start, at.end, renderYAML(at.indent, name, value)), nil
}

// insert adds a field behind the last of a mapping. At depth 0 that is the document.
func (m mappings) insert(text string, parent block, depth int, name string, value any) (string, error) {
	if depth == 0 {
		indent := 0
		if parent.value != nil && len(parent.value.Content) > 0 {
			if parent.value.Style&yaml.FlowStyle != 0 {
				return "", errors.New("it is written in one line, in braces")
			}
			indent = parent.value.Content[0].Column - 1
		}
		if text != "" && !strings.HasSuffix(text, "\n") {
			text = splice(text, len(text), len(text), "\n")
		}
		return splice(text, len(text), len(text), renderYAML(indent, name, value)), nil
	}
	n := parent.value
	indent := parent.indent + 2
	switch {
	case n.Kind == yaml.MappingNode && len(n.Content) > 0 && n.Style&yaml.FlowStyle == 0:
		indent = n.Content[0].Column - 1
	case n.Kind == yaml.ScalarNode && n.Tag == "!!null", n.Kind == yaml.MappingNode && len(n.Content) == 0:
		// nothing, null or {}, behind the key
		first := text[parent.start:lineEnd(text, parent.start)]
		if bare := regexp.MustCompile(`:[ \t]*(?:\{[ \t]*\}|null|~)`).FindStringIndex(first); bare != nil {
			cut := parent.start + bare[0] + 1
			text = splice(text, cut, parent.start+bare[1], "")
			parent.end -= parent.start + bare[1] - cut
		}
	default:
		return "", fmt.Errorf("what %s is to stand in is no mapping of several lines", name)
	}
	if !strings.HasSuffix(text[:parent.end], "\n") {
		text = splice(text, parent.end, parent.end, "\n")
		parent.end = len(text)
	}
	return splice(text, parent.end, parent.end, renderYAML(indent, name, value)), nil
}

// cut implements format.
func (m mappings) cut(text string, path []string) (string, error) {
	found, depth, err := m.find(text, path)
	if err != nil || depth < len(path) {
		return text, err
	}
	parent, _, err := m.find(text, path[:len(path)-1])
	if err != nil {
		return "", err
	}
	text = splice(text, found.start, found.end, "")
	if len(path) > 1 && len(parent.value.Content) == 2 { // it was the only one, and a key with nothing behind it is null
		end := parent.start + len(strings.TrimRight(text[parent.start:lineEnd(text, parent.start)], " \t\r\n"))
		text = splice(text, end, end, " {}")
	}
	return text, nil
}

// renderYAML writes a field in lines of its own.
func renderYAML(indent int, name string, value any) string {
	margin := strings.Repeat(" ", indent)
	switch v := value.(type) {
	case object:
		if len(v) == 0 {
			return margin + scalar(name) + ": {}\n"
		}
		var b strings.Builder
		b.WriteString(margin + scalar(name) + ":\n")
		for _, f := range v {
			b.WriteString(renderYAML(indent+2, f.name, f.value))
		}
		return b.String()
	case []string:
		if len(v) == 0 {
			return margin + scalar(name) + ": []\n"
		}
		var b strings.Builder
		b.WriteString(margin + scalar(name) + ":\n")
		for _, word := range v {
			b.WriteString(margin + "- " + scalar(word) + "\n")
		}
		return b.String()
	case string:
		return margin + scalar(name) + ": " + scalar(v) + "\n"
	}
	return fmt.Sprintf("%s%s: %v\n", margin, scalar(name), value)
}

// scalar writes a text, with quotation marks unless it can be read as nothing else.
func scalar(text string) string {
	if regexp.MustCompile(`^[A-Za-z/][A-Za-z0-9_./-]*( [A-Za-z0-9_./-]+)*$`).MatchString(text) &&
		!regexp.MustCompile(`^(?i:true|false|yes|no|on|off|null|y|n)$`).MatchString(text) {
		return text
	}
	return quoted(text)
}
