// Package caller describes who makes a request and what may be done for it. A transport puts the caller into the context, and the server reads it
// there. So neither depends on the other.
package caller

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"time"
)

// Caller is who makes a request. The zero value stands for all callers where they cannot be told apart: on stdio, and on HTTP without
// authentication. It has no limits.
type Caller struct {
	// Principal tells callers apart. It is a salted hash, equal for all requests of one caller while the process runs, and says nothing
	// to anybody else. It is empty where all callers are the same.
	Principal string
	// Tenant is the caller for quotas: the principal, or the address of the request while nobody has confirmed its credentials. It is empty
	// where all callers are the same.
	Tenant string
	// Name is the name of the caller in logs. It stays the same when the process starts again, and is no credential.
	Name string
	// Key is the Featurebase key that the caller has brought, where each brings its own.
	Key Secret
	// Scopes are the scopes that the caller was granted; nil where scopes do not count.
	Scopes Scopes
	// Limits are the tools that the request itself gives up. All of them hold.
	Limits []Limit
	// Until is when the credentials expire, and when the streams that they opened end. The zero value is never.
	Until time.Time
}

// The scopes there are. None of them implies another, and without ScopeRead nothing can be done.
const (
	ScopeRead        = "featurebase:read"
	ScopeWrite       = "featurebase:write"
	ScopeDestructive = "featurebase:destructive"
)

// Scopes are names of permissions. Those of other services may be among them.
type Scopes map[string]bool

// Limit is a part of the tools that one request may use. It never adds tools.
type Limit struct {
	ReadOnly bool     // only tools that read
	Toolsets []string // only tools of these; nil for all
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

// Refusal is the answer to a request that is refused: an HTTP status, a sentence for the caller, and headers.
type Refusal struct {
	Status int
	Text   string
	Header http.Header
}

// Secret is text that no log and no message shows. Printed in any way it is a placeholder.
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
