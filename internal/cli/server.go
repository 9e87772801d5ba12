package cli

import (
	"context"
	"log/slog"

	"featurebase-mcp/internal/app"
	"featurebase-mcp/internal/engine"
)

// build makes the server with a logger. It returns a function that ends the traces and closes the log and the audit log.
func (e *environment) build(ctx context.Context, cfg app.Config, newLogger func() (*slog.Logger, func(), error)) (*app.App, *slog.Logger, func(), error) {
	logger, closeLog, err := newLogger()
	if err != nil {
		return nil, nil, nil, err
	}
	cfg.Logger = logger
	audit, closeAudit, err := e.audit()
	if err != nil {
		closeLog()
		return nil, nil, nil, err
	}
	cfg.Audit = audit
	endTrace, err := trace(ctx, &cfg)
	if err != nil {
		closeAudit()
		closeLog()
		return nil, nil, nil, usageError{err}
	}
	leave, err := e.joinReplicas(&cfg, logger) //nolint:contextcheck // what it starts ends with leave
	if err != nil {
		closeAudit()
		closeLog()
		return nil, nil, nil, err
	}
	closeLogs := func() {
		leave()
		last, cancel := context.WithTimeout(context.WithoutCancel(ctx), e.flags.DrainTimeout)
		defer cancel()
		endTrace(last)
		closeAudit()
		closeLog()
	}
	a, err := app.New(cfg) //nolint:contextcheck // the state file is opened before anything can be cancelled
	if err != nil {
		closeLogs()
		return nil, nil, nil, usageError{err}
	}
	return a, logger, closeLogs, nil
}

// audit opens the audit log. It returns a function that closes its file.
func (e *environment) audit() (*engine.Audit, func(), error) {
	name := e.flags.AuditLog
	if name == "" {
		return nil, func() {}, nil
	}
	f, err := appendTo("--audit-log", name)
	if err != nil {
		return nil, nil, err
	}
	return engine.NewAudit(f), func() { _ = f.Close() }, nil
}

// closeApp waits for writes that were sent, also after a signal, closes the server, and passes on how the command ended.
func (e *environment) closeApp(ctx context.Context, a *app.App, err error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), e.flags.DrainTimeout)
	defer cancel()
	a.Close(ctx)
	return err
}
