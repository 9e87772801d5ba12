package tools

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestExcerpt(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, body, want string }{
		{"plain", "a  b\nc", "a b c"},
		{"blocks are words apart", "<p>a</p><p>b</p><ul><li>c</li></ul>", "a b c"},
		{"inline is not", "<b>a</b>b <i>c</i>", "ab c"},
		{"entities", "a &amp; b &lt;c&gt;", "a & b <c>"},
		{"scripts and styles", "a<script>x()</script><style>y</style>b", "ab"},
		{"hidden elements", `a<div hidden>x<p>y</p></div><span style="DISPLAY : none">z</span>b`, "ab"},
		{"comments", "a<!-- x -->b", "ab"},
		{"images", `a<img src="x" alt="A cat">b`, "a [image: A cat] b"},
		{"pixels", `a<img src="x" width="1">b`, "ab"},
		{"zero width", "a\u200bb\u202ec\u0007", "abc"},
		{"cut", strings.Repeat("x", 300), strings.Repeat("x", excerptLength) + "…"},
		{"exactly as long", strings.Repeat("x", excerptLength), strings.Repeat("x", excerptLength)},
		{"empty", "<p></p>", ""},
	} {
		if got := excerpt(tc.body, excerptLength); got != tc.want {
			t.Errorf("%s: got %q, want %q", tc.name, got, tc.want)
		}
	}
}

func TestToMarkdown(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, body, want string }{
		{"plain", " a ", "a"},
		{"marks", "<p>a <b>b</b></p><ul><li>c</li></ul>", "a **b**\n\n- c"},
		{"images are links", `<img src="https://e.example/a.png" alt="A">`, "[image: A](https://e.example/a.png)"},
		{"an image that carries its data", `a<img src="data:image/png;base64,AAAA" alt="A">`, "a"},
		{"frames are links", `<iframe src="https://v.example/1"></iframe>`, "[iframe](https://v.example/1)"},
		{"links that run", `<a href=" JaVa&#9;script:x()">a</a>`, "a"},
		{"hidden", `<div style="display:none">x</div>a`, "a"},
		{"zero width", "<p>a\u200bb</p>", "ab"},
	} {
		if got := toMarkdown(tc.body); got != tc.want {
			t.Errorf("%s: got %q, want %q", tc.name, got, tc.want)
		}
	}
	deep := strings.Repeat("<div>", 600) + "found" + strings.Repeat("</div>", 600)
	if got := toMarkdown(deep); got != "found" {
		t.Errorf("600 nested elements: %q", got)
	}
}

func TestToHTML(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, source, want string }{
		{"marks", "**a**\n\n- b", "<p><strong>a</strong></p>\n<ul>\n<li>b</li>\n</ul>"},
		{"lines stay lines", "a\nb", "<p>a<br>\nb</p>"},
		{"raw HTML is shown", "a <script>x</script>", "<p>a &lt;script&gt;x&lt;/script&gt;</p>"},
		{"a block of raw HTML is shown", "<div onclick=x>\nb\n</div>", "<p>&lt;div onclick=x&gt;\nb\n&lt;/div&gt;</p>"},
		{"links that run", "[a](javascript:x)", `<p><a href="">a</a></p>`},
	} {
		got, err := toHTML(tc.source)
		if err != nil || strings.TrimSpace(got) != tc.want {
			t.Errorf("%s: got %q %v, want %q", tc.name, got, err, tc.want)
		}
	}
}

// Whatever customers paste, a model sees no element, no invisible character and no picture that fetches itself.
func FuzzHTML(f *testing.F) {
	f.Add(`<p>a <b>b</b><img src="https://x.example/y.png" alt="]("></p><table><tr><td>x`)
	f.Add("<div hidden><svg><style><![CDATA[</style>x\u202e")
	f.Fuzz(func(t *testing.T, body string) {
		short, long := excerpt(body, excerptLength), toMarkdown(body)
		if n := utf8.RuneCountInString(short); n > excerptLength+2 {
			t.Errorf("an excerpt of %d characters", n)
		}
		if strings.IndexFunc(short, isInvisible) >= 0 {
			t.Errorf("invisible characters in %q", short)
		}
		if strings.Contains(strings.ToLower(long), "](javascript:") {
			t.Errorf("a link that runs in %q", long)
		}
	})
}

// Reading only a part of a long body changes nothing of its excerpt.
func TestAnExcerptOfAPartIsTheExcerptOfTheWhole(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		strings.Repeat("word ", 2000),
		strings.Repeat("wörd\n\"quoted\" \\ ", 500),
		strings.Repeat("x", 9000),
		strings.Repeat("<p> </p> ", 1000) + "late",
		"<div hidden>" + strings.Repeat("secret ", 1000) + "</div> seen",
		"<a href=\"" + strings.Repeat("y ", 3000) + "\">label</a>",
		strings.Repeat(" …", 3000),
		"short… <div hidden>" + strings.Repeat("secret ", 1000) + "</div> end",
		"",
	} {
		raw := appendString(nil, body)
		if got, want := rawExcerpt(raw[1:len(raw)-1], excerptLength), excerpt(body, excerptLength); got != want {
			t.Errorf("%.30q: got %q, want %q", body, got, want)
		}
	}
}
