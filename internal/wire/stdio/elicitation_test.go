package stdio

import (
	"fmt"
	"strings"
	"testing"

	"featurebase-mcp/internal/wire/wiretest"
)

// asked starts the tool and returns the question.
func asked(t *testing.T, p *wiretest.Peer) wiretest.Message {
	t.Helper()
	p.Handshake(wiretest.InitializeElicit)
	p.Send(wiretest.CallLine("1", "ask"))
	if m := p.Next(); m.Method != "notifications/asking" {
		t.Fatalf("got %s before the question", m.Line)
	}
	m := p.Next()
	if m.Method != "elicitation/create" || m.Params["message"] != "sure?" {
		t.Fatalf("got %s, not the question", m.Line)
	}
	return m
}

func TestElicitationAnswerFindsItsWay(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, answer, want string }{
		{"accepted", `"result":{"action":"accept","content":{"a":1}}`, "accept map[a:1]"},
		{"declined", `"result":{"action":"decline"}`, "decline <nil>"},
		{
			"refused", `"error":{"code":-1,"message":"no screen"}`,
			"the client refused to ask its user: no screen (code -1)",
		},
		{"nonsense", `"result":[]`, "the client's answer to the elicitation is not an elicitation result"},
		{"nothing", `"result":null`, "the client's answer to the elicitation is not an elicitation result"},
		{"no error either", `"error":7`, "the client's answer to the elicitation is not an elicitation result"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			p := wiretest.Connect(t, New(wiretest.Asker(t), Options{}).Serve)
			question := asked(t, p)
			p.Send(`{"jsonrpc":"2.0","id":"other","result":{"action":"accept"}}`,
				`{"jsonrpc":"2.0","id":`+string(question.ID)+`,`+test.answer+`}`)
			if m := p.Next(); m.Method != "notifications/asked" {
				t.Fatalf("got %s", m.Line)
			}
			if got := p.Next().Tool(t).Content[0].Text; got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestElicitationOfACancelledCallIsTakenBack(t *testing.T) {
	t.Parallel()
	p := wiretest.Connect(t, New(wiretest.Asker(t), Options{}).Serve)
	question := asked(t, p)
	p.Send(`{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}`)
	m := p.Next()
	if m.Method != "notifications/cancelled" || fmt.Sprint(m.Params["requestId"]) != string(question.ID) {
		t.Errorf("got %s", m.Line)
	}
	if messages, err := p.End(); err != nil || len(messages) > 0 {
		t.Errorf("then came %+v, %v", messages, err)
	}
}

func TestElicitationEndsWithTheInput(t *testing.T) {
	t.Parallel()
	p := wiretest.Connect(t, New(wiretest.Asker(t), Options{}).Serve)
	asked(t, p)
	messages, err := p.End()
	if err != nil || len(messages) != 2 || !strings.Contains(messages[1].Tool(t).Content[0].Text, "closed its side") {
		t.Errorf("got %+v, %v", messages, err)
	}
}

func TestClientThatCannotElicitIsNotAsked(t *testing.T) {
	t.Parallel()
	p := wiretest.Connect(t, New(wiretest.Asker(t), Options{}).Serve)
	p.Handshake(wiretest.Initialize)
	p.Send(wiretest.CallLine("1", "ask"))
	for {
		m := p.Next()
		if m.Method == "elicitation/create" {
			t.Fatal("it was asked")
		}
		if m.Method == "" {
			if !m.Tool(t).IsError {
				t.Errorf("got %s", m.Line)
			}
			return
		}
	}
}
