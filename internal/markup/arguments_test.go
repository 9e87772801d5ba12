package markup

import (
	"strings"
	"testing"

	"github.com/yuin/goldmark/ast"
	"pgregory.net/rapid"
)

// A text for a Markdown field arrives as it was written, but for the signs of tags outside of code.
func TestHTMLInMarkdownIsText(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ source, want string }{
		{"**a** [b](https://c.example) ![d](/e) a < b <https://f.example> <g@h.example>", "**a** [b](https://c.example) ![d](/e) a < b <https://f.example> <g@h.example>"},
		{"a <b>c</b>", `a \<b>c\</b>`},
		{"<script>\nalert(1)\n</script>", "\\<script>\nalert(1)\n\\</script>"},
		{"`<b>` and ``<c>`` <d>", "`<b>` and ``<c>`` \\<d>"},
		{"```\n<b>\n```\n\n    <c>\n\n<d>", "```\n<b>\n```\n\n    <c>\n\n\\<d>"},
		{"> ```\n> <b>\n> ```\n> <c>", "> ```\n> <b>\n> ```\n> \\<c>"},
		{`\<b> \\<c>`, `\<b> \\\<c>`},
		{"- a\n  <!-- b -->\n  <?c?>", "- a\n  \\<!-- b -->\n  \\<?c?>"},
		{"<a href=\"x:y\">", `\<a href="x:y">`},
		{"[image: a](https://b.example/c.png) `[image](d)` [image](/e) \\[image: f](/g)", "![a](https://b.example/c.png) `[image](d)` ![](/e) \\[image: f](/g)"},
		{"[a](<b c>) [<c>](/d)", `[a](<b c>) [\<c>](/d)`},
	} {
		got, err := withoutHTML(tc.source)
		if err != nil || got != tc.want {
			t.Errorf("%q: got %q, %v, not %q", tc.source, got, err, tc.want)
		}
	}
}

// Whatever is written, no HTML is left in it, and a second time changes nothing.
func TestNoHTMLIsLeftInMarkdown(t *testing.T) {
	t.Parallel()
	piece := rapid.SampledFrom([]string{"<b>", "</p>", "<!--", "-->", "<script>", "<a:b>", "`", "```\n", "\n", "\n\n", "    ", "- ", "> ", "\\", "[a](", ")", "<", ">", "a", " ", "~~~\n", "\t", "1. ", "<x@y.z>", "|", "&lt;", "<img src='", "'>"})
	rapid.Check(t, func(t *rapid.T) {
		source := strings.Join(rapid.SliceOfN(piece, 1, 14).Draw(t, "pieces"), "")
		got, err := withoutHTML(source)
		if err != nil {
			return
		}
		if again, err := withoutHTML(got); err != nil || again != got {
			t.Fatalf("%q becomes %q, and that %q, %v", source, got, again, err)
		}
		_ = parse(got, func(doc ast.Node, _ []byte) error {
			return ast.Walk(doc, func(n ast.Node, _ bool) (ast.WalkStatus, error) {
				if n.Kind() == ast.KindRawHTML || n.Kind() == ast.KindHTMLBlock {
					t.Fatalf("%q becomes %q, with %s", source, got, n.Kind())
				}
				return ast.WalkContinue, nil
			})
		})
	})
}

// HTML that shows text, pictures and players is sent as it is, with what editors put into it.
func TestHarmlessHTMLIsSent(t *testing.T) {
	t.Parallel()
	for _, source := range []string{
		`<h2 id="a">b</h2><p class="c" style="text-align:center;color:#fff">d <a href="https://e.example" target="_blank" rel="noopener">f</a></p><hr><ul><li>g</li></ul>`,
		`<figure><img src="https://a.example/b.png" alt="c" width="10"><figcaption>d</figcaption></figure>`, `<iframe src="https://www.youtube.com/embed/a" allowfullscreen></iframe>`,
		`<div data-type="callout" data-emoji="💡"><p>a</p></div>`, `<fb-callout kind-of="a">b</fb-callout>`, `<table><tr><td colspan="2">a < b</td></tr></table>`, `<input type="checkbox" checked>`, `a <!-- b --> c`, "a < b", "",
	} {
		got, err := HTML("").Wire(source, "")
		if strings.Contains(source, "kind-of") {
			if err == nil {
				t.Error("an attribute that nobody knows is sent")
			}
			continue
		}
		if err != nil || got != source {
			t.Errorf("%s: %v, %v", source, got, err)
		}
	}
}

// The API looks at the beginning of a body to tell HTML from Markdown, and so does what checks it.
func TestBodiesAreHTMLOrMarkdown(t *testing.T) {
	t.Parallel()
	for source, want := range map[string]string{
		"<p>a</p>": "<p>a</p>", "\n <p>a</p>": "\n <p>a</p>", "a <p>": `a \<p>`, "<https://a.example> b": "<https://a.example> b", "<a@b.example>": "<a@b.example>",
		"< a": "< a", "": "", "<https://a.example onclick=b>": `\<https://a.example onclick=b>`, "# a": "# a",
	} {
		if got, err := Body("").Wire(source, ""); err != nil || got != want {
			t.Errorf("%q: %q, %v", source, got, err)
		}
	}
	for _, source := range []string{"<script>a</script>", "<p onclick=a>", "<!-- a --><script>", "<p>a</p><img src=x onerror=b "} {
		if got, err := Body("").Wire(source, ""); err == nil {
			t.Errorf("%q is sent as %q", source, got)
		}
	}
}

// Addresses lead to the web, or to a place of the same site.
func TestAddressesLeadToTheWeb(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"https://a.example/b?c=d#e", "HTTP://a.example", "//a.example", "/a", "a.example", "https://müller.example/ü", ""} {
		if got, err := Address("").Wire(address, ""); err != nil || got != address {
			t.Errorf("%q: %v, %v", address, got, err)
		}
	}
	for _, address := range []string{"javascript:a", " java\nscript:a", "data:image/png;base64,a", "file:///a", "mailto:a@b.example", "https://a.example/ b", "https://a.example/\u200b", "\x01javascript:a"} {
		if got, err := Address("").Wire(address, ""); err == nil {
			t.Errorf("%q is sent as %q", address, got)
		}
	}
}
