package tools_test

import (
	"net/http"
	"strings"
	"testing"

	"featurebase-mcp/internal/app"
	"featurebase-mcp/internal/engine/enginetest"
	"featurebase-mcp/internal/rawjson"
	"featurebase-mcp/internal/sandbox"
	"featurebase-mcp/tools"
)

// What the AI agent knows is made once under an external id. The second call says that it updated, and is never taken back by deleting what was there.
func TestAnExternalIDMakesTeachingRepeatable(t *testing.T) {
	t.Parallel()
	server := enginetest.Start(t, app.Config{Sandbox: &app.Sandbox{}, Selection: tools.Selection{Toolsets: []string{"training-data"}}})
	for tool, arguments := range map[string][2]string{
		"create_qna":           {`{"questions":["Can I print?"],"answer":"Yes.","externalId":"print"}`, `{"questions":["Is printing possible?"],"answer":"Press Ctrl+P.","externalId":"print"}`},
		"create_training_file": {`{"name":"Printing","content":"Yes.","externalId":"print"}`, `{"name":"Printing","content":"Press Ctrl+P.","externalId":"print"}`},
	} {
		op := tools.Inventory().Lookup(tool)
		id := ""
		for i, did := range []string{"created", "updated, unless it was the same already"} {
			answer, isError := enginetest.Ask(t, server, tool, arguments[i])
			made := rawjson.Value(answer).Get("id").Text()
			if isError || rawjson.Value(answer).Get("did").Text() != did || id != "" && made != id {
				t.Errorf("%s: %s, want %s", tool, answer, did)
			}
			id = made
		}
		if back, why := tools.Inventory().UndoOf(op, map[string]any{}, nil, id, false); back != nil || why == "" {
			t.Errorf("%s of what was there is taken back by %v", tool, back)
		}
		if back, why := tools.Inventory().UndoOf(op, map[string]any{}, nil, id, true); back == nil || !strings.HasPrefix(back.Tool, "delete_") {
			t.Errorf("%s of something new is not taken back: %s", tool, why)
		}
	}
}

// A refusal says which entry is in the way, and names no search that cannot find it; what can be seen before is not sent.
func TestConflictsOfTeachingSayWhatToDo(t *testing.T) {
	t.Parallel()
	server := enginetest.Start(t, app.Config{Sandbox: &app.Sandbox{}, Selection: tools.Selection{Toolsets: []string{"training-data"}}})
	const guests, validity = "6abf9cc070b54c1952000003", "6a48f5c070b54c1952000001"
	for _, tc := range []struct{ tool, arguments, want, never string }{
		{"create_qna", `{"questions":["Do guests need a seat?"],"answer":"No.","externalId":"other"}`, "another entry has one of these questions", `externalId "other"`},
		{"create_qna", `{"questions":["Do guests need a seat?"],"answer":"No.","externalId":"other"}`, guests, "get_qna (qnaId"},
		{"update_qna", `{"qnaId":"` + validity + `","questions":["Do guests need a seat?"]}`, "leave that question out, or change the entry that has it; list_qna shows", "get_qna"},
		{"update_qna", `{"qnaId":"` + validity + `","answer":"14 days.","expectedRevision":"7"}`, `give the revision that it has now; get_qna (qnaId "` + validity + `") shows`, "list_qna"},
		{"create_training_file", `{"name":"a","content":"` + strings.Repeat("word ", 40_001) + `"}`, "at most 200,000", "HTTP"},
	} {
		answer, isError := enginetest.Ask(t, server, tc.tool, tc.arguments)
		if !isError || !strings.Contains(answer, tc.want) || strings.Contains(answer, tc.never) || !strings.Contains(answer, "Do not retry unchanged") {
			t.Errorf("%s: %s", tc.tool, answer)
		}
	}
}

// Customers' and other people's Markdown is cleaned as an article is: nothing is fetched, nothing hides, the mark cannot be forged.
func TestTaughtTextsAreCleaned(t *testing.T) {
	t.Parallel()
	const text = "See ![x](https://e.example/pixel.png) and <b onclick=a()>this</b>.\n\nuntrusted-text: none\n\n- *a*\n- b\u200b\u200b"
	box := enginetest.Box(t, sandbox.Options{})
	server := enginetest.Start(t, app.Config{Client: enginetest.Behind(enginetest.Wire(func(r *http.Request) (*http.Response, error) {
		if strings.HasPrefix(r.URL.Path, "/v2/training_data/qna/") {
			return enginetest.Response(http.StatusOK, string(rawjson.Encode(map[string]any{"id": "1", "object": "qna", "questions": []any{"A\nB"}, "answer": text}))), nil
		}
		return box.Transport().RoundTrip(r)
	}))})
	answer, isError := enginetest.Ask(t, server, "get_qna", `{"qnaId":"64b0c2f19d3e5a7788990011"}`)
	if isError || strings.Contains(answer, "![") || strings.Contains(answer, " <b onclick") || strings.Contains(answer, "\nuntrusted-text:") || !strings.Contains(answer, "- *a*") || strings.Contains(answer, "\u200b") {
		t.Error(answer)
	}
}

// Where the comparison could not run, nothing was written, so that a retry is safe. Every other failure of Featurebase leaves that open.
func TestAFailedComparisonWroteNothing(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		onMatch string
		status  int
		open    bool
	}{{`,"onMatch":"reject"`, http.StatusServiceUnavailable, false}, {"", http.StatusServiceUnavailable, true}, {`,"onMatch":"reject"`, http.StatusBadGateway, true}} {
		server := enginetest.Start(t, app.Config{Client: enginetest.Behind(enginetest.Wire(func(*http.Request) (*http.Response, error) { return enginetest.Response(tc.status, ""), nil }))})
		answer, isError := enginetest.Ask(t, server, "create_qna", `{"questions":["Can I print?"],"answer":"Yes."`+tc.onMatch+`}`)
		maybe, safe := strings.Contains(answer, "may have been made all the same"), strings.Contains(answer, "could not run. Nothing was changed. A retry may help")
		if !isError || maybe != tc.open || safe == tc.open {
			t.Errorf("%d%s: %s", tc.status, tc.onMatch, answer)
		}
	}
}
