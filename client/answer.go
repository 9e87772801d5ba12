package client

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"featurebase-mcp/internal/rawjson"
)

// answer is what the API said to one attempt, whatever its status.
type answer struct {
	status    int
	header    http.Header
	body      []byte
	requestID string
}

// outcome is the failure that an attempt ended with, nil for none.
func outcome(ans *answer, err error, scrub scrubber, now time.Time) *Error {
	if err != nil {
		return asError(err)
	}
	if failed := verdictOf(ans, scrub); failed != nil {
		failed.Status, failed.RequestID = ans.status, ans.requestID
		failed.RetryAfter, failed.NoRetry = told(ans, now), ans.header.Get("X-Should-Retry") == "false"
		return failed
	}
	return nil
}

// verdictOf says what is wrong with an answer, nil for nothing.
func verdictOf(ans *answer, scrub scrubber) *Error {
	switch {
	case ans.status == http.StatusNoContent:
		ans.body = nil // some transports hand on what does not belong there
		return nil
	case ans.status >= 400:
		return apiError(ans, scrub)
	case ans.status >= 300:
		return redirected(ans, scrub)
	}
	switch values := rawjson.CountValues(ans.body); {
	case values > MaxValues:
		return &Error{
			Kind: KindTooLarge, MaybeApplied: true, Err: ErrManyValues,
			Message: fmt.Sprintf("the answer holds more than %d values; ask for less at once", MaxValues),
		}
	case values > 0:
		return disguised(ans, scrub)
	}
	failed := &Error{Kind: KindBadResponse, MaybeApplied: true, Message: "the API answered with something that is not one JSON value; check the API URL"}
	if len(ans.body) == 0 {
		failed.Message = "the API answered with an empty body where JSON was expected"
	}
	return failed
}

// MaxValues is how many values an answer may hold. Whoever works on one keeps something of each, such as where it stands, which is many times
// the two bytes that a value can have. A page of a hundred objects has some thousands.
const MaxValues = 500_000

// ErrManyValues is the cause of a KindTooLarge by the number of values, not by the bytes.
var ErrManyValues = errors.New("values over the limit")

// redirected refuses every redirect: the API is not known to give any, and following one could carry the
// key to another host, or turn a write into a read.
func redirected(ans *answer, scrub scrubber) *Error {
	where := "another address"
	if to, err := url.Parse(ans.header.Get("Location")); err == nil && to.Host != "" {
		where = "the host " + scrub.text(to.Host, maxWord)
	}
	return &Error{
		Kind: KindBadResponse, MaybeApplied: true,
		Message: fmt.Sprintf("the API redirects to %s; redirects are not followed, check the API URL", where),
	}
}

// kindOf is the kind of a failure by its status. isJSON tells an API that does not know the thing from a
// server that does not know the route.
func kindOf(status int, isJSON bool) Kind {
	switch status {
	case http.StatusUnauthorized:
		return KindUnauthenticated
	case http.StatusForbidden, http.StatusPaymentRequired:
		return KindForbidden
	case http.StatusNotFound:
		if isJSON {
			return KindNotFound
		}
		return KindNoRoute
	case http.StatusMethodNotAllowed:
		return KindNoRoute
	case http.StatusRequestTimeout:
		return KindTimeout
	case http.StatusTooManyRequests:
		return KindRateLimited
	}
	if status >= 500 {
		return KindServer
	}
	return KindInvalid
}
