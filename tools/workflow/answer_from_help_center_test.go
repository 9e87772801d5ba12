package workflow_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	mcpclient "github.com/mark3labs/mcp-go/client"

	"featurebase-mcp/client"
	"featurebase-mcp/internal/app"
	"featurebase-mcp/internal/engine/enginetest"
)

// answerable are questions of customers, with the article of the sandbox that answers each.
var answerable = map[string]string{
	"How do I send an invitation again?":                        "10021302",
	"How long is an invitation valid?":                          "10021302",
	"the invitation e-mail did not arrive":                      "10021302",
	"I forgot my password, how can I get in?":                   "10021333",
	"lost my phone and can't use two factor":                    "10021334",
	"How can I delete my account?":                              "10021336",
	"Where is our data stored, is it in the EU?":                "10021337",
	"Can I import from Jira?":                                   "10021341",
	"export everything as CSV":                                  "10021343",
	"how do I connect google calendar":                          "10021312",
	"my events are one hour off":                                "10021313",
	"number format for invoices, prefix":                        "10021323",
	"credit note for an invoice already sent":                   "10021324",
	"reverse charge for business clients in another EU country": "10021328",
	"push notifications do not arrive on android":               "10021352",
	"can I use the app offline":                                 "10021353",
	"change the number of seats":                                "10021348",
	"restore a deleted project":                                 "10021309",
	"What are the limits of the API?":                           "10021344",
	"DNS records for own domain portal":                         "10021330",
	"invoice in US dollars instead of euros":                    "10021327",
	"What happens to my data when a payment fails?":             "10021349",
}

// unanswerable are questions that no article of the sandbox is about.
var unanswerable = []string{
	"How do I brew espresso in the office?", "What is the weather in Paris?", "Can you recommend a restaurant?", "Who won the world cup?",
	"How do I train a neural network?", "Do you offer a discount for non-profit organizations?", "Is there an affiliate program?", "how to bake bread",
	"What is the CEO's phone number?", "Can I get a Gantt chart with dependencies?", "Does Plumline integrate with Salesforce?", "東京の天気は?",
}

// Most questions that the help center answers get the right article, and most others get none rather than the least bad.
func TestQuestionsFindTheirArticles(t *testing.T) {
	t.Parallel()
	server := enginetest.Start(t, app.Config{Sandbox: &app.Sandbox{}})
	right, wrong := 0, 0
	for question, id := range answerable {
		answer := askHelp(t, server, question)
		if strings.Contains(answer, "| article "+id+" |") {
			right++
		} else {
			t.Logf("%s: not %s: %.150s", question, id, answer)
		}
		if n := enginetest.Tokens(t, answer); n > 1500 {
			t.Errorf("%s: %d tokens", question, n)
		}
	}
	for _, question := range unanswerable {
		if answer := askHelp(t, server, question); !strings.HasPrefix(answer, "nothing fits") {
			wrong++
			t.Logf("%s: %.250s", question, answer)
		}
	}
	t.Logf("%d of %d answered, %d of %d answered that should not be", right, len(answerable), wrong, len(unanswerable))
	if right < len(answerable)*9/10 || wrong > len(unanswerable)/5 {
		t.Errorf("%d of %d answered, %d of %d answered that should not be", right, len(answerable), wrong, len(unanswerable))
	}
}

func askHelp(t *testing.T, server *mcpclient.Client, question string) string {
	t.Helper()
	arguments, err := json.Marshal(map[string]string{"question": question})
	if err != nil {
		t.Fatal(err)
	}
	answer, isError := enginetest.Ask(t, server, "answer_from_help_center", string(arguments))
	if isError {
		t.Fatalf("%s: %s", question, answer)
	}
	return answer
}

// helpCenter serves searches that find the given articles, and single articles.
func helpCenter(t *testing.T, articles string, single http.HandlerFunc) *mcpclient.Client {
	t.Helper()
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet {
			single(w, r)
			return
		}
		_, _ = io.WriteString(w, `{"object":"list","data":`+articles+`,"totalCount":2,"nextCursor":null}`)
	}))
	t.Cleanup(api.Close)
	return enginetest.Start(t, app.Config{Client: client.Config{BaseURL: api.URL, Key: "sk_test"}})
}

// A passage ends at the next heading, drafts and languages that are not published are never quoted, what is said twice is said once, and
// an article that few may see is named as such.
func TestPassagesAreThoseToCite(t *testing.T) {
	t.Parallel()
	server := helpCenter(t, `[
		{"id":"1","title":"Exports","state":"live","locale":"en","featurebaseUrl":"https://help.example/1","updatedAt":"2026-03-02T09:00:00.000Z","visibleBy":["segment"],"publishedLocales":["en","fr"],
		 "body":"<p>About files.</p><h2>Export a timesheet</h2><p>Choose <b>Export timesheet</b> in the menu.</p><h2>Prices</h2><p>Nothing costs anything.</p>",
		 "translations":{"de":{"title":"Exporte","body":"<p>export timesheet geheim</p>"},"fr":{"title":"Exportations","body":"<p>export timesheet: le menu Fichier.</p>"}}},
		null, {"id":"2","title":"Export a timesheet","state":"draft","body":"<p>Secret plans to export a timesheet.</p>"},
		{"id":"3","title":"Exports","state":"live","locale":"en","body":"<h2>Export a timesheet</h2><p>Choose <b>Export timesheet</b> in the menu.</p>"}]`, http.NotFound)
	answer := askHelp(t, server, "export timesheet")
	for text, times := range map[string]int{
		"Export a timesheet | article 1 | https://help.example/1 | en | updated 2026-03-02 | not public": 1,
		"Choose **Export timesheet** in the menu.":                                                       1, "le menu Fichier": 1, "Nothing costs": 0, "geheim": 0, "Secret": 0,
		"looked at: 2 published articles": 1,
	} {
		if n := strings.Count(answer, text); n != times {
			t.Errorf("%q is there %d times, not %d:\n%s", text, n, times, answer)
		}
	}
}

// An article that came without its text is read; one that cannot be is named, and the rest is given.
func TestArticlesWithoutTextAreRead(t *testing.T) {
	t.Parallel()
	server := helpCenter(t, `[{"id":"1","title":"Export","state":"live"},{"id":"2","title":"Export a timesheet","state":"live"}]`, func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/1") {
			w.WriteHeader(http.StatusForbidden)
			_, _ = io.WriteString(w, `{"error":{"type":"authorization_error","code":"forbidden","message":"Members only","status":403}}`)
			return
		}
		_, _ = io.WriteString(w, `{"id":"2","title":"Export a timesheet","state":"live","body":"<p>Export a timesheet in the menu.</p>"}`)
	})
	answer := askHelp(t, server, "export timesheet")
	if !strings.HasPrefix(answer, "looked at: 1 published article, the best hits of 3 searches ") || !strings.Contains(answer, "1. Export a timesheet | article 2") || !strings.Contains(answer, "Missing here: article 1: ") || !strings.Contains(answer, "Members only") {
		t.Error(answer)
	}
}

// The API finds nothing in a help center that does not exist. The answer must not read as one about an existing help center.
func TestAnEmptyHelpCenterIsDoubted(t *testing.T) {
	t.Parallel()
	server := enginetest.Start(t, app.Config{Sandbox: &app.Sandbox{}})
	answer, isError := enginetest.Ask(t, server, "answer_from_help_center", `{"question":"VAT","helpCenterId":"nope"}`)
	if isError || !strings.Contains(answer, `There may be no help center "nope"; list_help_centers shows`) || !strings.Contains(answer, "looked at: 0 published articles, the best hits of 1 search for") {
		t.Error(answer)
	}
}

// Where no search works the call has failed, in the usual words, and says nothing about what the help center holds.
func TestNoSearchNoAnswer(t *testing.T) {
	t.Parallel()
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) }))
	t.Cleanup(api.Close)
	server := enginetest.Start(t, app.Config{Client: client.Config{BaseURL: api.URL, Key: "sk_test"}})
	answer, isError := enginetest.Ask(t, server, "answer_from_help_center", `{"question":"export timesheet"}`)
	if !isError || !strings.HasPrefix(answer, "answer_from_help_center failed, since the articles could not be had") || !strings.Contains(answer, "Do not retry") {
		t.Error(answer)
	}
}
