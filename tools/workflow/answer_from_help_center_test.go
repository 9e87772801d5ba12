package workflow_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
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

// Most questions that the help center answers get the right article, and most others get none rather than the least bad: what comes nearest is
// called weak.
func TestQuestionsFindTheirArticles(t *testing.T) {
	t.Parallel()
	server := enginetest.Start(t, app.Config{Sandbox: &app.Sandbox{}})
	right, wrong := 0, 0
	for question, id := range answerable {
		answer := askHelp(t, server, question)
		if strings.HasPrefix(answer, "looked at: ") && strings.Contains(answer, "| article "+id+" |") {
			right++
		} else {
			t.Logf("%s: not %s: %.150s", question, id, answer)
		}
		if n := enginetest.Tokens(t, answer); n > 1500 {
			t.Errorf("%s: %d tokens", question, n)
		}
	}
	for _, question := range unanswerable {
		answer := askHelp(t, server, question)
		if !strings.HasPrefix(answer, "no article answers this") {
			wrong++
			t.Logf("%s: %.250s", question, answer)
		}
		if n := enginetest.Tokens(t, answer); n > 1000 {
			t.Errorf("%s: %d tokens", question, n)
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
	if isError || !strings.Contains(answer, `There may be no help center "nope"; list_help_centers shows`) || !strings.Contains(answer, "looked at: 0 published articles of the help center, since 1 search for") {
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

// What makes a passage doubtful is said above it, and of what the organization's own address leads to.
func TestDoubtsAreSaid(t *testing.T) {
	t.Parallel()
	// The clock of the sandbox stands at 1 November 2026.
	server := enginetest.Start(t, app.Config{Sandbox: &app.Sandbox{}})
	for _, tc := range []struct{ question, article, check string }{
		{"can I use the app offline", "10021353", "check: unpublished changes exist; get_article with compare shows them\n"},
		{"company's name, logo and address of the workspace", "10021301", "check: older than two years: published last on 2024-10-21\n"},
		{"import from Basecamp", "10021355", "check: it is marked as archived or out of date\n"},
		{"How long is an invitation valid?", "10021302", `check: another article says otherwise: "14 days" here, "7 days" in passage 1 ("An invitation is valid for 7 days after it was sent")` + "\n"},
		{"How long is an invitation valid?", "10021354", `check: another article says otherwise: "7 days" here, "14 days" in passage 2 ("An invitation is valid for 14 days")` + "\n"},
	} {
		answer := askHelp(t, server, tc.question)
		_, passage, found := strings.Cut(answer, "| article "+tc.article+" | https://help.plumline.example/")
		_, passage, _ = strings.Cut(passage, "\n")
		if !found || !strings.HasPrefix(passage, tc.check) {
			t.Errorf("%s: %s is not said of %s:\n%s", tc.question, tc.check, tc.article, answer)
		}
	}
}

// Of an article that is about archived things, nothing is doubted.
func TestOnlyMarksMeanArchived(t *testing.T) {
	t.Parallel()
	for title, archived := range map[string]bool{
		"[Archived] Export a timesheet": true, "Export a timesheet (deprecated)": true, "Veraltet: export a timesheet": true, "Archived timesheets: export": false,
		"Export an archived timesheet": false, "Export a timesheet": false, "Export a timesheet (archived ones, too)": false,
	} {
		data, err := json.Marshal([]any{map[string]any{"id": "1", "title": title, "state": "live", "locale": "en", "body": "<p>Export a timesheet in the menu.</p>"}})
		if err != nil {
			t.Fatal(err)
		}
		if answer := askHelp(t, helpCenter(t, string(data), http.NotFound), "export timesheet"); strings.Contains(answer, "check: it is marked as archived or out of date") != archived {
			t.Errorf("%s: %s", title, answer)
		}
	}
}

// Whatever an article is like, its passages and the doubts about them fit an answer.
func TestHostileArticlesFitAnAnswer(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("export timesheet ", 3000)
	for name, text := range map[string]string{
		"words": long, "one word": "export timesheet " + strings.Repeat("x", 60_000), "signs": "export timesheet " + strings.Repeat("時間管理", 20_000), "emoji": "export timesheet " + strings.Repeat("🧑🏽‍🚀", 20_000),
		"figures": strings.Repeat("An export of a timesheet takes 14 days. ", 3000), "headings": strings.Repeat("</p><h2>export timesheet "+strings.Repeat("y", 900)+"</h2><p>export timesheet", 200),
	} {
		var articles []any
		for i := range 9 {
			articles = append(articles, map[string]any{
				"id": strconv.Itoa(i), "title": text, "state": "live", "locale": "en", "body": "<p>" + strings.ReplaceAll(text, "14", strconv.Itoa(i+1)) + "</p>", "isDraftDiffersFromLive": true, "updatedAt": "2001-01-01T00:00:00Z",
				"externalUrl": "https://help.example/" + strings.Repeat("a", 5000), "visibleBy": []string{"x"},
			})
		}
		data, err := json.Marshal(articles)
		if err != nil {
			t.Fatal(err)
		}
		for _, question := range []string{"export timesheet", "wie exportiert man Stunden?"} {
			answer := askHelp(t, helpCenter(t, string(data), http.NotFound), question)
			if n := enginetest.Tokens(t, answer); n > 2500 || !strings.Contains(answer, "| article 0 |") {
				t.Errorf("%s, %s: %d tokens: %.3000s", name, question, n, answer)
			}
		}
	}
}

// A question in another language has no words in common with the articles. The API finds them by meaning, and the answer says in which language
// to ask again.
func TestQuestionsInOtherLanguagesFindTheirArticles(t *testing.T) {
	t.Parallel()
	var articles []string
	for _, a := range []string{
		`"id":"1","title":"Invite your team","body":"<p>An invitation is valid for 14 days.</p>"`,
		`"id":"2","title":"Restore deleted tasks","body":"<p>Deleted tasks stay for 30 days.</p>"`,
		`"id":"3","title":"Your logo","body":"<p>At most 1 MB.</p>","publishedLocales":["en","fr"],"translations":{"fr":{"title":"Votre logo","body":"<p>1 Mo au plus.</p>"}}`,
	} {
		articles = append(articles, `{"state":"live","locale":"en",`+a+`}`)
	}
	server := helpCenter(t, "["+strings.Join(articles, ",")+"]", http.NotFound)
	for question, begins := range map[string]string{
		"¿Cuánto tiempo vale una invitación?":               "no article is in the language of the question (es); nearest by meaning, and weak: ",
		"Как долго действует приглашение и что мне делать?": "no article is in the language of the question (ru); nearest by meaning, and weak: ",
		"招待はいつまで有効ですか":                                      "no article answers this; nearest, and weak (",
		"Kuinka kauan kutsu on voimassa?":                   "no article answers this; nearest, and weak (",
	} {
		answer := askHelp(t, server, question)
		if !strings.HasPrefix(answer, begins) || !strings.Contains(answer, "(languages: en 3, fr 1)") ||
			!strings.Contains(answer, "\n1. Invite your team | article 1 | en | fit 0.") || !strings.Contains(answer, "valid for 14 days") ||
			!strings.Contains(answer, "Ask again in other words, or in the language of the articles (en)") {
			t.Errorf("%s: %s", question, answer)
		}
	}
}

// foreignQuestions are questions in other languages than that of the sandbox's articles, with the article that answers each.
var foreignQuestions = map[string]string{
	"Wie lange ist eine Einladung gültig?":                       "10021302",
	"Ich habe mein Passwort vergessen, wie komme ich hinein?":    "10021333",
	"Wie kann ich alle meine Daten als CSV exportieren?":         "10021343",
	"Wie verbinde ich das mit meinem Kalender von Google?":       "10021312",
	"¿Cómo puedo volver a enviar una invitación?":                "10021302",
	"¿Cómo puedo exportar todos mis datos?":                      "10021343",
	"¿Cómo puedo borrar mi cuenta?":                              "10021336",
	"Comment exporter toutes mes données ?":                      "10021343",
	"Comment envoyer une invitation encore une fois ?":           "10021302",
	"Come posso esportare tutti i miei dati?":                    "10021343",
	"Como posso importar os meus projetos do Trello?":            "10021341",
	"Hoe kan ik mijn agenda van Google koppelen aan de planning": "10021312",
}

// Questions in other languages find their articles by the API's search.
func TestForeignQuestionsFindTheirArticles(t *testing.T) {
	t.Parallel()
	server := enginetest.Start(t, app.Config{Sandbox: &app.Sandbox{}})
	found := 0
	for question, id := range foreignQuestions {
		answer := askHelp(t, server, question)
		if strings.Contains(answer, "| article "+id+" |") && strings.Contains(answer, "(languages: en ") {
			found++
		} else {
			t.Logf("%s: not %s: %.700s", question, id, answer)
		}
		if n := enginetest.Tokens(t, answer); n > 2500 {
			t.Errorf("%s: %d tokens", question, n)
		}
	}
	t.Logf("%d of %d found", found, len(foreignQuestions))
	if found < len(foreignQuestions)*3/4 {
		t.Errorf("%d of %d found", found, len(foreignQuestions))
	}
}
