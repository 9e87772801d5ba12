package markup

import (
	"bytes"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html/atom"

	"featurebase-mcp/internal/legible"
)

// The texts of customers reach a model through this package alone. It leaves out what a person would not see in a browser (reader.go, package css, and
// legible for single characters). It shows no address that runs code, carries data, opens a private file to everyone or passes for another one
// (links.go), and no picture that a host would fetch by itself. A row of a list shows an excerpt, a document the whole body (markdown.go).

// ExcerptLength is the limit, in characters, of the excerpt in a row of a list.
const ExcerptLength = 200

// Excerpt returns the visible text of an HTML body on one line, cut to limit characters and an ellipsis. It stops reading there. It takes a body
// without tags and entities for text.
func Excerpt(body string, limit int) string {
	if !strings.ContainsAny(body, "<&") {
		return PlainExcerpt(body, limit)
	}
	return ExcerptBytes([]byte(body), limit)
}

// ExcerptBytes returns the excerpt of a body that is HTML for certain.
func ExcerptBytes(body []byte, limit int) string {
	text, _ := excerpt(body, limit, 0)
	return text
}

// ExcerptOf returns the excerpt of a body, and how many characters of hidden text are in the body, within [Searched] bytes.
func ExcerptOf(body []byte, limit int) (text string, hidden int) {
	search := 0
	if MayHide(body) {
		search = Searched
	}
	if bytes.ContainsAny(body, "<&") {
		return excerpt(body, limit, search)
	}
	if search > 0 {
		hidden = Carried(string(body[:min(len(body), Searched)])).Characters
	}
	return PlainExcerpt(string(body), limit), hidden
}

// excerpt returns the excerpt of a body that is HTML for certain. It reads as many bytes of it as it is told to search for hidden text.
func excerpt(body []byte, limit, search int) (text string, hidden int) {
	c := newCollector(limit)
	_, left := read(body, c, search, false)
	return string(c.out), left.Characters
}

// PlainExcerpt returns a text that is not HTML on one line, cut to limit characters and an ellipsis.
func PlainExcerpt(text string, limit int) string {
	c := newCollector(limit)
	c.text([]byte(WithoutSignedURLs(text)))
	return string(c.out)
}

// collector is the sink that makes an excerpt: it joins what is visible with single spaces.
type collector struct {
	out     []byte
	n       int  // characters in out
	limit   int  // for n
	pending bool // a space comes before the next character
	cut     bool // the limit is reached, and the ellipsis written
	filter  legible.VisibleFilter
}

func newCollector(limit int) *collector {
	return &collector{limit: limit, out: make([]byte, 0, limit+limit/4)}
}

func (c *collector) space() {
	before, _ := c.filter.Keep(' ')
	if !c.pending {
		c.attach(before)
	}
	c.pending = c.n > 0
}

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
		switch before, kept := c.filter.Keep(r); {
		case !kept:
		case legible.IsInvisible(r):
			c.attach(before + string(r))
		default:
			c.add(before, r)
		}
	}
}

// asciiWord returns how many printable bytes of ASCII a text starts with.
func asciiWord(text []byte) int {
	n := 0
	for n < len(text) && text[n] > ' ' && text[n] < 0x7f {
		n++
	}
	return n
}

// word adds the bytes that asciiWord counts. Most texts are made of these, and they need no look at single characters.
func (c *collector) word(word []byte) {
	for len(word) > 0 && !c.cut {
		before, _ := c.filter.Keep(rune(word[0]))
		c.add(before, rune(word[0]))
		n := min(len(word), 1+max(0, c.limit-c.n))
		c.filter.Keep(rune(word[n-1]))
		c.out = append(c.out, word[1:n]...)
		c.n += n - 1
		word = word[n:]
	}
}

// attach adds invisible characters, if there is room.
func (c *collector) attach(invisible string) {
	if n := utf8.RuneCountInString(invisible); c.n+n <= c.limit {
		c.out = append(c.out, invisible...)
		c.n += n
	}
}

// add adds a visible character, behind a space if one is due and behind the invisible characters that it needs.
func (c *collector) add(before string, r rune) {
	if c.n >= c.limit {
		c.out = append(c.out, "…"...)
		c.cut = true
		return
	}
	if c.pending {
		c.out = append(c.out, ' ')
		c.n++
	}
	c.pending = false
	if before != "" {
		c.attach(before)
	}
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

// label returns the words that stand for a picture or player.
func (m media) label() string {
	title := strings.Join(strings.Fields(m.title), " ")
	if title == "" {
		return m.word
	}
	return m.word + ": " + title
}

// hasTags tells HTML from text. A less-than sign makes a tag only if a letter, slash, ! or ? follows.
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

// HTMLToMarkdown converts a whole HTML body to Markdown, as [Convert] does, without a word about what is hidden in it.
func HTMLToMarkdown[T string | []byte](text T) string {
	out, _ := Convert(text)
	return out
}

// Convert converts a whole HTML body to Markdown of at most [legible.MaxText] bytes, and about 512 kB more, and returns the hidden text in it. It counts
// the characters beyond that in a note at the end. A text without tags becomes Markdown line by line. Bytes are read where they stand, because a body can
// be as long as an answer.
func Convert[T string | []byte](text T) (markdown string, hidden Hidden) {
	body := []byte(text)
	w := newMarkdownWriter()
	n := len(body)
	if hasTags(body) {
		n, hidden = read(body, w, 0, true)
	} else {
		hidden = w.plain(body)
	}
	out := w.finish()
	if lost := w.lost + utf8.RuneCount(body[n:]); lost > 0 {
		out += "\n\n[cut: " + strconv.Itoa(lost) + " more characters]"
	}
	return out, hidden
}
