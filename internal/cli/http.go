package cli

import (
	"context"
	"crypto/tls"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"featurebase-mcp/internal/app"
	"featurebase-mcp/internal/auth"
	"featurebase-mcp/internal/loglimit"
	"featurebase-mcp/internal/metrics"
	"featurebase-mcp/internal/wire/httptransport"
)

type httpCommand struct {
	Addr           string   `default:"127.0.0.1:8080" help:"Address to serve on; port 0 picks one. One that is not loopback needs --auth."`
	NoSSE          bool     `name:"no-sse" help:"Leave out SSE, the transport of protocol 2024-11-05, on /sse and /message."`
	AllowedOrigins []string `name:"allowed-origins" placeholder:"ORIGIN" help:"Web origins, such as https://app.example, whose pages may call, besides loopback ones."`
	MetricsAddr    string   `name:"metrics-addr" placeholder:"ADDR" help:"Address to serve Prometheus metrics on, at /metrics; without it nothing is counted."`
	AllowedHosts   []string `name:"allowed-hosts" placeholder:"HOST" help:"Names that clients may call the server by, besides loopback ones."`

	Auth         string `enum:"none,token,key,oidc" default:"none" help:"Who may call: none asks nobody, token wants one of --auth-tokens, key each caller's own Featurebase key, oidc an access token of --oidc-issuer."`
	AuthTokens   string `name:"auth-tokens" placeholder:"FILE" help:"File of the tokens that --auth token takes, one a line."`
	OIDCIssuer   string `name:"oidc-issuer" placeholder:"URL" help:"Identity provider whose access tokens --auth oidc takes."`
	OIDCAudience string `name:"oidc-audience" placeholder:"NAME" help:"Audience that the access tokens have to be made out to."`
	PublicURL    string `name:"public-url" placeholder:"URL" help:"Where clients of --auth oidc reach this server, without /mcp, if a proxy stands before it."`

	TLSCert string `name:"tls-cert" placeholder:"FILE" help:"Certificate to serve TLS with, PEM, with those of its issuers."`
	TLSKey  string `name:"tls-key" placeholder:"FILE" help:"Key of the certificate, PEM."`
}

// Run serves until a signal comes.
func (c httpCommand) Run(ctx context.Context, e *environment) error {
	cfg, err := c.config(e)
	if err != nil {
		return err
	}
	cfg.ListsVary = c.mode() == auth.OIDC
	c.AllowedHosts, c.AllowedOrigins = names(c.AllowedHosts), names(c.AllowedOrigins)
	if err := checkHosts(c.AllowedHosts); err != nil {
		return err
	}
	if err := checkOrigins(c.AllowedOrigins); err != nil {
		return err
	}
	certificate, err := tlsOf(c.TLSCert, c.TLSKey)
	if err != nil {
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
	return e.closeApp(ctx, a, c.serve(ctx, e, a, logger, certificate))
}

// config returns the configuration of the server. It has a key, unless callers bring their own.
func (c httpCommand) config(e *environment) (app.Config, error) {
	if err := c.checkAddr(); err != nil {
		return app.Config{}, err
	}
	if c.mode() != auth.Key {
		return e.keyedConfig()
	}
	cfg, err := e.config()
	if err == nil && cfg.Client.Key != "" {
		err = usagef("--auth key takes the key of each caller, and %s holds one for all: leave one of them out", e.keySource(cfg.Client.Key))
	}
	cfg.KeyPerCaller = true
	return cfg, err
}

func (c httpCommand) mode() auth.Mode { return auth.Mode(c.Auth) }

// checkAddr refuses addresses that other machines can reach, unless callers have to prove who they are.
func (c httpCommand) checkAddr() error {
	if c.mode() != auth.None {
		return checkAddr("--addr", c.Addr)
	}
	return loopbackOnly(c.Addr, ", or have callers asked with --auth")
}

func (c httpCommand) serve(ctx context.Context, e *environment, a *app.App, logger *slog.Logger, certificate *tls.Config) error {
	var (
		salt     []byte
		replicas *httptransport.Replicas
	)
	if a.Shared != nil {
		salt, replicas = a.Shared.Keys.Salt(), &httptransport.Replicas{Store: a.Shared.Store, Keys: a.Shared.Keys}
	}
	who, err := auth.New(auth.Config{
		Salt: salt,
		Mode: c.mode(), TokensFile: c.AuthTokens, Issuer: c.OIDCIssuer, Audience: c.OIDCAudience, PublicURL: c.PublicURL,
		Scopes: app.Scopes(e.flags.selection()), Logger: loglimit.New(logger),
	})
	if err != nil {
		return usageError{err}
	}
	listener, err := listen(ctx, "--addr", c.Addr)
	if err != nil {
		return err
	}
	scheme := "http"
	if certificate != nil {
		scheme = "https"
	} else if loopbackOnly(c.Addr, "") != nil {
		logger.WarnContext(ctx, "credentials cross the network in the clear unless a proxy before this server speaks TLS; --tls-cert and --tls-key have the server speak it")
	}
	logger.InfoContext(ctx, "serving MCP over HTTP", "address", listener.Addr().String(), "sse", !c.NoSSE, "auth", c.Auth, "tls", certificate != nil)
	if c.MetricsAddr != "" {
		logger.InfoContext(ctx, "serving metrics", "address", c.MetricsAddr)
	}
	address, local := clientAddress(scheme, listener.Addr(), c.AllowedHosts)
	if c.PublicURL != "" {
		address, local = strings.TrimSuffix(c.PublicURL, "/"), false
	}
	if local {
		logger.WarnContext(ctx, "this server listens on every address, but answers only to 127.0.0.1 and localhost; name the hosts that clients use with --allowed-hosts")
	}
	_, _ = fmt.Fprintf(e.Out, "Featurebase MCP at %s/mcp\n", address)
	return httptransport.New(a.MCP, httptransport.Options{
		Logger: logger, Grace: e.flags.DrainTimeout, NoSSE: c.NoSSE, AllowedOrigins: c.AllowedOrigins, AllowedHosts: c.AllowedHosts,
		Auth: who, Proved: a.Proved, Limits: app.Limits, TLS: certificate, Replicas: replicas,
	}).Serve(ctx, listener)
}

// serveMetrics collects metrics and serves them on an address of their own. It serves until the returned function is called, so that scrapes
// work while the server drains. Without an address it does nothing.
func (c *httpCommand) serveMetrics(ctx context.Context) (*metrics.Metrics, func(), error) {
	if c.MetricsAddr == "" {
		return nil, func() {}, nil
	}
	listener, err := listen(ctx, "--metrics-addr", c.MetricsAddr)
	if err != nil {
		return nil, nil, err
	}
	c.MetricsAddr = listener.Addr().String()
	m := metrics.New()
	server := &http.Server{Handler: m, ReadTimeout: scrapeTime, WriteTimeout: scrapeTime, IdleTimeout: scrapePause}
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

const (
	scrapeTime  = 10 * time.Second // how long one scrape of metrics may take
	scrapePause = 2 * time.Minute  // how long a connection is kept for the next one
)
