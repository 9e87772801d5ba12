package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"featurebase-mcp/internal/sandbox"
)

// actingAdmin is the admin in whose name the sandbox's writes are made.
const actingAdmin = "tomasz@plumline.example"

// stage is a state file of the sandbox, and what the program is started with to work on it.
type stage struct {
	program string
	state   string
}

// newStage makes the state file of an organization in its first state.
func newStage(program, folder string, seed uint64, clock time.Time) (*stage, error) {
	s := &stage{program: program, state: filepath.Join(folder, "state.json")}
	_, err := s.control(sandbox.Options{Seed: seed, Clock: clock}, http.MethodPost, "reset")
	return s, err
}

// control asks one of the sandbox's own routes about the state file.
func (s *stage) control(options sandbox.Options, method, route string) ([]byte, error) {
	options.StateFile, options.Control = s.state, true
	box, err := sandbox.New(options)
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequest(method, "http://127.0.0.1/_sandbox/"+route, http.NoBody) //nolint:noctx // it is answered in the process
	if err != nil {
		return nil, err
	}
	res, err := box.Transport().RoundTrip(req)
	if err != nil {
		return nil, err
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %d %s", route, res.StatusCode, body)
	}
	return body, err
}

// applied is a write in the journal of the sandbox.
type applied struct {
	Operation string         `json:"operation"`
	Path      string         `json:"path"`
	Body      map[string]any `json:"body"`
}

// journal returns the writes that were applied.
func (s *stage) journal() ([]applied, error) {
	body, err := s.control(sandbox.Options{}, http.MethodGet, "journal")
	if err != nil {
		return nil, err
	}
	var list struct {
		Data []applied `json:"data"`
	}
	err = json.Unmarshal(body, &list)
	return list.Data, err
}

// arguments are those of the program for a task.
func (s *stage) arguments(t *task) []string {
	return []string{"--sandbox", "--sandbox-state", s.state, "--acting-admin", actingAdmin, "--toolsets", t.sets}
}

// answer is what a tool answered.
type answer struct {
	call    toolCall // with the arguments that were sent
	text    string
	refused bool
}

// play makes the calls of an expert, one after the other, as a host would: over standard input and output.
func (s *stage) play(ctx context.Context, t *task, in *scope) ([]answer, error) {
	h, err := s.start(ctx, t)
	if err != nil {
		return nil, err
	}
	defer h.end()
	var list []answer
	for _, c := range t.calls {
		if c.arguments, err = in.fill(c.arguments); err != nil {
			return list, fmt.Errorf("%s: %s: %w", t.name, c.tool, err)
		}
		text, refused, err := h.call(c)
		if err != nil {
			return list, fmt.Errorf("%s: %s %s: %w", t.name, c.tool, c.arguments, err)
		}
		list = append(list, answer{c, text, refused})
		in.answers = append(in.answers, text)
	}
	return list, nil
}

// host is a client of the program over pipes.
type host struct {
	cmd    *exec.Cmd
	stdin  io.WriteCloser
	stdout *bufio.Reader
	stderr bytes.Buffer
	id     int
}

// start starts the program for a task, and shakes hands.
func (s *stage) start(ctx context.Context, t *task) (*host, error) {
	h := &host{cmd: exec.CommandContext(ctx, s.program, s.arguments(t)...)} //nolint:gosec // the program that was built, or that the user names
	h.cmd.Stderr = &h.stderr
	var err error
	if h.stdin, err = h.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	stdout, err := h.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	h.stdout = bufio.NewReader(stdout)
	if err := h.cmd.Start(); err != nil {
		return nil, err
	}
	hello := map[string]any{"protocolVersion": "2025-11-25", "capabilities": map[string]any{}, "clientInfo": map[string]any{"name": "tasks", "version": "1"}}
	if _, err := h.ask("initialize", hello); err != nil {
		h.end()
		return nil, fmt.Errorf("%w: %s", err, h.stderr.String())
	}
	return h, h.send(map[string]any{"jsonrpc": "2.0", "method": "notifications/initialized"})
}

// end ends the program as a host does: by the end of its input.
func (h *host) end() {
	_ = h.stdin.Close()
	_ = h.cmd.Wait()
}

func (h *host) send(message map[string]any) error {
	line, err := json.Marshal(message)
	if err != nil {
		return err
	}
	_, err = h.stdin.Write(append(line, '\n'))
	return err
}

// ask sends a request and returns its result.
func (h *host) ask(method string, params any) (json.RawMessage, error) {
	h.id++
	if err := h.send(map[string]any{"jsonrpc": "2.0", "id": h.id, "method": method, "params": params}); err != nil {
		return nil, err
	}
	for {
		line, err := h.stdout.ReadBytes('\n')
		if err != nil {
			return nil, err
		}
		var m struct {
			ID     int             `json:"id"`
			Method string          `json:"method"`
			Result json.RawMessage `json:"result"`
			Error  json.RawMessage `json:"error"`
		}
		if err := json.Unmarshal(line, &m); err != nil {
			return nil, fmt.Errorf("%w in %.200q", err, line)
		}
		switch {
		case m.Method != "": // a notification
		case m.ID != h.id:
			return nil, fmt.Errorf("an answer to %d, not %d", m.ID, h.id)
		case m.Error != nil:
			return nil, refusal(m.Error)
		default:
			return m.Result, nil
		}
	}
}

// refusal is an error of the protocol: the program refused the call before a tool saw it.
type refusal string

func (r refusal) Error() string { return string(r) }

// call calls a tool and returns what a model reads.
func (h *host) call(c toolCall) (text string, refused bool, err error) {
	result, err := h.ask("tools/call", map[string]any{"name": c.tool, "arguments": json.RawMessage(c.arguments)})
	if refused, ok := errors.AsType[refusal](err); ok {
		return string(refused), true, nil
	}
	if err != nil {
		return "", false, err
	}
	var r struct {
		Content []struct {
			Text string `json:"text"`
		} `json:"content"`
		IsError bool `json:"isError"`
	}
	if err := json.Unmarshal(result, &r); err != nil {
		return "", false, err
	}
	var b strings.Builder
	for _, c := range r.Content {
		b.WriteString(c.Text)
	}
	return b.String(), r.IsError, nil
}
