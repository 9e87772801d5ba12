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

// toHTML returns a text that may be HTML or Markdown as HTML, the way the API tells them apart for articles: by looking.
func toHTML(body string) string {
	if strings.HasPrefix(strings.TrimSpace(body), "<") {
		return body
	}
	return markdownToHTML(body)
}

// markdownRenderer reads CommonMark with GitHub's extensions. HTML inside is part of CommonMark and stays; no browser ever shows the sandbox.
var markdownRenderer = sync.OnceValue(func() goldmark.Markdown {
	return goldmark.New(goldmark.WithExtensions(extension.GFM), goldmark.WithRendererOptions(html.WithUnsafe()))
})

// messageRenderer reads what people type into a chat: their line breaks are meant, and HTML is no part of it.
var messageRenderer = sync.OnceValue(func() goldmark.Markdown {
	return goldmark.New(goldmark.WithExtensions(extension.GFM), goldmark.WithRendererOptions(html.WithHardWraps()))
})

func markdownToHTML(source string) string { return rendered(markdownRenderer(), source) }

func messageToHTML(source string) string { return rendered(messageRenderer(), source) }

func rendered(renderer goldmark.Markdown, source string) string {
	var out bytes.Buffer
	if err := renderer.Convert([]byte(source), &out); err != nil {
		panic("sandbox: Markdown cannot be rendered: " + err.Error()) // every text is Markdown, and a buffer takes everything
	}
	return strings.TrimSpace(out.String())
}

var markdownWriter = sync.OnceValue(func() *converter.Converter {
	return converter.NewConverter(converter.WithPlugins(base.NewBasePlugin(), commonmark.NewCommonmarkPlugin(), table.NewTablePlugin()))
})

// htmlToMarkdown returns nil when the HTML has no Markdown: the API allows null there.
func htmlToMarkdown(source string) any {
	out, err := markdownWriter().ConvertString(source)
	if err != nil || out == "" {
		return nil
	}
	return out
}
