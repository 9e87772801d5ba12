package tools_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	renderer "github.com/yuin/goldmark/renderer/html"
	"golang.org/x/net/html"

	"featurebase-mcp/internal/contract"
	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/engine/enginetest"
	"featurebase-mcp/internal/rawjson"
	"featurebase-mcp/tools"
)

// hostile is what a customer could talk a model into writing.
var hostile = []string{
	"<script>alert(1)</script>", "Hello <img src=x onerror=alert(1)>", "<p>a</p><svg onload=alert(1)>", "<a href=\"javascript:alert(1)\">a</a>", "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
	"<p style='position:fixed;inset:0'>a</p>", "<p style='background:url(//e.example)'>a</p>", "<p hidden>a</p>", "<object data=x></object>", "<form action=//e.example><input name=a></form>", "<img src=x onerror=alert(1) ",
	"<!--><img src=x onerror=alert(1)>-->", "- a\n\n  <script>alert(1)</script>", "`a` <b onclick=alert(1)>a</b>", "[a](javascript:alert(1))", "[a]( java&#115;cript:alert(1))", "[a][b]\n\n[b]: <javascript:alert(1)>",
	"<javascript:alert(1)>", "![a](data:image/svg+xml;base64,AAAA)", "[a](data:text/html,b)", "[a](vbscript:b)", "[a](file:///etc/passwd)", "<p><img src='data:image/png;base64,AAAA'></p>",
	"javascript:alert(1)", " JaVa\tScript:alert(1)", "data:text/html,<script>alert(1)</script>", "data:image/png;base64,AAAA", "vbscript:a", "file:///etc/passwd", "https://e.example/\u200b",
}

// What a write sends is harmless where Featurebase shows it, whichever argument it stands in: HTML and Markdown run, load, hide and cover nothing, and
// addresses lead to the web. By the words of the document, all other texts are plain ones; they arrive as they are.
func TestWhatIsWrittenIsHarmless(t *testing.T) {
	t.Parallel()
	shown := map[string]int{}
	for _, op := range tools.Inventory().Endpoints() {
		if op.Effect == engine.Read {
			continue
		}
		c, wire := enginetest.Contract(op), newBodies(t)
		for _, args := range enginetest.Samples(op, false) {
			eachText(args, "", func(_ string, set func(string)) {
				for _, text := range hostile {
					set(text)
					if body, refusal := wire.of(op, rawjson.Encode(args)); refusal == "" {
						eachText(body, "", func(sent string, _ func(string)) {
							form := formOf(c, sent)
							shown[form]++
							checkHarmless(t, op.Name+" "+sent, form, textAt(body, sent), text)
						})
					}
				}
			})
		}
	}
	for _, form := range []string{"HTML", "Markdown", "either", "address", "text"} {
		if shown[form] == 0 {
			t.Errorf("nothing was sent as %s", form)
		}
	}
}

// eachText visits the texts in arguments. The function that it gets replaces one, until the visit ends.
func eachText(value any, path string, visit func(path string, set func(string))) {
	switch v := value.(type) {
	case map[string]any:
		for name, inner := range v {
			if text, ok := inner.(string); ok {
				visit(path+"."+name, func(s string) { v[name] = s })
				v[name] = text
			}
			eachText(inner, path+"."+name, visit)
		}
	case []any:
		for i, inner := range v {
			if text, ok := inner.(string); ok {
				visit(path+".*", func(s string) { v[i] = s })
				v[i] = text
			}
			eachText(inner, path+".*", visit)
		}
	}
}

// textAt returns the text at a path that eachText has named.
func textAt(value any, path string) string {
	for name := range strings.SplitSeq(strings.TrimPrefix(path, "."), ".") {
		switch v := value.(type) {
		case map[string]any:
			value = v[name]
		case []any:
			value = v[0]
		}
	}
	text, _ := value.(string)
	return text
}

// formOf says how Featurebase shows a text of a request, by the words of the document.
func formOf(c *contract.Operation, path string) string {
	schema := c.Body
	for name := range strings.SplitSeq(strings.TrimPrefix(path, "."), ".") {
		schema = partOf(schema, name)
	}
	description, _ := schema["description"].(string)
	hasHTML, hasMarkdown := strings.Contains(description, "HTML"), strings.Contains(strings.ToLower(description), "markdown") && !strings.Contains(description, "or markdownContent")
	switch {
	case hasHTML && hasMarkdown && !strings.Contains(description, "or htmlContent"):
		return "either"
	case hasMarkdown:
		return "Markdown"
	case hasHTML:
		return "HTML"
	case schema["format"] == "uri" || strings.Contains(description, "URL"):
		return "address"
	default:
		return "text"
	}
}

// partOf returns the schema of a field, of the values of a map or of the items of a list, or nil.
func partOf(schema map[string]any, name string) map[string]any {
	schema = contract.Load().Resolve(schema)
	if properties, ok := schema["properties"].(map[string]any); ok {
		if part, ok := properties[name].(map[string]any); ok {
			return contract.Load().Resolve(part)
		}
	}
	for _, keyword := range []string{"items", "additionalProperties"} {
		if part, ok := schema[keyword].(map[string]any); ok {
			return contract.Load().Resolve(part)
		}
	}
	for _, keyword := range []string{"allOf", "anyOf", "oneOf"} {
		forms, _ := schema[keyword].([]any)
		for _, form := range forms {
			if part := partOf(form.(map[string]any), name); part != nil {
				return part
			}
		}
	}
	return nil
}

func checkHarmless(t *testing.T, where, form, sent, hostile string) {
	t.Helper()
	switch form {
	case "text":
		return
	case "address":
		if i := strings.IndexByte(sent, ':'); i >= 0 && sent[:i] != "https" || strings.Contains(sent, "\u200b") {
			t.Errorf("%s: %q leaves", where, sent)
		}
		return
	case "either":
		if form = "Markdown"; strings.HasPrefix(strings.TrimSpace(sent), "<") {
			form = "HTML"
		}
	}
	if form == "Markdown" {
		var out bytes.Buffer
		if err := goldmark.New(goldmark.WithExtensions(extension.GFM), goldmark.WithRendererOptions(renderer.WithUnsafe())).Convert([]byte(sent), &out); err != nil {
			t.Fatal(err)
		}
		sent = out.String()
	}
	z := html.NewTokenizer(strings.NewReader(sent + "</div>"))
	for token := z.Next(); token != html.ErrorToken; token = z.Next() {
		if token != html.StartTagToken && token != html.SelfClosingTagToken {
			continue
		}
		tag := z.Token()
		if slices.Contains(strings.Fields("script svg object form iframe style"), tag.Data) {
			t.Errorf("%s: %q leaves as %q", where, hostile, sent)
		}
		for _, a := range tag.Attr {
			value := strings.ToLower(strings.Join(strings.Fields(a.Val), ""))
			if strings.HasPrefix(a.Key, "on") || a.Key == "style" || a.Key == "hidden" || strings.HasPrefix(value, "javascript:") || strings.HasPrefix(value, "data:") || strings.HasPrefix(value, "vbscript:") || strings.HasPrefix(value, "file:") {
				t.Errorf("%s: %q leaves as %q", where, hostile, sent)
			}
		}
	}
}
