package sandbox

import (
	"bytes"
	"strings"
	"sync"

	"github.com/JohannesKaufmann/html-to-markdown/v2/converter"
	"github.com/JohannesKaufmann/html-to-markdown/v2/plugin/base"
	"github.com/JohannesKaufmann/html-to-markdown/v2/plugin/commonmark"
	"github.com/JohannesKaufmann/html-to-markdown/v2/plugin/table"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/renderer/html"
)

// toHTML returns a text that is HTML or Markdown as HTML. For articles the API guesses by the first character, and so does the sandbox.
func toHTML(body string) string {
	if strings.HasPrefix(strings.TrimSpace(body), "<") {
		return body
	}
	return markdownToHTML(body)
}

// markdownRenderer reads CommonMark with GitHub's extensions. It keeps HTML, which is part of CommonMark. No browser shows the output.
var markdownRenderer = sync.OnceValue(func() goldmark.Markdown {
	return goldmark.New(goldmark.WithExtensions(extension.GFM), goldmark.WithRendererOptions(html.WithUnsafe()))
})

// messageRenderer reads what people type into a chat. It keeps their line breaks and drops HTML.
var messageRenderer = sync.OnceValue(func() goldmark.Markdown {
	return goldmark.New(goldmark.WithExtensions(extension.GFM), goldmark.WithRendererOptions(html.WithHardWraps()))
})

func markdownToHTML(source string) string { return rendered(markdownRenderer(), source) }

func messageToHTML(source string) string { return rendered(messageRenderer(), source) }

func rendered(renderer goldmark.Markdown, source string) string {
	var out bytes.Buffer
	if err := renderer.Convert([]byte(source), &out); err != nil {
		panic("sandbox: Markdown cannot be rendered: " + err.Error()) // cannot happen: all texts are Markdown, and writing to a buffer does not fail
	}
	return strings.TrimSpace(out.String())
}

var markdownWriter = sync.OnceValue(func() *converter.Converter {
	return converter.NewConverter(converter.WithPlugins(base.NewBasePlugin(), commonmark.NewCommonmarkPlugin(), table.NewTablePlugin()))
})

// htmlToMarkdown returns nil if HTML cannot be written as Markdown. The API answers null then.
func htmlToMarkdown(source string) any {
	out, err := markdownWriter().ConvertString(source)
	if err != nil || out == "" {
		return nil
	}
	return out
}
