// Package wiretest is what the tests of the transports share. Its clients see the bytes that a client gets.
//
//	peer.go  a server to serve, and a client on a pair of pipes
//	site.go  a client over HTTP, on sockets or in memory
//	accepting.go  a client of mcp-go whose user accepts everything
//	log.go   a log that a test can read
package wiretest

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"testing"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"featurebase-mcp/internal/wire"
)

// What clients say of themselves.
const (
	Initialize = `{"jsonrpc":"2.0","id":"init","method":"initialize","params":{"protocolVersion":"2025-11-25",` +
		`"capabilities":{},"clientInfo":{"name":"test","version":"1"}}}`
	InitializeElicit = `{"jsonrpc":"2.0","id":"init","method":"initialize","params":{"protocolVersion":"2025-11-25",` +
		`"capabilities":{"elicitation":{}},"clientInfo":{"name":"test","version":"1"}}}`
	ModernMeta = `"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28",` +
		`"io.modelcontextprotocol/clientCapabilities":{}}`
)

// CallLine is a request to call a tool without arguments.
func CallLine(id, tool string) string {
	return `{"jsonrpc":"2.0","id":` + id + `,"method":"tools/call","params":{"name":"` + tool + `"}}`
}

// NewServer returns a guarded server with an echo tool, and what else the test adds.
func NewServer(t testing.TB, log *slog.Logger, options ...server.ServerOption) *server.MCPServer {
	t.Helper()
	options = append([]server.ServerOption{
		wire.Guard(log), server.WithToolCapabilities(true), server.WithResourceCapabilities(false, true),
	}, options...)
	s := server.NewMCPServer("test", "1", options...)
	AddTool(s, "echo", func(_ context.Context, request mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		return mcp.NewToolResultText(request.GetString("text", "")), nil
	})
	return s
}

// AddTool adds a tool without a schema.
func AddTool(s *server.MCPServer, name string, handler server.ToolHandlerFunc) {
	s.AddTool(mcp.NewTool(name, mcp.WithDescription(name)), handler)
}

// Asker is a server with the tool ask, which notifies, asks, and tells what it was answered.
func Asker(t testing.TB) *server.MCPServer {
	t.Helper()
	s := NewServer(t, Quiet())
	AddTool(s, "ask", func(ctx context.Context, _ mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		_ = wire.Notify(ctx, "notifications/asking", nil)
		answer, err := s.RequestElicitation(ctx, mcp.ElicitationRequest{Params: mcp.ElicitationParams{
			Message:         "sure?",
			RequestedSchema: map[string]any{"type": "object"},
		}})
		_ = wire.Notify(ctx, "notifications/asked", nil)
		if err != nil {
			return mcp.NewToolResultError(err.Error()), nil
		}
		return mcp.NewToolResultText(fmt.Sprint(answer.Action, " ", answer.Content)), nil
	})
	return s
}

// Message is any JSON-RPC message.
type Message struct {
	JSONRPC string          `json:"jsonrpc"`
	ID      json.RawMessage `json:"id"`
	Method  string          `json:"method"`
	Params  map[string]any  `json:"params"`
	Result  json.RawMessage `json:"result"`
	Error   *struct {
		Code    int    `json:"code"`
		Message string `json:"message"`
		Data    any    `json:"data"`
	} `json:"error"`

	Line []byte `json:"-"`
}

// ToolResult is the part of a tool result that tests look at.
type ToolResult struct {
	IsError bool `json:"isError"`
	Content []struct {
		Text string `json:"text"`
	} `json:"content"`
}

// Tool is the result of a call.
func (m Message) Tool(t testing.TB) ToolResult {
	t.Helper()
	var result ToolResult
	if err := json.Unmarshal(m.Result, &result); err != nil || len(result.Content) == 0 {
		t.Fatalf("no tool result in %+v: %v", m, err)
	}
	return result
}

// Peer is a client on a pair of pipes.
type Peer struct {
	// In is the input of the server, and OutEnd the reading end of its output.
	In     io.WriteCloser
	OutEnd io.Closer
	// Stop ends the context of the server, and Served gets its error.
	Stop   context.CancelFunc
	Served chan error

	t   testing.TB
	out *bufio.Reader
}

// Connect serves over operating system pipes.
func Connect(t testing.TB, serve Serve) *Peer {
	t.Helper()
	inReader, inWriter, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	outReader, outWriter, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	return connect(t, serve, inReader, inWriter, outReader, outWriter)
}

// ConnectInMemory serves over in-memory pipes, which a synctest bubble understands.
func ConnectInMemory(t testing.TB, serve Serve) *Peer {
	t.Helper()
	inReader, inWriter := io.Pipe()
	outReader, outWriter := io.Pipe()
	return connect(t, serve, inReader, inWriter, outReader, outWriter)
}

// Serve serves a pair of streams, as stdio does.
type Serve func(ctx context.Context, in io.Reader, out io.Writer) error

func connect(t testing.TB, serve Serve, inReader io.ReadCloser, inWriter io.WriteCloser, outReader io.ReadCloser, outWriter io.WriteCloser) *Peer {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	p := &Peer{In: inWriter, OutEnd: outReader, Stop: stop, Served: make(chan error, 1), t: t, out: bufio.NewReader(outReader)}
	go func() {
		p.Served <- serve(ctx, inReader, outWriter)
		_ = outWriter.Close()
		_ = inReader.Close()
	}()
	t.Cleanup(func() {
		stop()
		_ = inWriter.Close()
		_, _ = io.Copy(io.Discard, p.out)
		_ = outReader.Close()
	})
	return p
}

// Send writes lines.
func (p *Peer) Send(lines ...string) {
	p.t.Helper()
	if _, err := io.WriteString(p.In, strings.Join(lines, "\n")+"\n"); err != nil {
		p.t.Fatal(err)
	}
}

// Next returns the next Message the server wrote.
func (p *Peer) Next() Message {
	p.t.Helper()
	line, err := p.out.ReadBytes('\n')
	if err != nil {
		p.t.Fatalf("read %q: %v", line, err)
	}
	var m Message
	if err := json.Unmarshal(line, &m); err != nil || m.JSONRPC != "2.0" {
		p.t.Fatalf("not a message: %q: %v", line, err)
	}
	m.Line = line
	return m
}

// Handshake initializes with the given line and reads the answer.
func (p *Peer) Handshake(line string) {
	p.t.Helper()
	p.Send(line)
	if m := p.Next(); m.Error != nil || string(m.ID) != `"init"` {
		p.t.Fatalf("initialize answered %+v", m)
	}
}

// End closes the server's input and returns what is left of its output, and Serve's error.
func (p *Peer) End() ([]Message, error) {
	p.t.Helper()
	if err := p.In.Close(); err != nil {
		p.t.Fatal(err)
	}
	return p.Rest()
}

// Rest returns what the server writes until it stops, and Serve's error.
func (p *Peer) Rest() ([]Message, error) {
	p.t.Helper()
	var messages []Message
	decoder := json.NewDecoder(p.out)
	for {
		var m Message
		err := decoder.Decode(&m)
		if errors.Is(err, io.EOF) {
			return messages, <-p.Served
		}
		if err != nil {
			p.t.Fatal(err)
		}
		messages = append(messages, m)
	}
}

// Listen opens a subscription.
func Listen(id, wants string) string {
	return `{"jsonrpc":"2.0","id":` + id + `,"method":"subscriptions/listen","params":{` + ModernMeta +
		`,"notifications":{` + wants + `}}}`
}

// Subscription returns the id that a notification or a result is tagged with, as it was written.
func (m Message) Subscription() string {
	type tags struct {
		Meta map[string]json.RawMessage `json:"_meta"`
	}
	var tagged struct {
		Params tags `json:"params"`
		Result tags `json:"result"`
	}
	_ = json.Unmarshal(m.Line, &tagged)
	if m.Method == "" {
		return string(tagged.Result.Meta[mcp.MetaKeySubscriptionID])
	}
	return string(tagged.Params.Meta[mcp.MetaKeySubscriptionID])
}
