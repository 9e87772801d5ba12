package markup

import (
	"regexp"
	"strings"
	"testing"

	"golang.org/x/net/html"
	"pgregory.net/rapid"
)

func TestToHTML(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, source, want string }{
		{"marks", "**a**\n\n- b", "<p><strong>a</strong></p>\n<ul>\n<li>b</li>\n</ul>"},
		{"lines stay lines", "a\nb", "<p>a<br>\nb</p>"},
		{"names of elements are text", "Crash in <Button> when", "<p>Crash in &lt;Button&gt; when</p>"},
		{"raw HTML is shown", "a <script>x</script>", "<p>a &lt;script&gt;x&lt;/script&gt;</p>"},
		{"over lines too", "a <b\nc> d", "<p>a &lt;b<br>\nc&gt; d</p>"},
		{"a block of raw HTML is shown", "<div onclick=x>\nb\n</div>", "<p>&lt;div onclick=x&gt;<br>\nb<br>\n&lt;/div&gt;</p>"},
		{"a comment is shown", "<!-- a\n\nb -->", "<p>&lt;!-- a<br>\n<br>\nb --&gt;</p>"},
		{"code is shown", "`<b>`\n\n```\n<i>\n```", "<p><code>&lt;b&gt;</code></p>\n<pre><code>&lt;i&gt;\n</code></pre>"},
		{"links that run", "[a](javascript:x)", `<p><a href="">a</a></p>`},
		{"links that run in disguise", "[a](&#106;avascript:x) <vbscript:x>", `<p><a href="">a</a> <a href="">vbscript:x</a></p>`},
		{"addresses", "(https://e.example/a_b_c). x@e.example", `<p>(<a href="https://e.example/a_b_c">https://e.example/a_b_c</a>). x@e.example</p>`},
		{"the text of a picture is one line", "![a\nb](/c)", `<p><img src="/c" alt="a b"></p>`},
		{"tables", "| a |\n|---|\n| `b\\|c` |", "<table>\n<thead>\n<tr>\n<th>a</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td><code>b|c</code></td>\n</tr>\n</tbody>\n</table>"},
	} {
		got, err := MarkdownToHTML(tc.source)
		if err != nil || strings.TrimSpace(got) != tc.want {
			t.Errorf("%s: got %q %v, want %q", tc.name, got, err, tc.want)
		}
	}
}

func TestToHTMLRefusesWhatRuns(t *testing.T) {
	t.Parallel()
	for _, source := range []string{
		"![a](data:image/png;base64,AA)", "![a](DATA:image/png,x)", "![a](&#100;ata:image/png,x)", "![a]\n\n[a]: data:image/gif,x", "[![a](data:image/png,x)](/b)",
		"[a](data:image/png,x)", "> - ![a](<data:image/png,x>)",
		"[a](javascript:x)", "[a](&#106;avascript:x)", "<vbscript:x>", "![a](file:///x)", "[a][b]\n\n[b]: JavaScript:x",
	} {
		if html, err := Markdown("").Wire(source, ""); err == nil || !strings.Contains(err.Error(), "https URL") {
			t.Errorf("%s: %q, %v", source, html, err)
		}
	}
	for _, source := range []string{"![a](https://e.example/data:x)", "`![a](data:x)`", "data:image/png,x"} {
		if _, err := Markdown("").Wire(source, ""); err != nil {
			t.Errorf("%s: %v", source, err)
		}
	}
}

// shownText is the text of HTML as a reader sees it: a line for each line.
func shownText(t *rapid.T, body string) string {
	doc, err := html.Parse(strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for n := range doc.Descendants() {
		switch {
		case n.Type == html.TextNode:
			b.WriteString(strings.Trim(n.Data, "\n"))
		case n.Type == html.ElementNode && (n.Data == "br" || n.Data == "p"):
			b.WriteByte('\n')
		}
	}
	return strings.TrimSpace(b.String())
}

// Text without signs of Markdown is shown as it was written, whatever of HTML is in it.
func TestVisibleTextIsWhatWasWritten(t *testing.T) {
	t.Parallel()
	word := rapid.SampledFrom(strings.Fields("Crash in <Button> when </div> <script>x()</script> <!-- a < b > && AT&T \"q\" it's 100% $5 (a) é 漢字 👩‍💻 a.b a/b x=y " +
		"snake_case <img> <br> <details> <p onclick=\"x\"> https://e.example/x?a=1&b=2 <a @jo"))
	line := rapid.Map(rapid.SliceOfN(word, 1, 6), func(words []string) string { return "so " + strings.Join(words, " ") })
	rapid.Check(t, func(t *rapid.T) {
		source := strings.Join(rapid.SliceOfN(line, 1, 4).Draw(t, "lines"), "\n")
		got, err := MarkdownToHTML(source)
		if err != nil {
			t.Fatal(err)
		}
		if shown := shownText(t, got); shown != source {
			t.Fatalf("%q is shown as %q: %s", source, shown, got)
		}
		checkOnlyMarks(t, got)
		if again := HTMLToMarkdown(got); Excerpt(got, len(got)) != Excerpt(mustHTML(t, again), len(got)) {
			t.Fatalf("%q comes back as %q", source, again)
		}
	})
}

// checkOnlyMarks reports elements that plain text does not become.
func checkOnlyMarks(t *rapid.T, body string) {
	z := html.NewTokenizer(strings.NewReader(body))
	for kind := z.Next(); kind != html.ErrorToken; kind = z.Next() {
		if name, _ := z.TagName(); kind != html.TextToken && string(name) != "p" && string(name) != "br" && string(name) != "a" {
			t.Fatalf("%s in %s", z.Raw(), body)
		}
	}
}

func mustHTML(t *rapid.T, source string) string {
	body, err := MarkdownToHTML(source)
	if err != nil {
		t.Fatal(err)
	}
	return body
}

// markdownDocument draws documents of what models write: blocks in blocks, marks in marks, signs as text.
func markdownDocument(t *rapid.T) string {
	return strings.Join(blocks(t, 2), "\n\n")
}

func blocks(t *rapid.T, depth int) []string {
	list := make([]string, rapid.IntRange(1, 3).Draw(t, "blocks"))
	for i := range list {
		list[i] = blockOf(t, depth)
	}
	return list
}

func blockOf(t *rapid.T, depth int) string {
	kind := rapid.IntRange(0, 8).Draw(t, "block")
	if depth == 0 && kind > 4 {
		kind = 0
	}
	switch kind {
	case 1:
		return strings.Repeat("#", rapid.IntRange(1, 6).Draw(t, "level")) + " " + inlineOf(t, 2)
	case 2:
		return "```go\n" + rapid.SampledFrom([]string{"x := 1", "<b>\n\n\t*a*", "~~~", "![a](b)", "  a\n b"}).Draw(t, "code") + "\n```"
	case 3:
		return "| " + inlineOf(t, 1) + " | b |\n|---|:-:|\n| `c\\|d` | " + inlineOf(t, 1) + " |"
	case 4:
		return "***"
	case 5:
		return prefixed(strings.Join(blocks(t, depth-1), "\n\n"), "> ", "> ")
	case 6:
		sign := rapid.SampledFrom([]string{"- ", "+ ", "1. ", "7) ", "- [x] ", "- [ ] "}).Draw(t, "sign")
		gap := rapid.SampledFrom([]string{"\n", "\n\n"}).Draw(t, "gap")
		indent := strings.Repeat(" ", len(strings.TrimSuffix(strings.TrimSuffix(sign, "[x] "), "[ ] ")))
		var items []string
		for _, item := range blocks(t, depth-1) {
			items = append(items, prefixed(item, sign, indent))
		}
		return strings.Join(items, gap)
	default:
		lines := make([]string, rapid.IntRange(1, 3).Draw(t, "lines"))
		for i := range lines {
			lines[i] = inlineOf(t, 2)
		}
		return strings.Join(lines, rapid.SampledFrom([]string{"\n", "\\\n", "  \n"}).Draw(t, "break"))
	}
}

func prefixed(text, first, rest string) string {
	return first + strings.ReplaceAll(text, "\n", "\n"+rest)
}

func inlineOf(t *rapid.T, depth int) string {
	pieces := make([]string, rapid.IntRange(1, 4).Draw(t, "pieces"))
	for i := range pieces {
		kind := rapid.IntRange(0, 9).Draw(t, "piece")
		if depth == 0 {
			kind = 0
		}
		switch kind {
		case 1:
			pieces[i] = "**" + inlineOf(t, depth-1) + "**"
		case 2:
			pieces[i] = "*" + inlineOf(t, depth-1) + "*"
		case 3:
			pieces[i] = "~~" + inlineOf(t, depth-1) + "~~"
		case 4:
			pieces[i] = "[" + inlineOf(t, 0) + "](https://e.example/a_b?c=(d)&e)"
		case 5:
			pieces[i] = rapid.SampledFrom([]string{"`a`", "`` ` ``", "`<b>`", "` *c* `"}).Draw(t, "code")
		case 6:
			pieces[i] = "![" + inlineOf(t, 0) + "](/p.png)"
		default:
			pieces[i] = rapid.SampledFrom(strings.Fields("word snake_case <Button> a<b a&b &lt; \\* * _ __ ** ~ # #1 1. 2) - + > ! [ ] [x] ( ) ]( ` \\\\ é 漢 “q” | "+
				"https://e.example/a_b https://e.example/(c)! <https://e.example> www.e.example jo@e.example : :- = == ---")).Draw(t, "text")
		}
	}
	return strings.Join(pieces, rapid.SampledFrom([]string{" ", " ", ""}).Draw(t, "gap"))
}

// What comes back from the API is written the same way each time: a model that reads and writes a text again changes nothing more.
func TestTheSecondRoundTripIsAFixedPoint(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		source := markdownDocument(t)
		first := HTMLToMarkdown(mustHTML(t, source))
		if second := HTMLToMarkdown(mustHTML(t, first)); second != first {
			t.Fatalf("%q becomes %q, and that %q", source, first, second)
		}
	})
}

// No word is lost on the way out and back.
func TestARoundTripKeepsTheText(t *testing.T) {
	t.Parallel()
	signs := regexp.MustCompile(`[ \[\]]|\(leads to [^)]*\)`) // pictures come back as links, with spaces around them
	rapid.Check(t, func(t *rapid.T) {
		source := markdownDocument(t)
		out := mustHTML(t, source)
		back := mustHTML(t, HTMLToMarkdown(out))
		if want, got := signs.ReplaceAllString(Excerpt(out, len(out)), ""), signs.ReplaceAllString(Excerpt(back, len(out)+len(back)), ""); want != got {
			t.Fatalf("%q\nbecomes %q,\nshown as %q\nand back %q,\nshown as %q", source, out, want, back, got)
		}
	})
}

// Anything comes back, harmless, and after the second time as it is.
func FuzzRoundTrip(f *testing.F) {
	for _, seed := range []string{
		"Crash in <Button> when\n- a\n  1. b\n\n      c", "**a*b*c** ~~d~~ [e](f \"g\") ![h](/i)", "| a |\n|-|\n| `b\\|` |", "> ```\n> a\n\n<!-- b\n\n-->", "# a #\n===\n---",
		"https://a.example/_b_. <jo@a.example> \\<c> &amp;lt;", "- [x] \\\n:a\n\n[b]: c\n\n[b]",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, source string) {
		body, err := MarkdownToHTML(source)
		if err != nil {
			return // refused
		}
		first := HTMLToMarkdown(body)
		checkHarmless(t, first)
		second := roundTrip(t, first)
		if third := roundTrip(t, second); third != second {
			t.Errorf("%q becomes %q, that %q, and that %q", source, first, second, third)
		}
	})
}

func TestMarkdownIsOnlySoLong(t *testing.T) {
	t.Parallel()
	for _, n := range []int{longestWritten, longestWritten + 1} {
		_, err := Markdown("").Wire(strings.Repeat("a", n), "")
		if refused := err != nil; refused != (n > longestWritten) || refused && !strings.Contains(err.Error(), "at most 200,000") {
			t.Errorf("%d bytes: %v", n, err)
		}
	}
}
