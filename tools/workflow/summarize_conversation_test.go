package workflow_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	mcpclient "github.com/mark3labs/mcp-go/client"

	"featurebase-mcp/client"
	"featurebase-mcp/internal/app"
	"featurebase-mcp/internal/engine/enginetest"
)

// message is one part of a conversation, as the API gives it.
type message struct {
	who, kind, html string
}

// conversation serves one conversation: an opening message of a customer at 09:00, then a part each minute.
func conversation(t *testing.T, state, opening string, parts ...message) *mcpclient.Client {
	t.Helper()
	at := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	stamp := func(minutes int) string {
		return at.Add(time.Duration(minutes) * time.Minute).Format("2006-01-02T15:04:05.000Z")
	}
	author := func(who string) map[string]any { return map[string]any{"type": who, "id": who, "name": "The " + who} }
	list := make([]any, 0, len(parts))
	for i, p := range parts {
		part := map[string]any{"id": strconv.Itoa(500001 + i), "partType": p.kind, "createdAt": stamp(i + 1), "bodyHtml": p.html}
		if p.who != "" {
			part["author"] = author(p.who)
		}
		list = append(list, part)
	}
	body, err := json.Marshal(map[string]any{
		"id": "10001", "title": "Invoices", "state": state, "createdAt": stamp(0), "tags": []any{map[string]any{"name": "Billing"}},
		"source": map[string]any{"bodyHtml": opening, "author": author("customer")}, "conversationParts": list,
	})
	if err != nil {
		t.Fatal(err)
	}
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(body) }))
	t.Cleanup(api.Close)
	return enginetest.Start(t, app.Config{Client: client.Config{BaseURL: api.URL, Key: "sk_test"}})
}

func summarize(t *testing.T, server *mcpclient.Client) string {
	t.Helper()
	answer, isError := enginetest.Ask(t, server, "summarize_conversation", `{"conversationId":"10001"}`)
	if isError {
		t.Fatal(answer)
	}
	return answer
}

// Who waits for whom follows from who spoke last to the other side; a note is no answer.
func TestWhoWaitsForWhom(t *testing.T) {
	t.Parallel()
	ask, reply, note, event := message{"customer", "user_msg", "<p>Hello?</p>"}, message{"admin", "admin_msg", "<p>On it.</p>"}, message{"admin", "admin_note", "<p>Hm.</p>"}, message{"", "status", ""}
	for _, tc := range []struct {
		state string
		parts []message
		want  string
	}{
		{"open", nil, "the customer waits for the team since 2026-03-02T09:00Z"},
		{"open", []message{reply, event}, "the team waits for the customer since 2026-03-02T09:01Z"},
		{"open", []message{reply, ask, note, ask, event}, "the customer waits for the team since 2026-03-02T09:02Z"},
		{"snoozed", []message{reply, {"bot", "bot_msg", "<p>beep</p>"}}, "the team waits for the customer since 2026-03-02T09:01Z"},
		{"open", []message{{"bot", "bot_msg", "<p>We are back on Monday.</p>"}}, "the customer waits for the team since 2026-03-02T09:00Z, unless the bot's answer of 2026-03-02T09:01Z was enough"},
		{"open", []message{reply, ask, ask, {"bot", "bot_msg", "<p>beep</p>"}, note}, "the customer waits for the team since 2026-03-02T09:02Z, unless the bot's answer of 2026-03-02T09:04Z was enough"},
		{"open", []message{ask, reply, {"bot", "bot_msg", "<p>beep</p>"}}, "the team waits for the customer since 2026-03-02T09:02Z"},
		{"closed", []message{reply}, "nobody: it is closed"},
		{"closed", []message{reply, ask}, "nobody: it is closed, but the customer spoke last, at 2026-03-02T09:02Z"},
	} {
		if answer := summarize(t, conversation(t, tc.state, "<p>Hi</p>", tc.parts...)); !strings.Contains(answer, "\nwaiting: "+tc.want+"\n") {
			t.Errorf("%s %v: %q is meant:\n%s", tc.state, tc.parts, tc.want, answer)
		}
	}
}

// The last question is the customer's, word for word, and not what came after it or what the team asked.
func TestTheLastQuestionIsVerbatim(t *testing.T) {
	t.Parallel()
	answer := summarize(t, conversation(t, "open", "<p>First question?</p>",
		message{"customer", "user_msg", "<p>When will  the invoice be <b>corrected</b>?</p>"}, message{"admin", "admin_msg", "<p>Which one?</p>"},
		message{"customer", "user_msg", "<p>Number 7.</p>"}))
	if !strings.Contains(answer, "last question of the customer [500001]:\n  When will the invoice be **corrected**?\n") {
		t.Error(answer)
	}
	for _, statement := range []string{"<p>See https://example.com/a?page=2</p>", `<p>See <a href="https://example.com/a?page=2">this</a> and /b?%C3%A4=1</p>`} {
		answer = summarize(t, conversation(t, "open", "<p>Is it down?</p>", message{"customer", "user_msg", statement}))
		if !strings.Contains(answer, "last question of the customer [opening]:\n  Is it down?\n") {
			t.Errorf("an address is no question: %s", answer)
		}
	}
	answer = summarize(t, conversation(t, "open", "<p>It is broken.</p>", message{"admin", "admin_msg", "<p>Is it?</p>"}))
	if !strings.Contains(answer, "last message of the customer [opening]:\n  It is broken.\n") {
		t.Error(answer)
	}
}

// However long a conversation and its messages are, a summary costs at most 2,000 tokens; it has the beginning, the end and counts of what
// is between, and shows no address that a file can be fetched from.
func TestASummaryIsAffordable(t *testing.T) {
	t.Parallel()
	long := "<p>" + strings.Repeat("The invoice for October shows the wrong address, and we need it again. ", 40) + "</p>"
	file := `<p>See <img src="https://files.example.com/scan.png?X-Amz-Signature=abc&X-Amz-Credential=def" alt="scan"></p>`
	for _, n := range []int{24, 500} {
		var parts []message
		for i := range n {
			parts = append(parts, []message{{"customer", "user_msg", long}, {"admin", "admin_msg", long}, {"admin", "admin_note", long}, {"", "assign", ""}}[i%4])
		}
		parts[n-1] = message{"customer", "user_msg", file + "<p>The very last words?</p>"}
		answer := summarize(t, conversation(t, "open", "<p>The very first words.</p>", parts...))
		if tokens := enginetest.Tokens(t, answer); tokens > 2000 {
			t.Errorf("%d parts: %d tokens", n, tokens)
		}
		for _, want := range []string{"The very first words.", "The very last words?", " parts from 2026-03-02T", " not shown: ", "by customers", "internal notes", "events; get_conversation has them", "scan"} {
			if !strings.Contains(answer, want) {
				t.Errorf("%d parts: no %q in\n%s", n, want, answer)
			}
		}
		hidden := regexp.MustCompile(`\n--- (\d+) parts from `).FindStringSubmatch(answer)
		if rest, err := strconv.Atoi(hidden[1]); err != nil || !strings.Contains(answer, fmt.Sprintf("), %d of them shown, oldest first\n", n+1-rest)) {
			t.Errorf("%d parts, %v not shown:\n%s", n, hidden, answer)
		}
		if strings.Contains(answer, "Amz") {
			t.Errorf("a signed address:\n%s", answer)
		}
	}
	short := make([]message, 0, 24)
	for i := range 24 {
		short = append(short, []message{{"customer", "user_msg", "<p>Is it done?</p>"}, {"admin", "admin_msg", "<p>Not yet.</p>"}}[i%2])
	}
	if answer := summarize(t, conversation(t, "open", "<p>Hi</p>", short...)); strings.Contains(answer, "not shown") || strings.Count(answer, "\n[") != 25 {
		t.Errorf("a short conversation is cut:\n%s", answer)
	}
}
