package sandbox

import (
	"net/http"
	"slices"
	"testing"

	"featurebase-mcp/internal/contract"
	"featurebase-mcp/internal/sandbox/store"
)

func (a *api) everySurveyOperation() {
	a.t.Helper()
	for _, survey := range a.do("GET", "/v2/surveys", nil).rows() {
		a.do("GET", "/v2/surveys/"+text(survey, "id"), nil).ok()
		a.do("GET", "/v2/surveys/"+text(survey, "id")+"/responses", nil).rows()
	}
}

func TestListSurveysFilters(t *testing.T) {
	t.Parallel()
	a := start(t, Options{})
	for query, want := range map[string]int{
		"": 3, "?isActive=true": 2, "?isActive=false": 1, "?type=rating": 3, "?type=link": 1, "?type=multiple-choice&isActive=true": 1,
	} {
		if rows := a.do("GET", "/v2/surveys"+query, nil).rows(); len(rows) != want {
			t.Errorf("%q lists %q, want %d", query, titles(rows), want)
		}
	}
	a.do("GET", "/v2/surveys?type=essay", nil).fails(http.StatusBadRequest, "invalid_request")
}

func TestSurveyResponsesBelongToTheirSurveyAndPage(t *testing.T) {
	t.Parallel()
	a := start(t, Options{})
	op := contract.Load().Operation("listSurveyResponses")
	anonymous, total := 0, 0
	for _, survey := range a.do("GET", "/v2/surveys", nil).rows() {
		path := "/v2/surveys/" + text(survey, "id") + "/responses"
		pages := list(survey, "pages")
		responses := a.all(op, path, nil, 7)
		total += len(responses)
		if float64(len(responses)) != survey["responseCount"] {
			t.Errorf("%v: %d responses, %v counted", survey["title"], len(responses), survey["responseCount"])
		}
		if !slices.IsSortedFunc(responses, func(a, b object) int { return store.CompareValues(b["createdAt"], a["createdAt"]) }) {
			t.Errorf("%v: the newest response is not first", survey["title"])
		}
		for _, response := range responses {
			if response["user"] == nil {
				anonymous++
			}
			for _, v := range list(response, "responses") {
				answer := v.(object)
				if len(having(pages, "id", text(answer, "pageId"))) != 1 {
					t.Errorf("%v: an answer to a page it does not have: %v", survey["title"], answer)
				}
			}
		}
		page := text(pages[len(pages)-1].(object), "id")
		narrowed := a.all(op, path+"?pageId="+page, nil, 7)
		if len(narrowed) >= len(responses) {
			t.Errorf("%v: %d of %d answered the last page, which nobody or not everybody does", survey["title"], len(narrowed), len(responses))
		}
		for _, response := range narrowed {
			if answers := list(response, "responses"); len(answers) != 1 || at(answers[0].(object), "pageId") != page {
				t.Errorf("%v: %v", survey["title"], answers)
			}
		}
		if rows := a.do("GET", path+"?pageId=nothing", nil).rows(); len(rows) != 0 {
			t.Errorf("an unknown page has %d answers", len(rows))
		}
	}
	if anonymous == 0 || anonymous > total/2 {
		t.Errorf("%d of %d are anonymous", anonymous, total)
	}
	a.do("GET", "/v2/surveys/000000000000000000000000/responses", nil).fails(http.StatusNotFound, "resource_not_found")
	a.do("GET", "/v2/surveys/nps/responses", nil).fails(http.StatusBadRequest, "invalid_id")
}

func TestADeletedContactLeavesItsAnswers(t *testing.T) {
	t.Parallel()
	a := start(t, Options{})
	survey := text(a.the("survey", func(object) bool { return true }), "id")
	path := "/v2/surveys/" + survey + "/responses?limit=100"
	rows := a.do("GET", path, nil).rows()
	i := slices.IndexFunc(rows, func(o object) bool { return o["user"] != nil })
	a.do("DELETE", "/v2/contacts/"+text(rows[i]["user"].(object), "id"), nil).ok()
	if now := a.do("GET", path, nil).rows(); len(now) != len(rows) || now[i]["user"] != nil || now[i]["id"] != rows[i]["id"] {
		t.Errorf("%d responses of %d, by %v", len(now), len(rows), now[i]["user"])
	}
}
