package workflow_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"featurebase-mcp/internal/app"
	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/engine/enginetest"
	"featurebase-mcp/internal/sandbox"
	"featurebase-mcp/tools"
)

// reportsThat is a sandbox whose own reports answer otherwise. change gets the answer and the metric that was asked for.
func reportsThat(t *testing.T, change func(metric string, answer map[string]any)) app.Config {
	t.Helper()
	box := enginetest.Box(t, sandbox.Options{}).Transport()
	return app.Config{Client: enginetest.Behind(enginetest.Wire(func(r *http.Request) (*http.Response, error) {
		if r.URL.Path != "/v2/reports/query" {
			return box.RoundTrip(r)
		}
		sent, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		var asked struct {
			Metric string `json:"metric"`
		}
		if err := json.Unmarshal(sent, &asked); err != nil {
			return nil, err
		}
		r.Body = io.NopCloser(strings.NewReader(string(sent)))
		res, err := box.RoundTrip(r)
		if err != nil || res.StatusCode != http.StatusOK {
			return res, err
		}
		answer := map[string]any{}
		if err := json.NewDecoder(res.Body).Decode(&answer); err != nil {
			return nil, err
		}
		change(asked.Metric, answer)
		body, err := json.Marshal(answer)
		return enginetest.Response(http.StatusOK, string(body), "Content-Type", "application/json"), err
	}))}
}

// Where the own reports of Featurebase are wrong, the report says so, and counts for itself.
func TestSupportReportsDoubtWhatDoesNotFit(t *testing.T) {
	t.Parallel()
	const arguments = `{"startDate":"2026-08-01","endDate":"2026-10-31"}`
	plain, _ := enginetest.Ask(t, enginetest.Start(t, app.Config{Sandbox: &app.Sandbox{}}), "support_report", arguments)
	says := regexp.MustCompile(`(?m)^Featurebase's own reports: (.*)$`)
	closed := regexp.MustCompile(`(?m)^closed in the period.*$`)
	if found := says.FindStringSubmatch(plain); found == nil || !regexp.MustCompile(`^new \d+, before \d+; closed \d+, before \d+$`).MatchString(found[1]) {
		t.Errorf("%q in\n%s", found, plain)
	}
	for name, tc := range map[string]struct {
		change func(metric string, answer map[string]any)
		want   string
	}{
		"another number of new ones": {func(metric string, answer map[string]any) {
			if metric == "new_conversations" {
				answer["value"] = 4711
			}
		}, "not to be relied on, the new ones were counted here (they say: new 4,711, "},
		"another number of closed ones": {func(metric string, answer map[string]any) {
			if metric == "closed_conversations" {
				answer["value"] = 4711
			}
		}, "not to be relied on, the closed ones were counted here (they say: new "},
		"days of another period": {func(_ string, answer map[string]any) {
			answer["timeSeries"] = []any{map[string]any{"date": "2026-01-05", "value": 3}, map[string]any{"date": "2026-01-06", "value": 0}}
		}, "not to be relied on, 2 points of new_conversations outside the period; 2 points of closed_conversations outside the period (they say: "},
		"one metric for both": {func(_ string, answer map[string]any) {
			points := []any{}
			for day := 1; day < 9; day++ {
				points = append(points, map[string]any{"date": fmt.Sprintf("2026-09-%02d", day), "value": day})
			}
			answer["timeSeries"] = points
		}, "not to be relied on, new and closed are the same day by day (they say: "},
	} {
		text, isError := enginetest.Ask(t, enginetest.Start(t, reportsThat(t, tc.change)), "support_report", arguments)
		found := says.FindStringSubmatch(text)
		if isError || found == nil || !strings.HasPrefix(found[1], tc.want) || closed.FindString(text) != closed.FindString(plain) {
			t.Errorf("%s: %q, and %q\n%s", name, found, closed.FindString(text), text)
		}
	}
	off := enginetest.Box(t, sandbox.Options{}).Transport()
	text, isError := enginetest.Ask(t, enginetest.Start(t, app.Config{Client: enginetest.Behind(enginetest.Wire(func(r *http.Request) (*http.Response, error) {
		if strings.HasPrefix(r.URL.Path, "/v2/reports/") {
			return enginetest.Response(http.StatusNotFound, `{"error":{"type":"invalid_request_error","code":"resource_not_found","message":"Not found","status":404}}`), nil
		}
		return off.RoundTrip(r)
	}))}), "support_report", arguments)
	if isError || strings.Contains(text, "own reports") || strings.Contains(text, "Missing here") || closed.FindString(text) != closed.FindString(plain) {
		t.Errorf("without reports: %s", text)
	}
}

// busyInbox is an inbox with more closed conversations than the report reads the messages of, and with more open ones than a search gives.
func busyInbox(t *testing.T, newByReports int) engine.Env {
	t.Helper()
	now := time.Date(2026, time.November, 1, 12, 0, 0, 0, time.UTC)
	stamp := func(hours int) string { return now.Add(-time.Duration(hours) * time.Hour).Format(time.RFC3339) }
	row := func(id int, state string, created int) string {
		return fmt.Sprintf(`{"id":"%d","state":%q,"title":"A question","createdAt":%q,"updatedAt":%q,"lastActivityAt":%q,"source":{"channel":"email","author":{"id":"a","type":"customer"}},"tags":[]}`,
			id, state, stamp(created), stamp(10), stamp(10))
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		sent, _ := io.ReadAll(r.Body)
		var rows []string
		next := "null"
		switch {
		case r.URL.Path == "/v2/reports/datasets":
			_, _ = fmt.Fprint(w, `{"object":"list","data":[{"id":"conversations","metrics":[{"id":"new_conversations"},{"id":"closed_conversations"}]}]}`)
			return
		case r.URL.Path == "/v2/reports/query":
			value := newByReports
			if strings.Contains(string(sent), `"closed_conversations"`) {
				value = 90
			}
			_, _ = fmt.Fprintf(w, `{"object":"report_query_result","value":%d,"previousValue":0,"timeSeries":[{"date":"2026-10-31","value":%d}]}`, value, value)
			return
		case strings.HasPrefix(r.URL.Path, "/v2/conversations/") && r.URL.Path != "/v2/conversations/search":
			created := 500
			if len(r.URL.Path) == len("/v2/conversations/1") {
				created = 20
			}
			_, _ = fmt.Fprintf(w, `{"id":"1","createdAt":%q,"source":{"author":{"type":"customer"}},"conversationParts":[{"partType":"admin_msg","author":{"type":"admin"},"createdAt":%q},{"partType":"status","status":"closed","createdAt":%q}]}`,
				stamp(created), stamp(created-3), stamp(11))
			return
		case strings.Contains(string(sent), `"closed"`):
			for i := range 90 {
				rows = append(rows, row(1000+i, "closed", 500))
			}
		case strings.Contains(string(sent), `"snoozed"`):
			for i := range 100 {
				rows = append(rows, row(5000+i, "open", 600))
			}
			next = fmt.Sprintf(`"%d"`, time.Now().UnixNano()) // without end
		case strings.Contains(string(sent), strconv.FormatInt(now.Add(time.Minute).Unix(), 10)):
			for i := range 3 {
				rows = append(rows, row(i+1, "open", 20))
			}
		}
		_, _ = fmt.Fprintf(w, `{"object":"list","data":[%s],"nextCursor":%s}`, strings.Join(rows, ","), next)
	}))
	t.Cleanup(server.Close)
	return engine.Env{Engine: &engine.Engine{Inventory: tools.Inventory(), Now: func() time.Time { return now }}, Account: engine.Account{Client: clientOf(t, server.URL)}}
}

// What was not read is never counted as nothing: the report says how much it is, and asks the own reports where these proved right.
func TestSupportReportsSayWhatTheyDidNotRead(t *testing.T) {
	t.Parallel()
	text, isError := enginetest.CallIn(t, busyInbox(t, 3), tools.Inventory().Lookup("support_report"), `{}`)
	for _, want := range []string{
		"\ninbox new: 3, before 0 (+3)\n", "\nclosed in the period, by Featurebase's own reports: 90, before 0 (+90)\n", "\nopen now: at least 103, and at least 0 snoozed\n",
		"\nwaiting for the team now: at least 0; the messages of 23 open conversations were not read\n",
		"\nfirst answer by the team, of the new ones by customers: median 3.0 h, nine of ten within 3.0 h (known of 3 of the 3); before: known of 0 of the 0\n",
		"\ninbox as assigned today: new (before) / closed, of those read / open or snoozed now / waiting now, of those read\nby team: none 3 (0) / 60 / 103 / 0\n",
		"\nlooked at: 193 conversations, and the messages of 140 of them; of those asked for as open, 1,000 of at least 1,000\n",
		"\ntickets: none\n",
	} {
		if isError || !strings.Contains(text, want) {
			t.Errorf("without %q:\n%s", want, text)
		}
	}
	text, _ = enginetest.CallIn(t, busyInbox(t, 4), tools.Inventory().Lookup("support_report"), `{}`)
	for _, want := range []string{
		"\nclosed in the period, by when they were closed last: at least 60, before at least 0; of 30 conversations that changed since, it is not known when they were closed\n",
		"\nFeaturebase's own reports: not to be relied on, the new ones were counted here (they say: new 4, before 0; closed 90, before 0)\n",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("without %q:\n%s", want, text)
		}
	}
}
