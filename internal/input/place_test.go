package input_test

import (
	"testing"

	"pgregory.net/rapid"

	"featurebase-mcp/internal/input"
)

func TestPlacesSurviveTheWayThroughAModel(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := input.Place{
			Skip: rapid.IntRange(0, 1000).Draw(t, "skip"), Limit: rapid.IntRange(0, 100).Draw(t, "limit"),
			Cursor: rapid.String().Draw(t, "cursor"), Call: rapid.Uint32().Draw(t, "call"),
		}
		text := p.String()
		if got, ok := input.ParsePlace(text); !ok || got != p {
			t.Fatalf("%+v became %+v, %t", p, got, ok)
		}
		at := rapid.IntRange(0, len(text)-1).Draw(t, "damage at")
		damaged := text[:at] + rapid.SampledFrom([]string{"", "A", "~", ".", "zz"}).Draw(t, "damage") + text[at+1:]
		if got, ok := input.ParsePlace(damaged); ok && damaged != text {
			t.Fatalf("%q was %q and is taken for %+v", damaged, text, got)
		}
	})
}

func FuzzParsePlace(f *testing.F) {
	f.Add("~")
	f.Add(input.Place{Skip: 3, Limit: 10, Cursor: "abc", Call: 7}.String())
	f.Fuzz(func(t *testing.T, text string) {
		if p, ok := input.ParsePlace(text); ok && (p.String() != text || p.Skip < 0 || p.Limit < 0) {
			t.Errorf("%q is taken for %+v", text, p)
		}
	})
}
