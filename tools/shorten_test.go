package tools

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

// drawValue makes any JSON value.
func drawValue(t *rapid.T, depth int) any {
	kinds := []string{"text", "number", "bool", "null", "list", "object"}
	if depth == 0 {
		kinds = kinds[:4]
	}
	switch rapid.SampledFrom(kinds).Draw(t, "kind") {
	case "text":
		return drawText(t)
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
		value := encode(drawValue(t, 3))
		room := rapid.IntRange(leastRoom, 5000).Draw(t, "room")
		got := appendWithin(nil, parsed(value), room)
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

// What is deep is not measured again and again.
func TestDeepValuesAreCut(t *testing.T) {
	t.Parallel()
	const deep = 20_000
	value := strings.Repeat(`{"a":[`, deep) + strings.Repeat(`]}`, deep)
	got := appendWithin(nil, parsed([]byte(value)), 24_000)
	if levels := strings.Count(string(got), "["); !json.Valid(got) || levels > 20 {
		t.Errorf("%d bytes: %.200s", len(got), got)
	}
}

// A text that is cut where it is read and again where it is shown says how much is missing in all.
func TestWhatIsCutTwiceIsCountedOnce(t *testing.T) {
	t.Parallel()
	const characters = mostText + 1000
	got := cutPlain(unescape([]byte(strings.Repeat("x", characters))), 100)
	var missing int
	shown, word, _ := strings.Cut(got, moreBegin)
	if _, err := fmt.Sscanf(moreBegin+word, moreCharactersFormat, &missing); err != nil || len(shown)+missing != characters {
		t.Errorf("%d shown, %q: %v", len(shown), word, err)
	}
}
