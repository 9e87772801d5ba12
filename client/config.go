package client

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"golang.org/x/net/http/httpguts"
)

// Config holds the settings of a [Client].
type Config struct {
	// BaseURL is the address of the API: https, or http on loopback only, without user info and query.
	BaseURL string
	// Key is the API key. Without one every call fails with KindNoKey and nothing is sent, unless NoAuth.
	Key string
	// Version is the Featurebase-Version header of each request that does not name another one.
	Version string
	// UserAgent is the User-Agent header; empty leaves Go's own.
	UserAgent string
	// Rate is the number of requests a second, 0 for no limit.
	Rate float64
	// Burst is how many requests may go at once before Rate counts, at least 1.
	Burst int
	// Turns is the bucket that processes with the same key share; nil is one of the client's own.
	Turns Turns
	// Concurrency is the number of requests in flight, 0 for no limit.
	Concurrency int
	// Retries is the number of attempts after the first.
	Retries int
	// Timeout is the time of one attempt, from sending to the last byte of the body; 0 for no limit. The wait
	// for the limiter is not part of it.
	Timeout time.Duration
	// MaxWait is how long one call waits in total: for the rate limit, as told by Retry-After, and between
	// attempts. A wait beyond it is not begun, and the error tells how long it would have been. 0 never
	// waits, and so never retries. Waiting for one of the Concurrency slots does not count: it ends as soon
	// as another request does, and ctx bounds it.
	MaxWait time.Duration
	// Memory bounds what answers take. Clients of one process share one; nil is one of the client's own.
	Memory *Memory
	// OneCaller says that all calls are made for one caller, who shares the Memory with the callers of the other clients. Without it,
	// each piece of work has a share of its own (see [Holding]).
	OneCaller bool
	// Logger gets a debug line per attempt and an info line per retry; nil discards them.
	Logger *slog.Logger
	// Observer is told of every attempt and every wait; nil tells nobody.
	Observer Observer
	// Transport sends the requests; nil is a [NewTransport]. With one that is not an *http.Transport nothing
	// is known of connections, so that a failed write counts as one that may have been applied unless the
	// error itself says that no connection was made.
	Transport http.RoundTripper
	// NoAuth sends no Authorization header and needs no key. It is for a Transport that answers itself.
	NoAuth bool
}

// Observer follows what a client does, for metrics and traces. It is called by several goroutines at a time and must not block.
type Observer interface {
	// Attempt tells of a request of an operation and the number of the attempt, from 1. It returns what is told of the end: the status
	// of the answer, or 0 without one.
	Attempt(ctx context.Context, operation string, attempt int) (ended func(status int))
	// Waited tells how long a request was held back for the rate limit.
	Waited(d time.Duration)
}

// New returns a client, or an error that says which setting is wrong. It sends nothing.
func New(cfg Config) (*Client, error) {
	base, err := parseBase(cfg.BaseURL)
	if err != nil {
		return nil, err
	}
	if err := cfg.check(); err != nil {
		return nil, err
	}
	cfg.Logger = cmp.Or(cfg.Logger, slog.New(slog.DiscardHandler))
	transport := cfg.Transport
	if transport == nil {
		transport = NewTransport(cfg.Concurrency)
	}
	c := &Client{
		base:     base,
		header:   http.Header{"Accept": {"application/json"}, "Featurebase-Version": {cfg.Version}},
		hasKey:   cfg.Key != "" || cfg.NoAuth,
		maxWait:  cfg.MaxWait,
		scrubber: newScrubber(cfg.Key),
		flights:  new(flights),
		caller:   &caller{memory: cmp.Or(cfg.Memory, NewMemory())},
		idle:     func() {},
	}
	if cfg.OneCaller {
		c.caller.share = new(share)
	}
	if cfg.UserAgent != "" {
		c.header.Set("User-Agent", cfg.UserAgent)
	}
	if t, ok := transport.(interface{ CloseIdleConnections() }); ok {
		c.idle = t.CloseIdleConnections
	}
	c.send = chain(&cfg, transport, base, c.flights, c.scrubber)
	return c, nil
}

// check refuses what would fail later, at every call, in words that point elsewhere.
func (cfg *Config) check() error {
	switch {
	case cfg.Version == "":
		return errors.New("the API version is empty")
	case !httpguts.ValidHeaderFieldValue(cfg.Version), !httpguts.ValidHeaderFieldValue(cfg.UserAgent):
		return errors.New("the API version and the user agent must not hold control characters")
	case strings.ContainsFunc(cfg.Key, func(r rune) bool { return r <= ' ' || r > '~' }):
		return errors.New("the API key holds a space, a line break or a character outside ASCII: it was not copied cleanly")
	case math.IsNaN(cfg.Rate) || math.IsInf(cfg.Rate, 0) || cfg.Rate < 0:
		return fmt.Errorf("the rate %v is not a number of requests a second (0 is no limit)", cfg.Rate)
	case min(cfg.Burst, cfg.Concurrency, cfg.Retries) < 0:
		return errors.New("burst, concurrency and retries must not be negative")
	case min(cfg.Timeout, cfg.MaxWait) < 0:
		return errors.New("the timeout and the longest wait must not be negative")
	}
	return nil
}

// CheckURL says why an address cannot be that of the API. It does not quote the address, which may hold a password.
func CheckURL(raw string) error {
	_, err := parseBase(raw)
	return err
}

// parseBase checks the address of the API. Its errors do not quote it. Hosts are compared in lower case from here on.
func parseBase(raw string) (*url.URL, error) {
	u, err := url.Parse(raw)
	switch {
	case raw == "":
		return nil, errors.New("the API URL is empty")
	case err != nil || u.Host == "" || u.Hostname() == "":
		return nil, errors.New("the API URL is not a URL such as https://do.featurebase.app")
	case u.User != nil:
		return nil, errors.New("the API URL must not hold a user name or password: the key has its own setting")
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return nil, errors.New("the API URL must not hold a query or a fragment")
	case u.Scheme == "http" && !loopback(u.Hostname()):
		return nil, fmt.Errorf("the API URL must use https, not http: the key would cross the network in the clear (host %q is not loopback)", u.Hostname())
	case u.Scheme != "https" && u.Scheme != "http":
		return nil, fmt.Errorf("the API URL must use https, not %q", u.Scheme)
	}
	return &url.URL{Scheme: u.Scheme, Host: strings.ToLower(u.Host), Path: strings.TrimRight(u.Path, "/")}, nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback() || strings.EqualFold(host, "localhost")
}
