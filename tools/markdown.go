package tools

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"sync"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// markdown is text for a field that the API takes as HTML. Models write Markdown well and HTML at three times the length.
type markdown string

func (markdown) wire(v any, _ reflect.StructTag) (any, error) {
	return toHTML(v.(string)) // the shape admits nothing else
}

// converter is made at the first write: reading servers never need it.
var converter = sync.OnceValue(func() goldmark.Markdown {
	return goldmark.New(
		goldmark.WithExtensions(extension.GFM),
		goldmark.WithRendererOptions(
			html.WithHardWraps(), // people expect the lines they typed
			renderer.WithNodeRenderers(util.Prioritized(escapedHTML{}, 1)),
		),
	)
})

// toHTML converts Markdown. Raw HTML in it is shown as text, never passed on: what a model was talked into writing must not run in
// the browsers of others.
func toHTML(source string) (string, error) {
	src := []byte(source)
	doc := converter().Parser().Parse(text.NewReader(src))
	if err := refuseDataImages(doc); err != nil {
		return "", err
	}
	var out bytes.Buffer
	if err := converter().Renderer().Render(&out, src, doc); err != nil {
		return "", fmt.Errorf("cannot be read as Markdown: %w", err)
	}
	return strings.TrimSuffix(out.String(), "\n"), nil
}

func refuseDataImages(doc ast.Node) error {
	return ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if img, ok := n.(*ast.Image); ok && entering && bytes.HasPrefix(bytes.ToLower(bytes.TrimSpace(img.Destination)), []byte("data:")) {
			return ast.WalkStop, errors.New("images as data: URLs are refused; give an https URL")
		}
		return ast.WalkContinue, nil
	})
}

// escapedHTML writes raw HTML as text; goldmark's own choice is to drop it and leave a comment.
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
		_, _ = w.WriteString("<p>")
		writeSegments(w, source, block.Lines())
		if block.HasClosure() {
			_, _ = w.Write(util.EscapeHTML(block.ClosureLine.Value(source)))
		}
		_, _ = w.WriteString("</p>\n")
		return ast.WalkSkipChildren, nil
	})
}

func writeSegments(w util.BufWriter, source []byte, segments *text.Segments) {
	for _, s := range segments.Sliced(0, segments.Len()) {
		_, _ = w.Write(util.EscapeHTML(s.Value(source)))
	}
}
