package cli

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"featurebase-mcp/internal/sandbox"
)

type sandboxCommand struct {
	Addr string `default:"127.0.0.1:4010" help:"Loopback address to serve on; port 0 picks one."`
}

// Run serves the REST API, with the control routes under /_sandbox, until a signal comes.
func (c sandboxCommand) Run(ctx context.Context, e *environment) error {
	logger, closeLog, err := e.logger()
	if err != nil {
		return err
	}
	defer closeLog()
	if err := loopbackOnly(c.Addr, ""); err != nil {
		return err
	}
	box, err := sandbox.New(sandbox.Options{StateFile: e.flags.SandboxState, Quirks: e.flags.SandboxQuirks, Control: true, Logger: logger}) //nolint:contextcheck // the state file is opened before anything can be cancelled
	if err != nil {
		return usagef("--sandbox-state: %w", err)
	}
	listener, err := listen(ctx, "--addr", c.Addr)
	if err != nil {
		return err
	}
	server := &http.Server{Handler: box, ReadHeaderTimeout: 10 * time.Second}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	_, _ = fmt.Fprintf(e.Out, "Featurebase sandbox at http://%s; any key is accepted\n", listener.Addr())
	select {
	case err = <-ended:
	case <-ctx.Done():
		shutdown, cancel := context.WithTimeout(context.WithoutCancel(ctx), e.flags.DrainTimeout)
		defer cancel()
		err = server.Shutdown(shutdown)
	}
	return err
}
