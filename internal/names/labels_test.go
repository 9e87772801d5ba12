package names_test

import (
	"encoding/json"
	"strings"
	"testing"

	"featurebase-mcp/internal/names"
)

const (
	bugs  = "64b921c0d0013bb2ea700001"
	ideas = "64b921c0d0013bb2ea700002"
	bo    = "64b921c0d0013bb2ea700003"
)

var (
	board = &names.Kind{Word: "board"}
	admin = &names.Kind{Word: "admin"}
)

func fields(bool) []names.Field {
	return []names.Field{names.FieldOf("boardId", board), names.FieldOf("assigneeId", admin)}
}

// aRow is a post whose customer wrote text that looks like a field.
func aRow(boardID string) string {
	return `{"id":"64b921c0d0013bb2ea700009","title":"Crash","boardId" : "` + boardID + `","content":"\"boardId\":\"` + bugs + `\"","assigneeId":null}`
}

// Whatever a response holds, it stays JSON, and a list keeps its items.
func FuzzNamesInAnswers(f *testing.F) {
	for _, seed := range []string{
		`{"data":[` + aRow(bugs) + `]}`, `{"boardId":["` + bugs + `","` + ideas + `"]}`, `{"boardId":[]}`, `{"boardId":"a\"b"}`, `{"data":[],"boardId":"` + bugs + `"}`,
		`{"x\"boardId":"` + bugs + `"}`, `["boardId","` + bugs + `"]`, `{"boardId":["` + bugs + `",{"assigneeId":"` + bo + `"}]}`, `"boardId"`, `{"data"`, `{"data":`, ` {"boardId" : "` + bo + `" } `,
	} {
		f.Add(seed)
	}
	n := names.NewCache(nil, nil)
	n.Know(board, `{"id":"`+bugs+`","name":"\"Bu}gs\""}`, `{"id":"`+ideas+`","name":"Ideas"}`)
	n.Know(admin, `{"id":"`+bo+`","name":"Bo"}`)
	f.Fuzz(func(t *testing.T, body string) {
		if !json.Valid([]byte(body)) {
			return
		}
		got := n.Replace(t.Context(), []byte(body), fields)
		if !json.Valid(got) {
			t.Fatalf("%s became %s", body, got)
		}
	})
}

// A list of ten long posts is what is asked for most often.
func BenchmarkNamesInAnswers(b *testing.B) {
	body := []byte(`{"data":[` + strings.Repeat(strings.Replace(aRow(bugs), "Crash", strings.Repeat("lorem ipsum ", 250), 1)+",", 9) + aRow(ideas) + `]}`)
	n := names.NewCache(nil, nil)
	n.Know(board, `{"id":"`+bugs+`","name":"Bugs"}`)
	b.SetBytes(int64(len(body)))
	for b.Loop() {
		n.Replace(b.Context(), body, fields)
	}
}
