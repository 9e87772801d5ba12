package markup

import (
	"bytes"
	"fmt"
	"strings"
	"sync"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// The tree of a Markdown text takes more than a hundred times its length. So the length is limited, and long texts are parsed one at a time.
const (
	longestWritten = 200_000 // bytes of one text
	longestBeside  = 20_000  // bytes of a text that is parsed beside others
)

var parsesLong sync.Mutex

// converter is made at the first write, so that the start does not wait for it.
var converter = sync.OnceValue(func() goldmark.Markdown {
	return goldmark.New(
		goldmark.WithExtensions(extension.Table, extension.Strikethrough, extension.TaskList),
		goldmark.WithParserOptions(parser.WithInlineParsers(util.Prioritized(addresses{}, 999))), // the priority of goldmark's own parser
		goldmark.WithRendererOptions(
			html.WithHardWraps(), // people expect the lines they typed
			renderer.WithNodeRenderers(util.Prioritized(escapedHTML{}, 1)),
		),
	)
})

// MarkdownToHTML converts Markdown to HTML. It escapes raw HTML, so that readers see it as text, and links to code lead nowhere. Otherwise a customer could
// talk a model into writing a script that runs in the browsers of others. The error is fit for a model.
func MarkdownToHTML(source string) (string, error) {
	return toHTML(source, func(ast.Node, []byte) error { return nil })
}

// WrittenHTML converts the Markdown of a write to HTML. It refuses addresses that do more than name a place, and makes images of what reads show in their
// place.
func WrittenHTML(source string) (string, error) {
	return toHTML(source, func(doc ast.Node, src []byte) error {
		showImages(doc, src)
		return refuseAddresses(doc, src)
	})
}

// toHTML converts Markdown to HTML if a check of its tree finds nothing wrong.
func toHTML(source string, check func(doc ast.Node, src []byte) error) (string, error) {
	var out bytes.Buffer
	err := parse(source, func(doc ast.Node, src []byte) error {
		if err := check(doc, src); err != nil {
			return err
		}
		joinAlternatives(doc)
		if err := converter().Renderer().Render(&out, src, doc); err != nil {
			return fmt.Errorf("cannot be read as Markdown: %w", err)
		}
		return nil
	})
	return strings.TrimSuffix(out.String(), "\n"), err
}

// parse gives the tree of a Markdown text to a function. Its error says that the text takes too long to parse, or is that of the function.
func parse(source string, use func(doc ast.Node, src []byte) error) error {
	if err := checkCost(source); err != nil {
		return err
	}
	if len(source) > longestBeside {
		parsesLong.Lock()
		defer parsesLong.Unlock()
	}
	src := []byte(source)
	return use(converter().Parser().Parse(text.NewReader(src)), src)
}

// resolved returns the address in a link of Markdown, without its escapes and entities.
func resolved(destination []byte) string {
	return string(util.URLEscape(destination, true))
}

// addresses is the parser that makes links of web addresses in a text. It uses the rules of the way back, in links.go. Those of goldmark also take words
// with an @ or www for addresses, and cut other addresses short.
type addresses struct{}

// longestAddress is how many bytes a web address in a text can have. A longer one stays text.
const longestAddress = 4 << 10

// Trigger implements parser.InlineParser. A space also stands for the start of a line.
func (addresses) Trigger() []byte { return []byte{' ', '*', '_', '~', '('} }

// Parse implements parser.InlineParser.
func (addresses) Parse(parent ast.Node, block text.Reader, pc parser.Context) ast.Node {
	line, segment := block.PeekLine()
	before := 0
	if bytes.IndexByte(addresses{}.Trigger(), line[0]) >= 0 {
		before = 1
	}
	word := line[before:min(len(line), before+longestAddress+1)]
	if len(word) == 0 || word[0]|0x20 != 'h' || pc.IsInLinkLabel() {
		return nil
	}
	if end := bytes.IndexFunc(word, endsAddress); end >= 0 {
		word = word[:end]
	}
	n := addressLength(string(word))
	if n == 0 || n > longestAddress {
		return nil
	}
	start := segment.Start + before
	if before > 0 {
		ast.MergeOrAppendTextSegment(parent, segment.WithStop(start))
	}
	block.Advance(before + n)
	return ast.NewAutoLink(ast.AutoLinkURL, ast.NewTextSegment(text.NewSegment(start, start+n)))
}

// joinAlternatives puts the alternative text of each image on one line. Goldmark writes a tag for a line break there, and browsers show the tag.
func joinAlternatives(doc ast.Node) {
	_ = ast.Walk(doc, func(n ast.Node, _ bool) (ast.WalkStatus, error) { // it fails only if the function does
		if line, ok := n.(*ast.Text); ok && (line.SoftLineBreak() || line.HardLineBreak()) && inImage(n) {
			line.SetSoftLineBreak(false)
			line.SetHardLineBreak(false)
			line.Parent().InsertAfter(line.Parent(), line, ast.NewString([]byte(" ")))
		}
		return ast.WalkContinue, nil
	})
}

func inImage(n ast.Node) bool {
	for n = n.Parent(); n != nil && n.Type() == ast.TypeInline; n = n.Parent() {
		if n.Kind() == ast.KindImage {
			return true
		}
	}
	return false
}

// escapedHTML writes raw HTML as text, line by line. Goldmark alone would drop it without a word.
type escapedHTML struct{}

// RegisterFuncs implements renderer.NodeRenderer.
func (escapedHTML) RegisterFuncs(r renderer.NodeRendererFuncRegisterer) {
	r.Register(ast.KindRawHTML, func(w util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
		if entering {
			writeSegments(w, source, n.(*ast.RawHTML).Segments)
		}
		return ast.WalkSkipChildren, nil
	})
	r.Register(ast.KindHTMLBlock, func(w util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
		block := n.(*ast.HTMLBlock)
		if !entering {
			return ast.WalkContinue, nil
		}
		lines := text.NewSegments()
		lines.AppendAll(block.Lines().Sliced(0, block.Lines().Len()))
		if block.HasClosure() {
			lines.Append(block.ClosureLine)
		}
		_, _ = w.WriteString("<p>")
		writeSegments(w, source, lines)
		_, _ = w.WriteString("</p>\n")
		return ast.WalkSkipChildren, nil
	})
}

// writeSegments writes lines as text, with a line break between two.
func writeSegments(w util.BufWriter, source []byte, segments *text.Segments) {
	for i, s := range segments.Sliced(0, segments.Len()) {
		line, ended := bytes.CutSuffix(s.Value(source), []byte("\n"))
		_, _ = w.Write(util.EscapeHTML(line))
		if ended && i < segments.Len()-1 {
			_, _ = w.WriteString("<br>\n")
		}
	}
}
