package tools

import (
	"strings"
	"sync"
	"unicode/utf8"

	htmlconv "github.com/JohannesKaufmann/html-to-markdown/v2/converter"
	"github.com/JohannesKaufmann/html-to-markdown/v2/plugin/base"
	"github.com/JohannesKaufmann/html-to-markdown/v2/plugin/commonmark"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// What customers write reaches a model only after this file: nothing a person would not see in a browser (hidden elements, scripts,
// tracking pixels, zero-width and control characters), no address that could run or carry data, and no picture that a host would
// fetch by itself.

// plainExcerpt is the first part of a text that is not HTML, on one line.
func plainExcerpt(text string, limit int) string {
	var t textCollector
	t.limit = limit
	t.add(text)
	return t.String()
}

// excerptLength is how many characters of a body a row of a list shows.
const excerptLength = 200

// excerpt returns the first characters of the text of an HTML body, on one line. It reads no further than it has to.
func excerpt(body string, limit int) string {
	var t textCollector
	t.limit = limit
	if !strings.ContainsAny(body, "<&") {
		t.add(body)
		return t.String()
	}
	z := html.NewTokenizer(strings.NewReader(body))
	hidden := 0
	for !t.full {
		switch z.Next() {
		case html.CommentToken, html.DoctypeToken:
		case html.ErrorToken:
			return t.String()
		case html.TextToken:
			if hidden == 0 {
				t.add(html.UnescapeString(string(z.Raw())))
			}
		case html.StartTagToken:
			tok := z.Token()
			switch {
			case hidden > 0 || isHidden(tok.DataAtom, tok.Attr):
				if !isVoid(tok.DataAtom) {
					hidden++
				}
			case tok.DataAtom == atom.Img:
				t.space()
				t.add("[" + imageLabel(tok.Attr) + "]")
				t.space()
			case !isInline(tok.DataAtom):
				t.space()
			}
		case html.EndTagToken:
			name, _ := z.TagName()
			switch a := atom.Lookup(name); {
			case hidden > 0:
				hidden--
			case !isInline(a):
				t.space()
			}
		case html.SelfClosingTagToken:
			t.space()
		}
	}
	return t.String()
}

// textCollector joins text with single spaces, up to a number of characters.
type textCollector struct {
	b       strings.Builder
	n       int
	limit   int // 0 is no limit
	pending bool
	full    bool
}

func (t *textCollector) space() { t.pending = t.n > 0 }

func (t *textCollector) add(s string) {
	for _, r := range s {
		switch {
		case isSpace(r):
			t.space()
			continue
		case isInvisible(r):
			continue
		case t.limit > 0 && t.n >= t.limit:
			t.b.WriteString("…")
			t.full = true
			return
		}
		if t.pending {
			t.b.WriteByte(' ')
			t.n++
			t.pending = false
		}
		t.b.WriteRune(r)
		t.n++
	}
}

// String returns the text collected.
func (t *textCollector) String() string { return t.b.String() }

func isSpace(r rune) bool {
	return r == ' ' || r == '\n' || r == '\t' || r == '\r' || r == '\u00a0' || r == '\f'
}

// isInvisible reports characters that take no room: they hide words from people and from filters, not from models.
func isInvisible(r rune) bool {
	switch {
	case r < ' ' && !isSpace(r), r >= 0x7f && r <= 0x9f, r == 0xad, r == utf8.RuneError:
		return true
	case r >= 0x200b && r <= 0x200f, r >= 0x202a && r <= 0x202e, r >= 0x2060 && r <= 0x206f, r == 0xfeff:
		return true
	case r >= 0xe0000 && r <= 0xe007f:
		return true
	default:
		return false
	}
}

// visible returns s without invisible characters.
func visible(s string) string {
	if strings.IndexFunc(s, isInvisible) < 0 {
		return s
	}
	return strings.Map(func(r rune) rune {
		if isInvisible(r) {
			return -1
		}
		return r
	}, s)
}

// isHidden reports elements that a reader does not see.
func isHidden(a atom.Atom, attrs []html.Attribute) bool {
	switch a {
	case atom.Script, atom.Style, atom.Template, atom.Noscript, atom.Head, atom.Title, atom.Svg, atom.Object, atom.Embed, atom.Link, atom.Meta, atom.Base, atom.Input:
		return true
	default:
	}
	tiny := 0
	for _, attr := range attrs {
		switch value := strings.ToLower(strings.TrimSpace(attr.Val)); attr.Key {
		case "hidden":
			return true
		case "aria-hidden":
			if value == "true" {
				return true
			}
		case "style":
			style := strings.ReplaceAll(value, " ", "")
			for _, rule := range []string{"display:none", "visibility:hidden", "opacity:0;", "font-size:0", "max-height:0", "color:transparent"} {
				if strings.Contains(style+";", rule) {
					return true
				}
			}
		case "width", "height":
			if value == "0" || value == "1" || value == "0px" || value == "1px" {
				tiny++
			}
		case "src":
			if a == atom.Img && strings.HasPrefix(value, "data:") {
				return true
			}
		}
	}
	return a == atom.Img && tiny > 0
}

func isVoid(a atom.Atom) bool {
	switch a {
	case atom.Area, atom.Base, atom.Br, atom.Col, atom.Embed, atom.Hr, atom.Img, atom.Input, atom.Link, atom.Meta, atom.Source, atom.Track, atom.Wbr:
		return true
	default:
		return false
	}
}

func isInline(a atom.Atom) bool {
	switch a {
	case atom.A, atom.Abbr, atom.B, atom.Bdi, atom.Bdo, atom.Cite, atom.Code, atom.Del, atom.Em, atom.Font, atom.I, atom.Ins, atom.Kbd, atom.Mark, atom.Q,
		atom.S, atom.Small, atom.Span, atom.Strong, atom.Sub, atom.Sup, atom.U, atom.Var, atom.Wbr:
		return true
	default:
		return false
	}
}

func imageLabel(attrs []html.Attribute) string {
	for _, attr := range attrs {
		if alt := strings.TrimSpace(attr.Val); attr.Key == "alt" && alt != "" {
			return "image: " + alt
		}
	}
	return "image"
}

var htmlConverter = sync.OnceValue(func() *htmlconv.Converter {
	return htmlconv.NewConverter(htmlconv.WithPlugins(base.NewBasePlugin(), commonmark.NewCommonmarkPlugin()))
})

// toMarkdown converts a whole HTML body. What the converter cannot do comes back as plain text, never as nothing.
func toMarkdown(body string) string {
	if !strings.ContainsAny(body, "<&") {
		return strings.TrimSpace(visible(body))
	}
	doc, err := html.Parse(strings.NewReader(body))
	if err != nil {
		return plainText(body)
	}
	clean(doc)
	out, err := htmlConverter().ConvertNode(doc)
	if text := strings.TrimSpace(string(out)); err == nil && text != "" {
		return text
	}
	return plainText(body)
}

func plainText(body string) string { return excerpt(body, 0) }

// clean takes out of a document what a reader does not see and turns what would fetch into links.
func clean(n *html.Node) {
	for c := n.FirstChild; c != nil; {
		next := c.NextSibling
		switch {
		case c.Type == html.CommentNode, c.Type == html.ElementNode && c.DataAtom != atom.Head && isHidden(c.DataAtom, c.Attr):
			n.RemoveChild(c)
		case c.Type == html.TextNode:
			c.Data = visible(c.Data)
		case c.Type == html.ElementNode && (c.DataAtom == atom.Img || c.DataAtom == atom.Iframe || c.DataAtom == atom.Video || c.DataAtom == atom.Audio):
			n.InsertBefore(link(c), c)
			n.RemoveChild(c)
		case c.Type == html.ElementNode && c.DataAtom == atom.A:
			if !safeURL(attribute(c, "href")) {
				c.Data, c.DataAtom, c.Attr = "span", atom.Span, nil
			}
			clean(c)
		default:
			clean(c)
		}
		c = next
	}
}

// link stands for an element that shows something from elsewhere.
func link(n *html.Node) *html.Node {
	label := imageLabel(n.Attr)
	if n.DataAtom != atom.Img {
		label = n.DataAtom.String()
	}
	label = visible(label)
	src := attribute(n, "src")
	text := &html.Node{Type: html.TextNode, Data: label}
	if src == "" || !safeURL(src) {
		text.Data = "[" + label + "]"
		return text
	}
	a := &html.Node{Type: html.ElementNode, DataAtom: atom.A, Data: "a", Attr: []html.Attribute{{Key: "href", Val: src}}}
	a.AppendChild(text)
	return a
}

func attribute(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

// safeURL admits the schemes that only name a place.
func safeURL(u string) bool {
	u = strings.ToLower(strings.Map(func(r rune) rune {
		if r <= ' ' || isInvisible(r) {
			return -1 // browsers skip these in a scheme
		}
		return r
	}, u))
	scheme, _, found := strings.Cut(u, ":")
	if !found || strings.ContainsAny(scheme, "/?#") {
		return true // relative
	}
	return scheme == "http" || scheme == "https" || scheme == "mailto" || scheme == "tel"
}
