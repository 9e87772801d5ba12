package client

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Kind says what sort of failure an [Error] is, which decides what helps.
type Kind int

// The kinds of failure.
const (
	// KindNoKey: no key is configured; nothing was sent.
	KindNoKey Kind = iota + 1
	// KindUnauthenticated: the API does not know the key.
	KindUnauthenticated
	// KindForbidden: the key, its role or the plan of the organization does not allow this.
	KindForbidden
	// KindNotFound: the API knows the route but not the thing, or a feature is not enabled.
	KindNotFound
	// KindNoRoute: nothing answers JSON at this path; the address or the version is wrong.
	KindNoRoute
	// KindInvalid: the request itself is wrong. With Status 0 it was not sent; with 200 the answer held an error.
	KindInvalid
	// KindRateLimited: too many requests. With Status 0 this client held the request back.
	KindRateLimited
	// KindServer: the API failed (5xx).
	KindServer
	// KindUnreachable: no connection was made: refused, DNS, TLS, proxy.
	KindUnreachable
	// KindTimeout: an attempt or the whole call ran out of time.
	KindTimeout
	// KindCanceled: the caller canceled.
	KindCanceled
	// KindConnection: the connection broke after it was made.
	KindConnection
	// KindTooLarge: the answer is larger than MaxBody, or one of the limits that Err names.
	KindTooLarge
	// KindBadResponse: a 2xx that is not one JSON value, or a redirect. An error in a 2xx is of the kind that it says.
	KindBadResponse
)

// String returns a short fixed word, for logs.
func (k Kind) String() string {
	words := [...]string{
		KindNoKey: "no_key", KindUnauthenticated: "unauthenticated", KindForbidden: "forbidden", KindNotFound: "not_found",
		KindNoRoute: "no_route", KindInvalid: "invalid", KindRateLimited: "rate_limited", KindServer: "server",
		KindUnreachable: "unreachable", KindTimeout: "timeout", KindCanceled: "canceled", KindConnection: "connection",
		KindTooLarge: "too_large", KindBadResponse: "bad_response",
	}
	if k < KindNoKey || int(k) >= len(words) {
		return "unknown"
	}
	return words[k]
}

// Error is the failure of one call. No field and no cause holds the API key or a query value; texts of the
// API are one line, without control characters, tags of HTML and queries of URLs, and cut.
type Error struct {
	// Kind says what helps.
	Kind Kind
	// Operation is that of the request.
	Operation string
	// Status is the HTTP status of the last attempt, 0 if there was none.
	Status int
	// Type and Code are the API's words for the failure. Both are open sets and may be empty.
	Type, Code string
	// Message is a sentence, never empty: the API's own, or ours where it gave none.
	Message string
	// Quoted says that Message is the API's own. It may repeat what was sent, so it does not belong into a log.
	Quoted bool
	// Param is the argument the API names, if any.
	Param string
	// Details are the single complaints of a validation error, 20 at most.
	Details []Detail
	// RequestID is the API's name for the last attempt; it may be empty.
	RequestID string
	// RetryAfter is how long to wait before another call can succeed; 0 means not told.
	RetryAfter time.Duration
	// NoRetry says that the API asked for no retry (X-Should-Retry: false).
	NoRetry bool
	// Attempts counts the requests that were sent.
	Attempts int
	// MaybeApplied says that a Write or Delete may have reached the API: look before it is repeated.
	MaybeApplied bool
	// Err is the cause, for errors.Is and errors.As; it may be nil.
	Err error
}

// Detail is one complaint of a validation error.
type Detail struct {
	// Path names the argument, such as "tags.0"; it may be empty.
	Path string
	// Message says what is wrong with it.
	Message string
}

// Error is for logs; a person gets words made from the fields.
func (e *Error) Error() string {
	var b strings.Builder
	if e.Operation != "" {
		b.WriteString(e.Operation + ": ")
	}
	b.WriteString(e.Message)
	if e.Status != 0 {
		fmt.Fprintf(&b, " (status %d)", e.Status)
	}
	if e.Err != nil {
		b.WriteString(": " + cut(plain(e.Err.Error()), maxMessage)) // net/http quotes what a server sent
	}
	return b.String()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// asError is err as an [*Error], which all layers return.
func asError(err error) *Error {
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	return &Error{Kind: KindConnection, Message: "the request failed", Err: err, MaybeApplied: true}
}
