package markup

import (
	"bytes"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html/atom"

	"featurebase-mcp/internal/legible"
)

// What customers write reaches a model only after this: nothing that a person would not see in a browser (html_reader.go, html_hidden.go,
// visible.go), no address that could run, carry data, open a file for everyone or pass for another one (links.go), and no picture that a
// host would fetch by itself. Rows of lists get an excerpt of it, documents the whole as Markdown (html_markdown.go and the files beside it).

// ExcerptLength is how many characters of a body a row of a list shows.
const ExcerptLength = 200

// Excerpt returns the first characters of the text of an HTML body, on one line. It reads no further than it has to.
func Excerpt(body string, limit int) string {
	if !strings.ContainsAny(body, "<&") {
		return PlainExcerpt(body, limit)
	}
	return ExcerptOf([]byte(body), limit)
}

func ExcerptOf(body []byte, limit int) string {
	c := newCollector(limit)
	read(body, c)
	return string(c.out)
}

// PlainExcerpt is the first part of a text that is not HTML, on one line.
func PlainExcerpt(text string, limit int) string {
	c := newCollector(limit)
	c.text([]byte(WithoutSignatures(text)))
	return string(c.out)
}

// collector joins what is seen with single spaces, up to a number of characters.
type collector struct {
	out     []byte
	n       int
	limit   int
	pending bool
	cut     bool
	filter  legible.VisibleFilter
}

func newCollector(limit int) *collector {
	return &collector{limit: limit, out: make([]byte, 0, limit+limit/4)}
}

func (c *collector) space() { c.pending = c.n > 0 }

func (c *collector) text(text []byte) {
	for len(text) > 0 && !c.cut {
		if n := asciiWord(text); n > 0 {
			c.word(text[:n])
			text = text[n:]
			continue
		}
		r, size := utf8.DecodeRune(text)
		text = text[size:]
		if legible.IsSpace(r) {
			c.space()
			continue
		}
		if shown, joined := c.filter.Shows(r); shown {
			c.add(r, joined)
		}
	}
}

// asciiWord is how many printable bytes a text starts with.
func asciiWord(text []byte) int {
	n := 0
	for n < len(text) && text[n] > ' ' && text[n] < 0x7f {
		n++
	}
	return n
}

// word adds what asciiWord counts, which most texts are made of.
func (c *collector) word(word []byte) {
	for len(word) > 0 && !c.cut {
		c.filter.Shows(rune(word[0]))
		c.add(rune(word[0]), false)
		n := min(len(word), 1+max(0, c.limit-c.n))
		c.out = append(c.out, word[1:n]...)
		c.n += n - 1
		word = word[n:]
	}
}

// add adds a visible character, and what comes between it and the one before it.
func (c *collector) add(r rune, joined bool) {
	if c.n >= c.limit {
		c.out = append(c.out, "…"...)
		c.cut = true
		return
	}
	if c.pending {
		c.out = append(c.out, ' ')
		c.n++
	} else if joined {
		c.out = utf8.AppendRune(c.out, legible.Joiner)
		c.n++
	}
	c.pending = false
	c.out = utf8.AppendRune(c.out, r)
	c.n++
}

func (c *collector) start(e element, _ *attributes) { c.end(e) }

func (c *collector) end(e element) {
	if e.tag == atom.Br || e.traits&block != 0 {
		c.space()
	}
}

func (c *collector) media(m media) {
	c.space()
	c.text([]byte("[" + m.label() + "]"))
	c.space()
}

func (c *collector) full() bool { return c.cut }

// label names a picture or player in words.
func (m media) label() string {
	title := strings.Join(strings.Fields(m.title), " ")
	if title == "" {
		return m.word
	}
	return m.word + ": " + title
}

// hasTags tells HTML from text: a tag is more than a sign for less.
func hasTags(body []byte) bool {
	for {
		_, after, found := bytes.Cut(body, []byte("<"))
		if !found {
			return false
		}
		if len(after) > 0 && (strings.IndexByte("/!?", after[0]) >= 0 || after[0]|0x20 >= 'a' && after[0]|0x20 <= 'z') {
			return true
		}
		body = after
	}
}

// ToMarkdown converts a whole HTML body.
func ToMarkdown(body string) string { return MarkdownOf([]byte(body)) }

// MarkdownOf converts a whole HTML body, and copies no more of it than it has to: bodies can be as long as answers.
func MarkdownOf(body []byte) string {
	w := newMarkdownWriter()
	n := len(body)
	if hasTags(body) {
		n = read(body, w)
	} else {
		w.plain(body)
	}
	out := w.finish()
	if lost := w.lost + utf8.RuneCount(body[n:]); lost > 0 {
		out += "\n\n[cut: " + strconv.Itoa(lost) + " more characters]"
	}
	return out
}
