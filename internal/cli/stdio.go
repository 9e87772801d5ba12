package cli

import (
	"context"
	"os/signal"
	"syscall"

	"featurebase-mcp/internal/app"
	"featurebase-mcp/internal/wire/stdio"
)

type stdioCommand struct{}

// Run serves until the input ends or a signal comes.
func (stdioCommand) Run(ctx context.Context, e *environment) error {
	cfg, err := e.config()
	if err != nil {
		return err
	}
	a, logger, closeLog, err := e.build(ctx, cfg, e.logger)
	if err != nil {
		return err
	}
	defer closeLog()
	// The server starts without a key, because hosts show an early exit as "server disconnected" and catalogues list tools without secrets.
	// The log and every call say that the key is missing.
	if cfg.Client.Key == "" && cfg.Sandbox == nil {
		logger.WarnContext(ctx, "no API key: tools are listed, but every call will be refused until "+keyVariable+" or --api-key-file is set, or --sandbox is given")
	}
	if isTerminal(e.In) {
		e.warn("serving MCP on standard input and output, as a host starts it; waiting for messages in JSON, one a line. Ctrl-C ends it.\n" +
			"To try a tool by hand: " + app.Name + ` call --sandbox search_posts search="dark mode". All commands: ` + app.Name + " --help")
	}
	// A host that dies closes our output. Then the write to it must fail and not kill the process, because calls to the API may still run.
	signal.Ignore(syscall.SIGPIPE)
	err = stdio.New(a.MCP, stdio.Options{Logger: logger, Grace: e.flags.DrainTimeout}).Serve(ctx, e.In, e.Out)
	return e.closeApp(ctx, a, err)
}
