package markup

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
	"pgregory.net/rapid"

	"featurebase-mcp/internal/css"
	"featurebase-mcp/internal/legible"
)

// hiddenBodies hide every secret in them, each in another way.
var hiddenBodies = []string{
	"<p hidden>secret</p>", "<p HIDDEN=until-found>secret</p>", "<b aria-hidden=true>secret</b>", "<dialog>secret</dialog>",
	"<template>secret</template>", "<noscript>secret</noscript>", "<svg><text>secret</text></svg>", "<object>secret</object>",
	"<!-- secret -->", "<!--[if mso]>secret<![endif]-->", "<![CDATA[secret]]>", "<?secret?>", "<style>secret", "<title>secret</title>",
	"<select><option>secret</select>", "<video>secret</video>", "<iframe>secret</iframe>", "<math><annotation>secret</annotation></math>",
	"<body hidden>secret",
	styled("display:none"), styled("DISPLAY : NONE !important"), styled("display:block;display:none"), styled("display:none!important;display:block"),
	styled(`d\69splay:none`), styled(`d\000069 splay:none`), styled("dis/**/play:none"), styled(`content:";";display:none`), styled("background:url(a;b);display:none"),
	styled("visibility:hidden"), styled("visibility:collapse"), styled("opacity:0"), styled("opacity:0.0"), styled("opacity:.01"), styled("opacity:0%"),
	styled("filter:opacity(0)"), styled("content-visibility:hidden"), styled("transform:scale(0)"), styled("scale:0"),
	styled("font-size:0"), styled("font-size:1px"), styled("font-size:0.1em"), styled("font-size:0%"), styled("font:0/0 a"), styled("font: bold 1px serif"),
	styled("position:absolute;left:-9999px"), styled("position:fixed;top:-100vh"), styled("position:absolute; right:-999em"), styled("position:relative;left:9999px"),
	styled("text-indent:-9999px"), styled("margin-left:-5000px"), styled("transform:translateX(-9999px)"), styled("transform:rotate(1deg) translate(0, -200vw)"),
	styled("position:absolute;left:calc(-9999px)"),
	styled("width:0;height:0;overflow:hidden"), styled("max-height:0px; overflow:hidden"), styled("height:1px;overflow-y:clip"),
	styled("position:absolute;clip:rect(0,0,0,0)"), styled("clip:rect(1px 1px 1px 1px)"), styled("clip-path:inset(50%)"), styled("clip-path:circle(0)"), styled("clip-path:polygon(0 0, 0 0)"),
	styled("color:transparent"), styled("color:#fff;background:white"), styled("color:rgb(254,254,254);background-color:#ffffff"), styled("color:rgba(1,2,3,0)"),
	styled("color:#12345600"), styled("color:hsl(0 0% 0% / 0)"), styled("color:white"), styled("color:#FFFFFE"), styled("color:hsl(120, 100%, 100%)"), styled("color:rgb(100% 100% 100%)"),
	styled("color:black;-webkit-text-fill-color:white"), styled("background:#fff;-webkit-background-clip:text;color:transparent"), styled("color:white;background:linear-gradient(#fff,#fefefe)"),
	styled("color:canvas"), styled("color:#fff;background:rgba(0,0,0,.02)"), "<font color=white>secret</font>", "<font color=FFFFFF>secret</font>", "<table><tr><td bgcolor=#000000><font color=black>secret</font></table>",
	"<div style=background:#000><p style=background:#fff;color:#fff>secret</div>", "<div style=color:white><p>secret</div>", "<div style=background:black;color:white><p style=background:white>secret</div>",
	"<table style=background:black><font color=white>secret</font></table>", "<body style=font-size:0>secret", "<div><body style=color:white>secret</div>",
	styled("zoom:0"), styled("zoom:1%"), styled("opacity:calc(0)"), styled("opacity:calc(1 - 1)"), styled("font-size:calc(0px)"), styled("font-size:min(1px, 3em)"), styled("font-size:clamp(0px, 1em, 1px)"),
	styled("zoom:calc(0 * (1 + 2))"), styled("transform:scale(calc(0))"), styled("position:absolute;left:calc(-1 * 9999px)"), styled("position:absolute;right:9999px"), styled("position:fixed;bottom:200vh;bottom:400vh"),
	styled("position:absolute;inset:0 9999px 0 auto"), styled("position:absolute;inset:-9999px"), styled("margin:0 0 0 -9999px"), styled("translate:-9999px"), styled("transform:translateX(9999px)"), styled("text-indent:9999px"),
	styled("transform:rotateX(90deg)"), styled("transform:matrix(0,0,0,0,0,0)"), styled("filter:blur(0) opacity(1%)"), styled("letter-spacing:-1em"), styled("letter-spacing:-20px"), styled("height:0;overflow:auto"),
	"<div popover>secret</div>", "<div style=letter-spacing:-2em><b>secret</b></div>",
	sheeted(".x{display:none}"), sheeted("p{display:none}"), sheeted("#y{opacity:0}"), sheeted("p.x.z{font-size:0}"), sheeted("*{visibility:hidden}"), sheeted(".a,.x{display:none}"), sheeted("div .x{display:none}"),
	sheeted("div > p.x{display:none}"), sheeted("i + .x{display:none}"), sheeted(".x{color:#fff}"), sheeted(".x{left:-9999px;position:absolute}"), sheeted(`.\78{display:none}`), sheeted("/**/.x/**/{/**/display/**/:none}"),
	sheeted("@media screen{.x{display:none}}"), sheeted("@media(min-width:1px){.x{display:none}}"), sheeted("@media all and (prefers-color-scheme:light){.x{display:none}}"), sheeted("@supports (a:b){@media screen{.x{display:none}}}"),
	sheeted("@import url(a.css);.x{display:none}"), sheeted("div{.x{display:none}}"), sheeted(".x{&.z{display:none}}"), sheeted(":is(.q,.x){display:none}"), sheeted(".x:not(.q){display:none}"), sheeted("p:not(:is(.q)).x{display:none}"),
	sheeted(".x:first-child{display:none}"), sheeted("[data-x]{display:none}"), sheeted("[data-x='1']{display:none}"), sheeted("[class~=x]{display:none}"), sheeted("[class^=x i]{display:none}"), sheeted(".x{display:none"),
	sheeted("<!-- .x{display:none} -->"), sheeted("p{display:block}.x{display:none}p{display:block}"), sheeted(".x{display:none!important}#y{display:block}"),
	"<p class=x>secret</p><STYLE>.x{display:none}</STYLE>", "<style>.x{display:none}</style><p class=x style=color:red>secret", "<style>.x{display:none!important}</style><p class=x style=display:block>secret",
	"<svg><style>.x{display:none}</style></svg><p class=x>secret", "<style>img{width:0}</style><img src=/secret alt=secret>",
	styled("background:rgb(0, 0, 0) url;color:black"),
	"<div style=font-size:0>secret<i>secret</i></div>", "<div style=font-size:0><i style=font-size:1em>secret</i></div>",
	"<p><b hidden></p>secret</b>", "<p><font style=font-size:0></p>secret", "<i hidden><b>secret</i>",
	"<div hidden></b></i></span>secret</div>", "<span hidden><div>secret</span>secret</div></span>", "<b><div hidden></b>secret</div>",
	"<em style=font-size:0><div style=font-size:9px>secret</em></div>", "<table hidden><tr><td>secret</table>", "<li hidden><div><p>secret</div></li>",
	`<img src="/secret" alt="secret" width="1" height="1">`, `<img src="/secret" style="width:0">`, `<iframe src="/secret" height=0></iframe>`, `<img src="/secret" hidden>`,
	`<div hidden><span data-type=mention data-label=secret></span></div>`,
}

func TestWhatIsHiddenIsNotShown(t *testing.T) {
	t.Parallel()
	for _, body := range hiddenBodies {
		for _, got := range []string{HTMLToMarkdown("a " + body), Excerpt("a "+body, ExcerptLength)} {
			if got != "a" {
				t.Errorf("%s: %q", body, got)
			}
		}
	}
}

// What cannot be read for certain shows nothing: only an attack has rules in so many blocks, or compares so much.
func TestUnreadableStylesHideAll(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"blocks":      sheeted(strings.Repeat("a{", 20) + ".x{display:none}"),
		"rules":       sheeted(strings.Repeat("a{color:red}", css.MaxRules+1)),
		"comparisons": "<style>" + strings.Repeat(".z{color:red}", css.MaxRules) + "</style>" + strings.Repeat("<b class=z></b>", 5000) + "secret",
	} {
		if got := HTMLToMarkdown(body); got != "" {
			t.Errorf("%s: %q", name, got)
		}
	}
}

func sheeted(sheet string) string {
	return "<style>" + sheet + "</style><div><p class='x z' id=y data-x=1>secret</p></div>"
}

func styled(style string) string { return "<span style='" + style + "'>secret</span>" }

func TestHonestTextIsShown(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		"<p hidden>x<p>seen", "<p hidden>x<div>seen</div>", "<li hidden>x<li>seen", "<table><tr hidden><td>x<tr><td>seen</table>", "<b hidden>x</b>seen",
		"<p><b hidden>x</b></p>seen", "<svg><p>seen", "<svg><style></svg>seen</style>", "<table><td><b hidden></table>seen", "<option hidden>x<option>seen", "<dt hidden>x<dd>seen",
		"<span aria-hidden=false>seen</span>", "<dialog open>seen</dialog>", "<details>seen</details>", "</div></p></span>seen", "<h1 hidden>x<h2>seen",
		"<div hidden/>x</div>seen", "<svg hidden><path/></svg>seen", "<math><mi>seen</mi></math>",
		shown("display:none;display:block"), shown("display:block!important;display:none"), shown("x:display:none"), shown("content:'display:none'"),
		shown("opacity:0.5"), shown("opacity:1"), shown("font-size:0.9em"), shown("font-size:12px"), shown("font-size:80%"), shown("font:100 1em a"), shown("font-size:medium"),
		shown("position:relative;left:-1px"), shown("left:-9999px"), shown("text-indent:-2em"), shown("margin-left:-20px"), shown("transform:translate(-50%,-50%)"), shown("transform:scale(-1)"),
		shown("max-height:0"), shown("height:0;overflow:visible"), shown("width:300px;overflow:hidden"), shown("clip-path:inset(5%)"), shown("clip:auto"),
		shown("color:#fff;background:#000"), shown("color:white;background:linear-gradient(90deg, #111, #333)"), shown("color:transparent;background:linear-gradient(red,blue);-webkit-background-clip:text"), shown("color:white;background:url(x) #fff"),
		shown("background:#fff"), shown("color:red"), shown("visibility:visible"), shown("line-height:0"), shown(`a\`), shown("/*"), shown("("), shown(";:;"),
		"<td>seen</td>", "<div style=font-size:0><span style=font-size:14px>seen</span></div>", "<div style=font-size:0><table><tr><td style=font-size:14px>seen</table></div>",
		"<div style=visibility:hidden>x<b style=visibility:visible>seen</b></div>",
		"<div style=color:transparent><b style=color:red>seen</b></div>",
		"<table><tr><td bgcolor=black><font color=white>seen</font></table>", "<div style=background:#123><p style=color:white>seen</div>", "<body style=background:#000;color:#fff>seen",
		"<div style=color:white><p style=background:navy>seen</div>", shown("color:rgba(255,255,255,.9);background:rgba(0,0,0,.8)"), shown("color:hsl(200 50% 90%);background:hsl(200 50% 10%)"),
		shown("letter-spacing:-0.02em"), shown("letter-spacing:.3em"), shown("zoom:1"), shown("zoom:80%"), shown("font-size:calc(1em + 2px)"), shown("opacity:calc(1 - .3)"),
		shown("position:absolute;right:0"), shown("position:absolute;inset:0"), shown("margin:0 auto"), shown("margin:-2px"), shown("transform:rotate(90deg)"), shown("filter:grayscale(1)"),
		"<style>.x{display:none}</style>seen", "<style>.x{display:none}</style><p class=y>seen", "<style>p.x{display:none}</style><b class=x>seen</b>",
		"<style>.y .x{display:none}</style><p class=x>seen", "<style>.y+.x{color:red}</style><p class=x>seen", "<style>.x:hover{opacity:0}</style><p class=x>seen",
		"<style>@media print{.x{display:none}}</style><p class=x>seen", "<style>@media (max-width:600px){.x{display:none}}</style><p class=x>seen", "<style media=print>p{display:none}</style><p>seen",
		"<style>.x{display:none}#y{display:block}</style><p class=x id=y>seen", "<style>.x{display:none!important;display:block!important}</style><p class=x>seen",
		"<!--<style>p{display:none}</style>--><p>seen", "<style>.x{display:none}</style><p class=x style=display:block>seen", "<style>[hidden]{display:none}</style>seen",
		"<style>[data-x='2']{display:none}</style><p data-x=1>seen", "<style>/*.x{display:none}*/</style><p class=x>seen", "<style>.x{content:'}.y{display:none}'}</style><p class=y>seen",
		"<style>@media (prefers-color-scheme:dark){p{color:#fff}}</style><p>seen", "<style>.x::before{display:none}</style><p class=x>seen", "<style>:root{color:white}</style>seen",
	} {
		visibleWords := strings.Trim(HTMLToMarkdown(body), "*-# ")
		if visibleWords != "seen" || Excerpt(body, ExcerptLength) != "seen" {
			t.Errorf("%s: %q, %q", body, visibleWords, Excerpt(body, ExcerptLength))
		}
	}
}

func shown(style string) string { return `<span style="` + style + `">seen</span>` }

func TestInvisibleCharacters(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, in, want string }{
		{"zero width", "a\u200b\u200c\u2060\ufeffb", "ab"},
		{"directions", "\u202ea\u2066b\u061c\u200f", "ab"},
		{"tags", "a\U000e0041\U000e007fb", "ab"},
		{"variation selectors", "a\ufe01b\U000e0101c\ufe0f", "abc"},
		{"blanks", "a\u3164\u115f\uffa0\u034fb\u180e", "ab"},
		{"private use", "a\ue000\U000f0001\U00100001b", "ab"},
		{"control characters", "a\u0000\u0007\u009fb", "ab"},
		{"not characters", "a\ufffe\ufdd0\ufffcb\xff", "ab"},
		{"soft hyphens", "a\u00adb", "ab"},
		{"pictures of several", "👩\u200d💻 👁\ufe0f\u200d🗨 🏳\ufe0f\u200d🌈", "👩\u200d💻 👁\ufe0f\u200d🗨 🏳\ufe0f\u200d🌈"},
		{"joiners of scripts", "می\u200cخواهم ක්\u200dර \u200fC++\u200e, ه\u200d.", "می\u200cخواهم ක්\u200dර \u200fC++\u200e, ه\u200d."},
		{"joiners elsewhere", "a\u200db 👩\u200d\u200db\u200d💻 👩\u200d", "ab 👩b💻 👩"},
		{"letters and gaps", "é漢한ا\u0600\u00a0\u2003\u3000\u2028x", "é漢한ا\u0600\u00a0\u2003\u3000\u2028x"},
	} {
		if got := legible.Visible(tc.in); got != tc.want {
			t.Errorf("%s: got %q, want %q", tc.name, got, tc.want)
		}
		words := strings.Join(strings.Fields(tc.want), " ")
		if got := Excerpt("<p>"+tc.in, ExcerptLength); got != words {
			t.Errorf("%s in an excerpt: got %q, want %q", tc.name, got, words)
		}
		if got := HTMLToMarkdown("<p>" + tc.in); got != words {
			t.Errorf("%s in Markdown: got %q, want %q", tc.name, got, words)
		}
	}
}

// The reader builds no tree. The tree of a parser, which does as browsers do, shows every word that it shows, however tags are nested. Two
// things are left out: styles that undo an outer one, from which badly nested ends can take text that has been shown already, and head cells
// in captions, which the parser drops and browsers do not.
func TestTheReaderShowsNoMoreThanATree(t *testing.T) {
	t.Parallel()
	tag := rapid.SampledFrom(strings.Fields("p div span b i a em font nobr ul li ol dl dd dt table tr td tbody caption h1 h2 svg math select option " +
		"button template details summary blockquote pre code object form label section x-y"))
	attribute := rapid.SampledFrom([]string{
		"", "", " hidden", " hidden", " style=display:none", " style=font-size:0", " style=visibility:hidden",
		" style=color:white", " style=color:white", " style=background:black", " bgcolor=white", " style=color:red", " class=x", " class=y",
	})
	sheet := rapid.SampledFrom([]string{"", "<style>.x{display:none}</style>", "<style>.x{color:#fff} div .y{background:#000}</style>", "<style>b,.y>*{color:white!important}</style>"})
	rapid.Check(t, func(t *rapid.T) {
		var body strings.Builder
		for i := range rapid.IntRange(1, 12).Draw(t, "pieces") {
			switch rapid.IntRange(0, 4).Draw(t, "piece") {
			case 0, 1:
				body.WriteString("<" + tag.Draw(t, "start") + attribute.Draw(t, "attribute") + ">")
			case 2:
				body.WriteString("</" + tag.Draw(t, "end") + ">")
			default:
				fmt.Fprintf(&body, " w%d ", i)
			}
		}
		body.WriteString(sheet.Draw(t, "sheet"))
		inTree := treeWords(body.String())
		for word := range strings.FieldsSeq(Excerpt(body.String(), body.Len())) {
			if !inTree[word] {
				t.Fatalf("%s is not to be seen in %s", word, body.String())
			}
		}
	})
}

// treeWords are the words that the tree of a document shows.
func treeWords(body string) map[string]bool {
	words := map[string]bool{}
	doc, err := html.Parse(strings.NewReader(body))
	if err != nil {
		return words
	}
	sheet := css.Elements([]byte(body), maxToken)
	var walk func(n *html.Node, inside css.Shade, on css.Ground, open []openElement)
	walk = func(n *html.Node, inside css.Shade, on css.Ground, open []openElement) {
		switch {
		case n.Type == html.TextNode && inside == 0:
			for word := range strings.FieldsSeq(n.Data) {
				words[word] = true
			}
		case n.Type == html.ElementNode && n.DataAtom != atom.Head:
			var a attributes
			for _, attr := range n.Attr {
				a.set([]byte(attr.Key), []byte(attr.Val))
				if sheet.AsksFor([]byte(attr.Key)) {
					a.setNamed([]byte(attr.Key), []byte(attr.Val))
				}
			}
			r := reader{sheet: sheet, attrs: a, open: open}
			e := openElement{element: element{tag: n.DataAtom}, name: n.Data}
			s := r.style(&e)
			if s == nil {
				s = &css.Style{}
			}
			open = append(slices.Clip(open), e)
			if inside, on = s.Shade(inside, on); isHidden(n.DataAtom, &a) || s.Hides() || elements[n.DataAtom]&unseen != 0 {
				return
			}
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c, inside, on, open)
		}
	}
	walk(doc, 0, css.Page, make([]openElement, 1))
	return words
}
