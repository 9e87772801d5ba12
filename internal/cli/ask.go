package cli

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"

	"github.com/mark3labs/mcp-go/mcp"
)

// terminal asks the user questions. It writes them to out and reads the answers from in.
type terminal struct {
	in  io.Reader
	out io.Writer

	mu   sync.Mutex
	open chan struct{} // closed when the open question is taken back; nil while there is none
}

// asker returns the terminal. It returns nil where nobody can answer, because standard input is not a terminal or holds the arguments.
func (c callCommand) asker(e *environment) *terminal {
	if !isTerminal(e.In) || slices.Contains(c.Arguments, "-") {
		return nil
	}
	return &terminal{in: e.In, out: e.Err}
}

// Elicit implements mcpclient.ElicitationHandler. It accepts only when the user types yes before the question is taken back.
func (t *terminal) Elicit(ctx context.Context, request mcp.ElicitationRequest) (*mcp.ElicitationResult, error) {
	back := t.begin()
	if _, err := fmt.Fprintf(t.out, "%s\n[y/N] ", request.Params.Message); err != nil {
		return nil, fmt.Errorf("ask: %w", err)
	}
	read := make(chan mcp.ElicitationResponseAction, 1)
	go func() { read <- t.read() }()
	action := mcp.ElicitationResponseActionCancel
	select {
	case action = <-read:
	case <-back: // the goroutine that waits for a line ends with the process
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if !t.close() {
		action = mcp.ElicitationResponseActionCancel
	}
	response := mcp.ElicitationResponse{Action: action}
	if action == mcp.ElicitationResponseActionAccept {
		response.Content = consent(request.Params.RequestedSchema)
	}
	return &mcp.ElicitationResult{ElicitationResponse: response}, nil
}

func (t *terminal) begin() <-chan struct{} {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.open = make(chan struct{})
	return t.open
}

// close ends the question, and reports whether it was still open.
func (t *terminal) close() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	wasOpen := t.open != nil
	t.open = nil
	return wasOpen
}

// takeBack ends an open question without an answer, so that nothing is sent. It reports whether a question was open.
func (t *terminal) takeBack() bool {
	if t == nil {
		return false
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.open == nil {
		return false
	}
	close(t.open)
	t.open = nil
	return true
}

// read reads the next line of the user and returns its meaning.
func (t *terminal) read() mcp.ElicitationResponseAction {
	line, err := bufio.NewReader(t.in).ReadString('\n')
	switch answer := strings.ToLower(strings.TrimSpace(line)); {
	case answer == "y" || answer == "yes":
		return mcp.ElicitationResponseActionAccept
	case err != nil: // the end of the input
		return mcp.ElicitationResponseActionCancel
	default:
		return mcp.ElicitationResponseActionDecline
	}
}

// consent fills in the form of a question that the user has answered with yes. It ticks every box of the form.
func consent(form any) map[string]any {
	content := map[string]any{}
	schema, _ := form.(map[string]any)
	fields, _ := schema["properties"].(map[string]any)
	for name, field := range fields {
		if f, ok := field.(map[string]any); ok && f["type"] == "boolean" {
			content[name] = true
		}
	}
	return content
}
