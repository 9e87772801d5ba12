package cli

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/alecthomas/kong"

	"featurebase-mcp/internal/app"
)

// The exit codes.
const (
	exitOK     = 0
	exitFailed = 1
	exitUsage  = 2 // wrong usage or configuration
)

// Process is what a command has of the process it runs in.
type Process struct {
	Args    []string // without the program's name
	Environ []string // as os.Environ has it
	In      io.Reader
	Out     io.Writer // the protocol, or a command's result; nothing else
	Err     io.Writer // logs and complaints
}

// usageError is a mistake in the command line or the configuration: exit code 2.
type usageError struct{ error }

func usagef(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// grammar is the command line. Flags of the root apply to every command.
type grammar struct {
	usualGrammar

	Http    httpCommand    `cmd:"" help:"Serve MCP over HTTP: Streamable HTTP and SSE."` //nolint:revive // the name is the command's
	Sandbox sandboxCommand `cmd:"" help:"Serve the embedded Featurebase REST API on loopback, for any client."`
	Call    callCommand    `cmd:"" help:"Call one tool and print its answer."`
	Tools   toolsCommand   `cmd:"" help:"List the tools this configuration exposes."`
	Doctor  doctorCommand  `cmd:"" help:"Check the configuration, the way to the API and what the key may read, and say what to fix."`
	Version versionCommand `cmd:"" help:"Print the version."`
}

// usualGrammar is the part of the grammar that a start by a host needs. To describe the other commands and their flags takes as long as to
// build the server, so they are looked at only where this part does not do: for another command, for help, and for whatever is wrong.
type usualGrammar struct {
	Flags

	Stdio stdioCommand `cmd:"" default:"1" help:"Serve MCP over standard input and output (the default)."`
}

// environment is what commands get besides their flags.
type environment struct {
	Process
	flags *Flags
	vars  variables
}

// Run runs one command and returns its exit code. SIGINT and SIGTERM end it in order; a second one ends it at once.
func Run(p Process) int {
	ctx, release := untilSignal(context.Background())
	defer release()
	err := run(ctx, p)
	code, said := errors.AsType[ended](err)
	signal, interrupted := errors.AsType[stopped](context.Cause(ctx))
	_, usage := errors.AsType[usageError](err)
	switch {
	case err == nil:
		return exitOK
	case said:
		return int(code)
	case interrupted && (errors.Is(err, context.Canceled) || errors.Is(err, signal)):
		_, _ = fmt.Fprintf(p.Err, "%s: stopped\n", app.Name)
		return int(signal.code())
	case usage:
		_, _ = fmt.Fprintf(p.Err, "%s: %v\n", app.Name, err)
		return exitUsage
	default:
		_, _ = fmt.Fprintf(p.Err, "%s: %v\n", app.Name, err)
		return exitFailed
	}
}

func run(ctx context.Context, p Process) error {
	vars, warnings, err := readVariables(p.Environ)
	if err != nil {
		return err
	}
	var usual usualGrammar
	flags := &usual.Flags
	line, err := read(&usual, p, vars, kong.NoDefaultHelp())
	if err != nil {
		var all grammar
		flags = &all.Flags
		done := false // --help has been answered
		line, err = read(&all, p, vars, kong.Exit(func(int) { done = true }))
		if done {
			return nil
		}
	}
	if err != nil {
		return err
	}
	for _, w := range warnings {
		_, _ = fmt.Fprintf(p.Err, "%s: %s\n", app.Name, w)
	}
	line.BindTo(ctx, (*context.Context)(nil))
	return line.Run(&environment{Process: p, flags: flags, vars: vars})
}

// read reads the command line and the variables as a grammar has them.
func read(grammar any, p Process, vars variables, options ...kong.Option) (*kong.Context, error) {
	parser, err := kong.New(grammar, append(options,
		kong.Name(app.Name),
		kong.Description("An MCP server for Featurebase: feedback, comments, changelogs, help center, inbox, tickets, contacts."),
		kong.Writers(p.Out, p.Err),
		kong.Resolvers(vars),
		kong.ValueFormatter(helpWithVariable),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 120}),
		kong.WithHyphenPrefixedParameters(true),
	)...)
	if err != nil {
		return nil, fmt.Errorf("command line: %w", err)
	}
	line, err := parser.Parse(p.Args)
	if err != nil {
		return nil, usageError{err}
	}
	return line, vars.check(parser.Model)
}
