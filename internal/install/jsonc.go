package install

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/tidwall/jsonc"
)

// jsonWithComments edits JSON, with the comments and trailing commas that most hosts take.
type jsonWithComments struct{}

// node is a value where it stands in a text.
type node struct {
	start, end int
	value      any // as json.Decoder has it; nil for objects and lists
	kind       byte
	members    []member
	items      []node
}

// member is a member of an object.
type member struct {
	name  string
	start int // of the name
	node
}

// get returns the member of a name. The last one counts, as in every host.
func (n node) get(name string) (int, bool) {
	for i, m := range slices.Backward(n.members) {
		if m.name == name {
			return i, true
		}
	}
	return 0, false
}

// parseJSON returns the value of a text. Offsets are those of the text, since taking out comments keeps the places of everything else.
func parseJSON(text string) (root node, bare string, err error) {
	bare = string(jsonc.ToJSON([]byte(text)))
	decoder := json.NewDecoder(strings.NewReader(bare))
	decoder.UseNumber()
	p := jsonParser{bare, decoder}
	if root, err = p.value(); err == nil {
		if _, err = decoder.Token(); errors.Is(err, io.EOF) {
			return root, bare, nil
		} else if err == nil {
			err = errors.New("there is more behind the end")
		}
	}
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
		err = fmt.Errorf("line %d: %w", 1+strings.Count(bare[:min(int(syntax.Offset), len(bare))], "\n"), syntax)
	} else if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = errors.New("it ends too early")
	}
	return node{}, "", err
}

type jsonParser struct {
	text    string
	decoder *json.Decoder
}

// next returns the next token and where it begins.
func (p jsonParser) next() (token json.Token, start int, err error) {
	start = int(p.decoder.InputOffset())
	for start < len(p.text) && strings.IndexByte(" \t\r\n,:", p.text[start]) >= 0 {
		start++
	}
	token, err = p.decoder.Token()
	return token, start, err
}

func (p jsonParser) value() (node, error) {
	token, start, err := p.next()
	if err != nil {
		return node{}, err
	}
	n := node{start: start, value: token}
	if _, opens := token.(json.Delim); opens {
		n.kind, n.value = p.text[start], nil
		for p.decoder.More() && err == nil {
			err = p.inner(&n)
		}
		if err == nil {
			_, err = p.decoder.Token()
		}
	}
	n.end = int(p.decoder.InputOffset())
	return n, err
}

// inner reads the next member of an object or item of a list.
func (p jsonParser) inner(n *node) error {
	if n.kind == '[' {
		item, err := p.value()
		n.items = append(n.items, item)
		return err
	}
	name, start, err := p.next()
	if err != nil {
		return err
	}
	value, err := p.value()
	n.members = append(n.members, member{name.(string), start, value}) //nolint:forcetypeassert // the decoder takes no other name
	return err
}

// plain returns the value as decoders give it.
func (n node) plain() any {
	switch n.kind {
	case '{':
		fields := map[string]any{}
		for _, m := range n.members {
			fields[m.name] = m.plain()
		}
		return fields
	case '[':
		list := make([]any, len(n.items))
		for i, item := range n.items {
			list[i] = item.plain()
		}
		return list
	}
	if number, ok := n.value.(json.Number); ok {
		if whole, err := strconv.Atoi(string(number)); err == nil {
			return whole
		}
	}
	return n.value
}

// decode implements format.
func (jsonWithComments) decode(text string) (any, error) {
	if strings.TrimSpace(text) == "" {
		return map[string]any{}, nil
	}
	root, _, err := parseJSON(text)
	if err != nil {
		return nil, err
	}
	if root.kind != '{' {
		return nil, errors.New("it is no object")
	}
	return root.plain(), nil
}

// put implements format.
func (j jsonWithComments) put(text string, path []string, over object) (string, error) {
	if strings.TrimSpace(text) == "" {
		return j.put("{}\n", path, over)
	}
	root, bare, err := parseJSON(text)
	if err != nil {
		return "", err
	}
	n, depth := root, 0
	for i, name := range path {
		at, there := n.get(name)
		if !there || n.members[at].value == nil && n.members[at].kind == 0 { // null
			value := any(over.present())
			for k := len(path) - 1; k > i; k-- {
				value = object{{path[k], value}}
			}
			if there {
				return splice(text, n.members[at].start, n.members[at].end, quoted(name)+": "+styleOf(text, root).render(value, depth+1)), nil
			}
			return insertMember(text, bare, root, n, depth, name, value), nil
		}
		if n = n.members[at].node; n.kind != '{' {
			return "", fmt.Errorf("%s is no object", strings.Join(path[:i+1], "."))
		}
		depth++
	}
	// One field at a time: after each, the places are others.
	for _, f := range over {
		at, there := n.get(f.name)
		switch v := f.value.(type) {
		case absent:
			if there {
				if text, err = j.cut(text, slices.Concat(path, []string{f.name})); err != nil {
					return "", err
				}
				return j.put(text, path, over)
			}
		case object:
			if there {
				if old := n.members[at].plain(); same(overlay(old, v), old) {
					continue
				}
				text, err = j.put(text, slices.Concat(path, []string{f.name}), v)
			} else if v = v.present(); len(v) > 0 {
				text = insertMember(text, bare, root, n, depth, f.name, v)
			} else {
				continue
			}
			if err != nil {
				return "", err
			}
			return j.put(text, path, over)
		default:
			if there && same(n.members[at].plain(), plain(v)) {
				continue
			}
			if there {
				text = splice(text, n.members[at].node.start, n.members[at].end, styleOf(text, root).render(v, depth+1))
			} else {
				text = insertMember(text, bare, root, n, depth, f.name, v)
			}
			return j.put(text, path, over)
		}
	}
	return text, nil
}

// cut implements format.
func (jsonWithComments) cut(text string, path []string) (string, error) {
	root, bare, err := parseJSON(text)
	if err != nil {
		return "", err
	}
	n := root
	for _, name := range path[:len(path)-1] {
		at, there := n.get(name)
		if !there {
			return text, nil
		}
		n = n.members[at].node
	}
	at, there := n.get(path[len(path)-1])
	if !there {
		return text, nil
	}
	spans := make([]span, len(n.members))
	for i, m := range n.members {
		spans[i] = span{m.start, m.end}
	}
	return removeFrom(text, bare, n, spans, at), nil
}

// putItem adds an object to a list, unless one is there that has the same value in the field by.
func (j jsonWithComments) putItem(text, list, by string, item object) (string, error) {
	root, bare, err := parseJSON(text)
	if err != nil {
		return "", err
	}
	style := styleOf(text, root)
	at, there := root.get(list)
	if !there {
		return insertMember(text, bare, root, root, 0, list, []object{item}), nil
	}
	n := root.members[at].node
	if n.kind != '[' {
		return "", fmt.Errorf("%s is no list", list)
	}
	want, _ := pick(plain(item), by)
	for _, old := range n.items {
		if id, _ := pick(old.plain(), by); id == want {
			return text, nil
		}
	}
	ends := make([]int, len(n.items))
	for i, old := range n.items {
		ends[i] = old.end
	}
	return insertLast(text, bare, n, ends, style, 1, style.render(item, 2)), nil
}

// cutItem removes the object of a list that has a value in the field by.
func (j jsonWithComments) cutItem(text, list, by, id string) (string, error) {
	root, bare, err := parseJSON(text)
	if err != nil {
		return "", err
	}
	at, there := root.get(list)
	if !there {
		return text, nil
	}
	n := root.members[at].node
	spans := make([]span, len(n.items))
	found := -1
	for i, item := range n.items {
		spans[i] = span{item.start, item.end}
		if value, _ := pick(item.plain(), by); value == id {
			found = i
		}
	}
	if found < 0 {
		return text, nil
	}
	return removeFrom(text, bare, n, spans, found), nil
}

// style is how a file is laid out.
type style struct {
	indent string
	lines  bool // members stand on lines of their own
}

// styleOf reads the layout of a file from its first member.
func styleOf(text string, root node) style {
	if len(root.members) == 0 {
		return style{"  ", true}
	}
	line := text[:root.members[0].start]
	line = line[strings.LastIndexByte(line, '\n')+1:]
	if !strings.Contains(text[root.start:root.members[0].start], "\n") {
		return style{"  ", false}
	}
	if indent := strings.TrimLeft(line, " \t"); indent == "" && line != "" {
		return style{line, true}
	}
	return style{"  ", true}
}

// render writes a value that stands at a depth.
func (s style) render(value any, depth int) string {
	opening, closing, between := "\n"+strings.Repeat(s.indent, depth+1), "\n"+strings.Repeat(s.indent, depth), ",\n"+strings.Repeat(s.indent, depth+1)
	if !s.lines {
		opening, closing, between = "", "", ", "
	}
	var parts []string
	switch v := value.(type) {
	case string:
		return quoted(v)
	case object:
		for _, f := range v {
			parts = append(parts, quoted(f.name)+": "+s.render(f.value, depth+1))
		}
		if len(parts) == 0 {
			return "{}"
		}
		return "{" + opening + strings.Join(parts, between) + closing + "}"
	case []object:
		for _, item := range v {
			parts = append(parts, s.render(item, depth+1))
		}
		return "[" + opening + strings.Join(parts, between) + closing + "]"
	case []string:
		for _, word := range v {
			parts = append(parts, quoted(word))
		}
		return "[" + strings.Join(parts, ", ") + "]"
	}
	return fmt.Sprint(value)
}

// insertMember adds a member behind the last of an object.
func insertMember(text, bare string, root, n node, depth int, name string, value any) string {
	style := styleOf(text, root)
	ends := make([]int, len(n.members))
	for i, m := range n.members {
		ends[i] = m.end
	}
	return insertLast(text, bare, n, ends, style, depth, quoted(name)+": "+style.render(value, depth+1))
}

// insertLast adds what is written behind the last of what an object or a list holds: behind its comma if it has one, and behind the comments that
// follow it, so that these stay where they belong.
func insertLast(text, bare string, n node, ends []int, s style, depth int, written string) string {
	closing := n.end - 1
	if len(ends) == 0 {
		inner := strings.TrimRight(text[n.start+1:closing], " \t\r\n")
		if !s.lines && inner == "" {
			return splice(text, n.start+1, closing, written)
		}
		return splice(text, n.start+1, closing, inner+"\n"+strings.Repeat(s.indent, depth+1)+written+"\n"+strings.Repeat(s.indent, depth))
	}
	last := ends[len(ends)-1]
	comma := commaIn(text, bare, last, closing)
	follows := len(strings.TrimRight(text[:closing], " \t\r\n"))
	separator := "\n" + strings.Repeat(s.indent, depth+1)
	if !strings.Contains(text[n.start:closing], "\n") {
		separator = " "
	}
	if comma >= 0 {
		return splice(text, follows, follows, separator+written+",")
	}
	return splice(splice(text, follows, follows, separator+written), last, last, ",")
}

type span struct{ start, end int }

// removeFrom removes one of the things that an object or a list holds, and the comma that parts it from the others.
func removeFrom(text, bare string, n node, spans []span, i int) string {
	before := n.start + 1
	if i > 0 {
		before = spans[i-1].end
	}
	after := n.end - 1
	if i < len(spans)-1 {
		after = spans[i+1].start
	}
	start := before + len(strings.TrimRight(text[before:spans[i].start], " \t\r\n"))
	comma := commaIn(text, bare, spans[i].end, after)
	if comma >= 0 { // one behind it: it has others behind it, or the list ends with a comma
		return splice(text, start, comma+1, "")
	}
	if i == 0 { // the only one
		if strings.TrimSpace(text[before:start])+strings.TrimSpace(text[spans[i].end:after]) == "" {
			return splice(text, before, after, "")
		}
		return splice(text, start, spans[i].end, "")
	}
	text = splice(text, start, spans[i].end, "")
	if comma := commaIn(text, bare, before, start); comma >= 0 {
		text = splice(text, comma, comma+1, "")
	}
	return text
}

// commaIn returns where the comma is between two places that have nothing but white space, comments and perhaps one comma between them.
func commaIn(text, bare string, from, to int) int {
	// Without its comments, a comma that ends a list is a blank, too. So comments are left out by their marks.
	for i := from; i < to; i++ {
		switch {
		case bare[i] == ',' || text[i] == ',':
			return i
		case strings.HasPrefix(text[i:], "//"):
			i += strings.IndexByte(text[i:]+"\n", '\n')
		case strings.HasPrefix(text[i:], "/*"):
			i += strings.Index(text[i:]+"*/", "*/") + 1
		}
	}
	return -1
}

// splice replaces a part of a text. New lines are those of the text.
func splice(text string, start, end int, written string) string {
	if strings.Contains(text, "\r\n") {
		written = strings.ReplaceAll(strings.ReplaceAll(written, "\r\n", "\n"), "\n", "\r\n")
	}
	var b bytes.Buffer
	b.WriteString(text[:start])
	b.WriteString(written)
	b.WriteString(text[end:])
	return b.String()
}
