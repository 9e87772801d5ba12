package wire

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	initialize = `{"jsonrpc":"2.0","id":"init","method":"initialize","params":{"protocolVersion":"2025-11-25",` +
		`"capabilities":{},"clientInfo":{"name":"test","version":"1"}}}`
	initializeElicit = `{"jsonrpc":"2.0","id":"init","method":"initialize","params":{"protocolVersion":"2025-11-25",` +
		`"capabilities":{"elicitation":{}},"clientInfo":{"name":"test","version":"1"}}}`
	modernMeta = `"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28",` +
		`"io.modelcontextprotocol/clientCapabilities":{}}`
)

// callLine is a request to call a tool without arguments.
func callLine(id, tool string) string {
	return `{"jsonrpc":"2.0","id":` + id + `,"method":"tools/call","params":{"name":"` + tool + `"}}`
}

// newServer returns a guarded server with an echo tool, and what else the test adds.
func newServer(t testing.TB, log *slog.Logger, options ...server.ServerOption) *server.MCPServer {
	t.Helper()
	options = append([]server.ServerOption{
		Guard(log), server.WithToolCapabilities(true), server.WithResourceCapabilities(false, true),
	}, options...)
	s := server.NewMCPServer("test", "1", options...)
	addTool(s, "echo", func(_ context.Context, request mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		return mcp.NewToolResultText(request.GetString("text", "")), nil
	})
	return s
}

func addTool(s *server.MCPServer, name string, handler server.ToolHandlerFunc) {
	s.AddTool(mcp.NewTool(name, mcp.WithDescription(name)), handler)
}

// message is any JSON-RPC message.
type message struct {
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

	line []byte
}

// tool is the part of a tool result that tests look at.
type tool struct {
	IsError bool `json:"isError"`
	Content []struct {
		Text string `json:"text"`
	} `json:"content"`
}

func (m message) tool(t testing.TB) tool {
	t.Helper()
	var result tool
	if err := json.Unmarshal(m.Result, &result); err != nil || len(result.Content) == 0 {
		t.Fatalf("no tool result in %+v: %v", m, err)
	}
	return result
}

// peer is a client that sees the bytes.
type peer struct {
	t      testing.TB
	in     io.WriteCloser
	out    *bufio.Reader
	outEnd io.Closer
	stop   context.CancelFunc
	served chan error
}

// connect serves over operating system pipes.
func connect(t testing.TB, s *server.MCPServer, options StdioOptions) *peer {
	t.Helper()
	inReader, inWriter, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	outReader, outWriter, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	return serve(t, s, options, inReader, inWriter, outReader, outWriter)
}

// connectInMemory serves over in-memory pipes, which a synctest bubble understands.
func connectInMemory(t testing.TB, s *server.MCPServer, options StdioOptions) *peer {
	t.Helper()
	inReader, inWriter := io.Pipe()
	outReader, outWriter := io.Pipe()
	return serve(t, s, options, inReader, inWriter, outReader, outWriter)
}

func serve(
	t testing.TB, s *server.MCPServer, options StdioOptions,
	inReader, inWriter, outReader, outWriter interface {
		io.Closer
	},
) *peer {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	p := &peer{
		t: t, in: inWriter.(io.WriteCloser), out: bufio.NewReader(outReader.(io.Reader)), outEnd: outReader,
		stop: stop, served: make(chan error, 1),
	}
	go func() {
		p.served <- NewStdio(s, options).Serve(ctx, inReader.(io.Reader), outWriter.(io.Writer))
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

func (p *peer) send(lines ...string) {
	p.t.Helper()
	if _, err := io.WriteString(p.in, strings.Join(lines, "\n")+"\n"); err != nil {
		p.t.Fatal(err)
	}
}

// next returns the next message the server wrote.
func (p *peer) next() message {
	p.t.Helper()
	line, err := p.out.ReadBytes('\n')
	if err != nil {
		p.t.Fatalf("read %q: %v", line, err)
	}
	var m message
	if err := json.Unmarshal(line, &m); err != nil || m.JSONRPC != "2.0" {
		p.t.Fatalf("not a message: %q: %v", line, err)
	}
	m.line = line
	return m
}

// handshake initializes with the given line and reads the answer.
func (p *peer) handshake(line string) {
	p.t.Helper()
	p.send(line)
	if m := p.next(); m.Error != nil || string(m.ID) != `"init"` {
		p.t.Fatalf("initialize answered %+v", m)
	}
}

// end closes the server's input and returns what is left of its output, and Serve's error.
func (p *peer) end() ([]message, error) {
	p.t.Helper()
	if err := p.in.Close(); err != nil {
		p.t.Fatal(err)
	}
	return p.rest()
}

// rest returns what the server writes until it stops, and Serve's error.
func (p *peer) rest() ([]message, error) {
	p.t.Helper()
	var messages []message
	decoder := json.NewDecoder(p.out)
	for {
		var m message
		err := decoder.Decode(&m)
		if errors.Is(err, io.EOF) {
			return messages, <-p.served
		}
		if err != nil {
			p.t.Fatal(err)
		}
		messages = append(messages, m)
	}
}

// logged is a log that a test can read.
type logged struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *logged) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

func (l *logged) logger() *slog.Logger { return slog.New(slog.NewTextHandler(l, nil)) }

// quiet is a log that nobody reads.
func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }
