// Package caller says who makes a request and what may be done for it. A transport puts it into the context once it knows, and the server
// reads it there; neither has to know how the other works.
package caller

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"time"
)

// Caller is who makes a request. The zero value is whoever started this process, or may reach its port: one and the same for all requests,
// without limits.
type Caller struct {
	// Principal tells callers apart. It is a salted hash, equal for all requests of one caller while the process runs, and says nothing
	// to anybody else. It is empty where all callers are the same.
	Principal string
	// Tenant is whom quotas count: the principal, or the address that the request came from while nobody has confirmed the credentials. It
	// is empty where all callers are the same.
	Tenant string
	// Name is how logs call the caller: the same today and tomorrow, and no credential.
	Name string
	// Key is the Featurebase key that the caller has brought, where each brings its own.
	Key Secret
	// Scopes are what the caller was granted; nil where scopes are not asked for.
	Scopes Scopes
	// Limits are what the request itself gives up. All of them hold.
	Limits []Limit
	// Until is when the credentials are good no longer, and what was opened with them ends. The zero value is never.
	Until time.Time
}

// The scopes there are. None of them implies another, and without ScopeRead nothing can be done.
const (
	ScopeRead        = "featurebase:read"
	ScopeWrite       = "featurebase:write"
	ScopeDestructive = "featurebase:destructive"
)

// Scopes are names of what may be done. Others than ours may be among them.
type Scopes map[string]bool

// Limit is what one request leaves of the tools that there are. It narrows and never widens.
type Limit struct {
	ReadOnly bool     // only what reads
	Toolsets []string // only what is in these; nil for no limit
}

// Limited reports whether the caller may do less than the server can.
func (c Caller) Limited() bool { return c.Scopes != nil || len(c.Limits) > 0 }

type key struct{}

// With returns a context for what is done for a caller.
func With(ctx context.Context, c Caller) context.Context { return context.WithValue(ctx, key{}, c) }

// From returns the caller for whom something is done.
func From(ctx context.Context) Caller {
	c, _ := ctx.Value(key{}).(Caller)
	return c
}

// Refusal is why a request is not served: an HTTP status, a sentence for whoever reads it, and headers besides.
type Refusal struct {
	Status int
	Text   string
	Header http.Header
}

// Secret is text that no log and no message shows: each way to print it gives a placeholder.
type Secret string

const placeholder = "[secret]"

// Reveal returns the text itself, for the one place that needs it.
func (s Secret) Reveal() string { return string(s) }

// Format implements [fmt.Formatter].
func (Secret) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(placeholder)) }

// LogValue implements [slog.LogValuer].
func (Secret) LogValue() slog.Value { return slog.StringValue(placeholder) }

// MarshalText keeps the text out of JSON.
func (Secret) MarshalText() ([]byte, error) { return []byte(placeholder), nil }
