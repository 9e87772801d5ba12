package cli

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	mcpclient "github.com/mark3labs/mcp-go/client"
	"github.com/mark3labs/mcp-go/mcp"
)

// terminal asks the user at it: questions go to out, answers come from in.
type terminal struct {
	in  io.Reader
	out io.Writer
}

// asker returns who asks the user, or nil where nobody would answer: standard input is no terminal, or holds the arguments.
func (c callCommand) asker(e *environment) mcpclient.ElicitationHandler {
	if !isTerminal(e.In) || slices.Contains(c.Arguments, "-") {
		return nil
	}
	return terminal{e.In, e.Err}
}

// Elicit implements mcpclient.ElicitationHandler. Only a yes is one.
func (t terminal) Elicit(ctx context.Context, request mcp.ElicitationRequest) (*mcp.ElicitationResult, error) {
	if _, err := fmt.Fprintf(t.out, "%s\n[y/N] ", request.Params.Message); err != nil {
		return nil, fmt.Errorf("ask: %w", err)
	}
	read := make(chan mcp.ElicitationResponseAction, 1)
	go func() { read <- t.read() }()
	select {
	case action := <-read:
		return &mcp.ElicitationResult{ElicitationResponse: mcp.ElicitationResponse{Action: action}}, nil
	case <-ctx.Done(): // a signal; what waits for a key ends with the process
		return nil, ctx.Err()
	}
}

// read returns what the next line of the user means.
func (t terminal) read() mcp.ElicitationResponseAction {
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
