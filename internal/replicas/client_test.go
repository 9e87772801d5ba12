//go:build blackbox && unix

package replicas

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
)

const (
	ann = "token-of-ann-0123456789"
	bob = "token-of-bob-0123456789"
)

// message is any JSON-RPC message.
type message struct {
	ID     json.RawMessage `json:"id"`
	Method string          `json:"method"`
	Result struct {
		Content []struct {
			Text string `json:"text"`
		} `json:"content"`
		IsError      bool   `json:"isError"`
		ResultType   string `json:"resultType"`
		RequestState string `json:"requestState"`
		Tools        []any  `json:"tools"`
		Meta         struct {
			Confirm struct {
				Token string `json:"token"`
			} `json:"featurebase/confirm"`
		} `json:"_meta"`
	} `json:"result"`
	Error *struct {
		Message string `json:"message"`
	} `json:"error"`
}

// text is what a model reads.
func (m message) text() string {
	if m.Error != nil {
		return "error: " + m.Error.Message
	}
	var all []string
	for _, c := range m.Result.Content {
		all = append(all, c.Text)
	}
	return strings.Join(all, "\n")
}

// fine reports whether a call was made.
func (m message) fine() bool {
	return m.Error == nil && !m.Result.IsError && m.Result.ResultType != "input_required" && len(m.Result.Content) > 0
}

// send POSTs a message. Whatever goes wrong on the way is an error.
func send(ctx context.Context, url, token, body string, headers ...string) (*http.Response, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, url+"/mcp", strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", "application/json, text/event-stream")
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	return http.DefaultTransport.RoundTrip(r)
}

// read returns the messages of an answer, be it a stream or one document, as they come.
func read(response *http.Response, each func(message) (more bool)) error {
	defer response.Body.Close() //nolint:errcheck // nothing follows
	if response.StatusCode != http.StatusOK {
		content, _ := io.ReadAll(response.Body)
		return fmt.Errorf("HTTP %d: %s", response.StatusCode, content)
	}
	lines := bufio.NewScanner(response.Body)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		line := strings.TrimPrefix(lines.Text(), "data: ")
		if !strings.HasPrefix(line, "{") {
			continue
		}
		var m message
		if err := json.Unmarshal([]byte(line), &m); err != nil {
			return err
		}
		if !each(m) {
			return nil
		}
	}
	return lines.Err()
}

// modern makes a call of protocol 2026-07-28. more is what stands beside the arguments.
func modern(ctx context.Context, url, token, tool, arguments, more string, asks bool) (message, error) {
	capabilities := `{}`
	if asks {
		capabilities = `{"elicitation":{}}`
	}
	return calling(ctx, url, token, tool, arguments+more, capabilities)
}

// panels are the capabilities of a client that shows views and has no form.
const panels = `{"extensions":{"io.modelcontextprotocol/ui":{"mimeTypes":["text/html;profile=mcp-app"]}}}`

func calling(ctx context.Context, url, token, tool, arguments, capabilities string) (message, error) {
	body := `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"` + tool + `","arguments":` + arguments +
		`,"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientInfo":{"name":"t","version":"1"},"io.modelcontextprotocol/clientCapabilities":` + capabilities + `}}}`
	response, err := send(ctx, url, token, body, "Mcp-Protocol-Version", "2026-07-28", "Mcp-Method", "tools/call", "Mcp-Name", tool)
	if err != nil {
		return message{}, err
	}
	var answer message
	err = read(response, func(m message) bool { answer = m; return m.Method != "" })
	return answer, err
}

// confirmed makes a call that is asked about, and says yes at another replica. It returns what came of it, and the state that was used.
func confirmed(ctx context.Context, url, token, tool, arguments string) (answer message, state string, err error) {
	asked, err := modern(ctx, url, token, tool, arguments, "", true)
	if err != nil || asked.Result.ResultType != "input_required" {
		return asked, "", err
	}
	state = asked.Result.RequestState
	answer, err = modern(ctx, url, token, tool, arguments, yes(state), true)
	return answer, state, err
}

func yes(state string) string {
	return `,"requestState":"` + state + `","inputResponses":{"confirm":{"action":"accept","content":{"confirm":true}}}`
}

// session is one of protocol 2025-11-25.
type session struct {
	url, token, id string
}

// begin starts a session of a client that can be asked.
func begin(ctx context.Context, t testing.TB, url, token string) *session {
	t.Helper()
	response, err := send(ctx, url, token, `{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{"elicitation":{}},"clientInfo":{"name":"t","version":"1"}}}`)
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	s := &session{url, token, response.Header.Get("Mcp-Session-Id")}
	if s.id == "" {
		t.Fatalf("no session: HTTP %d", response.StatusCode)
	}
	return s
}

func (s *session) post(ctx context.Context, body string) (*http.Response, error) {
	return send(ctx, s.url, s.token, body, "Mcp-Session-Id", s.id, "Mcp-Protocol-Version", "2025-11-25")
}

// call makes a call and answers its question, if it asks one, with yes: at whichever replica the answer comes to.
func (s *session) call(ctx context.Context, tool, arguments string) (answer message, err error) {
	response, err := s.post(ctx, `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"`+tool+`","arguments":`+arguments+`}}`)
	if err != nil {
		return answer, err
	}
	var failed error
	err = read(response, func(m message) bool {
		answer = m
		if m.Method != "elicitation/create" {
			return m.Method != ""
		}
		reply, err := s.post(ctx, `{"jsonrpc":"2.0","id":`+string(m.ID)+`,"result":{"action":"accept","content":{"confirm":true}}}`)
		if err == nil {
			_ = reply.Body.Close()
			if reply.StatusCode != http.StatusAccepted {
				err = fmt.Errorf("the answer to the question: HTTP %d", reply.StatusCode)
			}
		}
		failed = err
		return err == nil
	})
	if err == nil {
		err = failed
	}
	return answer, err
}
