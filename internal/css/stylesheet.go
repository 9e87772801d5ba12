package css

import (
	"bytes"
	"cmp"
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// Sheet has the rules of the style elements in a document that can hide something. Of a selector, it reads names, classes, ids, attributes and the
// elements around; the conditions that it cannot read count as met, so that a rule hides too much rather than too little.
type Sheet struct {
	rules map[string][]rule // by a name, class or id that the element has to have: p, .x, #x, or * for any
	count int
	steps int // that are left for comparing
	names map[string]bool
}

// rule is one selector with its style.
type rule struct {
	element compound
	around  []compound // the elements that have to be around it, the innermost last
	weight  int        // which rule counts, of several
	style   *Style
}

// compound is what a selector says of one element.
type compound struct {
	keys       []string // its name, classes and ids, as keys of rules
	attributes []condition
}

// condition is what a selector says of an attribute.
type condition struct{ name, operator, value string }

const (
	// MaxRules is how many rules are read. A sheet with more is exhausted.
	MaxRules       = 3000
	maxSheetDepth  = 8       // blocks in blocks
	stepsPerByte   = 2       // comparisons of elements with rules, for each byte of a body
	stepsPerMatch  = 20      // what it costs to apply a rule, in comparisons
	initialSteps   = 200_000 // for short bodies
	screenWidth    = 1200    // pixels, of the screen for which media queries are answered
	classesCompare = 100     // classes of an element that are looked up
)

// Elements reads the style elements of a body, or returns nil if there are none. The whole body is read for them, because they also apply to what
// stands before them. If they are too many to read, the sheet is exhausted. longest is how many bytes of a token are kept.
func Elements(body []byte, longest int) *Sheet {
	if !hasStyleElement(body) {
		return nil
	}
	s := &Sheet{rules: map[string][]rule{}, steps: stepsPerByte*len(body) + initialSteps, names: map[string]bool{}}
	z := html.NewTokenizer(bytes.NewReader(body))
	z.SetMaxBuf(longest)
	inStyle := false
	for {
		switch z.Next() {
		case html.ErrorToken:
			if s.count > MaxRules {
				s.steps = -1
			}
			return s
		case html.TextToken:
			if inStyle {
				s.read(withoutComments(string(z.Raw())), nil, 0)
			}
		case html.StartTagToken:
			name, more := z.TagName()
			inStyle = atom.Lookup(name) == atom.Style
			for more {
				var key, value []byte
				if key, value, more = z.TagAttr(); inStyle && string(key) == "media" {
					inStyle = isOnScreen(string(value))
				}
			}
		default:
			inStyle = false
		}
	}
}

// AsksFor reports whether a selector asks for an attribute.
func (s *Sheet) AsksFor(attribute []byte) bool { return s != nil && s.names[string(attribute)] }

// IsExhausted reports whether the rules were too many, or were compared so often that only an attack can be the reason.
func (s *Sheet) IsExhausted() bool { return s != nil && s.steps < 0 }

// hasStyleElement reports whether a body may have a style element.
func hasStyleElement(body []byte) bool {
	const tag = "<style"
	for {
		i := bytes.IndexByte(body, '<')
		if i < 0 || len(body)-i < len(tag) {
			return false
		}
		if body[i+1]|0x20 == 's' && bytes.EqualFold(body[i:i+len(tag)], []byte(tag)) {
			return true
		}
		body = body[i+1:]
	}
}

// withoutComments removes the comments of a stylesheet, and the signs that once hid it from old browsers.
func withoutComments(css string) string {
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(css, "/*")
		b.WriteString(before)
		if !found {
			return strings.NewReplacer("<!--", " ", "-->", " ").Replace(b.String())
		}
		_, css, _ = strings.Cut(rest, "*/")
		b.WriteByte(' ')
	}
}

// read reads the rules in a stylesheet, or in a block of one that belongs to some selectors.
func (s *Sheet) read(css string, outer []string, depth int) {
	if depth > maxSheetDepth {
		s.count = MaxRules + 1
		return
	}
	var declarations strings.Builder
	for css != "" && s.count <= MaxRules {
		var before, block string
		before, block, css = cutRule(css)
		before = strings.TrimSpace(before)
		condition := strings.TrimLeft(before, "@abcdefghijklmnopqrstuvwxyz-")
		switch name := before[:len(before)-len(condition)]; {
		case block == "" && !strings.HasPrefix(before, "@"):
			declarations.WriteString(before + ";")
		case !strings.HasPrefix(before, "@"):
			s.read(block, selectors(before, outer), depth+1)
		case name == "@media" && isOnScreen(condition), name == "@supports", name == "@layer", name == "@container", name == "@scope", name == "@starting-style":
			s.read(block, outer, depth+1)
		}
	}
	if st := Parse([]byte(declarations.String())); *st != (Style{}) {
		for _, selector := range outer {
			s.addRule(selector, st)
		}
	}
}

// cutRule cuts a stylesheet behind its first declaration, or behind its first rule, which has a block.
func cutRule(css string) (before, block, rest string) {
	start, depth, quote := -1, 0, byte(0)
	for i := 0; i < len(css); i++ {
		switch c := css[i]; {
		case c == '\\':
			i++
		case quote != 0:
			if c == quote || c == '\n' {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == ';' && start < 0:
			return css[:i], "", css[i+1:]
		case c == '{':
			if start < 0 {
				start = i
			}
			depth++
		case c == '}' && depth == 0:
			return css[:i], "", css[i+1:]
		case c == '}':
			if depth--; depth == 0 {
				return css[:start], css[start+1:i] + " ", css[i+1:]
			}
		}
	}
	if start < 0 {
		return css, "", ""
	}
	return css[:start], css[start+1:] + " ", ""
}

// selectors returns the selectors in a list. In a block, each applies inside the selectors of the block; that is left out, unless it is the same element.
func selectors(list string, outer []string) []string {
	var all []string
	for _, selector := range splitOutside(plain(list), ",") {
		if selector = strings.TrimSpace(selector); strings.HasPrefix(selector, "&") && len(outer) > 0 {
			for _, o := range outer[:min(len(outer), 20)] {
				all = append(all, o+selector[1:])
			}
			continue
		}
		all = append(all, selector)
	}
	return all
}

// splitOutside splits a text at a character that stands in no brackets and quotes.
func splitOutside(s, separators string) []string {
	var parts []string
	depth, quote, from := 0, byte(0), 0
	for i := range len(s) {
		switch c := s[i]; {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case depth == 0 && strings.IndexByte(separators, c) >= 0:
			parts = append(parts, s[from:i])
			from = i + 1
		case c == '(' || c == '[':
			depth++
		case (c == ')' || c == ']') && depth > 0:
			depth--
		}
	}
	return append(parts, s[from:])
}

// addRule adds the rule of one selector.
func (s *Sheet) addRule(selector string, st *Style) {
	for _, name := range []string{":is(", ":where(", ":-webkit-any(", ":matches("} { // each of the selectors in it becomes a rule
		before, inside, found := strings.Cut(selector, name)
		if !found {
			continue
		}
		end := len(splitOutside(inside, ")")[0])
		for _, alternative := range splitOutside(inside[:end], ",") {
			if s.count <= MaxRules {
				s.count++
				s.addRule(before+strings.TrimSpace(alternative)+strings.TrimPrefix(inside[end:], ")"), st)
			}
		}
		return
	}
	r := rule{style: st}
	sibling := false
	for _, word := range splitOutside(strings.NewReplacer(">", " > ", "+", " + ", "~", " ~ ", "~ =", "~=").Replace(selector), " \t\n\r\f") {
		switch word {
		case "", ">":
			continue
		case "+", "~":
			sibling = true
			continue
		}
		if len(r.element.keys)+len(r.element.attributes) > 0 && !sibling {
			r.around = append(r.around, r.element)
		}
		sibling = false
		var ok bool
		var weight int
		if r.element, weight, ok = s.parseCompound(word); !ok {
			return
		}
		r.weight += weight
	}
	if len(r.element.keys) == 0 && len(r.element.attributes) == 0 {
		r.element.keys = []string{"*"}
	}
	s.count++
	r.weight = r.weight<<16 + s.count
	key := "*"
	if len(r.element.keys) > 0 {
		key = r.element.keys[len(r.element.keys)-1]
	}
	s.rules[key] = append(s.rules[key], r)
}

// passing are the states and parts of elements that a page shows only for a time, or that have no text of the document.
var passing = strings.Fields("hover focus focus-within focus-visible active visited target checked disabled enabled invalid valid required optional placeholder-shown " +
	"before after first-line first-letter placeholder selection marker backdrop empty host")

// parseCompound reads what a selector says of one element, and how much that weighs. It reports whether that can be true of text on a page.
func (s *Sheet) parseCompound(word string) (c compound, weight int, ok bool) {
	for word != "" {
		sign := word[0]
		if strings.IndexByte(".#:[*&", sign) < 0 {
			sign = 0
		} else {
			word = word[1:]
		}
		if sign == '[' {
			end := len(splitOutside(word, "]")[0])
			inside := word[:min(end, len(word))]
			word = strings.TrimPrefix(word[min(end, len(word)):], "]")
			name := inside[:len(inside)-len(strings.TrimLeft(inside, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"))]
			operator, value, _ := strings.Cut(inside[len(name):], "=")
			name = strings.ToLower(name)
			s.names[name] = true
			c.attributes = append(c.attributes, condition{name, strings.TrimSpace(operator), attributeValue(value, strings.Contains(inside, "="))})
			weight += 1 << 8
			continue
		}
		name := word
		if end := strings.IndexAny(word, ".#:[("); end >= 0 {
			name = word[:end]
		}
		word = word[len(name):]
		switch sign {
		case '.', '#':
			c.keys = append(c.keys, string(sign)+name)
			weight += map[byte]int{'.': 1 << 8, '#': 1 << 16}[sign]
		case ':':
			if word != "" && word[0] == ':' {
				return c, 0, false
			}
			if slices.Contains(passing, strings.ToLower(name)) {
				return c, 0, false
			}
			if strings.HasPrefix(word, "(") {
				word = word[min(len(word), len(splitOutside(word[1:], ")")[0])+len("()")):]
			}
			if name == "root" {
				c.keys = append(c.keys, "html")
			}
			weight += 1 << 8
		case 0:
			if name == "" {
				return c, 0, false
			}
			c.keys = append([]string{strings.ToLower(name)}, c.keys...)
			weight++
		}
	}
	return c, weight, true
}

// attributeValue returns the value in a selector, with a mark before it that tells it from none.
func attributeValue(value string, given bool) string {
	if !given {
		return ""
	}
	return "=" + strings.Trim(strings.TrimSuffix(strings.TrimSuffix(strings.TrimSpace(value), " i"), " s"), `"' `)
}

// holds reports whether an attribute is as a selector demands.
func (c condition) holds(value string, given bool) bool {
	want, compared := strings.CutPrefix(c.value, "=")
	switch {
	case !given || !compared:
		return given
	case c.operator == "":
		return strings.EqualFold(value, want)
	case c.operator == "~":
		return slices.Contains(strings.Fields(value), want)
	case c.operator == "^", c.operator == "|":
		return strings.HasPrefix(value, want)
	case c.operator == "$":
		return strings.HasSuffix(value, want)
	default:
		return strings.Contains(value, want)
	}
}

// isOnScreen reports whether a media query holds on a screen of the usual width.
func isOnScreen(query string) bool {
	for alternative := range strings.SplitSeq(strings.ToLower(query), ",") {
		holds := true
		for part := range strings.SplitSeq(alternative, " and ") {
			part = strings.TrimPrefix(strings.TrimSpace(part), "only ")
			name, value, _ := strings.Cut(strings.Trim(part, "() "), ":")
			if i := strings.LastIndexByte(name, '<'); i >= 0 { // (width <= 600px)
				name, value = "max-width", strings.TrimPrefix(name[i+1:], "=")
			}
			width, _ := pixels(value)
			switch name {
			case "print", "speech", "not all", "not screen":
				holds = false
			case "min-width", "min-device-width":
				holds = holds && width <= screenWidth
			case "max-width", "max-device-width":
				holds = holds && width >= screenWidth
			default:
				value = strings.TrimSpace(value)
				holds = holds && value != "dark" && value != "none" && value != "portrait" && value != "reduce"
			}
		}
		if holds {
			return true
		}
	}
	return false
}

// Element is an element that the rules may apply to.
type Element struct {
	Keys       []string
	Attributes map[string]string    // those that a selector asks for
	Depth      int                  // how many elements are around it
	Around     func(i int) []string // the keys of one of these; 0 is the outermost
}

// StyleOf returns what the rules say of an element, or nil, also where the sheet is exhausted by the comparison.
func (s *Sheet) StyleOf(e Element) *Style {
	if s.steps < 0 {
		return nil
	}
	var found []*rule
	for i, key := range append(e.Keys, "*") {
		if slices.Contains(e.Keys[:min(i, len(e.Keys))], key) {
			continue
		}
		list := s.rules[key]
		for n := range list {
			r := &list[n]
			s.steps--
			if r.element.matches(e.Keys) && r.element.agrees(e.Attributes) && s.isAround(r.around, e) {
				found = append(found, r)
				s.steps -= stepsPerMatch
			}
		}
	}
	if s.steps < 0 || len(found) == 0 {
		return nil
	}
	slices.SortFunc(found, func(a, b *rule) int { return cmp.Compare(a.weight, b.weight) })
	var all Style
	for _, r := range found {
		all.Add(r.style)
	}
	return &all
}

// matches reports whether an element with these keys is as a selector demands. What the selector says of attributes is left to agrees.
func (c *compound) matches(keys []string) bool {
	return !slices.ContainsFunc(c.keys, func(key string) bool { return key != "*" && !slices.Contains(keys, key) })
}

// agrees reports whether attributes are as a selector demands.
func (c *compound) agrees(attributes map[string]string) bool {
	return !slices.ContainsFunc(c.attributes, func(condition condition) bool {
		value, given := attributes[condition.name]
		return !condition.holds(value, given)
	})
}

// isAround reports whether the elements that a selector demands are around an element, in this order. Their attributes are not known any more, and
// count as demanded.
func (s *Sheet) isAround(wanted []compound, e Element) bool {
	i := e.Depth - 1
	for n := len(wanted) - 1; n >= 0; n-- {
		for ; i > 0 && !wanted[n].matches(e.Around(i)); i-- {
			s.steps--
		}
		if i--; i < 0 && !wanted[n].isRoot() {
			return false
		}
	}
	return true
}

// isRoot reports whether a selector means an element around the whole document, which a fragment does not have.
func (c *compound) isRoot() bool {
	return len(c.keys) == 1 && (c.keys[0] == "html" || c.keys[0] == "body")
}

// Keys returns the name, the id and the classes of an element as keys of rules.
func Keys(name string, id, class []byte) []string {
	keys := []string{name}
	if len(id) > 0 {
		keys = append(keys, "#"+string(id))
	}
	for class := range bytes.FieldsSeq(class) {
		if len(keys) > classesCompare {
			break
		}
		keys = append(keys, "."+string(class))
	}
	return keys
}
