package markup

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
	"golang.org/x/net/html"

	"featurebase-mcp/internal/css"
)

// withoutHTML returns Markdown in which the signs of tags are escaped, so that readers see them as text, and in which what reads show in the place of an
// image is one. Markdown without either is returned as it is.
func withoutHTML(source string) (string, error) {
	var code []text.Segment
	images := 0
	look := func(doc ast.Node, src []byte) error {
		code, images = codeIn(doc), countImageLinks(doc, src)
		return refuseAddresses(doc, src)
	}
	if err := parse(source, look); err != nil {
		return "", err
	}
	if strings.IndexByte(source, '<') >= 0 {
		source = escapeTags(source, code)
		if err := parse(source, look); err != nil {
			return "", err
		}
		if err := parse(source, refuseHTML); err != nil {
			return "", err
		}
	}
	if images > 0 {
		source = imagesFromLinks(source, code, images)
	}
	return source, nil
}

// escapeTags escapes the signs that begin a tag outside of code.
func escapeTags(source string, code []text.Segment) string {
	var b strings.Builder
	done := 0
	for i := 0; i < len(source); i++ {
		if len(code) > 0 && i >= code[0].Start {
			i, code = max(i, code[0].Stop)-1, code[1:]
			continue
		}
		switch {
		case source[i] == '\\':
			i++
		case source[i] == '<' && hasTags([]byte(source[i:min(len(source), i+2)])) && !isAutoLink(source[i:]) && !strings.HasSuffix(source[:i], "]("):
			b.WriteString(source[done:i])
			b.WriteByte('\\')
			done = i
		}
	}
	return b.String() + source[done:]
}

// refuseHTML returns an error for Markdown with HTML.
func refuseHTML(doc ast.Node, _ []byte) error {
	return ast.Walk(doc, func(n ast.Node, _ bool) (ast.WalkStatus, error) {
		if n.Kind() == ast.KindRawHTML || n.Kind() == ast.KindHTMLBlock {
			return ast.WalkStop, errors.New("HTML in it cannot be told from text: put it between backticks, or leave it out")
		}
		return ast.WalkContinue, nil
	})
}

// countImageLinks counts the links that stand for an image.
func countImageLinks(doc ast.Node, source []byte) int {
	n := 0
	_ = ast.Walk(doc, func(node ast.Node, entering bool) (ast.WalkStatus, error) { // it fails only if the function does
		if link, ok := node.(*ast.Link); ok && entering && isImageLink(link, source) {
			n++
		}
		return ast.WalkContinue, nil
	})
	return n
}

// imagesFromLinks writes the links that stand for an image as images. If they are not as many as the parser has found, it changes nothing.
func imagesFromLinks(source string, code []text.Segment, images int) string {
	var b strings.Builder
	done := 0
	for i := 0; i < len(source); i++ {
		if len(code) > 0 && i >= code[0].Start {
			i, code = max(i, code[0].Stop)-1, code[1:]
			continue
		}
		label, found := strings.CutPrefix(source[i:], "["+imageWord)
		switch {
		case source[i] == '\\':
			i++
		case found && !strings.HasSuffix(source[:i], "!") && (strings.HasPrefix(label, "](") || strings.HasPrefix(label, ": ")):
			b.WriteString(source[done:i] + "![")
			done = len(source) - len(strings.TrimPrefix(label, ": "))
			i = done - 1
			images--
		}
	}
	if images != 0 {
		return source
	}
	return b.String() + source[done:]
}

// codeIn returns where code stands in the source of a document, in order. Tags are text there, and escapes would be, too.
func codeIn(doc ast.Node) []text.Segment {
	var code []text.Segment
	_ = ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) { // it fails only if the function does
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n.Kind() {
		case ast.KindCodeBlock, ast.KindFencedCodeBlock:
			code = append(code, n.Lines().Sliced(0, n.Lines().Len())...)
		case ast.KindCodeSpan:
			for c := n.FirstChild(); c != nil; c = c.NextSibling() {
				if t, ok := c.(*ast.Text); ok {
					code = append(code, t.Segment)
				}
			}
		}
		return ast.WalkContinue, nil
	})
	slices.SortFunc(code, func(a, b text.Segment) int { return a.Start - b.Start })
	return code
}

// isAutoLink reports whether a text begins with an address in angle brackets.
func isAutoLink(source string) bool {
	end := strings.IndexAny(source, "> \t\n")
	return end > 0 && source[end] == '>' && strings.ContainsAny(source[:end], ":@") && !strings.ContainsAny(source[1:end], "<\"'=")
}

// showImages makes images of the links by which reads show them: [image: alternative text](address).
func showImages(doc ast.Node, source []byte) {
	var links []*ast.Link
	_ = ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) { // it fails only if the function does
		if link, ok := n.(*ast.Link); ok && entering && isImageLink(link, source) {
			links = append(links, link)
		}
		return ast.WalkContinue, nil
	})
	for _, link := range links {
		image := ast.NewImage(ast.NewLink())
		image.Destination, image.Title = link.Destination, link.Title
		alt := strings.TrimSpace(strings.TrimPrefix(strings.TrimPrefix(textOf(link, source), imageWord), ":"))
		alt = strings.TrimSpace(strings.TrimSuffix(alt, leadsTo(hostOf(resolved(link.Destination)))))
		image.AppendChild(image, ast.NewString([]byte(alt)))
		link.Parent().ReplaceChild(link.Parent(), link, image)
	}
}

// imageWord stands for an image in the Markdown of reads.
const imageWord = "image"

// isImageLink reports whether a link stands for an image.
func isImageLink(link *ast.Link, source []byte) bool {
	label := textOf(link, source)
	scheme := schemeOf(resolved(link.Destination))
	return (label == imageWord || strings.HasPrefix(label, imageWord+": ")) && (scheme == "" || scheme == "http" || scheme == "https")
}

// textOf returns the text in a node of Markdown.
func textOf(n ast.Node, source []byte) string {
	var b strings.Builder
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		switch c := c.(type) {
		case *ast.Text:
			b.Write(util.UnescapePunctuations(c.Value(source)))
			if c.SoftLineBreak() || c.HardLineBreak() {
				b.WriteByte(' ')
			}
		case *ast.String:
			b.Write(c.Value)
		default:
			b.WriteString(textOf(c, source))
		}
	}
	return b.String()
}

// refuseAddresses returns an error for a link or image whose address does more than name a place, in whatever way it is written.
func refuseAddresses(doc ast.Node, source []byte) error {
	return ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		what, address := "links", []byte(nil)
		switch n := n.(type) {
		case *ast.Image:
			what, address = "images", n.Destination
		case *ast.Link:
			address = n.Destination
		case *ast.AutoLink:
			address = n.URL(source)
		}
		if err := refuse(what, resolved(address)); err != nil {
			return ast.WalkStop, err
		}
		return ast.WalkContinue, nil
	})
}

// refuse returns an error for an address that does more than name a place.
func refuse(what, address string) error {
	switch scheme := schemeOf(address); {
	case isSafe(address):
		return nil
	case scheme == "data":
		return errors.New(what + " as data: URLs are refused; give an https URL")
	default:
		return fmt.Errorf("%s to %.20q are refused; give an https URL", what, scheme+":")
	}
}

// harmless are the elements of HTML that show text, pictures and players. Elements of Featurebase itself have a hyphen in their names.
var harmless = words("a abbr address article aside audio b bdi bdo blockquote br caption center cite code col colgroup dd del details dfn div dl dt em " +
	"figcaption figure footer h1 h2 h3 h4 h5 h6 header hr i iframe img input ins kbd li main mark nav ol p picture pre q rp rt ruby s samp section small " +
	"source span strike strong sub summary sup table tbody td tfoot th thead time tr tt u ul var video wbr")

// harmlessAttributes are those of which no value runs anything. Addresses and styles are looked at.
var harmlessAttributes = words("abbr align alt allowfullscreen allow aria-hidden bgcolor border cellpadding cellspacing checked cite class color cols colspan controls " +
	"data-src datetime dir disabled download frameborder headers height hidden href hreflang id lang loading loop muted name open playsinline poster preload rel " +
	"reversed role rowspan scope size sizes span src start style tabindex target title translate type valign value width")

// addressAttributes are those that hold an address.
var addressAttributes = words("cite data-src href poster src")

// checkHTML returns an error for HTML that could run, cover or hide anything where it is shown.
func checkHTML(source string) error {
	z := html.NewTokenizer(strings.NewReader(source))
	z.SetMaxBuf(longestWritten)
	var raw string // the element whose content is not read as HTML
	for {
		switch z.Next() {
		case html.ErrorToken:
			if rest := z.Raw(); bytes.IndexByte(rest, '<') >= 0 && hasTags(rest) {
				return errors.New("the last tag does not end: close it")
			}
			return nil
		case html.TextToken:
			if raw != "" && len(bytes.TrimSpace(z.Text())) > 0 {
				return fmt.Errorf("text in <%s> is refused: leave it out", raw)
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			t := z.Token()
			if err := checkTag(t); err != nil {
				return err
			}
			if raw = ""; t.Data == "iframe" {
				raw = t.Data
			}
		case html.EndTagToken:
			raw = ""
		default: // comments and document types show nothing
		}
	}
}

// checkTag returns an error for a start tag that could run, cover or hide anything.
func checkTag(t html.Token) error {
	if !harmless[t.Data] && !strings.Contains(t.Data, "-") {
		return fmt.Errorf("HTML with <%.30s> is refused: only elements that show text, pictures and players are sent; leave it out", t.Data)
	}
	var a attributes
	for _, attr := range t.Attr {
		name := attr.Key
		if attr.Namespace != "" || !harmlessAttributes[name] && !strings.HasPrefix(name, "data-") && !strings.HasPrefix(name, "aria-") {
			return fmt.Errorf("HTML with the attribute %.30s is refused: leave it out", name)
		}
		if addressAttributes[name] {
			if err := refuse("addresses", attr.Val); err != nil {
				return err
			}
		}
		if name == "type" && t.Data == "input" && !strings.EqualFold(attr.Val, "checkbox") {
			return errors.New("<input> is refused, except for checkboxes: leave it out")
		}
		a.set([]byte(name), []byte(attr.Val))
	}
	if isHidden(t.DataAtom, &a) {
		return errors.New("HTML that is hidden is refused: leave out hidden and aria-hidden")
	}
	style := string(a.get(attrStyle))
	s := css.Parse([]byte(style))
	if shade, _ := s.Shade(0, css.Page); shade != 0 && !s.SetsColors() || s.Hides() || s.IsPlaced() || css.Loads(style) {
		return errors.New("a style that hides, covers or loads something is refused: leave it out")
	}
	return nil
}
