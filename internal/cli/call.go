package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"slices"
	"time"

	mcpclient "github.com/mark3labs/mcp-go/client"
	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"featurebase-mcp/internal/app"
	"featurebase-mcp/tools"
)

type callCommand struct {
	Tool      string   `arg:"" help:"Name of the tool."`
	Arguments []string `arg:"" optional:"" help:"Arguments: name=value, name:=JSON, one JSON object, or - to read a JSON object from standard input."`
	File      string   `novariable:"" placeholder:"PATH" help:"For plan_changes: a file with CSV, or with the list of changes or rows in JSON."`
	Apply     bool     `novariable:"" help:"For plan_changes: apply the plan at once. At a terminal you are asked anyway."`
}

// Help tells more about arguments.
func (callCommand) Help() string {
	return `name=value is read as the tool's schema has it: numbers, true and false, lists. Name an argument that takes a list twice for a
list of two, and an inner one by a dot: author.email=jo@example.com. A tool error is printed on standard error and ends with exit code 1.
plan_changes takes --file contacts.csv, shows the plan, and applies it after your yes; other rows than CSV are JSON lists.
A signal ends a read at once, with exit code 130. A write that was sent has ten seconds to be answered; a second signal does not wait.`
}

// Run makes one call as a host would: through a client, the protocol and the stdio transport.
func (c callCommand) Run(ctx context.Context, e *environment) error {
	signals := make(chan os.Signal, 2) // the second one comes from a user who does not want to wait
	signal.Notify(signals, endings...)
	defer signal.Stop(signals)
	if _, _, err := toolNamed(c.Tool); err != nil {
		return err
	}
	if c.Tool != planTool && (c.File != "" || c.Apply) {
		return usagef("--file and --apply are for %s", planTool)
	}
	cfg, err := e.keyedConfig()
	if err != nil {
		return err
	}
	if len(cfg.Selection.Toolsets) == 0 { // nobody's context is at stake here
		cfg.Selection.Toolsets = []string{tools.AllTools}
		cfg.Selection.Tools = append(cfg.Selection.Tools, c.Tool) // a preview, too: it is named
	}
	if setting := cfg.Selection.OffBy(c.Tool); setting != "" {
		return usagef("tool %q is switched off by %s", c.Tool, setting)
	}
	// A signal ends the tool and not the connection, because the answer still has to come over it.
	connected := context.WithoutCancel(ctx)
	working, stop := context.WithCancel(connected)
	defer stop()
	cfg.Options = append(cfg.Options, server.WithToolHandlerMiddleware(endingWith(working)))
	a, logger, closeLog, err := e.build(connected, cfg, e.callLogger)
	if err != nil {
		return err
	}
	asker := c.asker(e)
	client, disconnect, err := e.connect(connected, a, logger, asker)
	if err != nil {
		closeLog()
		return e.closeApp(connected, a, err)
	}
	err = callUnderWay{environment: e, client: client, asker: asker, signals: signals, stop: stop, offBy: cfg.Selection.OffBy}.make(ctx, c)
	if _, left := errors.AsType[leaving](err); left {
		return err // to close the server would wait for the write
	}
	disconnect()
	defer closeLog()
	return e.closeApp(connected, a, err)
}

// endingWith cancels the handlers of tools when a context ends. Their answers still reach the client.
func endingWith(working context.Context) server.ToolHandlerMiddleware {
	return func(next server.ToolHandlerFunc) server.ToolHandlerFunc {
		return func(ctx context.Context, request mcp.CallToolRequest) (*mcp.CallToolResult, error) {
			ctx, cancel := context.WithCancel(ctx)
			defer cancel()
			defer context.AfterFunc(working, cancel)()
			return next(ctx, request)
		}
	}
}

// callLogger discards logs unless the user has set a level or a file, because a user at a terminal wants only the answer.
func (e *environment) callLogger() (*slog.Logger, func(), error) {
	if e.flags.LogLevel == "info" && e.flags.LogFile == "" {
		return slog.New(slog.DiscardHandler), func() {}, nil
	}
	return e.logger()
}

// callUnderWay is one call, from its arguments to its end.
type callUnderWay struct {
	*environment
	client  *mcpclient.Client
	asker   *terminal // nil: nobody can be asked
	signals <-chan os.Signal
	stop    func() // ends the tool; it does not send a write any more, and gives one that it has sent ten seconds
	offBy   func(tool string) string
}

// callEnd is the result of a call, or why there is none.
type callEnd struct {
	res *mcp.CallToolResult
	err error
}

func (u callUnderWay) make(ctx context.Context, c callCommand) error {
	list, err := u.client.ListTools(ctx, mcp.ListToolsRequest{})
	if err != nil {
		return fmt.Errorf("list tools: %w", err)
	}
	tool, err := toolIn(list.Tools, c.Tool)
	if err != nil {
		return err
	}
	if slices.Contains(c.Arguments, "-") {
		u.announceInput()
	}
	args, err := readArguments(ctx, c.Arguments, tool.InputSchema.Properties, u.In)
	if err != nil {
		return err
	}
	if args, err = c.withFile(args); err != nil {
		return err
	}
	shown := watch(u.client, u.Err)
	for params := (mcp.CallToolParams{Name: tool.Name, Arguments: args}); ; {
		res, err := u.once(ctx, tool, shown.ask(params), shown)
		if err != nil {
			return err
		}
		m := planned(res)
		if !u.applies(c, tool.Name, m) {
			return nil
		}
		if tool, err = toolIn(list.Tools, applyTool); err != nil {
			return err
		}
		params = nextApply(m)
	}
}

func toolIn(list []mcp.Tool, name string) (mcp.Tool, error) {
	i := slices.IndexFunc(list, func(t mcp.Tool) bool { return t.Name == name })
	if i < 0 {
		return mcp.Tool{}, usagef("tool %q is not served", name)
	}
	return list[i], nil
}

// once makes one call and prints its answer.
func (u callUnderWay) once(ctx context.Context, tool mcp.Tool, params mcp.CallToolParams, shown *bar) (*mcp.CallToolResult, error) {
	over := make(chan callEnd, 1)
	go func() {
		res, err := u.client.CallTool(context.WithoutCancel(ctx), mcp.CallToolRequest{Params: params})
		over <- callEnd{res, err}
	}()
	select {
	case o := <-over:
		shown.end()
		return o.res, u.show(tool, o)
	case s := <-u.signals:
		shown.end()
		args, _ := json.Marshal(params.Arguments)
		return nil, u.interrupted(tool, args, over, stopped{s}.code())
	}
}

// longestEnd is the time that the client gives a write whose caller has gone away.
const longestEnd = 10 * time.Second

// leaving ends a command that does not wait for its write.
type leaving struct{ ended }

// Unwrap gives the exit code.
func (l leaving) Unwrap() error { return l.ended }

// interrupted ends a call after a signal and tells the user whether something was changed, as far as that can be known.
func (u callUnderWay) interrupted(tool mcp.Tool, args json.RawMessage, over <-chan callEnd, code ended) error {
	if isTerminal(u.Err) {
		_, _ = fmt.Fprintln(u.Err) // the terminal has written ^C
	}
	say := func(format string, args ...any) {
		_, _ = fmt.Fprintf(u.Err, app.Name+": "+format+"\n", args...)
	}
	asking := u.asker.takeBack()
	u.stop()
	switch reads := tool.Annotations.ReadOnlyHint; {
	case asking:
		say("%s: nothing was sent", tool.Name)
		return code
	case reads != nil && *reads:
		say("%s was stopped; it only reads", tool.Name)
		return code
	}
	longest := min(u.flags.DrainTimeout, longestEnd)
	say("finishing %s, at most %v; again leaves at once", tool.Name, longest)
	select {
	case o := <-over:
		if err := u.show(tool, o); err != nil && !errors.Is(err, ended(exitFailed)) {
			return err
		}
		return code
	case <-u.signals:
	case <-time.After(longest + time.Second): // the answer may come at the last moment
	}
	say("%s may have been made: %s", tool.Name, shownBy(tool.Name, args, u.offBy))
	return leaving{code}
}

// show prints the result of a call.
func (u callUnderWay) show(tool mcp.Tool, o callEnd) error {
	if o.err != nil {
		return fmt.Errorf("%s: %w", tool.Name, said(o.err))
	}
	out := u.Out
	if o.res.IsError {
		out = u.Err
	}
	if err := printAnswer(out, o.res); err != nil {
		return err
	}
	if o.res.IsError {
		return ended(exitFailed)
	}
	return nil
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
