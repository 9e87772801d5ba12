package render

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"featurebase-mcp/internal/legible"
	"featurebase-mcp/internal/markup"
	"featurebase-mcp/internal/rawjson"
)

// letters are what texts are made of: those that need escapes, several bytes or a tag.
var letters = rapid.SampledFrom([]string{"x", "é", "日本", `"`, "\n", "🙂", "<b>bold</b> ", "a word ", `\`})

// drawValue makes any JSON value.
func drawValue(t *rapid.T, depth int) any {
	kinds := []string{"text", "number", "bool", "null", "list", "object"}
	if depth == 0 {
		kinds = kinds[:4]
	}
	switch rapid.SampledFrom(kinds).Draw(t, "kind") {
	case "text":
		return strings.Repeat(letters.Draw(t, "letters"), rapid.OneOf(rapid.IntRange(1, 300), rapid.IntRange(1, 300), rapid.IntRange(1000, 20_000)).Draw(t, "times"))
	case "number":
		return json.Number("1" + strings.Repeat("0", rapid.IntRange(0, 500).Draw(t, "digits")))
	case "bool":
		return true
	case "list":
		list := make([]any, rapid.IntRange(0, 40).Draw(t, "items"))
		for i := range list {
			list[i] = drawValue(t, depth-1)
		}
		return list
	case "object":
		object := map[string]any{}
		for i := range rapid.IntRange(0, 40).Draw(t, "fields") {
			object[fmt.Sprint("field", i, letters.Draw(t, "name"))] = drawValue(t, depth-1)
		}
		return object
	default:
		return nil
	}
}

// Whatever a value is: it fits its room, is JSON, is as it was where it fitted before, and says so where it is not.
func TestValuesFitTheirRoom(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		value := rawjson.Encode(drawValue(t, 3))
		room := rapid.IntRange(leastRoom, 5000).Draw(t, "room")
		got := appendWithin(nil, value, room)
		switch {
		case len(got) > room || !json.Valid(got) || !utf8.Valid(got):
			t.Fatalf("%d bytes in a room of %d: %s", len(got), room, got)
		case len(value) <= room && string(got) != string(value):
			t.Fatalf("%s became %s", value, got)
		case len(value) > room && !strings.Contains(string(got), "…"):
			t.Fatalf("cut without a word: %s", got)
		}
	})
}

func TestLevel(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		sizes := rapid.SliceOfN(rapid.IntRange(0, 100), 1, 20).Draw(t, "sizes")
		room := rapid.IntRange(0, 1000).Draw(t, "room")
		cut := func(most int) (sum int) {
			for _, size := range sizes {
				sum += min(size, most)
			}
			return sum
		}
		switch most := level(sizes, room); {
		case cut(slices.Max(sizes)) <= room:
			if cut(most) != cut(slices.Max(sizes)) {
				t.Fatalf("%d cuts what fits", most)
			}
		case cut(most) > room || cut(most+1) <= room:
			t.Fatalf("%d is not the largest", most)
		}
	})
}

// A line whose text only begins like JSON keeps the beginning of the text; a line of JSON stays JSON.
func TestLinesThatBeginLikeJSON(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("the export stops ", 40) + "."
	for value, begin := range map[string]string{
		"[Bug] " + long: "title: [Bug] the export", "{customer} " + long: "title: {customer} the export", `["` + long + `"]`: `title: ["the export`,
	} {
		got := CutLines("title: "+value+"\n", 200)
		if line := strings.TrimSuffix(got, "\n"); !strings.HasPrefix(line, begin) || len(line) > 200 || json.Valid([]byte(value)) != json.Valid([]byte(line[len("title: "):])) {
			t.Errorf("%.20s became %s", value, line)
		}
	}
}

// What is deep is not measured again and again.
func TestDeepValuesAreCut(t *testing.T) {
	t.Parallel()
	const deep = 20_000
	value := strings.Repeat(`{"a":[`, deep) + strings.Repeat(`]}`, deep)
	got := appendWithin(nil, []byte(value), 24_000)
	if levels := strings.Count(string(got), "["); !json.Valid(got) || levels > 20 {
		t.Errorf("%d bytes: %.200s", len(got), got)
	}
}

// A text that is cut where it is read and again where it is shown says how much is missing in all.
func TestWhatIsCutTwiceIsCountedOnce(t *testing.T) {
	t.Parallel()
	const characters = legible.MaxText + 1000
	got := legible.TruncateBytes(rawjson.Unescape([]byte(strings.Repeat("x", characters))), 100)
	var missing int
	shown, word, _ := strings.Cut(got, "… (")
	if _, err := fmt.Sscanf(word, "%d more characters)", &missing); err != nil || len(shown)+missing != characters {
		t.Errorf("%d shown, %q: %v", len(shown), word, err)
	}
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
		raw := rawjson.AppendString(nil, body)
		if got, want := (&Writer{View: &PlainView}).rawExcerpt(raw[1:len(raw)-1], markup.ExcerptLength), markup.Excerpt(body, markup.ExcerptLength); got != want {
			t.Errorf("%.30q: got %q, want %q", body, got, want)
		}
	}
}
