package cli

import (
	"context"
	"fmt"
	"net"

	"featurebase-mcp/internal/wire"
)

type httpCommand struct {
	Addr           string   `default:"127.0.0.1:8080" help:"Loopback address to serve on; port 0 picks one."`
	NoSSE          bool     `name:"no-sse" help:"Leave out SSE, the transport of protocol 2024-11-05, on /sse and /message."`
	AllowedOrigins []string `name:"allowed-origins" placeholder:"ORIGIN,..." help:"Web origins, such as https://app.example, whose pages may call, besides loopback ones."`
	AllowedHosts   []string `name:"allowed-hosts" placeholder:"HOST,..." help:"Names that clients may call the server by, besides loopback ones."`
}

// Run serves until a signal comes.
func (c httpCommand) Run(ctx context.Context, e *environment) error {
	cfg, err := e.keyedConfig()
	if err != nil {
		return err
	}
	if err := loopbackOnly(c.Addr); err != nil {
		return err
	}
	a, logger, closeLog, err := e.build(cfg, e.logger)
	if err != nil {
		return err
	}
	defer closeLog()
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", c.Addr)
	if err != nil {
		return e.closeApp(ctx, a, usagef("--addr: %w", err))
	}
	logger.InfoContext(ctx, "serving MCP over HTTP", "address", listener.Addr().String(), "sse", !c.NoSSE)
	_, _ = fmt.Fprintf(e.Out, "Featurebase MCP at http://%s/mcp\n", listener.Addr())
	err = wire.NewHTTP(a.MCP, wire.HTTPOptions{
		Logger: logger, Grace: e.flags.DrainTimeout, NoSSE: c.NoSSE, AllowedOrigins: c.AllowedOrigins, AllowedHosts: c.AllowedHosts,
	}).Serve(ctx, listener)
	return e.closeApp(ctx, a, err)
}
