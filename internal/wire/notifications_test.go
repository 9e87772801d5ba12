package wire_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"featurebase-mcp/internal/wire"
	"featurebase-mcp/internal/wire/httptransport"
	"featurebase-mcp/internal/wire/stdio"
	"featurebase-mcp/internal/wire/wiretest"
)

func TestNotificationsOfACallComeInOrderBeforeItsResult(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ calls, notes int }{{100, 5}, {4, 1000}} {
		t.Run(fmt.Sprintf("%d calls with %d each", test.calls, test.notes), func(t *testing.T) {
			t.Parallel()
			s := wiretest.NewServer(t, wiretest.Quiet())
			wiretest.AddTool(s, "notes", func(ctx context.Context, request mcp.CallToolRequest) (*mcp.CallToolResult, error) {
				for i := range test.notes {
					// The upstream way to send, which drops what does not fit.
					if err := s.SendNotificationToClient(ctx, "notifications/test",
						map[string]any{"call": request.GetString("call", ""), "n": i}); err != nil {
						t.Error(err)
					}
				}
				return mcp.NewToolResultText("done"), nil
			})
			p := wiretest.Connect(t, stdio.New(s, stdio.Options{}).Serve)
			p.Handshake(wiretest.Initialize)
			for i := range test.calls {
				p.Send(fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"method":"tools/call",`+
					`"params":{"name":"notes","arguments":{"call":"%d"}}}`, i, i))
			}
			seen := map[string]int{}
			for done := 0; done < test.calls; {
				m := p.Next()
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
			if messages, err := p.End(); err != nil || len(messages) > 0 {
				t.Errorf("after the last result came %d messages, %v", len(messages), err)
			}
		})
	}
}

func TestNotificationsFromManyGoroutinesOfACallAllArrive(t *testing.T) {
	t.Parallel()
	const senders, each = 100, 20
	s := wiretest.NewServer(t, wiretest.Quiet())
	wiretest.AddTool(s, "notes", func(ctx context.Context, _ mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		var all sync.WaitGroup
		for range senders {
			all.Go(func() {
				for range each {
					if err := wire.Notify(ctx, "notifications/test", nil); err != nil {
						t.Error(err)
					}
				}
			})
		}
		all.Wait()
		return mcp.NewToolResultText("done"), nil
	})
	p := wiretest.Connect(t, stdio.New(s, stdio.Options{}).Serve)
	p.Handshake(wiretest.Initialize)
	p.Send(wiretest.CallLine("1", "notes"))
	count := 0
	for p.Next().Method != "" {
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
			s := wiretest.NewServer(t, wiretest.Quiet())
			wiretest.AddTool(s, "late", func(ctx context.Context, _ mcp.CallToolRequest) (*mcp.CallToolResult, error) {
				for range before {
					_ = wire.Notify(ctx, "notifications/test", nil)
				}
				late <- ctx
				return mcp.NewToolResultText("done"), nil
			})
			p := wiretest.Connect(t, stdio.New(s, stdio.Options{}).Serve)
			p.Handshake(wiretest.Initialize)
			p.Send(wiretest.CallLine("1", "late"))
			for range before {
				p.Next()
			}
			if m := p.Next(); m.Method != "" {
				t.Fatalf("got %s, not the result", m.Line)
			}
			ctx := <-late
			for range 3 * wire.OutboxSize {
				_ = s.SendNotificationToClient(ctx, "notifications/late", nil)
			}
			if err := wire.Notify(ctx, "notifications/late", nil); err == nil {
				t.Error("wire.Notify did not say that nobody listens")
			}
			wire.Progress(ctx, 1, 1, "late")
			if messages, err := p.End(); err != nil || len(messages) > 0 {
				t.Errorf("came late: %+v, %v", messages, err)
			}
		})
	}
}

func TestNotifyWithoutAServerSaysSo(t *testing.T) {
	t.Parallel()
	if err := wire.Notify(t.Context(), "notifications/test", nil); err == nil {
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
		s := wiretest.NewServer(t, wiretest.Quiet())
		wiretest.AddTool(s, "two", func(ctx context.Context, _ mcp.CallToolRequest) (*mcp.CallToolResult, error) {
			if err := wire.Notify(ctx, "notifications/one", nil); err != nil {
				t.Error(err)
			}
			if err := wire.Notify(ctx, "notifications/two", nil); err != nil {
				t.Error(err)
			}
			limited, cancel := context.WithTimeout(ctx, time.Second)
			defer cancel()
			if err := wire.Notify(limited, "notifications/three", nil); err == nil {
				t.Error("wire.Notify did not end with its context")
			}
			return mcp.NewToolResultText("done"), nil
		})
		go func() {
			time.Sleep(time.Minute)
			<-session.notes
		}()
		s.HandleMessage(s.WithContext(t.Context(), session), []byte(wiretest.CallLine("1", "two")))
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
				s := wiretest.NewServer(t, wiretest.Quiet())
				wiretest.AddTool(s, "work", func(ctx context.Context, _ mcp.CallToolRequest) (*mcp.CallToolResult, error) {
					for _, step := range test.steps {
						time.Sleep(step.after)
						wire.Progress(ctx, step.done, 10, step.message)
					}
					time.Sleep(test.end)
					return mcp.NewToolResultText("done"), nil
				})
				p := wiretest.ConnectInMemory(t, stdio.New(s, stdio.Options{}).Serve)
				p.Handshake(wiretest.Initialize)
				start := time.Now()
				p.Send(`{"jsonrpc":"2.0","id":1,"method":"tools/call",` +
					`"params":{"name":"work","_meta":{"progressToken":"tok"}}}`)
				got := ""
				for {
					m := p.Next()
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

// The pipe is never read, so each write waits for good. The work must go on in its own time all the same.
func TestAHostThatDoesNotReadHoldsUpNoWork(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const steps, step = 10 * wire.OutboxSize, time.Second
		worked := make(chan time.Duration, 1)
		s := wiretest.NewServer(t, wiretest.Quiet())
		wiretest.AddTool(s, "work", func(ctx context.Context, _ mcp.CallToolRequest) (*mcp.CallToolResult, error) {
			start := time.Now()
			for i := range steps {
				wire.Progress(ctx, float64(i), steps, "")
				time.Sleep(step)
			}
			worked <- time.Since(start)
			return mcp.NewToolResultText("done"), nil
		})
		p := wiretest.ConnectInMemory(t, stdio.New(s, stdio.Options{}).Serve)
		p.Handshake(wiretest.Initialize)
		p.Send(`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"work","_meta":{"progressToken":1}}}`)
		select {
		case took := <-worked:
			if took != steps*step {
				t.Errorf("the work took %v in place of %v", took, steps*step)
			}
		case <-time.After(2 * steps * step):
			t.Error("the work waits for a host that does not read")
		}
		// A host that begins to read gets reports in order, the last one among them, and then the result.
		last := -1.0
		for m := p.Next(); m.Method != ""; m = p.Next() {
			done, _ := m.Params["progress"].(float64)
			if done <= last {
				t.Errorf("progress %v follows %v", done, last)
			}
			last = done
		}
		if last != steps-1 {
			t.Errorf("the last report was %v of %v", last, steps-1)
		}
	})
}

// addReporting adds the tool "work", which reports progress once, without a total and a message.
func addReporting(s *server.MCPServer) {
	wiretest.AddTool(s, "work", func(ctx context.Context, _ mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		wire.Progress(ctx, 1, 0, "")
		return mcp.NewToolResultText("done"), nil
	})
}

func TestProgressNobodyAskedForIsNotSent(t *testing.T) {
	t.Parallel()
	s := wiretest.NewServer(t, wiretest.Quiet())
	addReporting(s)
	p := wiretest.Connect(t, stdio.New(s, stdio.Options{}).Serve)
	p.Handshake(wiretest.Initialize)
	p.Send(wiretest.CallLine("1", "work"))
	if m := p.Next(); m.Method != "" {
		t.Errorf("got %+v", m)
	}
	wire.Progress(t.Context(), 1, 0, "") // outside of a call it does nothing
}

func TestProgressHasItsTokenAsWritten(t *testing.T) {
	t.Parallel()
	s := wiretest.NewServer(t, wiretest.Quiet())
	addReporting(s)
	p := wiretest.Connect(t, stdio.New(s, stdio.Options{}).Serve)
	p.Handshake(wiretest.Initialize)
	site := wiretest.Open(t, httptransport.New(s, httptransport.Options{}).Serve)
	session := site.Handshake()
	for _, token := range []string{"1", "-9007199254740993", "123456789012345678901234567890", `"t"`} {
		call := `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"work","_meta":{"progressToken":` + token + `}}}`
		p.Send(call)
		for transport, m := range map[string]wiretest.Message{
			"stdio": p.Next(),
			"HTTP":  wiretest.EventsOf(t, site.Do(t.Context(), http.MethodPost, "/mcp", call, session...)).Next(),
		} {
			if !strings.Contains(string(m.Line), `"progressToken":`+token+`}`) {
				t.Errorf("%s, token %s: %s", transport, token, m.Line)
			}
		}
		p.Next() // the result
	}
}

func TestProgressWithoutTotalAndMessageLeavesThemOut(t *testing.T) {
	t.Parallel()
	s := wiretest.NewServer(t, wiretest.Quiet())
	addReporting(s)
	p := wiretest.Connect(t, stdio.New(s, stdio.Options{}).Serve)
	p.Handshake(wiretest.Initialize)
	p.Send(`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"work","_meta":{"progressToken":7}}}`)
	if m := p.Next(); len(m.Params) != 2 || m.Params["progress"] != 1.0 || m.Params["progressToken"] != 7.0 {
		t.Errorf("got %+v", m.Params)
	}
}
