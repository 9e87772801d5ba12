package wire

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
)

func listen(id, wants string) string {
	return `{"jsonrpc":"2.0","id":` + id + `,"method":"subscriptions/listen","params":{` + modernMeta +
		`,"notifications":{` + wants + `}}}`
}

func TestSubscriptionsAreTaggedIndependentAndBlockNothing(t *testing.T) {
	t.Parallel()
	s := newServer(t, quiet(), server.WithPromptCapabilities(true))
	p := connect(t, s, StdioOptions{})
	open := func(id, wants string) {
		t.Helper()
		p.send(listen(id, wants))
		if m := p.next(); m.Method != "notifications/subscriptions/acknowledged" || subscription(m) != id {
			t.Fatalf("%s was acknowledged with %+v", id, m)
		}
	}
	open("9007199254740993", `"toolsListChanged":true`)
	open(`"two"`, `"toolsListChanged":true,"promptsListChanged":true`)
	p.send(callLine("1", "echo"))
	if m := p.next(); string(m.ID) != "1" {
		t.Fatalf("a call beside the streams got %+v", m)
	}

	addTool(s, "another", nil)
	got := map[string]bool{}
	for range 2 {
		m := p.next()
		got[m.Method+" "+subscription(m)] = true
	}
	if !got["notifications/tools/list_changed 9007199254740993"] || !got[`notifications/tools/list_changed "two"`] {
		t.Errorf("got %v", got)
	}

	p.send(`{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":9007199254740993}}`,
		callLine("2", "echo"))
	p.next()
	s.AddPrompt(mcp.NewPrompt("p"), nil)
	if m := p.next(); m.Method != "notifications/prompts/list_changed" || subscription(m) != `"two"` {
		t.Errorf("the other stream got %+v", m)
	}

	open("9007199254740995", `"promptsListChanged":true`)
	messages, err := p.end()
	if err != nil || len(messages) != 2 {
		t.Fatalf("the open streams were ended with %+v, %v", messages, err)
	}
	for _, m := range messages {
		if m.Error != nil || !strings.Contains(string(m.Result), `"io.modelcontextprotocol/subscriptionId":`+string(m.ID)+`}`) {
			t.Errorf("an open stream was ended with %s %s", m.ID, m.Result)
		}
	}
}

// subscription returns the id that a notification or a result is tagged with, as it was written.
func subscription(m message) string {
	type tags struct {
		Meta map[string]json.RawMessage `json:"_meta"`
	}
	var tagged struct {
		Params tags `json:"params"`
		Result tags `json:"result"`
	}
	_ = json.Unmarshal(m.line, &tagged)
	if m.Method == "" {
		return string(tagged.Result.Meta[mcp.MetaKeySubscriptionID])
	}
	return string(tagged.Params.Meta[mcp.MetaKeySubscriptionID])
}

func TestListChangesReachThoseWhoseProtocolHasThem(t *testing.T) {
	t.Parallel()
	const ping = `{"jsonrpc":"2.0","id":"ping","method":"ping"}`
	for _, test := range []struct {
		name, first string
		want        string
	}{
		{"a client that shook hands gets them", initialize, "notifications/tools/list_changed"},
		{
			"a modern client that did not subscribe gets none",
			`{"jsonrpc":"2.0","id":"init","method":"tools/list","params":{` + modernMeta + `}}`, "",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := newServer(t, quiet())
			p := connect(t, s, StdioOptions{})
			p.handshake(test.first)
			addTool(s, "another", nil)
			p.send(ping)
			if test.want == "" {
				if m := p.next(); string(m.ID) != `"ping"` {
					t.Errorf("got %+v", m)
				}
				return
			}
			got := p.next().Method + p.next().Method // the ping's answer, without a method, in either place
			if got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

// subscribe opens a subscription over HTTP, and expects it to be acknowledged first.
func (p *site) subscribe(id, wants string) *events {
	p.t.Helper()
	e := eventsOf(p.t, p.do(p.t.Context(), http.MethodPost, pathMCP, listen(id, wants), modernHeaders("subscriptions/listen", "")...))
	if m := e.next(); m.Method != "notifications/subscriptions/acknowledged" || subscription(m) != id {
		p.t.Fatalf("%s was acknowledged with %s", id, m.line)
	}
	return e
}

func TestSubscriptionsOverHTTPAreTaggedAndHearOnce(t *testing.T) {
	t.Parallel()
	s := newServer(t, quiet(), server.WithPromptCapabilities(true))
	p := openSite(t, s, HTTPOptions{})
	large := p.subscribe("9007199254740993", `"toolsListChanged":true`)
	both := p.subscribe(`"two"`, `"toolsListChanged":true,"promptsListChanged":true`)

	addTool(s, "another", nil)
	s.AddPrompt(mcp.NewPrompt("p"), nil)
	for _, want := range []struct {
		stream  *events
		id      string
		methods []string
	}{
		{large, "9007199254740993", []string{"notifications/tools/list_changed"}},
		{both, `"two"`, []string{"notifications/tools/list_changed", "notifications/prompts/list_changed"}},
	} {
		for _, method := range want.methods {
			if m := want.stream.next(); m.Method != method || subscription(m) != want.id {
				t.Errorf("the stream of %s got %s instead of %s", want.id, m.line, method)
			}
		}
	}
	p.stop()
	for _, e := range []*events{large, both} {
		if m := e.next(); m.Error != nil || len(m.ID) == 0 || subscription(m) != string(m.ID) {
			t.Errorf("the stream ended with %s", m.line)
		}
		if data, err := e.data(); !errors.Is(err, io.EOF) {
			t.Errorf("more came: %s %v", data, err)
		}
	}
}

// Of what a server never changes nobody can hear: the subscription is acknowledged and ends at once. The answer must not overtake the
// acknowledgement, which it did in one of twenty when mcp-go carried both.
func TestSubscriptionsToNothingAreAcknowledgedFirst(t *testing.T) {
	t.Parallel()
	p := openSite(t, newServer(t, quiet()), HTTPOptions{})
	for range 300 {
		e := p.subscribe("9007199254740993", `"promptsListChanged":true`)
		if m := e.next(); string(m.ID) != "9007199254740993" || subscription(m) != string(m.ID) || m.Error != nil {
			t.Fatalf("the subscription ended with %s", m.line)
		}
		if data, err := e.data(); !errors.Is(err, io.EOF) {
			t.Fatalf("more came: %s %v", data, err)
		}
	}
}

// Whoever asks for a subscription in an older protocol gets none, and the session that it names is not touched.
func TestSubscriptionsOfOlderClientsAreRefused(t *testing.T) {
	t.Parallel()
	var log logged
	p := openSite(t, newServer(t, quiet()), HTTPOptions{Logger: log.logger()})
	session := p.handshake()
	for range 2 {
		status, body := p.status(http.MethodPost, pathMCP, strings.Replace(listen("1", `"toolsListChanged":true`), modernMeta+",", "", 1), session...)
		if status != http.StatusOK || !strings.Contains(body, "requires protocol version 2026-07-28") {
			t.Errorf("%d %s", status, body)
		}
	}
	if log.String() != "" {
		t.Errorf("logged %s", log.String())
	}
}
