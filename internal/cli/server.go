package cli

import (
	"context"
	"log/slog"
	"time"

	"featurebase-mcp/internal/app"
)

// grace is how long calls may go on after the input ended or a signal came. Writes that were sent are never cut in it.
const grace = 10 * time.Second

// build makes the server with a logger, and returns what closes the log.
func build(cfg app.Config, newLogger func() (*slog.Logger, func(), error)) (*app.App, *slog.Logger, func(), error) {
	logger, closeLog, err := newLogger()
	if err != nil {
		return nil, nil, nil, err
	}
	cfg.Logger = logger
	a, err := app.New(cfg)
	if err != nil {
		closeLog()
		return nil, nil, nil, usageError{err}
	}
	return a, logger, closeLog, nil
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
