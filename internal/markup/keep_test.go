package markup

import (
	"cmp"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// rewritten is what a text becomes when it is read and written back, with a change of the Markdown in between.
func rewritten(old string, change func(string) string) (string, error) {
	source := change(HTMLToMarkdown(old))
	fresh, err := WrittenHTML(source)
	if err != nil {
		return "", err
	}
	kept, err := Keep(old, fresh)
	return cmp.Or(kept, fresh), err
}

func unchanged(source string) string { return source }

// madeByEditors is what editors make, with and without a form in Markdown.
var madeByEditors = []string{
	"<p>a <strong>b</strong> c</p>", "<p>d <em>e</em> <a href=\"https://e.example/f\">g</a></p>", "<h2>h</h2>", "<ul><li>i</li><li>j<ul><li>k</li></ul></li></ul>", "<ol><li>l</li><li><p>m</p><p>n</p></li></ol>",
	"<pre><code class=\"language-go\">o &lt; p\n\nq</code></pre>", "<blockquote><p>r</p></blockquote>", "<hr>", "<p>s<br>t</p>", "<p><img src=\"https://e.example/u.png\" alt=\"v\"></p>", "<p></p>", "<p>&nbsp;</p>",
	"<figure><img src=\"https://e.example/w.png\" alt=\"x\"><figcaption>y</figcaption></figure>", "<iframe src=\"https://e.example/z\" allowfullscreen></iframe>",
	"<div data-type=\"callout\" data-emoji=\"!\"><p>aa</p><ul><li>bb</li></ul></div>", "<details><summary>cc</summary><p>dd</p></details>", "<p>ee <u>ff</u> <span style=\"color:red\">gg</span></p>",
	"<video src=\"https://e.example/hh.mp4\" controls></video>", "<table><tbody><tr><td>ii</td><td>jj</td></tr></tbody></table>", "<table><tr><th colspan=\"2\">kk</th></tr><tr><td>ll</td><td>mm</td></tr></table>",
	"<p>nn <span data-type=\"mention\" data-label=\"oo\">@oo</span></p>", "<p><img src=\"https://e.example/pp.png?X-Amz-Signature=0\" alt=\"qq\"></p>", "<p><a href=\"https://e.example/rr.pdf?X-Amz-Signature=0\">ss</a></p>",
	"tt <b>uu</b>", "<fb-card><p>vv</p></fb-card>", "<p style=\"text-align:center\">ww</p>", "<p>xx<b>yy</b>zz</p>", "<p hidden>secret</p>", "<ul><li><input type=checkbox checked> task</li></ul>", "<!-- comment -->",
}

// Read and written back unchanged, a text looks as it did, whatever is in it.
func TestReadingAndWritingChangesNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		old := strings.Join(rapid.SliceOfN(rapid.SampledFrom(madeByEditors), 1, 12).Draw(t, "blocks"), rapid.SampledFrom([]string{"", "\n"}).Draw(t, "gap"))
		got, err := rewritten(old, unchanged)
		if err != nil {
			t.Fatalf("%s: %v", old, err)
		}
		if shapeOf(got) != shapeOf(old) {
			t.Fatalf("%s\nbecomes\n%s", old, got)
		}
	})
}

// A change of one block leaves the others as they were.
func TestWritingChangesWhatWasChanged(t *testing.T) {
	t.Parallel()
	const marker = "<p>changed here</p>"
	visible := slices.DeleteFunc(slices.Clone(madeByEditors), func(block string) bool { return strings.Contains(block, "hidden") }) // it may go
	rapid.Check(t, func(t *rapid.T) {
		before := rapid.SliceOfN(rapid.SampledFrom(visible), 0, 6).Draw(t, "before")
		after := rapid.SliceOfN(rapid.SampledFrom(visible), 0, 6).Draw(t, "after")
		join := func(middle string) string {
			return strings.Join(append(append(append([]string{}, before...), middle), after...), "")
		}
		got, err := rewritten(join(marker), func(source string) string { return strings.Replace(source, "changed here", "**new** words", 1) })
		if err != nil {
			t.Fatal(err)
		}
		if want := join("<p><strong>new</strong> words</p>"); shapeOf(got) != shapeOf(want) {
			t.Fatalf("%s\nbecomes\n%s", join(marker), got)
		}
	})
}

func TestWhatMarkdownCannotHold(t *testing.T) {
	t.Parallel()
	replace := func(from, to string) func(string) string {
		return func(source string) string { return strings.Replace(source, from, to, 1) }
	}
	const callout = "<p>a</p><div data-type=\"callout\"><p>Mind the gap between the lines</p></div><p>b</p>"
	for _, tc := range []struct {
		name, old string
		change    func(string) string
		want      string // empty: refused
	}{
		{"a picture in a changed text", "<p>one <img src=\"https://e.example/a.png\" alt=\"b\" width=\"9\"> two</p>", replace("two", "three"), "<p>one <img src=\"https://e.example/a.png\" alt=\"b\" width=\"9\"> three</p>"},
		{"a signed picture in a changed text", "<p>one <img src=\"https://e.example/a.png?X-Amz-Signature=0\"> two</p>", replace("two", "three"), "<p>one <img src=\"https://e.example/a.png?X-Amz-Signature=0\"> three</p>"},
		{"a player that moves", "<p>a</p><iframe src=\"https://e.example/b\"></iframe><p>c</p>", func(string) string { return "a\n\nc\n\nnew: [embed](https://e.example/b)" }, "<p>a</p>\n<p>c</p>\n<p>new: <iframe src=\"https://e.example/b\"></iframe></p>"},
		{"a player that nobody had", "<p>a</p>", func(string) string { return "[embed](https://evil.example)" }, "<p><a href=\"https://evil.example\">embed</a></p>"},
		{"a picture that nobody had", "<p>a</p>", func(string) string { return "[image: b](https://e.example/c.png)" }, "<p><img src=\"https://e.example/c.png\" alt=\"b\"></p>"},
		{"a callout that is removed", callout, replace("Mind the gap between the lines\n\n", ""), "<p>a</p>\n<p>b</p>"},
		{"a callout that is changed", callout, replace("the gap", "a gap"), ""},
		{"what stands beside a callout", callout, replace("\n\nb", "\n\nc **d**"), "<p>a</p>\n<div data-type=\"callout\"><p>Mind the gap between the lines</p></div>\n<p>c <strong>d</strong></p>"},
		{"all", callout, func(string) string { return "nothing of it" }, "<p>nothing of it</p>"},
	} {
		got, err := rewritten(tc.old, tc.change)
		if tc.want == "" && (err == nil || !strings.Contains(err.Error(), "callout") || !strings.Contains(err.Error(), "Mind the gap")) || tc.want != "" && (err != nil || got != tc.want) {
			t.Errorf("%s: %q, %v", tc.name, got, err)
		}
	}
}

// Hostile texts are compared in time that grows with their length.
func TestLargeTextsAreKept(t *testing.T) {
	t.Parallel()
	for _, b := range largeBodies(100_000) {
		t.Run(b.name, func(t *testing.T) {
			t.Parallel()
			if source := HTMLToMarkdown(b.html); len(source) < longestWritten {
				fresh, _ := WrittenHTML(source)
				_, _ = Keep(b.html, fresh) // it ends
			}
		})
	}
}
