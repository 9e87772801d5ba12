package cli

import (
	"context"
	"os/signal"
	"syscall"
	"time"

	"featurebase-mcp/internal/app"
	"featurebase-mcp/internal/wire"
)

// grace is how long calls may go on after the input ended or a signal came. Writes that were sent are never cut in it.
const grace = 10 * time.Second

type stdioCommand struct{}

// Run serves until the input ends or a signal comes.
func (stdioCommand) Run(ctx context.Context, e *environment) error {
	cfg, err := e.config()
	if err != nil {
		return err
	}
	logger, closeLog, err := e.logger()
	if err != nil {
		return err
	}
	defer closeLog()
	cfg.Logger = logger
	a, err := app.New(cfg)
	if err != nil {
		return usageError{err}
	}
	// Hosts show an early exit as "server disconnected", and catalogues list tools without secrets: a missing key is told here
	// and by every call.
	if cfg.Client.Key == "" && cfg.Sandbox == nil {
		logger.WarnContext(ctx, "no API key: tools are listed, but every call will be refused until "+keyVariable+" or --api-key-file is set, or --sandbox is given")
	}
	// A host that dies closes our output. The write must fail, not kill the process: writes to the API are still on their way.
	signal.Ignore(syscall.SIGPIPE)
	err = wire.NewStdio(a.MCP, wire.StdioOptions{Logger: logger, Grace: grace}).Serve(ctx, e.In, e.Out)
	return closeApp(ctx, a, err)
}

// closeApp waits for writes that are still on their way, also after a signal, and keeps the first error.
func closeApp(ctx context.Context, a *app.App, err error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
	defer cancel()
	if closing := a.Close(ctx); err == nil {
		return closing
	}
	return err
}
