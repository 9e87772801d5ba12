package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"

	mcpclient "github.com/mark3labs/mcp-go/client"
	"github.com/mark3labs/mcp-go/client/transport"
	"github.com/mark3labs/mcp-go/mcp"

	"featurebase-mcp/internal/app"
	"featurebase-mcp/internal/nearest"
	"featurebase-mcp/internal/wire/stdio"
	"featurebase-mcp/tools"
)

type callCommand struct {
	Tool      string   `arg:"" help:"Name of the tool."`
	Arguments []string `arg:"" optional:"" help:"Arguments: name=value, name:=JSON, one JSON object, or - to read a JSON object from standard input."`
}

// Help tells more about arguments.
func (callCommand) Help() string {
	return `name=value is read as the tool's schema has it: numbers, true and false, lists. Name an argument twice for a list of two, and
an inner one by a dot: author.email=jo@example.com. A tool error is printed on standard error and ends with exit code 1.`
}

// Run makes one call as a host would: through a client, the protocol and the stdio transport.
func (c callCommand) Run(ctx context.Context, e *environment) error {
	cfg, err := e.keyedConfig()
	if err != nil {
		return err
	}
	if len(cfg.Selection.Toolsets) == 0 { // nobody's context is at stake here
		cfg.Selection.Toolsets = []string{tools.AllTools}
	}
	if setting := cfg.Selection.OffBy(c.Tool); setting != "" {
		return usagef("tool %q is switched off by %s", c.Tool, setting)
	}
	a, logger, closeLog, err := e.build(ctx, cfg, e.callLogger)
	if err != nil {
		return err
	}
	defer closeLog()
	return e.closeApp(ctx, a, c.run(ctx, e, a, logger))
}

// callLogger is silent unless asked: somebody at a terminal wants the answer alone.
func (e *environment) callLogger() (*slog.Logger, func(), error) {
	if e.flags.LogLevel == "info" && e.flags.LogFile == "" {
		return slog.New(slog.DiscardHandler), func() {}, nil
	}
	return e.logger()
}

func (c callCommand) run(ctx context.Context, e *environment, a *app.App, logger *slog.Logger) error {
	client, disconnect, err := e.connect(ctx, a, logger, c.asker(e))
	if err != nil {
		return err
	}
	defer disconnect()
	list, err := client.ListTools(ctx, mcp.ListToolsRequest{})
	if err != nil {
		return fmt.Errorf("list tools: %w", err)
	}
	tool, err := find(list.Tools, c.Tool)
	if err != nil {
		return err
	}
	args, err := readArguments(c.Arguments, tool.InputSchema.Properties, e.In)
	if err != nil {
		return usageError{err}
	}
	res, err := client.CallTool(ctx, mcp.CallToolRequest{Params: mcp.CallToolParams{Name: tool.Name, Arguments: args}})
	if err != nil {
		return fmt.Errorf("%s: %w", tool.Name, err)
	}
	out := e.Out
	if res.IsError {
		out = e.Err
	}
	if err := printAnswer(out, res); err != nil {
		return err
	}
	if res.IsError {
		return errAnswered
	}
	return nil
}

// connect joins a client and the server by two pipes. The client can ask its user if there is somebody to ask.
func (e *environment) connect(ctx context.Context, a *app.App, logger *slog.Logger, asker mcpclient.ElicitationHandler) (*mcpclient.Client, func(), error) {
	toServer, fromClient := io.Pipe()
	toClient, fromServer := io.Pipe()
	served := make(chan struct{})
	go func() {
		defer close(served)
		_ = stdio.New(a.MCP, stdio.Options{Logger: logger, Grace: e.flags.DrainTimeout}).Serve(ctx, toServer, fromServer)
		_ = fromServer.Close()
	}()
	var options []mcpclient.ClientOption
	if asker != nil {
		options = append(options, mcpclient.WithElicitationHandler(asker))
	}
	client := mcpclient.NewClient(transport.NewIO(toClient, fromClient, io.NopCloser(strings.NewReader(""))), options...)
	disconnect := func() {
		_ = client.Close()
		_ = fromClient.Close()
		<-served
	}
	if err := client.Start(ctx); err != nil {
		disconnect()
		return nil, nil, fmt.Errorf("start: %w", err)
	}
	_, err := client.Initialize(ctx, mcp.InitializeRequest{Params: mcp.InitializeParams{
		ProtocolVersion: mcp.LATEST_PROTOCOL_VERSION,
		ClientInfo:      mcp.Implementation{Name: app.Name + " call", Version: version()},
	}})
	if err != nil {
		disconnect()
		return nil, nil, fmt.Errorf("initialize: %w", err)
	}
	return client, disconnect, nil
}

func find(list []mcp.Tool, name string) (mcp.Tool, error) {
	names := make([]string, 0, len(list))
	for _, t := range list {
		if t.Name == name {
			return t, nil
		}
		names = append(names, t.Name)
	}
	if near := nearest.Name(name, names); near != "" {
		return mcp.Tool{}, usagef("unknown tool %q; did you mean %q?", name, near)
	}
	return mcp.Tool{}, usagef("unknown tool %q; featurebase-mcp tools lists them", name)
}

// printAnswer prints the text of a result: on a terminal with JSON laid out for reading, elsewhere as it is.
func printAnswer(out io.Writer, res *mcp.CallToolResult) error {
	for _, content := range res.Content {
		text, ok := content.(mcp.TextContent)
		if !ok {
			return errors.New("the answer holds something that is not text")
		}
		answer := []byte(text.Text)
		if isTerminal(out) && json.Valid(answer) {
			var pretty bytes.Buffer
			if json.Indent(&pretty, answer, "", "  ") == nil {
				answer = pretty.Bytes()
			}
		}
		if _, err := fmt.Fprintf(out, "%s\n", answer); err != nil {
			return err
		}
	}
	return nil
}
