package markup

import (
	"runtime"
	"strings"
	"testing"
)

// A picture in the text of an article takes nothing away from what stands around it, however large it is.
func TestTextAroundLargePicturesIsKept(t *testing.T) {
	t.Parallel()
	data := "data:image/png;base64," + strings.Repeat("iVBORw0KGgo/", 2*maxToken/12)
	for name, body := range map[string]string{
		"in quotes":         `<p>before</p><img src="` + data + `" alt="x > y"><p>after</p>`,
		"in single quotes":  `<p>before</p><img alt='x > y' SRC = 'D` + data[1:] + `'/><p>after</p>`,
		"two of them":       `<p>before</p><img src="` + data + `" srcset="` + data + `" alt="x > y"><p>after</p>`,
		"one after another": `<p>before</p><img src="` + data + `" alt="x > y"><p>after</p><img src="` + data + `">`,
	} {
		got := HTMLToMarkdown(body)
		if !strings.HasPrefix(got, "before\n\n[image: x > y]") || !strings.Contains(got, "after") || strings.Contains(got, "cut") || strings.Contains(got, "base64") {
			t.Errorf("%s: %.200q", name, got)
		}
	}
}

// Behind what is too long to be read nothing is shown, so that nothing is shown which it would have hidden, and what is missing is counted.
func TestWhatIsTooLongHidesNothingItsEndWould(t *testing.T) {
	t.Parallel()
	long, tag := strings.Repeat("x", maxToken-10), `<img src="data:`+strings.Repeat("A", maxToken)+`">`
	for name, body := range map[string]string{
		"comment":   "<!--" + long + strings.Repeat(tag+"secret", 2) + "-->",
		"aligned":   "<!--" + strings.Repeat("x", maxToken-len("<!--")) + tag + "secret-->",
		"script":    "<script>" + strings.Repeat("x", maxToken) + tag + "secret</script>",
		"attribute": `<p title="` + long + long + tag[:5] + `>secret" hidden>secret</p>`,
		"style":     `<p style="color:red;` + long + `;display:none">secret</p>`,
		"end":       `</p x="data:` + long + `> secret">`,
	} {
		got := HTMLToMarkdown("shown" + body)
		if strings.Contains(got, "secret") || !strings.HasPrefix(got, "shown") || !strings.Contains(got, "[cut: ") {
			t.Errorf("%s: %.200q", name, got)
		}
	}
}

// A text that is read in pieces comes out as it does in one: the pieces end at gaps, and the entities in them are whole.
func TestLongTextsAreReadInPieces(t *testing.T) {
	t.Parallel()
	const words = maxToken / 4
	got := HTMLToMarkdown("<p>" + strings.Repeat("A&amp;B ", words) + "<b>end</b>")
	if n := strings.Count(got, "A&B"); n != words || !strings.HasSuffix(got, "**end**") {
		t.Errorf("%d of %d words, …%s", n, words, got[len(got)-20:])
	}
}

// What the conversion takes does not grow with what is not shown.
func TestDataIsNotCopied(t *testing.T) {
	body := []byte(`<img src="data:image/png;base64,` + strings.Repeat("A", 8*maxToken) + `">after`)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	got := HTMLToMarkdown(body)
	runtime.ReadMemStats(&after)
	if taken := after.TotalAlloc - before.TotalAlloc; got != "[image] after" || taken > uint64(len(body)) {
		t.Errorf("%d bytes for %d: %q", taken, len(body), got)
	}
}
