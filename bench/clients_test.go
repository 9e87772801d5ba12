package bench

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
)

const initialize = `{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"bench","version":"1"}}`

// client speaks to a server: over a pipe when it has no address, over Streamable HTTP otherwise, and then many may ask at once.
type client struct {
	server       *process
	url, session string
	ids          atomic.Int64
}

// connect opens a client of either transport, and shakes hands.
func connect(tb testing.TB, s *process, transport string) *client {
	tb.Helper()
	c := &client{server: s}
	if transport == "http" {
		line, err := s.stdout.ReadString('\n')
		_, url, found := strings.Cut(strings.TrimSpace(line), " at ")
		if err != nil || !found {
			tb.Fatalf("it says %q: %v", line, err)
		}
		c.url = url
	}
	c.must(tb, "initialize", initialize)
	if _, err := c.send(`{"jsonrpc":"2.0","method":"notifications/initialized"}`, false); err != nil {
		tb.Fatal(err)
	}
	return c
}

// must asks what has to be answered.
func (c *client) must(tb testing.TB, method, params string) {
	tb.Helper()
	if _, err := c.ask(method, params); err != nil {
		tb.Fatal(err)
	}
}

// ask sends a request and returns the answer. Its beginning is enough to see that it is one: decoding it would take time from the servers, who share the
// processors, and the one whose answers are longer would look slower for it.
func (c *client) ask(method, params string) ([]byte, error) {
	id := c.ids.Add(1)
	answer, err := c.send(fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"method":%q,"params":%s}`, id, method, params), true)
	if err == nil && !bytes.HasPrefix(answer, fmt.Appendf(nil, `{"jsonrpc":"2.0","id":%d,"result":`, id)) {
		err = fmt.Errorf("request %d, %s, was answered %.300q", id, method, answer)
	}
	return answer, err
}

// send sends a message and returns the answer, if one is expected.
func (c *client) send(message string, answered bool) ([]byte, error) {
	if c.url != "" {
		return c.post(message)
	}
	if _, err := io.WriteString(c.server.stdin, message+"\n"); err != nil || !answered {
		return nil, err
	}
	return c.server.stdout.ReadBytes('\n')
}

// post returns the body of the response, without the framing of an event stream.
func (c *client) post(message string) ([]byte, error) {
	r, err := http.NewRequest(http.MethodPost, c.url, strings.NewReader(message))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", "application/json, text/event-stream")
	if c.session != "" {
		r.Header.Set("Mcp-Session-Id", c.session)
	}
	response, err := connections.Do(r)
	if err != nil {
		return nil, err
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode/100 != 2 {
		err = fmt.Errorf("%s: %.300q", response.Status, body)
	}
	if c.session == "" {
		c.session = response.Header.Get("Mcp-Session-Id")
	}
	if _, data, framed := bytes.Cut(body, []byte("\ndata: ")); framed {
		body, _, _ = bytes.Cut(data, []byte("\n"))
	}
	return body, err
}

// connections are kept for as many callers as there are.
var connections = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 256}}

// call returns what makes a call of a tool whose answer has to hold some words.
func call(tool, arguments, words string) func(*client) error {
	return func(c *client) error {
		answer, err := c.ask("tools/call", fmt.Sprintf(`{"name":%q,"arguments":%s}`, tool, arguments))
		if err == nil && (bytes.Contains(answer, []byte(`"isError":true`)) || !bytes.Contains(answer, []byte(words))) {
			err = fmt.Errorf("%s was answered %.300q", tool, answer)
		}
		return err
	}
}
