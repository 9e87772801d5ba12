package client

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"golang.org/x/net/http/httpguts"
)

// Safety says what repeating a request would do. Its zero value is refused: harmless must be stated.
type Safety int

// The safeties of a request.
const (
	// Read changes nothing and may be repeated freely. POST searches are reads too.
	Read Safety = iota + 1
	// Write is repeated only when the API surely did not apply it: it answered 429, or no connection was made.
	Write
	// Delete may be repeated, because deleting twice leaves what deleting once does.
	Delete
)

// Request is one call of the API.
type Request struct {
	// Operation is the tool name, such as "search_posts": of low cardinality, for logs and errors.
	Operation string
	// Method is the HTTP method.
	Method string
	// Path starts with "/v2" and is escaped already.
	Path string
	// Query is encoded already, without the question mark. It may be empty.
	Query string
	// Body is JSON, or nil for none. It must not change before Do returns; after an error with
	// MaybeApplied, before Drain returns.
	Body []byte
	// Safety says what may be repeated.
	Safety Safety
	// Once makes one attempt only, for a read that is not worth waiting for.
	Once bool
	// Version is the API version that the operation needs; empty is that of the client.
	Version string
	// Since is the first API version that has what the request asks for. It is sent with this one if that of the client is earlier.
	Since string
	// IdempotencyKey is sent as the header Idempotency-Key, for the operations that take one; empty for none.
	IdempotencyKey string
}

// Response is what the API answered to a call that succeeded.
type Response struct {
	// Status is the HTTP status: 2xx, or 404 with AlreadyGone.
	Status int
	// Body is one valid JSON value; nil after a 204 and with AlreadyGone.
	Body []byte
	// RequestID is the API's name for the request, for support; it may be empty.
	RequestID string
	// OperationID is the API's name for a write that carried an idempotency key, by which its outcome can be read later; it may be empty.
	OperationID string
	// Date is the time of the answer by the API's clock, to the second; zero if it told none.
	Date time.Time
	// Attempts counts the requests that were sent, at least 1.
	Attempts int
	// AlreadyGone reports a delete that found nothing, after an earlier attempt of the same call whose
	// outcome is unknown: most likely that one deleted it.
	AlreadyGone bool
}

// newRequest builds the HTTP request of the first attempt. A refusal is a mistake of the caller's.
func (c *Client) newRequest(ctx context.Context, r Request) (*http.Request, error) {
	target, err := c.target(r)
	if err != nil {
		return nil, &Error{Kind: KindInvalid, Message: "the request was not sent: " + err.Error()}
	}
	// A nil *bytes.Reader would become a body that is not nil; net/http needs GetBody, which it sets for a
	// *bytes.Reader, to send again what was never written to a connection that died idle.
	var req *http.Request
	if r.Body == nil {
		req, err = http.NewRequestWithContext(ctx, r.Method, target, http.NoBody)
	} else {
		req, err = http.NewRequestWithContext(ctx, r.Method, target, bytes.NewReader(r.Body))
	}
	if err != nil {
		return nil, &Error{Kind: KindInvalid, Message: "the request was not sent: its method, path or query is not valid"}
	}
	req.Header = c.header.Clone()
	if !httpguts.ValidHeaderFieldValue(r.IdempotencyKey) {
		return nil, &Error{Kind: KindInvalid, Message: "the request was not sent: its idempotency key holds what no header can"}
	}
	req.Header.Set("Featurebase-Version", c.VersionOf(r))
	if r.IdempotencyKey != "" {
		req.Header.Set("Idempotency-Key", r.IdempotencyKey)
	}
	if r.Body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	return req, nil
}

// VersionOf returns the API version that a request is sent with. Versions begin with their dates, so that they sort by age.
func (c *Client) VersionOf(r Request) string {
	return max(cmp.Or(r.Version, c.header.Get("Featurebase-Version")), r.Since)
}

// target is the URL of r below the base URL.
func (c *Client) target(r Request) (string, error) {
	if r.Safety < Read || r.Safety > Delete {
		return "", errors.New("its safety is not stated")
	}
	if r.Path != "/v2" && !strings.HasPrefix(r.Path, "/v2/") || strings.ContainsAny(r.Path, "?#") {
		return "", errors.New("its path does not start with /v2, or holds an unescaped ? or #")
	}
	// A server may resolve dot segments to another operation than the one that was checked.
	for segment := range strings.SplitSeq(r.Path, "/") {
		if plain, err := url.PathUnescape(segment); err != nil || plain == "." || plain == ".." {
			return "", errors.New("its path holds a dot segment or a broken escape")
		}
	}
	if strings.Contains(r.Query, "#") {
		return "", errors.New("its query holds an unescaped #")
	}
	target := c.base.String() + r.Path
	if r.Query != "" {
		target += "?" + r.Query
	}
	return target, nil
}

// again is a copy of req for one more attempt. The first one may still be in the hands of the transport,
// so nothing of it that changes is shared.
func again(req *http.Request) (*http.Request, error) {
	next := req.Clone(req.Context())
	if req.GetBody == nil {
		return next, nil
	}
	body, err := req.GetBody()
	if err != nil {
		return nil, err
	}
	next.Body = body
	return next, nil
}
