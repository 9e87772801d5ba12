package markup

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"featurebase-mcp/internal/legible"
)

type body struct{ name, html string }

// largeBodies take a reader of HTML, or a writer of Markdown, ages or gigabytes if it repeats what it has read for each tag, or writes more for
// each line than the line.
func largeBodies(size int) []body {
	repeat := func(s string) string { return strings.Repeat(s, size/len(s)) }
	var fonts, attributes strings.Builder
	for i := range 300 {
		fmt.Fprintf(&fonts, "<font size=%d>", i)
	}
	for i := range 100_000 {
		fmt.Fprintf(&attributes, " a%d=b", i)
	}
	return []body{
		{"text", repeat("word ")},
		{"tags", repeat("<b>x</b> y<i>z</i>")},
		{"text like Markdown", "<p>" + repeat("[![*_`~<&")},
		{"5,000 nested elements", strings.Repeat("<div>", 5000) + "x"},
		{"200,000 nested elements", strings.Repeat("<div>", 200_000) + "x" + strings.Repeat("</div>", 200_000)},
		{"nested lists", repeat("<ul><li>a")},
		{"nested quotes", repeat("<blockquote>a")},
		{"lines in nested quotes", strings.Repeat("<blockquote>", 400) + repeat("a<br>")},
		{"code in nested quotes", strings.Repeat("<blockquote>", 400) + "<pre>" + repeat("\n`")},
		{"nested tables", repeat("<table><tr><td>x")},
		{"unclosed formatting", "<p>" + fonts.String() + "</p>" + repeat("<p>x")},
		{"marks that overlap", repeat("<b>(a<i>b</b>c)</i>")},
		{"100,000 attributes", "<b" + attributes.String() + ">x"},
		{"a long style", `<b style="` + repeat(`a:b;/*\`) + `">x`},
		{"100,000 siblings", strings.Repeat("<i></i>", 100_000)},
		{"rows", "<table>" + repeat("<tr><td>x<td>y")},
		{"columns", "<table><tr>" + repeat("<td>x")},
		{"cells across everything", "<table>" + repeat("<tr><td colspan=1000000000 rowspan=1000000000>x")},
		{"a long address around blocks", `<a href="https://a.example/` + repeat("x") + `">` + repeat("<p>x")},
		{"links", repeat("!<a href=http://a.example>b.example</a>")},
		{"rules", "<style>" + repeat(".x a{color:red}") + "</style>"},
		{"a rule for many elements", "<style>" + strings.Repeat(".z p .y .x b{color:red}", 1000) + "</style>" + strings.Repeat("<p class=x>", 400) + repeat("<b class=y>x</b>")},
		{"many classes", "<style>" + strings.Repeat(".a{color:red}", 1000) + "</style>" + repeat("<b class='a a a a a a a a'>x</b>")},
		{"blocks in blocks", "<style>" + repeat("a{") + "</style>x"},
		{"a sum in a style", `<b style="width:` + repeat("calc(") + `">x`},
		{"selectors in selectors", "<style>" + repeat(":is(") + "</style>x"},
		{"selectors in many blocks", "<style>" + repeat("a,b{&,&{") + "</style>x"},
		{"styles without an end", repeat("<style>")},
		{"questions", repeat("字?")},
		{"question marks", repeat("?")},
		{"questions with parameters", repeat("a?b&c")},
		{"addresses", repeat("http://a.example/)) ") + "<b>"},
		{"tags without an end", repeat(`<a x="`)},
		{"comments without an end", repeat("<!--")},
		{"ends without a start", strings.Repeat("<div>", 510) + repeat("</b></p>")},
		{"hidden formatting", repeat("<p><b hidden></p>")},
		{"backticks", "<code>" + repeat("`") + "</code>"},
		{"lines of code", "<pre>" + repeat("a\n") + "</pre>"},
	}
}

func TestLargeBodiesAreConverted(t *testing.T) {
	t.Parallel()
	for _, b := range largeBodies(500_000) {
		t.Run(b.name, func(t *testing.T) {
			t.Parallel()
			if n := utf8.RuneCountInString(Excerpt(b.html, ExcerptLength)); n > ExcerptLength+2 {
				t.Errorf("an excerpt of %d characters", n)
			}
			if n := len(HTMLToMarkdown(b.html)); n > legible.MaxText+2*MaxBlock {
				t.Errorf("%d bytes", n)
			}
		})
	}
}

// What cannot be shown whole is cut, and the characters that are missing are counted.
func TestTextIsWholeOrCutWithAWord(t *testing.T) {
	t.Parallel()
	const words = 300_000
	whole := "<p>" + strings.Repeat("word ", words) + "</p><p>end</p>"
	if got := HTMLToMarkdown(whole); strings.Count(got, "word") != words || !strings.HasSuffix(got, "\n\nend") {
		t.Errorf("%d words, …%s", strings.Count(got, "word"), got[len(got)-20:])
	}
	for name, body := range map[string]string{
		"one text":   strings.Repeat("word ", 4*words),
		"HTML":       "<p>" + strings.Repeat("word ", 4*words),
		"paragraphs": strings.Repeat("<p>word", 4*words),
		"no gaps":    "<p>" + strings.Repeat("word", 5*words),
		"code":       "<pre>" + strings.Repeat("word\n", 4*words) + "</pre>",
	} {
		got := HTMLToMarkdown(body)
		var missing int
		if i := strings.LastIndex(got, "\n\n[cut: "); i < 0 {
			t.Errorf("%s: nothing says that it is cut", name)
		} else if _, err := fmt.Sscanf(got[i:], "\n\n[cut: %d more characters]", &missing); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if shown := strings.Count(got, "word"); shown < words || missing == 0 || shown+missing/len("word") < 4*words-1 {
			t.Errorf("%s: %d words shown, %d characters said to be missing", name, shown, missing)
		}
		if strings.Count(got, "```")%2 != 0 {
			t.Errorf("%s: the code does not end", name)
		}
	}
}

func TestDeepTextIsKept(t *testing.T) {
	t.Parallel()
	for _, around := range []string{"div", "span", "b", "ul><li", "blockquote", "table><tr><td", "x-y"} {
		const depth = 5000
		body := strings.Repeat("<"+around+">", depth) + "found" + strings.Repeat("</"+strings.ReplaceAll(around, "><", "></")+">", depth) + " after"
		if got := HTMLToMarkdown(body); !strings.Contains(got, "found") || !strings.Contains(got, "after") {
			t.Errorf("%s: %q", around, got)
		}
	}
	for _, hidden := range []string{"<div hidden>", "<div hidden><span>", "<div hidden><ul><li>"} {
		if got := HTMLToMarkdown(hidden + strings.Repeat("<div>", 5000) + "secret"); got != "" {
			t.Errorf("%s: %q", hidden, got)
		}
	}
}

// Signs before lines end at a depth, so that the text does not grow with its square.
func TestNestingIsBounded(t *testing.T) {
	t.Parallel()
	quotes := HTMLToMarkdown(strings.Repeat("<blockquote>", 100) + "a")
	if want := strings.Repeat("> ", maxNesting) + "a"; quotes != want {
		t.Errorf("quotes: %q", quotes)
	}
	lists := HTMLToMarkdown(strings.Repeat("<ul><li>a", 100))
	if got := strings.Count(lists, "a"); got != 100 || strings.Contains(lists, strings.Repeat(" ", 2*maxNesting+1)) {
		t.Errorf("lists: %d items in %q", got, lists)
	}
}

func BenchmarkToMarkdown(b *testing.B) {
	for _, body := range largeBodies(2_000_000) {
		b.Run(body.name, func(b *testing.B) {
			b.SetBytes(int64(len(body.html)))
			b.ReportAllocs()
			for b.Loop() {
				HTMLToMarkdown(body.html)
			}
		})
	}
}

func BenchmarkExcerpt(b *testing.B) {
	html := "<p>" + strings.Repeat("Dark mode would help our <b>night shift</b>. ", 35) + "</p>"
	b.ReportAllocs()
	for b.Loop() {
		Excerpt(html, ExcerptLength)
	}
}
