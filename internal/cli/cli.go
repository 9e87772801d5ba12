package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/alecthomas/kong"

	"featurebase-mcp/internal/app"
)

// The exit codes.
const (
	exitOK     = 0
	exitFailed = 1
	exitUsage  = 2 // wrong usage or configuration
)

// Process holds the arguments, variables and streams of a process.
type Process struct {
	Name    string   // how the program was started
	Args    []string // without the program's name
	Environ []string // as os.Environ has it
	In      io.Reader
	Out     io.Writer // the protocol, or a command's result; nothing else
	Err     io.Writer // logs and complaints
}

// usageError is a mistake in the command line or the configuration: exit code 2.
type usageError struct{ error }

// Unwrap gives the mistake.
func (u usageError) Unwrap() error { return u.error }

func usagef(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// environment holds what commands need besides their own flags.
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
		_, _ = fmt.Fprintf(p.Err, "%s: %s\n", app.Name, p.plain(err))
		return exitUsage
	default:
		_, _ = fmt.Fprintf(p.Err, "%s: %s\n", app.Name, p.plain(err))
		return exitFailed
	}
}

func run(ctx context.Context, p Process) error {
	if len(p.Args) > 0 && p.Args[0] == "help" {
		p.Args = append(slices.Clone(p.Args[1:]), "--help")
	}
	vars, notes, err := readVariables(p.Environ)
	if err != nil {
		return err
	}
	var usual usualGrammar
	flags := &usual.Flags
	line, unknown, err := read(&usual, p, vars, kong.NoDefaultHelp())
	if err != nil || len(unknown) > 0 {
		var all grammar
		flags = &all.Flags
		done := false // --help or --version has been answered
		line, unknown, err = read(&all, p, vars, kong.Exit(func(int) { done = true }))
		if done {
			return nil
		}
	}
	if err != nil {
		return err
	}
	e := &environment{Process: p, flags: flags, vars: vars}
	for _, note := range append(notes, unknown...) {
		e.warn("%s", note)
	}
	line.BindTo(ctx, (*context.Context)(nil))
	return line.Run(e)
}

// warn writes a message to standard error. The program goes on.
func (e *environment) warn(format string, args ...any) {
	_, _ = fmt.Fprintf(e.Err, app.Name+": "+format+"\n", args...)
}

// read parses the command line and the variables by a grammar. unknown are warnings about variables that belong to no flag.
func read(grammar any, p Process, vars variables, options ...kong.Option) (line *kong.Context, unknown []string, err error) {
	parser, err := newParser(grammar, p, vars, options...)
	if err != nil {
		return nil, nil, err
	}
	words, err := cut(parser.Model, p.Args)
	if err != nil {
		return nil, nil, err
	}
	if err := words.foreignTo(parser.Model); err != nil {
		return nil, nil, err
	}
	if line, err = parser.Parse(p.Args); err != nil {
		return nil, nil, usageError{err}
	}
	unknown, err = vars.check(parser.Model)
	return line, unknown, err
}
