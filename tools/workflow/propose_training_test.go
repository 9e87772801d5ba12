package workflow_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"featurebase-mcp/internal/app"
	"featurebase-mcp/internal/engine/enginetest"
	"featurebase-mcp/internal/sandbox"
	"featurebase-mcp/tools"
)

// repeatedly are questions as several customers asked them, with the answer of the team. Those that one customer asked, and those without an answer, are
// not to be proposed. NAME, MAIL and FIRM stand for those of the customer.
var repeatedly = []struct {
	asked  []string
	answer string
}{
	{[]string{
		"Hello team,\n\nhow can I export all invoices as one PDF file? My order number is ORD-48213.\n\nKind regards\nNAME",
		"Is there a way to export invoices as one PDF file? You reach me at MAIL or +49 30 1234567.",
		"Can I export our invoices to one PDF file for the auditor of FIRM?",
	}, "Hi NAME, open **Invoices**, select the ones you need, and choose **Export > One PDF file**. The file for order 48213 is sent to MAIL within five minutes."},
	{[]string{
		"NAME here. How do I restore a deleted board? It was called Kestrel.",
		"I deleted a board by accident, how do I restore the deleted board? Customer no. 4471",
	}, "A deleted board stays in the bin for 30 days. Open **Bin**, find the board and choose **Restore**; its cards come along, NAME."},
	{[]string{"Do you have an office in Lisbon that one can visit?"}, "There is no office that one can visit, since all of us work from home. We gladly meet you by video."},
	{[]string{"Why is the sky above the dashboard chart purple on Tuesdays?", "The sky above the dashboard chart is purple on Tuesdays, why?"}, ""},
}

// What was asked at least twice and answered is found, in each organization, and nothing in the answer tells who asked.
func TestTrainingIsProposedWithoutPersonalData(t *testing.T) {
	t.Parallel()
	for seed := range uint64(4) {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			t.Parallel()
			box := enginetest.Box(t, sandbox.Options{Seed: seed})
			f := factsOf(t, sandbox.Options{Seed: seed})
			people := slices.DeleteFunc(everything[rawPerson](f, "/v2/contacts", nil), func(p rawPerson) bool {
				return p.Email == "" || !strings.Contains(p.Name, " ") || len(p.Companies) == 0
			})
			n := 0
			var ids []string
			for _, matter := range repeatedly {
				for _, asked := range matter.asked {
					who := people[(n*7+3)%len(people)]
					n++
					fill := strings.NewReplacer("NAME", who.Name, "MAIL", who.Email, "FIRM", who.Companies[0].Name)
					made := write(t, box, "POST", "/v2/conversations", string(encoded(t, map[string]any{"from": map[string]any{"type": "contact", "id": who.ID}, "bodyMarkdown": fill.Replace(asked)})))
					id, _ := made["id"].(string)
					ids = append(ids, id)
					if matter.answer != "" {
						first, _, _ := strings.Cut(who.Name, " ")
						answer := strings.ReplaceAll(fill.Replace(matter.answer), "Hi "+who.Name, "Hi "+first)
						write(t, box, "POST", "/v2/conversations/"+id+"/reply", string(encoded(t, map[string]any{"type": "admin", "id": anAdmin, "messageType": "reply", "bodyMarkdown": answer})))
					}
					write(t, box, "PATCH", "/v2/conversations/"+id, `{"state":"closed"}`)
				}
			}
			server := enginetest.Start(t, app.Config{Client: enginetest.Behind(box.Transport()), Selection: tools.Selection{Toolsets: []string{tools.AllTools}}})
			answer, isError := enginetest.Ask(t, server, "propose_training", `{"period":"quarter","limit":10}`)
			if isError {
				t.Fatal(answer)
			}
			enginetest.CheckAnswer(t, answer)
			if tokens := enginetest.Tokens(t, answer); tokens > 2500 {
				t.Errorf("%d tokens", tokens)
			}
			for i, matter := range repeatedly {
				said := strings.Contains(answer, "One PDF file**") && i == 0 || strings.Contains(answer, "Open **Bin**") && i == 1 || strings.Contains(answer, "Lisbon") && i == 2 || strings.Contains(answer, "purple") && i == 3
				if want := len(matter.asked) > 1 && matter.answer != ""; said != want {
					t.Errorf("proposed: %v, want %v: %s\n%s", said, want, matter.asked[0], answer)
				}
			}
			if !strings.Contains(answer, "asked in 3 conversations") || !strings.Contains(answer, "asked in 2 conversations") || !strings.Contains(answer, strings.Join(ids[:3], ", ")) {
				t.Errorf("not all who asked are counted:\n%s", answer)
			}
			for _, p := range people {
				for word := range strings.FieldsSeq(p.Name) {
					if regexp.MustCompile(`\b` + regexp.QuoteMeta(word) + `\b`).MatchString(answer) {
						t.Errorf("the answer has the name %s:\n%s", word, answer)
					}
				}
				if strings.Contains(answer, p.Email) || strings.Contains(strings.ToLower(answer), strings.ToLower(p.Companies[0].Name)) {
					t.Errorf("the answer has %s or %s:\n%s", p.Email, p.Companies[0].Name, answer)
				}
			}
			for _, secret := range []string{"48213", "4471", "1234567", "@"} {
				if strings.Contains(answer, secret) {
					t.Errorf("the answer has %s:\n%s", secret, answer)
				}
			}
			again, _ := enginetest.Ask(t, server, "propose_training", `{"period":"quarter","limit":10}`)
			if again != answer {
				t.Error("a second call answers something else, so that external ids are not stable")
			}
			plan := handedOver.FindStringSubmatch(answer)
			if plan == nil {
				t.Fatalf("no plan is handed over:\n%s", answer)
			}
			if planned, isError := enginetest.Ask(t, server, "plan_changes", plan[1]); isError || strings.Contains(planned, "refused") || !strings.Contains(planned, "create_qna") {
				t.Errorf("the plan is not right as it stands: %s", planned)
			}
		})
	}
}

// What the AI agent knows is no row of the plan, and what it is asked to do without create_qna is said in words.
func TestTrainingThatIsKnownIsNotProposed(t *testing.T) {
	t.Parallel()
	box := enginetest.Box(t, sandbox.Options{})
	var ids []string
	for range 2 {
		made := write(t, box, "POST", "/v2/conversations", `{"from":{"type":"contact","id":"`+aCustomer+`"},"bodyMarkdown":"How long is an invitation valid?"}`)
		id, _ := made["id"].(string)
		ids = append(ids, id)
		write(t, box, "POST", "/v2/conversations/"+id+"/reply", `{"type":"admin","id":"`+anAdmin+`","messageType":"reply","bodyMarkdown":"An invitation is valid for 14 days, and can be sent again from the menu."}`)
		write(t, box, "PATCH", "/v2/conversations/"+id, `{"state":"closed"}`)
	}
	arguments := `{"conversationIds":["` + strings.Join(ids, `","`) + `"]}`
	server := enginetest.Start(t, app.Config{Client: enginetest.Behind(box.Transport()), Selection: tools.Selection{Toolsets: []string{tools.AllTools}}})
	answer, isError := enginetest.Ask(t, server, "propose_training", arguments)
	if isError || strings.Contains(answer, "plan: ") || !strings.Contains(answer, "knows another answer; update_qna") || !strings.Contains(answer, "valid for 14 days") {
		t.Error(answer)
	}
	write(t, box, "POST", "/v2/conversations/"+ids[0]+"/reply", `{"type":"contact","id":"`+aCustomer+`","messageType":"reply","bodyMarkdown":"Thank you"}`)
	broken := enginetest.Wire(func(r *http.Request) (*http.Response, error) {
		if strings.HasSuffix(r.URL.Path, "/oracle") {
			return enginetest.Response(http.StatusServiceUnavailable, ""), nil
		}
		return box.Transport().RoundTrip(r)
	})
	server = enginetest.Start(t, app.Config{Client: enginetest.Behind(broken), Selection: tools.Selection{Toolsets: []string{tools.AllTools}}})
	answer, isError = enginetest.Ask(t, server, "propose_training", arguments)
	if isError || strings.Contains(answer, "plan: ") || !strings.Contains(answer, "not asked whether it knows this") || !strings.Contains(answer, "Missing here: what the AI agent knows already") {
		t.Error(answer)
	}
}

// rawPerson is a contact of the API.
type rawPerson struct {
	ID        string `json:"id"`
	Name      string `json:"name"`
	Email     string `json:"email"`
	Companies []struct {
		Name string `json:"name"`
	} `json:"companies"`
}

func encoded(t *testing.T, v any) []byte {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return data
}
