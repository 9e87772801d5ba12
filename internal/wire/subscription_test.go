package wire_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"featurebase-mcp/internal/wire/httptransport"
	"featurebase-mcp/internal/wire/stdio"
	"featurebase-mcp/internal/wire/wiretest"
)

func TestSubscriptionsAreTaggedIndependentAndBlockNothing(t *testing.T) {
	t.Parallel()
	s := wiretest.NewServer(t, wiretest.Quiet(), server.WithPromptCapabilities(true))
	p := wiretest.Connect(t, stdio.New(s, stdio.Options{}).Serve)
	open := func(id, wants string) {
		t.Helper()
		p.Send(wiretest.Listen(id, wants))
		if m := p.Next(); m.Method != "notifications/subscriptions/acknowledged" || m.Subscription() != id {
			t.Fatalf("%s was acknowledged with %+v", id, m)
		}
	}
	open("9007199254740993", `"toolsListChanged":true`)
	open(`"two"`, `"toolsListChanged":true,"promptsListChanged":true`)
	p.Send(wiretest.CallLine("1", "echo"))
	if m := p.Next(); string(m.ID) != "1" {
		t.Fatalf("a call beside the streams got %+v", m)
	}

	wiretest.AddTool(s, "another", nil)
	got := map[string]bool{}
	for range 2 {
		m := p.Next()
		got[m.Method+" "+m.Subscription()] = true
	}
	if !got["notifications/tools/list_changed 9007199254740993"] || !got[`notifications/tools/list_changed "two"`] {
		t.Errorf("got %v", got)
	}

	p.Send(`{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":9007199254740993}}`,
		wiretest.CallLine("2", "echo"))
	p.Next()
	s.AddPrompt(mcp.NewPrompt("p"), nil)
	if m := p.Next(); m.Method != "notifications/prompts/list_changed" || m.Subscription() != `"two"` {
		t.Errorf("the other stream got %+v", m)
	}

	open("9007199254740995", `"promptsListChanged":true`)
	messages, err := p.End()
	if err != nil || len(messages) != 2 {
		t.Fatalf("the open streams were ended with %+v, %v", messages, err)
	}
	for _, m := range messages {
		if m.Error != nil || !strings.Contains(string(m.Result), `"io.modelcontextprotocol/subscriptionId":`+string(m.ID)+`}`) {
			t.Errorf("an open stream was ended with %s %s", m.ID, m.Result)
		}
	}
}

func TestListChangesReachThoseWhoseProtocolHasThem(t *testing.T) {
	t.Parallel()
	const ping = `{"jsonrpc":"2.0","id":"ping","method":"ping"}`
	for _, test := range []struct {
		name, first string
		want        string
	}{
		{"a client that shook hands gets them", wiretest.Initialize, "notifications/tools/list_changed"},
		{
			"a modern client that did not subscribe gets none",
			`{"jsonrpc":"2.0","id":"init","method":"tools/list","params":{` + wiretest.ModernMeta + `}}`, "",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := wiretest.NewServer(t, wiretest.Quiet())
			p := wiretest.Connect(t, stdio.New(s, stdio.Options{}).Serve)
			p.Handshake(test.first)
			wiretest.AddTool(s, "another", nil)
			p.Send(ping)
			if test.want == "" {
				if m := p.Next(); string(m.ID) != `"ping"` {
					t.Errorf("got %+v", m)
				}
				return
			}
			got := p.Next().Method + p.Next().Method // the ping's answer, without a method, in either place
			if got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestSubscriptionsOverHTTPAreTaggedAndHearOnce(t *testing.T) {
	t.Parallel()
	s := wiretest.NewServer(t, wiretest.Quiet(), server.WithPromptCapabilities(true))
	p := wiretest.Open(t, httptransport.New(s, httptransport.Options{}).Serve)
	large := p.Subscribe("9007199254740993", `"toolsListChanged":true`)
	both := p.Subscribe(`"two"`, `"toolsListChanged":true,"promptsListChanged":true`)

	wiretest.AddTool(s, "another", nil)
	s.AddPrompt(mcp.NewPrompt("p"), nil)
	for _, want := range []struct {
		stream  *wiretest.Events
		id      string
		methods []string
	}{
		{large, "9007199254740993", []string{"notifications/tools/list_changed"}},
		{both, `"two"`, []string{"notifications/tools/list_changed", "notifications/prompts/list_changed"}},
	} {
		for _, method := range want.methods {
			if m := want.stream.Next(); m.Method != method || m.Subscription() != want.id {
				t.Errorf("the stream of %s got %s instead of %s", want.id, m.Line, method)
			}
		}
	}
	p.Stop()
	for _, e := range []*wiretest.Events{large, both} {
		if m := e.Next(); m.Error != nil || len(m.ID) == 0 || m.Subscription() != string(m.ID) {
			t.Errorf("the stream ended with %s", m.Line)
		}
		if data, err := e.Data(); !errors.Is(err, io.EOF) {
			t.Errorf("more came: %s %v", data, err)
		}
	}
}

// Of what a server never changes nobody can hear: the subscription is acknowledged and ends at once. The answer must not overtake the
// acknowledgement, which it did in one of twenty when mcp-go carried both.
func TestSubscriptionsToNothingAreAcknowledgedFirst(t *testing.T) {
	t.Parallel()
	p := wiretest.Open(t, httptransport.New(wiretest.NewServer(t, wiretest.Quiet()), httptransport.Options{}).Serve)
	for range 300 {
		e := p.Subscribe("9007199254740993", `"promptsListChanged":true`)
		if m := e.Next(); string(m.ID) != "9007199254740993" || m.Subscription() != string(m.ID) || m.Error != nil {
			t.Fatalf("the subscription ended with %s", m.Line)
		}
		if data, err := e.Data(); !errors.Is(err, io.EOF) {
			t.Fatalf("more came: %s %v", data, err)
		}
	}
}

// Whoever asks for a subscription in an older protocol gets none, and the session that it names is not touched.
func TestSubscriptionsOfOlderClientsAreRefused(t *testing.T) {
	t.Parallel()
	var log wiretest.Log
	p := wiretest.Open(t, httptransport.New(wiretest.NewServer(t, wiretest.Quiet()), httptransport.Options{Logger: log.Logger()}).Serve)
	session := p.Handshake()
	for range 2 {
		status, body := p.Status(http.MethodPost, "/mcp", strings.Replace(wiretest.Listen("1", `"toolsListChanged":true`), wiretest.ModernMeta+",", "", 1), session...)
		if status != http.StatusOK || !strings.Contains(body, "requires protocol version 2026-07-28") {
			t.Errorf("%d %s", status, body)
		}
	}
	if log.String() != "" {
		t.Errorf("wiretest.Log %s", log.String())
	}
}
