package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"strings"
	"testing"

	"github.com/mark3labs/mcp-go/mcp"

	"featurebase-mcp/client"
	"featurebase-mcp/internal/app"
	"featurebase-mcp/tools"
)

// Somebody at a terminal reads what would happen, and only a yes makes it happen.
func TestSomebodyAtATerminalIsAsked(t *testing.T) {
	t.Parallel()
	for typed, done := range map[string]bool{"y\n": true, "YES \n": true, "y": true, "n\n": false, "\n": false, "": false, "yep\n": false} {
		a, err := app.New(app.Config{
			Sandbox: &app.Sandbox{}, Client: client.Config{Version: "2026-01-01.nova"}, Selection: tools.Selection{Toolsets: []string{tools.AllTools}},
		})
		if err != nil {
			t.Fatal(err)
		}
		var shown bytes.Buffer
		ctx := context.WithoutCancel(t.Context())
		host, disconnect, err := (&environment{flags: &Flags{}}).connect(ctx, a, slog.New(slog.DiscardHandler), &terminal{in: strings.NewReader(typed), out: &shown})
		if err != nil {
			t.Fatal(err)
		}
		res, err := host.CallTool(ctx, mcp.CallToolRequest{Params: mcp.CallToolParams{Name: "delete_conversation", Arguments: json.RawMessage(`{"conversationId":"10083"}`)}})
		if err != nil {
			t.Fatal(err)
		}
		if res.IsError == done || !strings.HasPrefix(shown.String(), "Delete conversation: ") || !strings.HasSuffix(shown.String(), "\n[y/N] ") {
			t.Errorf("%q: %v\n%s", typed, res.Content, shown.String())
		}
		disconnect()
		a.Close(ctx)
	}
}

// A signal while the question is open ends the call: nothing waits for a key.
func TestASignalTakesAQuestionBack(t *testing.T) {
	t.Parallel()
	input, typing := io.Pipe()
	defer func() { _ = typing.Close() }()
	ctx, signal := context.WithCancel(t.Context())
	asked := writing(func() { signal() })
	if res, err := (&terminal{in: input, out: asked}).Elicit(ctx, mcp.ElicitationRequest{}); res != nil || !errors.Is(err, context.Canceled) {
		t.Errorf("%+v %v", res, err)
	}
}

// writing is a writer that does something whatever is written.
type writing func()

func (w writing) Write(p []byte) (int, error) {
	w()
	return len(p), nil
}

// Where nobody sits at standard input, nobody is asked: the mode decides.
func TestTheModeOfConfirmationIsThatOfTheFlag(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		environ []string
		flags   []string
		code    int
	}{
		{nil, nil, 0},
		{nil, []string{"--confirm", "never"}, 0},
		{nil, []string{"--confirm", "always"}, 1},
		{[]string{"FEATUREBASE_CONFIRM=always"}, nil, 1},
		{nil, []string{"--confirm", "sometimes"}, 2},
	} {
		got := start("y\n", tc.environ, append([]string{"call", "--sandbox", "delete_conversation", "conversationId=10083"}, tc.flags...)...)
		if got.code != tc.code || strings.Contains(got.err, "[y/N]") || tc.code == 1 && !strings.Contains(got.err, "this client cannot ask") {
			t.Errorf("%v %v: %+v", tc.environ, tc.flags, got)
		}
	}
}
