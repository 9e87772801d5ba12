package planning_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"featurebase-mcp/internal/engine/enginetest"
	"featurebase-mcp/internal/sandbox"
)

// A table that is wrong gets words that say where; nothing is sent, and what is right can still be planned.
func TestHostileTables(t *testing.T) {
	t.Parallel()
	api := &counted{next: enginetest.Box(t, sandbox.Options{}).Transport()}
	host := enginetest.Start(t, behind(api))
	for name, c := range map[string]struct {
		csv    string
		want   []string
		failed bool
	}{
		"mark, CRLF, quotes": {"\ufeffemail,name\r\njo@example.com,\"Jo \"\"J\"\", Doe\"\r\n", []string{"rows: 1 to send\n", `Jo \"J\", Doe`}, false},
		"formulas":           {"email,name\njo@example.com,=2+5\nal@example.com,@SUM(A1)\n", []string{"rows: 2 to send", "rows 1, 2: name begins like a formula"}, false},
		"a missing column":   {"name\nJo\nAl\n", []string{"No plan: each of the 2 rows is refused", "rows 1, 2: give at least one of userId, email"}, false},
		"an unknown column":  {"emial,name\njo@example.com,Jo\n", []string{`column "emial": upsert_contact has no argument "emial"; did you mean email?`}, true},
		"a column too deep":  {"email,companies.id\njo@example.com,a\n", []string{"number its items from 0, as in companies.0"}, true},
		"the same e-mail": {
			"email,name\njo@example.com,Jo\nJO@example.com,Joe\njo@example.com,Jo\n",
			[]string{"row 2: row 1 changes the same object, with other values of name", "row 3: the same as row 1"},
			false,
		},
		"bad e-mails":     {"email,name\nnobody,Jo\njo@example.com,Jo\n", []string{"rows: 1 to send, 1 refused", `row 1: email: not an e-mail address: "nobody"`}, false},
		"mixed encodings": {"email,name\njo@example.com,Jos\ufffd\nal@example.com,José\n", []string{"rows: 1 to send, 1 refused", "row 1: name: not UTF-8"}, false},
		"ragged":          {"email,name\njo@example.com\nal@example.com,Al,x\nbo@example.com,Bo\n", []string{"rows: 1 to send, 2 refused", "row 1: 1 cells", "row 2: 3 cells"}, false},
		"5 MB":            {"email,name\n" + strings.Repeat("jo@example.com,Jo\n", 5<<20/18), []string{"5.0 MB of text", "split it"}, true},
		"201 rows":        {"email\n" + strings.Repeat("jo@example.com\n", 201), []string{"201 rows; a plan has at most 200"}, true},
		"no table":        {"hello", []string{"csv: no rows"}, true},
		"types":           {"email,customFields.seats,customFields.zip,subscribedToChangelog\njo@example.com,40,01067,true\n", []string{`{"seats":40,"zip":"01067"}`, "subscribedToChangelog true"}, false},
	} {
		answer, failed := try(t, host, "plan_changes", fields{"tool": "upsert_contact", "csv": c.csv})
		if failed != c.failed {
			t.Errorf("%s: %v: %s", name, failed, answer)
		}
		for _, want := range c.want {
			if !strings.Contains(answer, want) {
				t.Errorf("%s misses %q: %s", name, want, answer)
			}
		}
	}
	for name, args := range map[string]fields{
		"CSV in rows":  {"tool": "upsert_contact", "rows": "email,name\njo@example.com,Jo\n"},
		"JSON in rows": {"tool": "upsert_contact", "rows": `[{"email":"jo@example.com","name":"Jo"}]`},
		"rows":         {"tool": "upsert_contact", "rows": []any{fields{"email": "jo@example.com", "name": "Jo"}}},
	} {
		if answer := call(t, host, "plan_changes", args); !strings.Contains(answer, `1 "Jo" (new)`) {
			t.Errorf("%s: %s", name, answer)
		}
	}
	if api.writes.Load() != 0 {
		t.Errorf("%d writes were sent", api.writes.Load())
	}
}

// customers is a table of new contacts.
func customers(n int) string {
	var b strings.Builder
	b.WriteString("email,name,companies.0.id,companies.0.name,customFields.plan\n")
	for i := range n {
		fmt.Fprintf(&b, "customer%d@example.com,Customer %d,company-%d,Company %d,pro\n", i, i, i%9, i%9)
	}
	return b.String()
}

// However long the plan and its texts are, the answers stay short, and a cursor shows every row.
func TestAnswersAboutPlansStayShort(t *testing.T) {
	t.Parallel()
	host := enginetest.Start(t, everything())
	short := func(what, answer string, most int) {
		if n := enginetest.Tokens(t, answer); n > most {
			t.Errorf("%s: %d tokens:\n%s", what, n, answer)
		} else {
			t.Logf("%s: %d tokens", what, n)
		}
		enginetest.CheckAnswer(t, answer)
	}
	first := call(t, host, "plan_changes", fields{"tool": "upsert_contact", "csv": customers(200)})
	short("a plan of 200 contacts", first, 2500)
	id := planID.FindString(first)
	shown := strings.Count(first, " (new)")
	for answer := first; shown < 200; {
		_, cursor, ok := strings.Cut(answer, "cursor=")
		if !ok {
			t.Fatalf("%d rows were shown", shown)
		}
		cursor, _, _ = strings.Cut(cursor, "\n")
		answer = call(t, host, "plan_changes", fields{"planId": id, "cursor": cursor})
		shown += strings.Count(answer, " (new)")
		short("a further part", answer, 2500)
	}
	short("applied", call(t, host, "apply_plan", fields{"planId": id}), 1500)
	short("its way back", call(t, host, "plan_changes", fields{"undo": id}), 2500)
	var list []any
	for i := range 200 {
		list = append(list, change("create_comment", fields{"postId": fmt.Sprintf("%024x", i), "content": strings.Repeat("Füße 🐢 ", 300)}))
	}
	short("200 refusals of different kinds", call(t, host, "plan_changes", changes(list...)), 2500)
	for i := range list {
		list[i] = change("create_comment", fields{"postId": outlook, "content": strconv.Itoa(i) + strings.Repeat(" Füße 🐢", 300), "parentCommentId": fmt.Sprintf("%024x", i)})
	}
	answer := call(t, host, "plan_changes", changes(list...))
	short("200 long texts", answer, 2500)
	short("200 failures", call(t, host, "apply_plan", fields{"planId": planID.FindString(answer)}), 1500)
}
