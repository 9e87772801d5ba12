package cli

import (
	"context"
	"os/signal"
	"syscall"

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
	// Hosts show an early exit as "server disconnected", and catalogues list tools without secrets: a missing key is told here
	// and by every call.
	if cfg.Client.Key == "" && cfg.Sandbox == nil {
		logger.WarnContext(ctx, "no API key: tools are listed, but every call will be refused until "+keyVariable+" or --api-key-file is set, or --sandbox is given")
	}
	// A host that dies closes our output. The write must fail, not kill the process: writes to the API are still on their way.
	signal.Ignore(syscall.SIGPIPE)
	err = stdio.New(a.MCP, stdio.Options{Logger: logger, Grace: e.flags.DrainTimeout}).Serve(ctx, e.In, e.Out)
	return e.closeApp(ctx, a, err)
}
