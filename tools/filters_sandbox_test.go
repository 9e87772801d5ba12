package tools_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"featurebase-mcp/internal/app"
	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/engine/enginetest"
	"featurebase-mcp/internal/input"
	"featurebase-mcp/tools"
)

// searches returns the operations with filters.
func searches(t *testing.T) map[*engine.Operation][]input.Filter {
	t.Helper()
	all := map[*engine.Operation][]input.Filter{}
	for _, op := range tools.Inventory().All() {
		if op.Run != nil {
			continue
		}
		if query := op.Input.Shape().Props["query"]; query != nil && query.Tag.Get("filters") != "" {
			all[op] = input.Filters(query.Tag)
		}
	}
	if len(all) < 6 {
		t.Fatalf("only %d searches", len(all))
	}
	return all
}

// Each field of each search takes each of its operators alone, those that exclude as well, and any other is refused with those that it has.
func TestEveryFieldTakesItsOperators(t *testing.T) {
	t.Parallel()
	host := enginetest.Start(t, app.Config{Sandbox: &app.Sandbox{}, Selection: tools.Selection{Toolsets: []string{"all"}}})
	excluded, refused := 0, 0
	for op, fields := range searches(t) {
		for _, f := range fields {
			name := strings.Replace(f.Name, "<attributeId>", "plan_tier", 1)
			values := append(f.Values(), enginetest.AnID, "Invoicing", "1234567", "2026-01-02", "true")
			for _, operator := range []string{"=", "!=", "IN", "NIN", ">", "<", ">=", "<=", "~"} {
				var last string
				taken := slices.ContainsFunc(values, func(value string) bool {
					clause, err := json.Marshal([]any{map[string]any{"field": name, "operator": operator, "value": value}})
					if err != nil {
						t.Fatal(err)
					}
					var isError bool
					last, isError = enginetest.Ask(t, host, op.Name, fmt.Sprintf(`{"query":%s,"limit":1}`, clause))
					return !isError || strings.Contains(last, "operator "+operator+" is not valid for it; valid: "+strings.Join(f.Operators(), " "))
				})
				switch isRefused := strings.Contains(last, "is not valid for it"); {
				case !taken, isRefused && slices.Contains(f.Operators(), operator):
					t.Errorf("%s: %s %s: %s", op.Name, name, operator, last)
				case isRefused:
					refused++
				case operator == "!=", operator == "NIN":
					excluded++
				}
			}
		}
	}
	if t.Logf("%d clauses alone exclude something, %d are refused", excluded, refused); excluded < 60 || refused < 60 {
		t.Error("that is too few to tell")
	}
}

// Everything that is not closed: what only excludes finds what the API finds by its positive counterpart.
func TestWhatOnlyExcludesIsFound(t *testing.T) {
	t.Parallel()
	host := enginetest.Start(t, app.Config{Sandbox: &app.Sandbox{}, Selection: tools.Selection{Toolsets: []string{"all"}}})
	count := func(tool, query string) int {
		t.Helper()
		n := 0
		for cursor := ""; ; {
			answer, isError := enginetest.Ask(t, host, tool, `{"query":`+query+`,"limit":100`+cursor+`}`)
			if isError {
				t.Fatalf("%s %s: %s", tool, query, answer)
			}
			var page struct {
				Data       []json.RawMessage `json:"data"`
				NextCursor string            `json:"nextCursor"`
			}
			if err := json.Unmarshal([]byte(answer), &page); err != nil {
				t.Fatalf("%v: %s", err, answer)
			}
			if n += len(page.Data); page.NextCursor == "" {
				return n
			}
			cursor = fmt.Sprintf(`,"cursor":%q`, page.NextCursor)
		}
	}
	for _, tc := range []struct{ tool, without, with, all string }{
		{
			"search_posts", `[{"field":"statusId","operator":"NIN","value":["Shipped","In progress"]}]`,
			`[{"field":"statusId","operator":"IN","value":["Shipped","In progress"]}]`, `[{"field":"upvotes","operator":">=","value":0}]`,
		},
		{
			"search_posts", `[{"field":"boardId","operator":"!=","value":"Bugs"}]`, `[{"field":"boardId","value":"Bugs"}]`, `[{"field":"upvotes","operator":">=","value":0}]`,
		},
		{
			"search_conversations", `[{"field":"tagIds","operator":"!=","value":"billing"}]`, `[{"field":"tagIds","value":"billing"}]`,
			`[{"field":"createdAt","operator":">","value":1}]`,
		},
		{
			"search_companies", `[{"field":"monthlySpend","operator":"!=","value":0}]`, `[{"field":"monthlySpend","value":0}]`, `[{"field":"createdAt","operator":">","value":1}]`,
		},
	} {
		without, with, all := count(tc.tool, tc.without), count(tc.tool, tc.with), count(tc.tool, tc.all)
		if t.Logf("%s %s: %d of %d", tc.tool, tc.without, without, all); without+with != all || without == 0 {
			t.Errorf("%s %s: %d, and %d of %d are the others", tc.tool, tc.without, without, with, all)
		}
	}
}

// A part of a name is found without an operator, and where the whole was compared in vain, the answer says what finds a part.
func TestPartsOfNamesAreFound(t *testing.T) {
	t.Parallel()
	host := enginetest.Start(t, app.Config{Sandbox: &app.Sandbox{}})
	const hint = `"hint":"name with = is the whole of it; ~ finds a part"`
	for _, tc := range []struct {
		query string
		want  string
		hints bool
	}{
		{`[{"field":"name","value":"kestrel"}]`, `"name":"Kestrel Architects"`, false},
		{`{"name":"kestrel"}`, `"name":"Kestrel Architects"`, false},
		{`[{"field":"name","operator":"=","value":"kestrel"}]`, `"data":[]`, true},
		{`[{"field":"name","operator":"=","value":"Kestrel Architects"}]`, `"name":"Kestrel Architects"`, false},
		{`[{"field":"plan","operator":"=","value":"kestrel"}]`, `"data":[]`, false},
	} {
		answer, isError := enginetest.Ask(t, host, "search_companies", `{"query":`+tc.query+`}`)
		if isError || !strings.Contains(answer, tc.want) || strings.Contains(answer, hint) != tc.hints {
			t.Errorf("%s: %s", tc.query, answer)
		}
	}
}
