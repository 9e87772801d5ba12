package rawjson

import (
	"bytes"
	"encoding/json"
	"fmt"
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
	doc := Value(` {"a": {"b\"": "x\"}", "n": -1.5e3, "t":true}, "a":{"b":2}, "l":[1,{"a":"]"}], "z":null, "esc\u0061ped":{}, "e":""} `)
	for path, want := range map[string]string{
		"a": `{"b\"": "x\"}", "n": -1.5e3, "t":true}`, `a.b"`: `"x\"}"`, "a.n": `-1.5e3`, "a.t": `true`, "l": `[1,{"a":"]"}]`, "z": `null`, "escaped": `{}`, "e": `""`,
		"a.b": "", "b": "", "l.a": "", "z.a": "", "a.n.x": "",
	} {
		names := strings.Split(path, ".")
		value := doc.Get(names...)
		if string(value) != want || (value == nil) != (want == "") || cap(value) != len(value) {
			t.Errorf("%s is %s; want %s", path, value, want)
		}
		if kind := doc.Kind(names...); kind != value.Kind() {
			t.Errorf("%s is of kind %d without reading it, of kind %d with", path, kind, value.Kind())
		}
		if empty := want == "" || want == `""` || want == "null"; value.IsEmpty() != empty {
			t.Errorf("%s: empty is %v", value, value.IsEmpty())
		}
	}
	if !doc.Get("a", "t").Bool() || doc.Get("z").Bool() || Value(`"true"`).Bool() {
		t.Error("true alone is true")
	}
	if text := doc.Get("a", `b"`).Text(); text != `x"}` || doc.Get("a", "n").Text() != "" {
		t.Errorf("the text is %s", text)
	}
	if value := Value(" 7 ").Get(); string(value) != "7" || value.Kind() != Number {
		t.Errorf("without names: %s", value)
	}
	for _, bare := range []string{``, `"`, `""`} {
		if got := Value(bare).Bare(); len(got) != len(bare)%2 {
			t.Errorf("%s without quotes is %s", bare, got)
		}
	}
}

// Every iterator can be left, and gives no more of what is not there than nothing.
func TestIterators(t *testing.T) {
	t.Parallel()
	doc := Value(` {"o": {"a":1, "b":2, "a":3, "\u0062":4, "c":5}, "l": [1, "2", []]} `)
	var pairs, members, items strings.Builder
	for name, value := range doc.Get("o").Pairs() {
		if fmt.Fprintf(&pairs, "%s%s ", name, value); string(value) == "4" {
			break
		}
	}
	for name, value := range doc.Get("o").Members() {
		fmt.Fprintf(&members, "%s%s ", name, value)
	}
	for item := range doc.Items("l") {
		if fmt.Fprintf(&items, "%s ", item); item.Kind() == String {
			break
		}
	}
	if pairs.String() != "a1 b2 a3 b4 " || members.String() != "a1 b2 c5 " || items.String() != `1 "2" ` {
		t.Errorf("pairs %s, members %s, items %s", &pairs, &members, &items)
	}
	for _, none := range []Value{nil, Value(`"{}"`), Value(`[{"a":1}]`), Value(`null`), doc.Get("missing")} {
		for name := range none.Members() {
			t.Errorf("%s has %s", none, name)
		}
	}
	for item := range doc.Items("o") {
		t.Errorf("an object has %s", item)
	}
}

// An object with names without end does not fill the memory, and a nesting without end does not fill the stack.
func TestLimits(t *testing.T) {
	t.Parallel()
	const all = 2 * mostNames
	object := []byte{}
	for i := range all {
		object = fmt.Appendf(object, `,"%d":0`, i)
	}
	object[0] = '{'
	object = fmt.Appendf(object, `,"0":1,"%d":1}`, all-1)
	n := 0
	for name, value := range Value(object).Members() {
		if n++; name == "0" && string(value) != "0" {
			t.Error("a name that is remembered comes twice")
		}
	}
	if n != all+1 {
		t.Errorf("%d members: names are remembered without bound", n)
	}
	const deep = 1 << 20
	for item := range Value(strings.Repeat("[", deep) + strings.Repeat("]", deep)).Items() {
		if len(item) != 2*deep-2 {
			t.Errorf("the item has %d bytes", len(item))
		}
	}
}

// decode rebuilds a value from its parts, as encoding/json would decode it.
func decode(v Value) any {
	switch v.Kind() {
	case String:
		return strings.ToValidUTF8(v.Text(), "\ufffd")
	case Number:
		return json.Number(v)
	case Boolean:
		return v.Bool()
	case Object:
		members := map[string]any{}
		for name, member := range v.Pairs() { // of a name that occurs twice, the last one counts for encoding/json
			members[string(name)] = decode(member)
		}
		return members
	case Array:
		items := []any{}
		for item := range v.Items() {
			items = append(items, decode(item))
		}
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
	got := decode(Value(doc).Get()) // must end, whatever doc is
	if !Valid(doc) {
		return
	}
	d := json.NewDecoder(bytes.NewReader(doc))
	d.UseNumber()
	var want any
	if err := d.Decode(&want); err != nil {
		t.Fatal(err)
	}
	if !ordinary(doc) {
		return
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%q reads as %v, want %v", doc, got, want)
	}
	object, _ := want.(map[string]any)
	members := maps.Collect(Value(doc).Members())
	for name := range object {
		if value := Value(doc).Get(name); value == nil || !bytes.Equal(value, members[name]) {
			t.Errorf("%q: %q is %s, as a member %s", doc, name, value, members[name])
		}
	}
	if len(members) != len(object) {
		t.Errorf("%q has the members %s", doc, members)
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

func TestUnescapeIsThatOfTheStandardLibrary(t *testing.T) {
	t.Parallel()
	for raw, isText := range map[string]bool{
		`plain`: true, `a\"b\\\/\b\f\n\r\t`: true, `\u00e9\u00E9`: true, `\ud83d\ude4f!`: true, `a\ud83d`: false, `\ude4f`: false, `\ud83d\u0041`: false, `\x`: false, `\u12`: false,
		`\u12g4`: false, `\`: false,
	} {
		want := raw
		if isText {
			if err := json.Unmarshal([]byte(`"`+raw+`"`), &want); err != nil {
				t.Fatal(err)
			}
		}
		if text, same := Unescape([]byte(raw)), UnescapeBytes([]byte(raw)); text != want || string(same) != want {
			t.Errorf("%s is %q, as bytes %q, want %q", raw, text, same, want)
		}
	}
}

// Strings that are no text are mended, each character that was lost for itself, and nothing else is.
func TestRepair(t *testing.T) {
	t.Parallel()
	for doc, want := range map[string]string{
		"\x20[1]\x20\n": `[1]`, `"\u00e9\\ud83d\ud83d\ude4f"`: `"\u00e9\\ud83d\ud83d\ude4f"`, `"\ud83d"`: `"□"`, `"\ude4f\uD83D\n"`: `"□□\n"`, `"\ud83d\u0041"`: `"□\u0041"`,
		"\"a\xff\xfeb\\ud83d\"": `"a□b□"`,
	} {
		if got := Repair([]byte(doc)); string(got) != want {
			t.Errorf("%s becomes %s, want %s", doc, got, want)
		}
	}
}

func TestValuesAreCounted(t *testing.T) {
	t.Parallel()
	for doc, want := range map[string]int{`1`: 1, `"a,b"`: 1, `[]`: 1, `[1,[2,"]"],{}]`: 6, `{"a":{"b":null},"c":[true]}`: 5, `[1,]`: 0, ``: 0} {
		if got := CountValues([]byte(doc)); got != want {
			t.Errorf("%s has %d values, want %d", doc, got, want)
		}
	}
}

// Wherever a string is cut, its beginning is a text that the whole text begins with, and no character is lost from the count.
func TestAStringIsCutBetweenCharacters(t *testing.T) {
	t.Parallel()
	raw := []byte(`a\\\"é\u00e9\ud83d\ude4f🙏\n`)
	whole := Unescape(raw)
	for n := range len(raw) + 1 {
		head := head(raw, n)
		text := Unescape(head)
		if len(head) > n || n-len(head) > len(`\ud83d\ude4f`) || !strings.HasPrefix(whole, text) || !utf8.ValidString(text) {
			t.Errorf("%d: %s", n, head)
		}
		if got, want := characters(head)+characters(raw[len(head):]), utf8.RuneCountInString(whole); got != want {
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
	doc := Value(page())
	b.SetBytes(int64(len(doc)))
	b.ReportAllocs()
	for b.Loop() {
		members := 0
		for item := range doc.Items("data") {
			for range item.Pairs() {
				members++
			}
		}
		if members != 50 {
			b.Fatal(members, "members")
		}
	}
}

// The names of members are strings, so a few bytes are copied.
func BenchmarkMembers(b *testing.B) {
	doc := Value(page())
	b.ReportAllocs()
	for b.Loop() {
		for item := range doc.Items("data") {
			for name, value := range item.Members() {
				if name == "" || value == nil {
					b.Fatal("no member")
				}
			}
		}
	}
}
