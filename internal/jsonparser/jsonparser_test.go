package jsonparser

import (
	"bytes"
	"encoding/json"
	"errors"
	"maps"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"
)

// documents are where the tests and the fuzzing start: every kind of value, every rule of the grammar kept and broken.
var documents = []string{
	``, ` `, `null`, ` true `, `false`, `nul`, `truee`, `True`, `"`, `""`, `"a`, `"a" x`, "\"a\nb\"", "\"\x1f\"", "\"\x7f\"", "\"\xff\"", `"\`, `"\"`, `"\x"`,
	`"\u00e9\ud83d\ude4f\/\b\f\n\r\t\"\\"`, `"\ud83d"`, `"\ude4f\ud83d"`, `"\ud83d\n"`, `"\u12"`, `"\u12g4"`, `"\u"`, `0`, `-0`, `01`, `-`, `1.`, `.5`, `1.5e`, `1E+5`, `1e-05`,
	`12345678901234567890`, `[]`, `[ ]`, `[,]`, `[1,]`, `[1 2]`, `[1,[2,{"a":[]}], "]" ]`, `[`, `]`, `[}`, `{}`, `{ }`, `{"a"}`, `{"a":}`, `{"a":1,}`, `{,}`, `{1:2}`, `{"a":1 "b":2}`,
	`{"a":{"b":{"c":"d"}},"e":"}{][\\\"","\u0061":2,"a":3}`, ` { "a" : [ true , null ] , "b" : -1.5 } `, `{"a":1}{"b":2}`, `{"a":"twelve plain characters and more, then \" a quote"}`,
	"{\"a\":\"long enough for more than one word \x01\"}", strings.Repeat("[", 20), strings.Repeat("[", maxDepth) + strings.Repeat("]", maxDepth),
	strings.Repeat("[", maxDepth+1) + strings.Repeat("]", maxDepth+1),
}

func TestValidIsThatOfTheStandardLibrary(t *testing.T) {
	t.Parallel()
	accepted := 0
	for _, doc := range documents {
		want := json.Valid([]byte(doc))
		if want {
			accepted++
		}
		if got := Valid([]byte(doc)); got != want {
			t.Errorf("Valid(%.100q) is %v", doc, got)
		}
	}
	if accepted == 0 || accepted == len(documents) {
		t.Errorf("%d of %d documents are valid: half of the rules are not tried", accepted, len(documents))
	}
}

// Each special byte at each place of a word, with other special bytes above it.
func TestValidSeesEveryByteOfAString(t *testing.T) {
	t.Parallel()
	for n := range 40 {
		for c := range 256 {
			for _, after := range []string{`x`, `\"`, `!!`, "\x01"} {
				doc := []byte(`"` + strings.Repeat("x", n) + string([]byte{byte(c)}) + after + strings.Repeat("y", 9) + `"`)
				if got, want := Valid(doc), json.Valid(doc); got != want {
					t.Fatalf("Valid(%q) is %v", doc, got)
				}
			}
		}
	}
}

func TestGet(t *testing.T) {
	t.Parallel()
	doc := []byte(` {"a": {"b\"": "x\"}", "n": -1.5e3, "t":true}, "a":{"b":2}, "l":[1,{"a":"]"}], "z":null, "esc\u0061ped":{}} `)
	for path, want := range map[string]string{
		"a": `{"b\"": "x\"}", "n": -1.5e3, "t":true}`, `a.b"`: `x\"}`, "a.n": `-1.5e3`, "a.t": `true`, "l": `[1,{"a":"]"}]`, "z": `null`, "escaped": `{}`,
		"a.b": "", "b": "", "l.a": "", "z.a": "", "a.n.x": "",
	} {
		value, kindFound, end, err := Get(doc, strings.Split(path, ".")...)
		if string(value) != want || (err == nil) != (want != "") {
			t.Errorf("%s is %s, %v; want %s", path, value, err, want)
		}
		if kind := Kind(doc, strings.Split(path, ".")...); kind != kindFound {
			t.Errorf("%s is of kind %d without reading it, of kind %d with", path, kind, kindFound)
		}
		if rest := doc[:max(0, end)]; err == nil && !bytes.HasSuffix(bytes.TrimSuffix(rest, []byte(`"`)), value) {
			t.Errorf("%s ends at %d", path, end)
		}
	}
	if yes, err := GetBoolean(doc, "a", "t"); !yes || err != nil {
		t.Errorf("a.t is %v, %v", yes, err)
	}
	if _, err := GetBoolean(doc, "z"); err == nil {
		t.Error("null is a boolean")
	}
	if value, kind, _, err := Get([]byte(" 7 ")); string(value) != "7" || kind != Number || err != nil {
		t.Errorf("without names: %s, %v", value, err)
	}
}

func TestACallbackEndsTheObject(t *testing.T) {
	t.Parallel()
	seen := ""
	err := ObjectEach([]byte(`{"o":{"a":1,"b":2,"c":3}}`), func(key, _ []byte, _ ValueType, _ int) error {
		if seen += string(key); seen == "ab" {
			return errNotFound
		}
		return nil
	}, "o")
	if seen != "ab" || err != errNotFound { //nolint:errorlint // the very error
		t.Errorf("saw %q, then %v", seen, err)
	}
}

// decode rebuilds a value from its parts, as encoding/json would decode it.
func decode(value []byte, kind ValueType) any {
	switch kind {
	case String:
		if text, err := ParseString(value); err == nil {
			return strings.ToValidUTF8(text, "\ufffd")
		}
		return nil
	case Number:
		return json.Number(value)
	case Boolean:
		return string(value) == "true"
	case Object:
		members := map[string]any{}
		_ = ObjectEach(value, func(key, value []byte, kind ValueType, _ int) error {
			members[string(key)] = decode(value, kind)
			return nil
		})
		return members
	case Array:
		items := []any{}
		_, _ = ArrayEach(value, func(item []byte, kind ValueType, _ int, err error) {
			if err == nil {
				items = append(items, decode(item, kind))
			}
		})
		return items
	default:
		return nil
	}
}

// ordinary reports documents whose strings encoding/json does not have to mend, so that both ways must come to the same.
func ordinary(doc []byte) bool {
	return !bytes.ContainsRune(doc, '\ufffd') && bytes.Equal(bytes.ToValidUTF8(doc, nil), doc) && !bytes.Contains(bytes.ToLower(doc), []byte(`\ud`)) &&
		!bytes.Contains(doc, []byte(`\ufffd`))
}

func compare(t *testing.T, doc []byte) {
	t.Helper()
	value, kind, _, err := Get(doc)
	got := decode(value, kind) // must end, whatever doc is
	if !Valid(doc) {
		return
	}
	if err != nil {
		t.Fatalf("%q: %v", doc, err)
	}
	d := json.NewDecoder(bytes.NewReader(doc))
	d.UseNumber()
	var want any
	if err := d.Decode(&want); err != nil {
		t.Fatal(err)
	}
	if ordinary(doc) && !reflect.DeepEqual(got, want) {
		t.Errorf("%q reads as %v, want %v", doc, got, want)
	}
	if object, ok := want.(map[string]any); ok && ordinary(doc) {
		for name := range maps.Keys(object) {
			if _, _, _, err := Get(doc, name); err != nil {
				t.Errorf("%q: no %q: %v", doc, name, err)
			}
		}
	}
}

func TestPartsAreWhatDecodingGives(t *testing.T) {
	t.Parallel()
	for _, doc := range documents {
		if len(doc) < 1000 {
			compare(t, []byte(doc))
		}
	}
}

func TestParseStringIsThatOfTheStandardLibrary(t *testing.T) {
	t.Parallel()
	for raw, isText := range map[string]bool{
		`plain`: true, `a\"b\\\/\b\f\n\r\t`: true, `\u00e9\u00E9`: true, `\ud83d\ude4f!`: true, `a\ud83d`: false, `\ude4f`: false, `\ud83d\u0041`: false, `\x`: false, `\u12`: false,
		`\u12g4`: false, `\`: false,
	} {
		text, err := ParseString([]byte(raw))
		if (err == nil) != isText {
			t.Errorf("%s: %v", raw, err)
		}
		if same, sameErr := ParseBytes([]byte(raw)); !errors.Is(sameErr, err) || string(same) != text {
			t.Errorf("%s is %q as bytes: %v", raw, same, sameErr)
		}
		var want string
		if isText && (json.Unmarshal([]byte(`"`+raw+`"`), &want) != nil || text != want) {
			t.Errorf("%s is %q, want %q", raw, text, want)
		}
	}
}

func TestValuesAreCounted(t *testing.T) {
	t.Parallel()
	for doc, want := range map[string]int{`1`: 1, `"a,b"`: 1, `[]`: 1, `[1,[2,"]"],{}]`: 6, `{"a":{"b":null},"c":[true]}`: 5, `[1,]`: 0, ``: 0} {
		if got := Values([]byte(doc)); got != want {
			t.Errorf("%s has %d values, want %d", doc, got, want)
		}
	}
}

// Wherever a string is cut, its beginning is a text that the whole text begins with, and no character is lost from the count.
func TestAStringIsCutBetweenCharacters(t *testing.T) {
	t.Parallel()
	raw := []byte(`a\\\"é\u00e9\ud83d\ude4f🙏\n`)
	whole, err := ParseString(raw)
	if err != nil {
		t.Fatal(err)
	}
	for n := range len(raw) + 1 {
		head := Head(raw, n)
		text, err := ParseString(head)
		if err != nil || len(head) > n || n-len(head) > len(`\ud83d\ude4f`) || !strings.HasPrefix(whole, text) || !utf8.ValidString(text) {
			t.Errorf("%d: %s: %v", n, head, err)
		}
		if got, want := Characters(head)+Characters(raw[len(head):]), utf8.RuneCountInString(whole); got != want {
			t.Errorf("%d: %d characters, want %d", n, got, want)
		}
	}
}

func FuzzValid(f *testing.F) {
	addShort(f)
	f.Fuzz(func(t *testing.T, doc []byte) {
		if got, want := Valid(doc), json.Valid(doc); got != want {
			t.Fatalf("Valid(%q) is %v", doc, got)
		}
	})
}

func FuzzParts(f *testing.F) {
	addShort(f)
	f.Fuzz(compare)
}

// addShort adds the documents that are not a matter of size: those would be made smaller most of the time.
func addShort(f *testing.F) {
	f.Helper()
	for _, doc := range documents {
		if len(doc) < 1000 {
			f.Add([]byte(doc))
		}
	}
}

// page is a list of ten objects, each with a text of 3 kB in which every tenth word is in quotes.
func page() []byte {
	text := strings.Repeat(`Every Monday the same: the export \"stops\" at <b class=\"x\">the first</b> page, and nobody sees it. `, 30)
	item := `{"id":"65f0c3a1b2d4e6f8091a0001","content":"` + text + `","tags":[{"id":"1","name":"Export"},{"id":"2","name":"Enterprise"}],"upvotes":128,"access":{"userIds":[]}}`
	return []byte(`{"object":"list","data":[` + item + strings.Repeat(","+item, 9) + `],"nextCursor":"abc"}`)
}

func BenchmarkValid(b *testing.B) {
	doc := page()
	b.SetBytes(int64(len(doc)))
	for b.Loop() {
		if !Valid(doc) {
			b.Fatal("not valid")
		}
	}
}

func BenchmarkItems(b *testing.B) {
	doc := page()
	b.SetBytes(int64(len(doc)))
	b.ReportAllocs()
	for b.Loop() {
		_, _ = ArrayEach(doc, func(item []byte, _ ValueType, _ int, _ error) {
			_ = ObjectEach(item, func(_, _ []byte, _ ValueType, _ int) error { return nil })
		}, "data")
	}
}
