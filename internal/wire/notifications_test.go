package wire

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
)

func TestNotificationsOfACallComeInOrderBeforeItsResult(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ calls, notes int }{{100, 5}, {4, 1000}} {
		t.Run(fmt.Sprintf("%d calls with %d each", test.calls, test.notes), func(t *testing.T) {
			t.Parallel()
			s := newServer(t, quiet())
			addTool(s, "notes", func(ctx context.Context, request mcp.CallToolRequest) (*mcp.CallToolResult, error) {
				for i := range test.notes {
					// The upstream way to send, which drops what does not fit.
					if err := s.SendNotificationToClient(ctx, "notifications/test",
						map[string]any{"call": request.GetString("call", ""), "n": i}); err != nil {
						t.Error(err)
					}
				}
				return mcp.NewToolResultText("done"), nil
			})
			p := connect(t, s, StdioOptions{})
			p.handshake(initialize)
			for i := range test.calls {
				p.send(fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"method":"tools/call",`+
					`"params":{"name":"notes","arguments":{"call":"%d"}}}`, i, i))
			}
			seen := map[string]int{}
			for done := 0; done < test.calls; {
				m := p.next()
				if m.Method == "" {
					if got := seen[string(m.ID)]; got != test.notes {
						t.Fatalf("the result of call %s came after %d of %d notifications", m.ID, got, test.notes)
					}
					done++
					continue
				}
				call, _ := m.Params["call"].(string)
				if n, _ := m.Params["n"].(float64); int(n) != seen[call] {
					t.Fatalf("call %s: notification %v came at place %d", call, n, seen[call])
				}
				seen[call]++
			}
			if messages, err := p.end(); err != nil || len(messages) > 0 {
				t.Errorf("after the last result came %d messages, %v", len(messages), err)
			}
		})
	}
}

func TestNotificationsFromManyGoroutinesOfACallAllArrive(t *testing.T) {
	t.Parallel()
	const senders, each = 100, 20
	s := newServer(t, quiet())
	addTool(s, "notes", func(ctx context.Context, _ mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		var all sync.WaitGroup
		for range senders {
			all.Go(func() {
				for range each {
					if err := Notify(ctx, "notifications/test", nil); err != nil {
						t.Error(err)
					}
				}
			})
		}
		all.Wait()
		return mcp.NewToolResultText("done"), nil
	})
	p := connect(t, s, StdioOptions{})
	p.handshake(initialize)
	p.send(callLine("1", "notes"))
	count := 0
	for p.next().Method != "" {
		count++
	}
	if count != senders*each {
		t.Errorf("%d of %d arrived before the result", count, senders*each)
	}
}

func TestWhatACallSendsAfterItsResultIsDropped(t *testing.T) {
	t.Parallel()
	for _, before := range []int{0, 1} {
		t.Run(fmt.Sprintf("having sent %d before", before), func(t *testing.T) {
			t.Parallel()
			late := make(chan context.Context, 1)
			s := newServer(t, quiet())
			addTool(s, "late", func(ctx context.Context, _ mcp.CallToolRequest) (*mcp.CallToolResult, error) {
				for range before {
					_ = Notify(ctx, "notifications/test", nil)
				}
				late <- ctx
				return mcp.NewToolResultText("done"), nil
			})
			p := connect(t, s, StdioOptions{})
			p.handshake(initialize)
			p.send(callLine("1", "late"))
			for range before {
				p.next()
			}
			if m := p.next(); m.Method != "" {
				t.Fatalf("got %s, not the result", m.line)
			}
			ctx := <-late
			for range 3 * outboxSize {
				_ = s.SendNotificationToClient(ctx, "notifications/late", nil)
			}
			if err := Notify(ctx, "notifications/late", nil); err == nil {
				t.Error("Notify did not say that nobody listens")
			}
			Progress(ctx, 1, 1, "late")
			if messages, err := p.end(); err != nil || len(messages) > 0 {
				t.Errorf("came late: %+v, %v", messages, err)
			}
		})
	}
}

func TestNotifyWithoutAServerSaysSo(t *testing.T) {
	t.Parallel()
	if err := Notify(t.Context(), "notifications/test", nil); err == nil {
		t.Error("no error")
	}
}

// fullSession is a client of another transport, whose channel has no room yet.
type fullSession struct {
	server.ClientSession

	notes chan mcp.JSONRPCNotification
}

func (s fullSession) Initialized() bool                                   { return true }
func (s fullSession) SessionID() string                                   { return "full" }
func (s fullSession) NotificationChannel() chan<- mcp.JSONRPCNotification { return s.notes }

func TestNotifyWaitsForAClientThatReadsSlowly(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		session := fullSession{notes: make(chan mcp.JSONRPCNotification, 1)}
		s := newServer(t, quiet())
		addTool(s, "two", func(ctx context.Context, _ mcp.CallToolRequest) (*mcp.CallToolResult, error) {
			if err := Notify(ctx, "notifications/one", nil); err != nil {
				t.Error(err)
			}
			if err := Notify(ctx, "notifications/two", nil); err != nil {
				t.Error(err)
			}
			limited, cancel := context.WithTimeout(ctx, time.Second)
			defer cancel()
			if err := Notify(limited, "notifications/three", nil); err == nil {
				t.Error("Notify did not end with its context")
			}
			return mcp.NewToolResultText("done"), nil
		})
		go func() {
			time.Sleep(time.Minute)
			<-session.notes
		}()
		s.HandleMessage(s.WithContext(t.Context(), session), []byte(callLine("1", "two")))
		if n := <-session.notes; n.Method != "notifications/two" {
			t.Errorf("got %s", n.Method)
		}
	})
}

func TestProgressIsThrottledAndItsLastReportIsNeverLost(t *testing.T) {
	t.Parallel()
	type step struct {
		after   time.Duration
		done    float64
		message string
	}
	for _, test := range []struct {
		name  string
		steps []step
		end   time.Duration
		want  string
	}{
		{"one report", []step{{0, 1, "one"}}, 0, "0s one"},
		{"a burst keeps the first and the last", []step{{0, 1, "a"}, {0, 2, "b"}, {0, 3, "c"}}, 0, "0s a, 0s c"},
		{"a held report goes out in its time", []step{{0, 1, "a"}, {0, 2, "b"}, {0, 3, "c"}}, time.Hour, "0s a, 100ms c"},
		{"slow reports all go out", []step{{0, 1, "a"}, {time.Second, 2, "b"}, {time.Second, 3, "c"}}, 0, "0s a, 1s b, 2s c"},
		{"at most ten a second", []step{
			{0, 1, "a"},
			{60 * time.Millisecond, 2, "b"},
			{60 * time.Millisecond, 3, "c"},
			{60 * time.Millisecond, 4, "d"},
			{60 * time.Millisecond, 5, "e"},
		}, time.Hour, "0s a, 100ms b, 200ms d, 300ms e"},
		{"progress that does not grow is left out", []step{{0, 2, "a"}, {time.Second, 2, "b"}, {time.Second, 1, "c"}}, 0, "0s a"},
		{"zero is a report", []step{{0, 0, "a"}}, 0, "0s a"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := newServer(t, quiet())
				addTool(s, "work", func(ctx context.Context, _ mcp.CallToolRequest) (*mcp.CallToolResult, error) {
					for _, step := range test.steps {
						time.Sleep(step.after)
						Progress(ctx, step.done, 10, step.message)
					}
					time.Sleep(test.end)
					return mcp.NewToolResultText("done"), nil
				})
				p := connectInMemory(t, s, StdioOptions{})
				p.handshake(initialize)
				start := time.Now()
				p.send(`{"jsonrpc":"2.0","id":1,"method":"tools/call",` +
					`"params":{"name":"work","_meta":{"progressToken":"tok"}}}`)
				got := ""
				for {
					m := p.next()
					if m.Method == "" {
						break
					}
					if m.Method != "notifications/progress" || m.Params["progressToken"] != "tok" || m.Params["total"] != 10.0 {
						t.Errorf("got %+v", m)
					}
					if got != "" {
						got += ", "
					}
					got += fmt.Sprint(time.Since(start), " ", m.Params["message"])
				}
				if got != test.want {
					t.Errorf("got %q, want %q", got, test.want)
				}
			})
		})
	}
}

func TestProgressNobodyAskedForIsNotSent(t *testing.T) {
	t.Parallel()
	s := newServer(t, quiet())
	addTool(s, "work", func(ctx context.Context, _ mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		Progress(ctx, 1, 0, "")
		return mcp.NewToolResultText("done"), nil
	})
	p := connect(t, s, StdioOptions{})
	p.handshake(initialize)
	p.send(callLine("1", "work"))
	if m := p.next(); m.Method != "" {
		t.Errorf("got %+v", m)
	}
	Progress(t.Context(), 1, 0, "") // outside of a call it does nothing
}

func TestProgressWithoutTotalAndMessageLeavesThemOut(t *testing.T) {
	t.Parallel()
	s := newServer(t, quiet())
	addTool(s, "work", func(ctx context.Context, _ mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		Progress(ctx, 1, 0, "")
		return mcp.NewToolResultText("done"), nil
	})
	p := connect(t, s, StdioOptions{})
	p.handshake(initialize)
	p.send(`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"work","_meta":{"progressToken":7}}}`)
	if m := p.next(); len(m.Params) != 2 || m.Params["progress"] != 1.0 || m.Params["progressToken"] != 7.0 {
		t.Errorf("got %+v", m.Params)
	}
}

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

	messages, err := p.end()
	if err != nil || len(messages) != 1 || string(messages[0].ID) != `"two"` || messages[0].Error != nil {
		t.Errorf("the open stream was ended with %+v, %v", messages, err)
	}
}

// subscription returns the id a notification is tagged with, as it was written.
func subscription(m message) string {
	var tagged struct {
		Params struct {
			Meta map[string]json.RawMessage `json:"_meta"`
		} `json:"params"`
	}
	_ = json.Unmarshal(m.line, &tagged)
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
