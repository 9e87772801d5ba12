package stdio

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mark3labs/mcp-go/mcp"

	"featurebase-mcp/internal/wire/wiretest"
)

// slow takes a minute, or less when it is cancelled.
func slow(ctx context.Context, _ mcp.CallToolRequest) (*mcp.CallToolResult, error) {
	select {
	case <-time.After(time.Minute):
		return mcp.NewToolResultText("finished"), nil
	case <-ctx.Done():
		return mcp.NewToolResultText("cancelled"), nil
	}
}

// deaf takes an hour and does not listen.
func deaf(context.Context, mcp.CallToolRequest) (*mcp.CallToolResult, error) {
	time.Sleep(time.Hour)
	return mcp.NewToolResultText("deaf"), nil
}

func TestEndOfServing(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, tool string
		grace      time.Duration
		took       time.Duration
		want       string // the text of the answer, none when empty
	}{
		{"a call within the grace is finished", "slow", 2 * time.Minute, time.Minute, "finished"},
		{"a call beyond the grace is cancelled and may answer", "slow", time.Second, time.Second, "cancelled"},
		{"a call that does not listen is left behind", "deaf", time.Second, 2 * time.Second, ""},
	} {
		for way, end := range map[string]func(*wiretest.Peer){
			"end of input": func(p *wiretest.Peer) { _ = p.In.Close() },
			"cancellation": func(p *wiretest.Peer) { p.Stop() },
		} {
			t.Run(test.name+" after "+way, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					s := wiretest.NewServer(t, wiretest.Quiet())
					wiretest.AddTool(s, "slow", slow)
					wiretest.AddTool(s, "deaf", deaf)
					p := wiretest.ConnectInMemory(t, New(s, Options{Grace: test.grace}).Serve)
					p.Send(wiretest.Listen(`"stream"`, `"toolsListChanged":true`))
					p.Next() // its acknowledgement
					p.Send(wiretest.CallLine("1", test.tool))
					synctest.Wait()
					start := time.Now()
					end(p)
					if m := p.Next(); string(m.ID) != `"stream"` || time.Since(start) > 0 {
						t.Errorf("the stream was not ended at once: %+v", m)
					}
					messages, err := p.Rest()
					if err != nil {
						t.Errorf("Serve returned %v", err)
					}
					if took := time.Since(start); took != test.took {
						t.Errorf("Serve took %v, want %v", took, test.took)
					}
					var texts []string
					for _, m := range messages {
						texts = append(texts, m.Tool(t).Content[0].Text)
					}
					if got := strings.Join(texts, ", "); got != test.want {
						t.Errorf("answered %q, want %q", got, test.want)
					}
					time.Sleep(2 * time.Hour) // what was left behind comes back, to no effect
				})
			})
		}
	}
}

func TestCancellationEndsAReadThatWouldBlock(t *testing.T) {
	t.Parallel()
	p := wiretest.Connect(t, New(wiretest.NewServer(t, wiretest.Quiet()), Options{}).Serve)
	p.Send(wiretest.CallLine("1", "echo"))
	p.Next()
	p.Stop()
	if messages, err := p.Rest(); err != nil || len(messages) > 0 {
		t.Errorf("got %+v, %v", messages, err)
	}
}

func TestFailedWriteEndsServingAndCancelsCalls(t *testing.T) {
	t.Parallel()
	h := newHeld()
	ended := make(chan struct{})
	s := wiretest.NewServer(t, wiretest.Quiet())
	wiretest.AddTool(s, "held", func(ctx context.Context, request mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		defer close(ended)
		return h.handle(ctx, request)
	})
	p := wiretest.ConnectInMemory(t, New(s, Options{}).Serve)
	p.Send(wiretest.CallLine("1", "held"))
	<-h.arrived
	_ = p.OutEnd.Close()
	p.Send(wiretest.CallLine("2", "echo"))
	if err := <-p.Served; !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("Serve returned %v", err)
	}
	<-ended
}

func TestFailedReadIsReported(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	var out strings.Builder
	in := io.MultiReader(strings.NewReader(wiretest.CallLine("1", "echo")+"\n"+wiretest.CallLine("2", "ec")), failing{broken})
	err := New(wiretest.NewServer(t, wiretest.Quiet()), Options{}).Serve(t.Context(), in, &out)
	if !errors.Is(err, broken) {
		t.Errorf("Serve returned %v", err)
	}
	if strings.Count(out.String(), "\n") != 1 {
		t.Errorf("half a message was served: %s", out.String())
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

func TestWriteThatHangsDoesNotHoldServe(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := wiretest.ConnectInMemory(t, New(wiretest.NewServer(t, wiretest.Quiet()), Options{Grace: time.Minute}).Serve)
		p.Send(wiretest.CallLine("1", "echo")) // nobody reads the answer
		synctest.Wait()
		p.Stop()
		if err := <-p.Served; err != nil {
			t.Error(err)
		}
	})
}

func TestNothingIsWrittenAfterServeReturned(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := wiretest.NewServer(t, wiretest.Quiet())
		wiretest.AddTool(s, "deaf", deaf)
		var out strings.Builder
		err := New(s, Options{Grace: time.Second}).
			Serve(t.Context(), strings.NewReader(wiretest.CallLine("1", "deaf")), &out)
		time.Sleep(2 * time.Hour) // the call comes back
		if err != nil || out.Len() > 0 {
			t.Errorf("wrote %q, %v", out.String(), err)
		}
	})
}
