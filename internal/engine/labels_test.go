package engine_test

import (
	"strings"
	"testing"
	"time"

	"featurebase-mcp/tools/kind"
)

// kimLee and bo are admins, two of them of one name.
const (
	kimLee = "64b0c2f19d3e5a7788990041"
	bo     = "64b0c2f19d3e5a7788990043"
)

// aRow is a post whose customer wrote text that looks like a field.
func aRow(board string) string {
	return `{"id":"` + anID + `","title":"Crash","boardId" : "` + board + `","content":"\"boardId\":\"` + bugs + `\"","assigneeId":null}`
}

func TestRowsShowNamesAndTheListTheirIDsOnce(t *testing.T) {
	t.Parallel()
	o := newOrgAPI(t, aFewNames())
	o.answer = `{"data":[` + aRow(bugs) + `,` + aRow(bugs) + `,` + aRow(ideas) + `,` + aRow(anID) + `],"nextCursor":"n"}`
	text, _ := o.call(t, "list_posts", `{}`)
	for part, times := range map[string]int{
		`"boardId":"Bugs"`: 2, `"boardId":"Ideas & Wishes"`: 1, `"boardId":"` + anID + `"`: 1,
		`"nextCursor":"n","ids":{"board":{"Bugs":"` + bugs + `","Ideas & Wishes":"` + ideas + `"}}`: 1,
		`\"boardId\":\"` + bugs: 4,
	} {
		if strings.Count(text, part) != times {
			t.Errorf("%d times %s in %s", strings.Count(text, part), part, text)
		}
	}
	if _, lookups := o.seen(); len(lookups) != 1 {
		t.Errorf("looked up %v: assignees are in no row", lookups)
	}
	full, _ := o.call(t, "list_posts", `{"detail":"full"}`)
	if !strings.Contains(full, `"boardId":"Bugs"`) || !strings.Contains(full, `"ids":{`) {
		t.Error(full)
	}
}

func TestSingleObjectsShowTheIDBesideTheName(t *testing.T) {
	t.Parallel()
	o := newOrgAPI(t, aFewNames())
	o.answer = aRow(bugs)
	if text, _ := o.call(t, "get_post", `{"postId":"`+anID+`"}`); !strings.Contains(text, "\nboardId: Bugs ("+bugs+")\n") || strings.Contains(text, "ids:") {
		t.Error(text)
	}
	if text, _ := o.call(t, "update_post", `{"postId":"`+anID+`","title":"Crash"}`); !strings.Contains(text, `"boardId":"Bugs (`+bugs+`)"`) {
		t.Error(text)
	}
	o.answer = `{"id":"` + anID + `","name":"Support","members":["` + bo + `", "` + kimLee + `",null,"` + bo + `"],"other":[]}`
	if text, _ := o.call(t, "get_team", `{"teamId":"`+anID+`"}`); !strings.Contains(text, `"Bo (`+bo+`)","Kim Lee (`+kimLee+`)"`) {
		t.Error(text)
	}
}

// A name that two have would leave open whom a row means.
func TestANameThatTwoHaveComesWithItsID(t *testing.T) {
	t.Parallel()
	o := newOrgAPI(t, aFewNames())
	o.answer = `{"data":[{"id":"1","name":"Support","members":["` + kimLee + `","` + kimLee + `","` + bo + `"]}]}`
	text, _ := o.call(t, "list_teams", `{}`)
	if want := `"members":["Kim Lee (` + kimLee + `)","Kim Lee (` + kimLee + `)","Bo"]}],"ids":{"admin":{"Bo":"` + bo + `"}}}`; !strings.HasSuffix(text, want) {
		t.Error(text)
	}
}

// A list that fails is requested once a minute, not with each answer, and the ids stay.
func TestAnswersDoWithoutNamesThatCannotBeHad(t *testing.T) {
	t.Parallel()
	o := newOrgAPI(t, map[string]string{"/v2/boards": ""})
	o.answer = `{"data":[` + aRow(bugs) + `]}`
	for i, step := range []struct {
		wait time.Duration
		want int
	}{{0, 1}, {0, 0}, {59 * time.Second, 0}, {2 * time.Second, 1}, {0, 0}} {
		o.later(step.wait)
		text, isError := o.call(t, "list_posts", `{}`)
		if isError || !strings.Contains(text, `"boardId":"`+bugs+`"`) || strings.Contains(text, `"ids"`) {
			t.Errorf("step %d: %s", i, text)
		}
		if got := o.lookedUp(); got != step.want {
			t.Errorf("step %d: %d lookups, want %d", i, got, step.want)
		}
	}
}

func TestAnAnswerDoesNotWaitForNames(t *testing.T) {
	t.Parallel()
	o := newOrgAPI(t, aFewNames())
	hold := make(chan struct{})
	o.set(func() { o.hold = hold })
	o.names.Patience = 0
	o.answer = `{"data":[` + aRow(bugs) + `]}`
	if text, isError := o.call(t, "list_posts", `{}`); isError || !strings.Contains(text, `"boardId":"`+bugs+`"`) {
		t.Error(text)
	}
	close(hold)
	if _, _, err := o.names.Find(t.Context(), kind.Board, "Bugs"); err != nil {
		t.Fatal(err)
	}
	if text, _ := o.call(t, "list_posts", `{}`); !strings.Contains(text, `"boardId":"Bugs"`) {
		t.Errorf("the lookup that came late is lost: %s", text)
	}
	if n := o.lookedUp(); n != 1 {
		t.Errorf("%d lookups", n)
	}
}

func TestAnAnswerWithoutIDsAsksForNothing(t *testing.T) {
	t.Parallel()
	o := newOrgAPI(t, aFewNames())
	o.answer = `{"data":[{"id":"` + anID + `","title":"Crash","boardId":null}]}`
	o.call(t, "list_posts", `{}`)
	if _, lookups := o.seen(); len(lookups) != 0 {
		t.Error(lookups)
	}
}
