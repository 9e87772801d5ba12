package workflow_test

import (
	"fmt"
	"strings"
	"testing"

	"featurebase-mcp/internal/app"
	"featurebase-mcp/internal/engine/enginetest"
	"featurebase-mcp/internal/sandbox"
	"featurebase-mcp/tools"
)

// taughtPairs are what an AI agent was taught and what an article says of the same or of something near. The figures are those that contradict each other; without them
// nothing does.
var taughtPairs = []struct{ question, answer, title, body, ours, theirs string }{
	{"How long is a trial of the tariff Falcon?", "A trial of Falcon lasts 14 days.", "The Falcon trial", "A trial of Falcon lasts two weeks.", "", ""},
	{"How long is a trial of the tariff Kiwi?", "A trial of Kiwi lasts 14 days.", "The Kiwi trial", "A trial of Kiwi lasts three weeks.", "14 days", "three weeks"},
	{"How many gizmos may a drawer have?", "A drawer may have 1,000 gizmos.", "Gizmos in drawers", "A drawer may have up to 1000 gizmos.", "", ""},
	{"How many widgets may a shelf have?", "A shelf may have 1,000 widgets.", "Widgets on shelves", "A shelf may have up to 1.500 widgets.", "1,000 widgets", "1.500 widgets"},
	{"What is the rebate for schools?", "Schools get a rebate of 10 %.", "Rebates of schools", "Schools get a rebate of 10%.", "", ""},
	{"What is the rebate for charities?", "Charities get a rebate of 10 %.", "Rebates of charities", "Charities get a rebate of 15 percent.", "10%", "15 percent"},
	{"How long are recordings of calls kept?", "Recordings of calls are kept for 30 days.", "Recordings", "A recording of a call may have 30 minutes.", "", ""},
	{"How long are transcripts kept?", "Transcripts are kept for 90 days.", "Transcripts", "Transcripts of the plan Solo are kept for 30 days, those of all others for 90 days.", "", ""},
	{"Which version of the connector Heron is needed?", "The connector Heron needs version 2.4.", "The connector Heron", "The connector Heron needs version 2.6 or newer.", "version 2.4", "version 2.6"},
	{"Which version of the connector Stork is needed?", "The connector Stork needs version 2.4.", "The connector Stork", "The connector Stork needs version 2.4.", "", ""},
	{"Until when does the old editor work?", "The old editor works until 31 March 2027.", "The old editor", "The old editor works until 2027-03-31.", "", ""},
	{"Until when does the old importer work?", "The old importer works until 31 March 2027.", "The old importer", "The old importer works until 30 June 2027.", "31 March 2027", "30 June 2027"},
	{"Until when does the old exporter work?", "The old exporter works until March 31st, 2027.", "The old exporter", "The old exporter works until 31.3.2027.", "", ""},
	{"How many reminders does a debtor get?", "A debtor gets three reminders.", "Reminders of debtors", "A debtor gets 3 reminders.", "", ""},
	{"How many signatures does a contract need?", "A contract needs two signatures.", "Signatures of contracts", "A contract needs 3 signatures.", "two signatures", "3 signatures"},
	{"How large may a portrait be?", "A portrait may have 2 MB.", "Portraits", "A portrait may have 2048 KB.", "", ""},
	{"How large may a banner be?", "A banner may have 5 MB.", "Banners", "A banner may have 10 MB.", "5 MB", "10 MB"},
	{"What does an additional locker cost?", "An additional locker costs €5 a month.", "Lockers", "An additional locker costs 5 euros per month.", "", ""},
	{"What does an additional mailbox cost?", "An additional mailbox costs €5 a month.", "Mailboxes", "An additional mailbox costs 7 euros per month.", "€5", "7 euros"},
	{"What does an additional phone line cost?", "An additional phone line costs €5 a month.", "Phone lines", "An additional phone line costs €60 a year.", "", ""},
	{"When is the hotline open?", "The hotline is open from 9:00 to 17:00.", "The hotline", "The hotline is open from 9 am to 5 pm.", "", ""},
	{"When is the front desk open?", "The front desk is open until 17:00.", "The front desk", "The front desk is open until 6 pm.", "17:00", "6 pm"},
	{"Nach wie vielen Tagen wird ein Entwurf gelöscht?", "Ein Entwurf wird nach vierzehn Tagen gelöscht.", "Entwürfe", "Ein Entwurf wird nach zwei Wochen gelöscht.", "", ""},
	{"Nach wie vielen Tagen wird ein Papierkorb geleert?", "Ein Papierkorb wird nach 30 Tagen geleert.", "Papierkörbe", "Ein Papierkorb wird nach 60 Tagen geleert.", "30 Tagen", "60 Tagen"},
	{"How often is the mirror of the archive made?", "The mirror of the archive is made every 24 hours.", "The mirror of the archive", "The mirror of the archive is made once a day.", "", ""},
	{"How many keys may a robot have?", "A robot may have at most ten keys.", "Keys of robots", "A robot may have a dozen keys.", "ten keys", "dozen keys"},
	{"How many attempts has a login code?", "A login code has 5 attempts. It is valid for 10 minutes.", "Login codes", "A login code has 5 attempts. It is valid for 15 minutes.", "10 minutes", "15 minutes"},
}

// What contradicts is told with its figures, and nothing else is called a contradiction, however it is written.
func TestContradictingKnowledgeIsFound(t *testing.T) {
	t.Parallel()
	box := enginetest.Box(t, sandbox.Options{})
	for i, pair := range taughtPairs {
		write(t, box, "POST", "/v2/training_data/qna", string(encoded(t, map[string]any{"questions": []any{pair.question}, "answer": pair.answer, "source": fmt.Sprintf("pair %d", i)})))
		write(t, box, "POST", "/v2/help_center/articles", string(encoded(t, map[string]any{"title": pair.title, "body": "<p>" + pair.body + "</p>", "state": "live"})))
	}
	server := enginetest.Start(t, app.Config{Client: enginetest.Behind(box.Transport()), Selection: tools.Selection{Toolsets: []string{tools.AllTools}}})
	misses, alarms, wrong := 0, 0, 0
	for i, pair := range taughtPairs {
		answer, isError := enginetest.Ask(t, server, "compare_knowledge", fmt.Sprintf(`{"source":"pair %d"}`, i))
		if isError {
			t.Fatal(answer)
		}
		list := below(t, answer, "other figures than an article")
		found := strings.Contains(list, "- ")
		switch {
		case pair.ours != "":
			wrong++
			if !strings.Contains(list, fmt.Sprintf(": %q, article ", pair.ours)) || !strings.Contains(list, fmt.Sprintf(": %q\n", pair.theirs)) {
				misses++
				t.Logf("missed: %s / %s\n%s", pair.answer, pair.body, list)
			}
		case found:
			alarms++
			t.Logf("false alarm: %s / %s\n%s", pair.answer, pair.body, list)
		}
	}
	t.Logf("missed %d of %d, false alarms %d of %d", misses, wrong, alarms, len(taughtPairs)-wrong)
	if misses > 0 || alarms > 1 { // two sentences that differ in the name of a thing alone are taken for one
		t.Error("more is missed, or called a contradiction")
	}
}
