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
func (t terminal) Elicit(_ context.Context, request mcp.ElicitationRequest) (*mcp.ElicitationResult, error) {
	if _, err := fmt.Fprintf(t.out, "%s\n[y/N] ", request.Params.Message); err != nil {
		return nil, fmt.Errorf("ask: %w", err)
	}
	line, err := bufio.NewReader(t.in).ReadString('\n')
	result := &mcp.ElicitationResult{}
	switch answer := strings.ToLower(strings.TrimSpace(line)); {
	case answer == "y" || answer == "yes":
		result.Action = mcp.ElicitationResponseActionAccept
	case err != nil: // the end of the input
		result.Action = mcp.ElicitationResponseActionCancel
	default:
		result.Action = mcp.ElicitationResponseActionDecline
	}
	return result, nil
}
