package wire

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
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
		for way, end := range map[string]func(*peer){
			"end of input": func(p *peer) { _ = p.in.Close() },
			"cancellation": func(p *peer) { p.stop() },
		} {
			t.Run(test.name+" after "+way, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					s := newServer(t, quiet())
					addTool(s, "slow", slow)
					addTool(s, "deaf", deaf)
					p := connectInMemory(t, s, StdioOptions{Grace: test.grace})
					p.send(listen(`"stream"`, `"toolsListChanged":true`))
					p.next() // its acknowledgement
					p.send(callLine("1", test.tool))
					synctest.Wait()
					start := time.Now()
					end(p)
					if m := p.next(); string(m.ID) != `"stream"` || time.Since(start) > 0 {
						t.Errorf("the stream was not ended at once: %+v", m)
					}
					messages, err := p.rest()
					if err != nil {
						t.Errorf("Serve returned %v", err)
					}
					if took := time.Since(start); took != test.took {
						t.Errorf("Serve took %v, want %v", took, test.took)
					}
					var texts []string
					for _, m := range messages {
						texts = append(texts, m.tool(t).Content[0].Text)
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
	p := connect(t, newServer(t, quiet()), StdioOptions{})
	p.send(callLine("1", "echo"))
	p.next()
	p.stop()
	if messages, err := p.rest(); err != nil || len(messages) > 0 {
		t.Errorf("got %+v, %v", messages, err)
	}
}

func TestFailedWriteEndsServingAndCancelsCalls(t *testing.T) {
	t.Parallel()
	h := newHeld()
	ended := make(chan struct{})
	s := newServer(t, quiet())
	addTool(s, "held", func(ctx context.Context, request mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		defer close(ended)
		return h.handle(ctx, request)
	})
	p := connectInMemory(t, s, StdioOptions{})
	p.send(callLine("1", "held"))
	<-h.arrived
	_ = p.outEnd.Close()
	p.send(callLine("2", "echo"))
	if err := <-p.served; !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("Serve returned %v", err)
	}
	<-ended
}

func TestFailedReadIsReported(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	var out strings.Builder
	in := io.MultiReader(strings.NewReader(callLine("1", "echo")+"\n"+callLine("2", "ec")), failing{broken})
	err := NewStdio(newServer(t, quiet()), StdioOptions{}).Serve(t.Context(), in, &out)
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
		p := connectInMemory(t, newServer(t, quiet()), StdioOptions{Grace: time.Minute})
		p.send(callLine("1", "echo")) // nobody reads the answer
		synctest.Wait()
		p.stop()
		if err := <-p.served; err != nil {
			t.Error(err)
		}
	})
}

func TestNothingIsWrittenAfterServeReturned(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newServer(t, quiet())
		addTool(s, "deaf", deaf)
		var out strings.Builder
		err := NewStdio(s, StdioOptions{Grace: time.Second}).
			Serve(t.Context(), strings.NewReader(callLine("1", "deaf")), &out)
		time.Sleep(2 * time.Hour) // the call comes back
		if err != nil || out.Len() > 0 {
			t.Errorf("wrote %q, %v", out.String(), err)
		}
	})
}
