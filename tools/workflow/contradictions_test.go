package workflow_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"featurebase-mcp/internal/sandbox"
)

// live is an article as a search answers it.
type live struct {
	ID          string `json:"id"`
	Title       string `json:"title"`
	Body        string `json:"body"`
	State       string `json:"state"`
	Locale      string `json:"locale"`
	ExternalURL string `json:"externalUrl"`
}

// two serves a help center of two articles, "title: text" each, and returns what a question is answered with.
func two(t *testing.T, question string, texts ...string) string {
	t.Helper()
	var articles []live
	for i, text := range texts {
		title, body, _ := strings.Cut(text, ": ")
		articles = append(articles, live{strconv.Itoa(i + 1), title, "<p>" + body + "</p>", "live", "en", fmt.Sprintf("https://help.example/%d", i+1)})
	}
	data, err := json.Marshal(articles)
	if err != nil {
		t.Fatal(err)
	}
	return askHelp(t, helpCenter(t, string(data), http.NotFound), question)
}

// Two articles that have different numbers or dates for the same are cited with both figures.
func TestContradictionsAreSaid(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ question, a, b, here, there string }{
		{"How long is an invitation valid?", "Invite your team: An invitation is valid for 14 days. To send it again, open the menu.", "Guests: Guests are free. An invitation is valid for 7 days.", "14 days", "7 days"},
		{"How long is an invitation valid?", "Invite your team: An invitation is valid for 14 days.", "Invitations to guests: Each invitation expires after one week.", "14 days", "one week"},
		{"When do I get a refund?", "Refunds: We refund yearly plans within 30 days of the payment.", "Plans and refunds: Yearly plans are refunded within 14 days of the payment.", "30 days", "14 days"},
		{"What is the limit of the API?", "Use the API: The API allows 600 requests a minute for each workspace.", "API limits: Each workspace may make 1,000 requests a minute to the API.", "600 requests", "1,000 requests"},
		{"What does the Growth plan cost?", "Compare plans: Growth costs € 10 per person and month.", "Pricing: The price of Growth is € 12 per person and month.", "€10", "€12"},
		{"How many seats are in Starter?", "Compare plans: Starter includes 5 people and 3 projects.", "Starter: With Starter you have 3 projects and up to 10 people.", "5 people", "10 people"},
		{"Until when is version 1 of the API supported?", "Use the API: Version 1 of the API is supported until March 2027.", "API versions: The API in version 1 is supported until 31 December 2026.", "March 2027", "31 December 2026"},
		{"How long are backups kept?", "Where your data is stored: Backups are made every hour and kept for 90 days.", "Security: We make backups each day and keep them for 30 days.", "90 days", "30 days"},
		{"Which iOS does the app need?", "Install the mobile apps: The apps need iOS 17 or Android 11.", "Mobile requirements: The mobile apps need at least iOS 15.", "iOS 17", "iOS 15"},
		{"How big can a logo be?", "Your logo: Upload a logo as SVG or PNG, at most 1 MB.", "Branding: A logo may have 5 MB at most, as a PNG.", "1 MB", "5 MB"},
		{"When is support available?", "Contact us: Support answers on weekdays from 9:00 to 17:00.", "Support: Our support answers on weekdays from 8 am to 6 pm.", "9:00", "8 am"},
		{"Wie lange gilt eine Einladung?", "Team einladen: Eine Einladung ist 14 Tage lang gültig.", "Gäste: Die Einladung ist sieben Tage gültig.", "14 Tage", "sieben Tage"},
		{"Combien de temps une invitation est-elle valable ?", "Inviter : Une invitation est valable 14 jours.", "Invités : L'invitation est valable pendant 7 jours.", "14 jours", "7 jours"},
	} {
		answer := two(t, tc.question, tc.a, tc.b)
		want := fmt.Sprintf("check: another article says otherwise: %q here, %q in ", tc.here, tc.there)
		back := fmt.Sprintf("check: another article says otherwise: %q here, %q in ", tc.there, tc.here)
		if !strings.Contains(answer, want) && !strings.Contains(answer, back) {
			t.Errorf("%s: %s is not said:\n%s", tc.question, want, answer)
		}
	}
}

// Articles that count different things, or say the same in another way, do not contradict each other.
func TestOtherFiguresAreNoContradictions(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ question, a, b string }{
		{"How long is an invitation valid?", "Invite your team: An invitation is valid for 14 days.", "Invitations to guests: Each invitation expires after two weeks."},
		{"How long is an invitation valid?", "Invite your team: An invitation is valid for 14 days.", "Invite by link: A link for invitations has room for 50 people."},
		{"How long are deleted tasks kept?", "Restore deleted tasks and projects: Tasks stay there for 30 days, projects for 90.", "Delete a workspace: Deleting a workspace can be taken back for 14 days; after 90 days all data is gone."},
		{"What does the Growth plan cost?", "Compare plans: Growth costs € 10 per person and month.", "Enterprise: Enterprise starts at € 40 per person and month."},
		{"What is the limit of the API?", "Use the API: The API allows 600 requests a minute.", "Import: An import takes up to 10,000 lines per file."},
		{"When does a locked account open?", "I cannot sign in: After ten wrong tries an account is locked for 15 minutes.", "Two-factor: Owners can require it; people then have seven days."},
		{"When am I reminded to pay?", "Remind clients: Three steps remind clients 3, 14 and 30 days after the due date.", "Reminders: The first reminder is sent 14 days after the due date."},
		{"Until when is version 1 of the API supported?", "Use the API: Version 1 is supported until March 2027.", "API versions: Version 1 of the API is supported until 1 March 2027."},
		{"When was the feature released?", "Dark mode: Dark mode was released in 2024.", "Gantt: The Gantt view was released in 2025."},
		{"How long is a code valid?", "Install the apps: The code on the screen is valid for two minutes.", "Export your data: The link to the archive is valid for a week."},
		{"How many people can a plan have?", "Compare plans: Starter has 5 people.", "Compare plans for schools: Growth has unlimited people, from 20 people on with a discount."},
		{"How long is the trial?", "Trial: The trial takes 14 days.", "Trial in the shop: The trial takes 14 days, and 30 days for schools."},
	} {
		if answer := two(t, tc.question, tc.a, tc.b); strings.Contains(answer, "otherwise") {
			t.Errorf("%s:\n%s", tc.question, answer)
		}
	}
}

// The articles of the sandbox do not contradict each other, and none is said to, whichever of them a search finds.
func TestNoFalseAlarms(t *testing.T) {
	t.Parallel()
	f := factsOf(t, sandbox.Options{})
	all := everything[json.RawMessage](f, "/v2/help_center/articles", url.Values{"state": {"live"}})
	data, err := json.Marshal(all)
	if err != nil || len(all) < 40 {
		t.Fatal(len(all), err)
	}
	server := helpCenter(t, string(data), http.NotFound)
	for question := range answerable {
		if answer := askHelp(t, server, question); strings.Contains(answer, "otherwise") {
			t.Errorf("%s:\n%s", question, answer)
		}
	}
}
