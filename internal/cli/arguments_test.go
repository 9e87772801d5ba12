package cli

import (
	"io"
	"strings"
	"testing"
)

// What cannot be an argument is refused with its place, before anything is asked.
func TestBrokenArgumentsAreNamed(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name string
		in   string
		args []string
		want string
	}{
		{"broken JSON", "", []string{`{"boardId": x}`}, `the arguments: not valid JSON at character 13, where it goes on with "x}"`},
		{"broken JSON on its second line", "{\n  \"boardId\" \"x\"\n}\n", []string{"-"}, `standard input: not valid JSON at line 2, character 13, where it goes on with "\"x\"\n}"`},
		{"a comma too many", "", []string{`{"q":"ü",}`}, `not valid JSON at character 10, where it goes on with "}"`},
		{"JSON that is not closed", "", []string{`{"boardId": {"x": 1}`}, `not valid JSON: more is expected at character 21, since a quotation mark or a bracket is still open`},
		{"JSON with something behind it", "", []string{`{"q":"x"} {}`}, `not valid JSON at character 11, where it goes on with "{}"`},
		{"broken JSON of one argument", "", []string{"boardId:=[1"}, `boardId: not valid JSON: more is expected at character 3`},
		{"no JSON of one argument", "", []string{"boardId:="}, `boardId: there is nothing, where JSON is expected`},
		{"a list", `["64b921c0d0013bb2e0000001"]`, []string{"-"}, `standard input: a JSON object is expected, such as {"limit": 5}, and this is a value of another kind`},
		{"nothing", " \n", []string{"-"}, `standard input: there is nothing, where JSON is expected`},
		{"UTF-16", "\xff\xfe{\x00}\x00", []string{"-"}, `standard input: this is UTF-16, and JSON is UTF-8`},
		{"no UTF-8", "{\"q\":\"a\xff\"}", []string{"-"}, `standard input: not valid UTF-8 at character 8`},
		{"an argument twice", "", []string{"q=a", "q=b"}, `q is given twice and takes one value`},
		{"an argument twice, as JSON", "", []string{"limit:=1", "limit:=2"}, `limit is given twice: write the whole value once, as limit:=JSON`},
		{"a list as JSON and as text", "", []string{`boardId:=["a"]`, "boardId=b"}, `boardId is given as JSON and again as text`},
		{"an object whole and by a field", "", []string{`author:={"name":"x"}`, "author.email=y"}, `author is given as a whole and again by author.email`},
		{"an inner argument twice", "", []string{"author.email=x", "author.email=y"}, `author.email is given twice and takes one value`},
		{"a name twice in an object", `{"q":"a","q":"b"}`, []string{"-"}, `standard input: "q" stands twice in one object`},
		{"a name twice in an inner object", "", []string{`query:=[{"field":"a"},{"field":"b","field":"c"}]`}, `query: "field" stands twice in one object`},
		{"an object beside others", "", []string{`{"q":"a"}`, "limit=1"}, `stands alone: give all arguments in one JSON object, or all as name=value`},
		{"a word", "", []string{"boards"}, `"boards" is no argument: write name=value, name:=JSON, one JSON object, or - to read one from standard input`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got := start(tc.in, nil, append([]string{"call", "--sandbox", "list_posts"}, tc.args...)...)
			if got.code != exitUsage || got.out != "" || !strings.Contains(got.err, tc.want) {
				t.Errorf("%+v\nwant exit 2 with %q", got, tc.want)
			}
		})
	}
}

// A call takes as much as is promised, and what is longer is refused in place of being cut.
func TestTheLengthOfStandardInputIsBounded(t *testing.T) {
	t.Parallel()
	long := func(length int) string { return `{"q":"` + strings.Repeat("x", length-len(`{"q":""}`)) + `"}` }
	if got := start(long(maxInput+1), nil, "call", "--sandbox", "list_posts", "-"); got.code != exitUsage || !strings.Contains(got.err, "standard input is longer than 15 MiB, the most that a call takes") {
		t.Errorf("%+v", got)
	}
	if got := start(long(maxInput), nil, "call", "--sandbox", "list_posts", "-"); got.code == exitUsage || strings.Contains(got.err, "larger than") {
		t.Errorf("%d %.300s", got.code, got.err)
	}
}

// Editors and shells begin a text with a byte order mark, which is no part of it.
func TestAByteOrderMarkIsSkipped(t *testing.T) {
	t.Parallel()
	call := runProgram(t, strings.NewReader(byteOrderMark+`{"boardId":"64b921c0d0013bb2e0000001"}`+"\n"), nil, "call", "--sandbox", "get_board", "-")
	if got := call.end(); got.code != exitOK || !strings.Contains(got.out, "Feature requests") {
		t.Errorf("%+v", got)
	}
}

// Arguments come through a real pipe, in pieces.
func TestArgumentsComeThroughAPipe(t *testing.T) {
	t.Parallel()
	in, out := io.Pipe()
	go func() {
		for _, piece := range []string{`{"boardId":`, `"64b921c0d001`, `3bb2e0000001"}`} {
			_, _ = io.WriteString(out, piece)
		}
		_ = out.Close()
	}()
	if got := runProgram(t, in, nil, "call", "--sandbox", "get_board", "-").end(); got.code != exitOK || !strings.Contains(got.out, "Feature requests") || got.err != "" {
		t.Errorf("%+v", got)
	}
}
