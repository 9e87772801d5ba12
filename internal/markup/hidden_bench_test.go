package markup

import (
	"strings"
	"testing"
)

// editorsHTML is a body of 3 kB, as the editors of customers write it, in the form that it has in JSON.
var editorsHTML = strings.Repeat(`<p>Every Monday I pull the open requests into a spreadsheet for our planning round, and every Monday I run into the same wall: the export stops at the first page. Could it take the filter that is on screen &amp; go through to the end?</p>`+
	`<p>What I would <strong>expect</strong> to find in the file:</p><ul><li>title and link of the post</li><li>status, board and <em>tags</em></li><li>number of voters, with the company of each</li></ul>`+
	`<p>We tried the workaround from <a href=\"https://help.example.com/en/articles/1042-export?ref=feedback&amp;lang=en\">this article</a>, but it needs an admin, and our support people aren&#39;t admins.</p>`+
	`<p>Für unser Team in Köln wäre außerdem ein Semikolon als Trennzeichen nötig; Excel öffnet die Datei sonst in einer einzigen Spalte. 🙏</p>`, 4)[:3000]

// What a row costs: the excerpt alone, the quick look for hidden text that most bodies pass, and the whole reading of a body that does not.
func BenchmarkRow(b *testing.B) {
	body := []byte(editorsHTML)
	odd := []byte(strings.Replace(editorsHTML, "<ul>", `<ul style="color:red">`, 1))
	if MayHide(body) || !MayHide(odd) {
		b.Fatal("the innocent body is suspected, or the other one is not")
	}
	for _, bench := range []struct {
		name string
		do   func()
	}{
		{"excerpt", func() { ExcerptBytes(body[:600], 120) }},
		{"look", func() { MayHide(body) }},
		{"suspect", func() { ExcerptOf(odd, 120) }},
	} {
		b.Run(bench.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				bench.do()
			}
		})
	}
}
