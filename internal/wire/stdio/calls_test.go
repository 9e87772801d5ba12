package stdio

import (
	"bytes"
	"context"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/mark3labs/mcp-go/mcp"

	"featurebase-mcp/internal/wire"
	"featurebase-mcp/internal/wire/wiretest"
)

// held is a tool that reports each call and returns when it is released or cancelled.
type held struct {
	arrived chan struct{}
	release chan struct{}
}

func newHeld() *held {
	return &held{arrived: make(chan struct{}, 1000), release: make(chan struct{})}
}

func (h *held) handle(ctx context.Context, _ mcp.CallToolRequest) (*mcp.CallToolResult, error) {
	h.arrived <- struct{}{}
	select {
	case <-h.release:
		return mcp.NewToolResultText("released"), nil
	case <-ctx.Done():
		return mcp.NewToolResultText("cancelled"), nil
	}
}

func TestCallsRunAtOnceAndAPingPassesThem(t *testing.T) {
	t.Parallel()
	const calls = 200
	h := newHeld()
	s := wiretest.NewServer(t, wiretest.Quiet())
	wiretest.AddTool(s, "held", h.handle)
	p := wiretest.Connect(t, New(s, Options{}).Serve)
	for i := range calls {
		p.Send(wiretest.CallLine(strconv.Itoa(i), "held"))
	}
	p.Send(`{"jsonrpc":"2.0","id":"ping","method":"ping"}`)
	if m := p.Next(); string(m.ID) != `"ping"` {
		t.Fatalf("the first answer is %+v, not the ping's", m)
	}
	for range calls {
		<-h.arrived // all of them run before any has returned
	}
	close(h.release)
	messages, err := p.End()
	if err != nil || len(messages) != calls {
		t.Errorf("got %d answers, %v; want %d", len(messages), err, calls)
	}
}

func TestRequestBeyondTheBoundIsRefusedAndTheReaderStaysFree(t *testing.T) {
	t.Parallel()
	h := newHeld()
	s := wiretest.NewServer(t, wiretest.Quiet())
	wiretest.AddTool(s, "held", h.handle)
	p := wiretest.Connect(t, New(s, Options{MaxCalls: 2}).Serve)
	p.Send(wiretest.CallLine("1", "held"), wiretest.CallLine("2", "held"), wiretest.CallLine("3", "held"))
	if m := p.Next(); string(m.ID) != "3" || m.Error == nil || m.Error.Code != wire.CodeBusy {
		t.Fatalf("the third request got %+v", m)
	}
	<-h.arrived
	<-h.arrived
	close(h.release)
	p.Next()
	p.Next()
	p.Send(wiretest.CallLine("3", "echo"))
	if m := p.Next(); string(m.ID) != "3" || m.Error != nil {
		t.Errorf("after the others have ended it got %+v", m)
	}
}

func TestIDInUseIsRefusedAndFreeOnceAnswered(t *testing.T) {
	t.Parallel()
	h := newHeld()
	s := wiretest.NewServer(t, wiretest.Quiet())
	wiretest.AddTool(s, "held", h.handle)
	p := wiretest.Connect(t, New(s, Options{}).Serve)
	p.Send(wiretest.CallLine(`"a"`, "held"))
	<-h.arrived
	p.Send(wiretest.CallLine(`"\u0061"`, "echo")) // the same string
	if m := p.Next(); m.Error == nil || m.Error.Code != mcp.INVALID_REQUEST {
		t.Fatalf("the second use got %+v", m)
	}
	p.Send(wiretest.CallLine("1", "held"))
	<-h.arrived
	p.Send(wiretest.CallLine(`"1"`, "echo")) // not the same as the number
	if m := p.Next(); string(m.ID) != `"1"` || m.Error != nil {
		t.Fatalf(`"1" beside 1 got %+v`, m)
	}
	close(h.release)
	p.Next()
	p.Next()
	for range 100 {
		p.Send(wiretest.CallLine(`"a"`, "echo"))
		if m := p.Next(); m.Error != nil {
			t.Fatalf("the id was not free again: %+v", m)
		}
	}
}

func TestCancelledCallEndsAndIsNotAnswered(t *testing.T) {
	t.Parallel()
	for era, params := range map[string]string{"legacy": "", "modern": wiretest.ModernMeta + ","} {
		t.Run(era, func(t *testing.T) {
			t.Parallel()
			h := newHeld()
			ended := make(chan struct{})
			s := wiretest.NewServer(t, wiretest.Quiet())
			wiretest.AddTool(s, "held", func(ctx context.Context, request mcp.CallToolRequest) (*mcp.CallToolResult, error) {
				defer close(ended)
				result, err := h.handle(ctx, request)
				_ = wire.Notify(ctx, "notifications/late", nil)
				return result, err
			})
			p := wiretest.Connect(t, New(s, Options{}).Serve)
			p.Send(`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{` + params + `"name":"held"}}`)
			<-h.arrived
			p.Send(`{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"1"}}`, // another id
				`{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":99}}`,
				`{"jsonrpc":"2.0","method":"notifications/cancelled","params":[]}`,
				`{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1,"reason":"changed my mind"}}`)
			<-ended
			if messages, err := p.End(); err != nil || len(messages) != 0 {
				t.Errorf("after the cancellation came %+v, %v", messages, err)
			}
		})
	}
}

func TestCallCancelledBeforeItBeganNeverRuns(t *testing.T) {
	t.Parallel()
	s := wiretest.NewServer(t, wiretest.Quiet())
	wiretest.AddTool(s, "never", func(context.Context, mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		t.Error("the tool ran")
		return mcp.NewToolResultText(""), nil
	})
	var out bytes.Buffer
	c := newConnection(t.Context(), s, &out, New(s, Options{}).options)
	request := newCall(t.Context(), c, []byte("1"), "tools/call")
	c.calls[request.key] = request
	c.cancel("1")
	request.serve([]byte(wiretest.CallLine("1", "never")))
	if out.Len() > 0 || len(c.calls) > 0 {
		t.Errorf("wrote %q, still in flight: %d", out.String(), len(c.calls))
	}
}

func TestNothingOfACallIsWrittenOnceItIsCancelled(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := wiretest.NewServer(t, wiretest.Quiet())
		started := make(chan struct{})
		wiretest.AddTool(s, "chatty", func(ctx context.Context, _ mcp.CallToolRequest) (*mcp.CallToolResult, error) {
			close(started)
			for ctx.Err() == nil {
				_ = wire.Notify(ctx, "notifications/chat", nil) // blocks in the pipe that nobody reads
			}
			return mcp.NewToolResultText(""), nil
		})
		p := wiretest.ConnectInMemory(t, New(s, Options{}).Serve)
		p.Handshake(wiretest.Initialize)
		p.Send(wiretest.CallLine("1", "chatty"))
		<-started
		p.Send(`{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}`)
		synctest.Wait()
		messages, err := p.End()
		if err != nil || len(messages) > 1 { // the one whose write had begun
			t.Errorf("%d messages after the cancellation, %v", len(messages), err)
		}
	})
}

func TestInitializeIsCompletedBeforeWhatFollows(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := wiretest.NewServer(t, wiretest.Quiet())
		wiretest.AddTool(s, "who", func(ctx context.Context, _ mcp.CallToolRequest) (*mcp.CallToolResult, error) {
			return mcp.NewToolResultText(strconv.FormatBool(wire.CanElicit(ctx))), nil
		})
		p := wiretest.ConnectInMemory(t, New(s, Options{}).Serve)
		go p.Send(wiretest.InitializeElicit,
			`{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"init"}}`, wiretest.CallLine("1", "who"))
		synctest.Wait() // the answer to initialize is stuck in the pipe, so the call has not begun
		if m := p.Next(); string(m.ID) != `"init"` || m.Error != nil {
			t.Fatalf("initialize was answered %+v", m)
		}
		if m := p.Next(); m.Tool(t).Content[0].Text != "true" {
			t.Errorf("the call did not see what initialize declared: %+v", m)
		}
	})
}

func TestConnectionsShareAServerWithoutSharingASession(t *testing.T) {
	t.Parallel()
	s := wiretest.NewServer(t, wiretest.Quiet())
	wiretest.AddTool(s, "who", func(ctx context.Context, _ mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		_ = wire.Notify(ctx, "notifications/hello", nil)
		return mcp.NewToolResultText(strconv.FormatBool(wire.CanElicit(ctx))), nil
	})
	var clients sync.WaitGroup
	for handshake, want := range map[string]string{wiretest.Initialize: "false", wiretest.InitializeElicit: "true"} {
		p := wiretest.Connect(t, New(s, Options{}).Serve)
		clients.Go(func() {
			p.Handshake(handshake)
			for range 50 {
				p.Send(wiretest.CallLine("1", "who"))
				if m := p.Next(); m.Method != "notifications/hello" {
					t.Errorf("got %+v before the result", m)
				}
				if got := p.Next().Tool(t).Content[0].Text; got != want {
					t.Errorf("wire.CanElicit is %s, want %s", got, want)
				}
			}
		})
	}
	clients.Wait()
}

// probe looks at the connection at the moment of each write.
type probe struct {
	conn     *Connection
	inFlight []int
}

func (p *probe) Write(b []byte) (int, error) {
	p.conn.mu.Lock()
	defer p.conn.mu.Unlock()
	p.inFlight = append(p.inFlight, len(p.conn.calls))
	return len(b), nil
}

func TestIDIsFreeBeforeTheClientCanSeeTheAnswer(t *testing.T) {
	t.Parallel()
	s := wiretest.NewServer(t, wiretest.Quiet())
	out := &probe{}
	out.conn = newConnection(t.Context(), s, out, New(s, Options{}).options)
	if busy := out.conn.start(t.Context(), []byte("1"), "tools/call", []byte(wiretest.CallLine("1", "echo"))); busy != nil {
		t.Fatal(busy)
	}
	out.conn.running.Wait()
	if len(out.inFlight) != 1 || out.inFlight[0] != 0 {
		t.Errorf("in flight at each write: %v, want [0]", out.inFlight)
	}
}
