package client

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
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
	return &Error{Kind: KindBadResponse, MaybeApplied: true, Message: "Featurebase answered with " + malformed(ans.body, scrub)}
}

// malformed says what a body is that is not one JSON value: whoever looks for the cause has to know an empty body from a page and from JSON
// that a proxy cut.
func malformed(body []byte, scrub scrubber) string {
	begin := bytes.TrimLeft(body, " \t\r\n")
	if len(begin) == 0 {
		return "an empty body where JSON belongs"
	}
	var value json.RawMessage
	err := json.Unmarshal(body, &value)
	syntax, wrong := errors.AsType[*json.SyntaxError](err)
	const most = 40 // characters that are quoted
	excerpt := func(text []byte) string {
		return strconv.Quote(scrub.words(string(text[:min(len(text), 4*most)]), most))
	}
	switch {
	case !wrong:
		return "JSON that is nested too deep to be read"
	case int(syntax.Offset) >= len(body):
		return fmt.Sprintf("JSON that breaks off after %d bytes", len(body))
	case !bytes.ContainsAny(begin[:1], `{["-0123456789tfn`) || syntax.Offset <= int64(len(body)-len(begin))+2:
		return "something that is not JSON and begins with " + excerpt(begin)
	}
	return fmt.Sprintf("invalid JSON: it goes wrong at byte %d, before %s", syntax.Offset, excerpt(body[syntax.Offset-1:]))
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
