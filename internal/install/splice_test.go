package install

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// between draws what may stand between two parts of JSON with comments.
func between(t *rapid.T) string {
	return strings.Join(rapid.SliceOfN(rapid.SampledFrom([]string{" ", "\n", "\t", "\n  ", "\r\n", "// a, \"b\" }\n", "/* , } */", "/**/"}), 0, 3).Draw(t, "between"), "")
}

// drawn draws a value, with what may stand between its parts.
func drawn(t *rapid.T, depth int) string {
	if depth == 0 || rapid.Bool().Draw(t, "plain") {
		return rapid.SampledFrom([]string{"1", "true", "null", `"x"`, `"// no"`, `"a\"}"`, "{}", "[]", `"\\"`, "-1.5e3"}).Draw(t, "value")
	}
	if rapid.Bool().Draw(t, "list") {
		return "[" + between(t) + drawn(t, depth-1) + between(t) + "," + between(t) + drawn(t, depth-1) + between(t) + rapid.SampledFrom([]string{"", ",", ",\n"}).Draw(t, "end") + "]"
	}
	return object1(t, depth-1, []string{"a", "b", "c"}, "")
}

// object1 draws an object whose names begin with those, and one more at its end if it is named.
func object1(t *rapid.T, depth int, names []string, last string) string {
	var b strings.Builder
	b.WriteString("{")
	for i, name := range names[:rapid.IntRange(0, len(names)).Draw(t, "names")] {
		if i > 0 {
			b.WriteString(",")
		}
		b.WriteString(between(t) + quoted(name) + between(t) + ":" + between(t) + drawn(t, depth) + between(t))
	}
	if b.Len() > 1 {
		b.WriteString(rapid.SampledFrom([]string{"", ","}).Draw(t, "comma") + between(t))
	}
	return b.String() + last + "}"
}

// Whatever a file looks like, the entry gets in without changing a value, and comes out without changing a byte, unless what it stood in was empty.
func TestAnEntryGoesInAndComesOut(t *testing.T) {
	t.Parallel()
	entry := object{{"command", "x"}, {"args", []string{"a", "b"}}, {"env", object{{"K", "v"}}}}
	rapid.Check(t, func(t *rapid.T) {
		inner := object1(t, 2, []string{"one", "two"}, "")
		text := between(t) + "{" + between(t) + `"first":` + between(t) + "1" + between(t) + "," + between(t) + `"servers"` + between(t) + ":" + between(t) + inner + between(t) +
			rapid.SampledFrom([]string{"", ",", ", \"last\": 2"}).Draw(t, "rest") + between(t) + "}" + between(t)
		f := jsonWithComments{}
		before, err := f.decode(text)
		if err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		path := []string{"servers", Name}
		after, err := f.put(text, path, entry)
		if err == nil {
			err = proven(f, after, place(before, path, plain(entry)))
		}
		if err != nil {
			t.Fatalf("%q: %q: %v", text, after, err)
		}
		if strings.Count(after, "//") < strings.Count(text, "//") || strings.Count(after, "/*") < strings.Count(text, "/*") {
			t.Fatalf("%q: a comment is lost in %q", text, after)
		}
		back, err := f.cut(after, path)
		if err == nil {
			err = proven(f, back, before)
		}
		if servers, _ := pick(before, "servers"); err != nil || back != text && len(servers.(map[string]any)) > 0 {
			t.Fatalf("%q comes back as %q: %v", text, back, err)
		}
	})
}

// fuzz has a format make both edits in any text: it may refuse, but what it does is proven.
func fuzz(f *testing.F, of format, path []string, seeds ...string) {
	f.Helper()
	for _, seed := range seeds {
		f.Add(seed)
	}
	entry := object{{"command", "x"}, {"args", []string{}}, {"env", object{{"K", "v"}, {"L", absent{}}}}}
	f.Fuzz(func(t *testing.T, text string) {
		before, err := of.decode(text)
		if err != nil {
			return
		}
		path := append(slices.Clip(path), Name)
		old, _ := pick(before, path...)
		after, err := of.put(text, path, entry)
		if err != nil || proven(of, after, place(before, path, overlay(old, entry))) != nil {
			return
		}
		again, err := of.put(after, path, entry)
		if err != nil || again != after {
			t.Errorf("%q becomes %q, and that %q: %v", text, after, again, err)
		}
		values, err := of.decode(after)
		if err != nil {
			t.Fatalf("%q: %v", after, err)
		}
		if back, err := of.cut(after, path); err == nil && proven(of, back, place(values, path, absent{})) == nil {
			if left, err := of.cut(back, path); err != nil || left != back {
				t.Errorf("%q comes back as %q, and then as %q: %v", text, back, left, err)
			}
		}
	})
}

func FuzzJSON(f *testing.F) {
	fuzz(f, jsonWithComments{}, []string{"s"}, "", "{}", "{ // a\n}", `{"s": {"a": 1,}, /* b */}`, `{"s":null}`, "{\"s\": {\"featurebase\": {\"env\": {\"L\": 1}, // x\n}}}", "{}\r\n")
}

func FuzzTOML(f *testing.F) {
	fuzz(f, tables{}, []string{"s"}, "", "a = 1", "[s.featurebase]\nenv = {L = 1}\n", "[s.featurebase.env]\nL = 'x'\n[[s.b]]\n", "[s]\n\"featurebase\" = { }\n", "a.b.c = [ [1], {} ]\r\n[s.x]")
}

func FuzzYAML(f *testing.F) {
	fuzz(f, mappings{}, []string{"s"}, "", "a: b", "s:\n  a: |\n    # x\n  b:\n  - c\n", "s: {}\n", "s:\n  featurebase:\n    env: {L: 1}\n", "s:\n    featurebase:\n        env:\n            L: x\n# end\n", "---\ns: ~\r\n")
}
