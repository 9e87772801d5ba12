package cli

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"time"

	"featurebase-mcp/internal/metrics"
	"featurebase-mcp/internal/wire"
)

type httpCommand struct {
	Addr           string   `default:"127.0.0.1:8080" help:"Loopback address to serve on; port 0 picks one."`
	NoSSE          bool     `name:"no-sse" help:"Leave out SSE, the transport of protocol 2024-11-05, on /sse and /message."`
	AllowedOrigins []string `name:"allowed-origins" placeholder:"ORIGIN,..." help:"Web origins, such as https://app.example, whose pages may call, besides loopback ones."`
	MetricsAddr    string   `name:"metrics-addr" placeholder:"ADDR" help:"Address to serve Prometheus metrics on, at /metrics; without it nothing is counted."`
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
	measured, endMetrics, err := c.serveMetrics(ctx)
	if err != nil {
		return err
	}
	defer endMetrics()
	if measured != nil {
		cfg.Observers = append(cfg.Observers, measured)
	}
	a, logger, closeLog, err := e.build(ctx, cfg, e.logger)
	if err != nil {
		return err
	}
	defer closeLog()
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", c.Addr)
	if err != nil {
		return e.closeApp(ctx, a, usagef("--addr: %w", err))
	}
	logger.InfoContext(ctx, "serving MCP over HTTP", "address", listener.Addr().String(), "sse", !c.NoSSE)
	if c.MetricsAddr != "" {
		logger.InfoContext(ctx, "serving metrics", "address", c.MetricsAddr)
	}
	_, _ = fmt.Fprintf(e.Out, "Featurebase MCP at http://%s/mcp\n", listener.Addr())
	err = wire.NewHTTP(a.MCP, wire.HTTPOptions{
		Logger: logger, Grace: e.flags.DrainTimeout, NoSSE: c.NoSSE, AllowedOrigins: c.AllowedOrigins, AllowedHosts: c.AllowedHosts,
	}).Serve(ctx, listener)
	return e.closeApp(ctx, a, err)
}

// serveMetrics counts and serves what was counted, on an address of its own, until the function that it returns is called: scrapes work
// while the server drains. Without an address nothing is counted.
func (c *httpCommand) serveMetrics(ctx context.Context) (*metrics.Metrics, func(), error) {
	if c.MetricsAddr == "" {
		return nil, func() {}, nil
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", c.MetricsAddr)
	if err != nil {
		return nil, nil, usagef("--metrics-addr: %w", err)
	}
	c.MetricsAddr = listener.Addr().String()
	m := metrics.New()
	server := &http.Server{Handler: m, ReadHeaderTimeout: scrapeTime, WriteTimeout: scrapeTime}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = server.Serve(listener)
	}()
	return m, func() {
		_ = server.Close()
		<-ended
	}, nil
}

// scrapeTime is how long one scrape of metrics may take.
const scrapeTime = 10 * time.Second
