package markup

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"featurebase-mcp/internal/legible"
)

// Hidden is what a text holds that a person would not see on the page. It is left out of what this package makes of the text, and counted, because who
// hides words may want a model to follow them. Text in elements that are hidden counts, as do the words about pictures that are, comments of two words or
// more (editors mark their pieces with single ones), and what invisible characters carry. Scripts and style sheets do not: they are no text for anybody.
type Hidden struct {
	Characters int    // how many there are, each gap between words as one
	Text       string // their beginning, that of each text on a line
}

// Add adds what another text holds.
func (h *Hidden) Add(other Hidden) {
	h.Characters += other.Characters
	switch {
	case h.Text == "":
		h.Text = other.Text
	case other.Text != "" && len(h.Text) < mostHidden:
		h.Text += "\n" + other.Text
	}
}

// Carried returns what the invisible characters of a text carry that is not HTML.
func Carried(text string) Hidden {
	n, words := legible.Carried(text)
	if n > 0 && words == "" {
		words = "(" + legible.Count(n, "invisible character") + ")"
	}
	return Hidden{n, words}
}

// mostHidden is how many bytes of hidden text are kept, 64 kB. The rest is counted.
const mostHidden = 64 << 10

// hiddenText collects the hidden text of a body while it is read.
type hiddenText struct {
	n       int
	text    []byte
	pending bool // a gap comes before the next character
	words   bool // there is a letter or digit; bullets and arrows alone say nothing
	keeps   bool // the text is kept, too
}

// gap separates what follows from what was added, as the edge of a block or of a table cell does.
func (h *hiddenText) gap() { h.pending = h.n > 0 }

// edge separates what stands before and behind the tag of a hidden block.
func (h *hiddenText) edge(e element) {
	if e.traits&block != 0 || e.tag == atom.Br {
		h.gap()
	}
}

// add adds text of the source.
func (h *hiddenText) add(text []byte) {
	if bytes.IndexByte(text, '&') >= 0 {
		text = []byte(html.UnescapeString(string(text)))
	}
	for len(text) > 0 {
		r, size := utf8.DecodeRune(text)
		text = text[size:]
		switch {
		case legible.IsSpace(r):
			h.gap()
			continue
		case legible.IsInvisible(r):
			continue
		}
		if h.pending {
			h.pending = false
			h.put(' ')
		}
		h.put(r)
		h.words = h.words || legible.IsWordRune(r)
	}
}

func (h *hiddenText) put(r rune) {
	h.n++
	if h.keeps && len(h.text) < mostHidden {
		h.text = utf8.AppendRune(h.text, r)
	}
}

// carried adds what the invisible characters of a visible text carry.
func (h *hiddenText) carried(text string) {
	c := Carried(text)
	if c.Characters == 0 {
		return
	}
	before := h.n
	h.gap()
	h.add([]byte(c.Text))
	h.gap()
	h.n = before + c.Characters
}

// comment adds a comment. What a program shows on a condition stands in one as well, with its tags.
func (h *hiddenText) comment(text string) {
	if condition, ok := strings.CutPrefix(text, "["); ok {
		_, text, _ = strings.Cut(condition, "]")
		text = strings.TrimPrefix(text, ">")
	}
	text = withoutTags(text)
	words := 0
	for word := range strings.FieldsSeq(text) {
		if strings.ContainsFunc(word, legible.IsWordRune) {
			words++
		}
	}
	if words < 2 {
		return
	}
	h.gap()
	h.add([]byte(text))
	h.gap()
}

// withoutTags returns a text of which the reader sees no tags, because it is raw, without them.
func withoutTags(text string) string {
	if !strings.Contains(text, "<") {
		return text
	}
	var b strings.Builder
	for text != "" {
		before, after, _ := strings.Cut(text, "<")
		b.WriteString(before + " ")
		_, text, _ = strings.Cut(after, ">")
	}
	return b.String()
}

// found returns what was hidden.
func (h *hiddenText) found() Hidden {
	if !h.words {
		return Hidden{}
	}
	text := string(h.text)
	if len(h.text) >= mostHidden {
		text += legible.TruncationNote(h.n - utf8.RuneCountInString(text))
	}
	return Hidden{h.n, text}
}

// unseenText takes a text that is hidden.
func (r *reader) unseenText(text []byte, isRaw bool) {
	switch {
	case r.top().tag == atom.Script || r.top().tag == atom.Style:
	case isRaw:
		r.hidden.add([]byte(withoutTags(string(text))))
	default:
		r.hidden.add(text)
	}
}

// unseenWords takes the words in an attribute of a picture, a player or a mention that is hidden.
func (r *reader) unseenWords(name attribute) {
	r.hidden.gap()
	r.hidden.add([]byte(r.attrs.words(name)))
	r.hidden.gap()
}

// Searched is how many bytes of a body are read for hidden text beyond an excerpt of it, 256 kB. Whoever reads one of so long bodies whole hears the rest.
const Searched = MaxBlock

// MayHide reports whether a body, as it is or as it stands in JSON, could have hidden text within the first [Searched] bytes. It is quick, so that most
// rows of a list need no reading beyond their excerpts, and errs on the side of yes: a body is innocent only if it consists of text, of elements that hide
// nothing by themselves, and of attributes that change nothing about that.
func MayHide(body []byte) bool {
	body = body[:min(len(body), Searched)]
	if legible.MayCarry(body) || hasOddEntity(body) || bytes.Contains(body, []byte(`\u`)) { // in JSON, an escape can be any character
		return true
	}
	for at := bytes.IndexByte(body, '<'); at >= 0; at = bytes.IndexByte(body, '<') {
		n := innocentTag(body[at:])
		if n == 0 {
			return true
		}
		body = body[at+n:]
	}
	return false
}

// innocentTag returns the length of the tag that a text begins with, or of a sign that begins no tag. It returns 0 if the tag could hide something, or is
// written in a way that editors do not use.
func innocentTag(text []byte) int {
	i := 1
	end := i < len(text) && text[i] == '/'
	if end {
		i++
	}
	name := i
	for i < len(text) && (text[i] >= 'a' && text[i] <= 'z' || i > name && text[i] >= '0' && text[i] <= '9') {
		i++
	}
	switch {
	case i == len(text):
		return 0
	case i == name && !end && (text[i] == ' ' || text[i] == '=' || text[i] >= '0' && text[i] <= '9'): // less than
		return i
	case i == name || !isInnocent(text[name:i]):
		return 0
	case text[i] == '>':
		return i + 1
	case end:
		return 0
	}
	for i < len(text) {
		switch c := text[i]; {
		case c == '>':
			return i + 1
		case c == ' ' || c == '/':
			i++
			continue
		case c < 'a' || c > 'z':
			return 0
		}
		attr := i
		for i < len(text) && (text[i] >= 'a' && text[i] <= 'z' || text[i] == '-') {
			i++
		}
		if !isInnocentAttribute(text[attr:i]) || i+1 >= len(text) || text[i] != '=' {
			return 0
		}
		if i++; text[i] == '\\' { // before each quote in JSON
			i++
		}
		if i >= len(text) || text[i] != '"' {
			return 0
		}
		n := bytes.IndexByte(text[i+1:], '"')
		if n < 0 {
			return 0
		}
		i += 1 + n + 1
	}
	return 0
}

// isInnocent reports whether an element shows all its text, if no attribute and no style sheet says otherwise.
func isInnocent(name []byte) bool {
	switch string(name) {
	case "a", "b", "blockquote", "br", "code", "dd", "del", "div", "dl", "dt", "em", "figcaption", "figure", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "img", "ins", "kbd",
		"li", "mark", "ol", "p", "pre", "s", "samp", "small", "span", "strike", "strong", "sub", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "u", "ul":
		return true
	default:
		return false
	}
}

// isInnocentAttribute reports whether an attribute of such an element cannot hide it. Classes and ids do nothing without a style sheet, whose element is
// not innocent. The size of a picture could be that of one that nobody sees.
func isInnocentAttribute(name []byte) bool {
	switch string(name) {
	case "alt", "class", "colspan", "dir", "href", "id", "lang", "rel", "rowspan", "src", "start", "target", "title":
		return true
	default:
		return bytes.HasPrefix(name, []byte("data-"))
	}
}

// hasOddEntity reports whether a text has an entity that may stand for an invisible character.
func hasOddEntity(text []byte) bool {
	for at := bytes.IndexByte(text, '&'); at >= 0; at = bytes.IndexByte(text, '&') {
		text = text[at+1:]
		if len(text) == 0 || text[0] != '#' && (text[0]|0x20 < 'a' || text[0]|0x20 > 'z') {
			continue
		}
		name := text[:min(len(text), len("hellip;"))]
		if end := bytes.IndexByte(name, ';'); end >= 0 {
			name = name[:end]
		}
		switch string(name) {
		case "amp", "lt", "gt", "quot", "apos", "nbsp", "hellip", "ndash", "mdash", "#39", "#34", "#38", "#60", "#62", "#x27", "#x2F", "#160":
		default:
			return true
		}
	}
	return false
}
