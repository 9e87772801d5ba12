package client

import (
	"context"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestRetryRepeatsOnlyWhatCannotHappenTwice(t *testing.T) {
	t.Parallel()
	const (
		answered  = 0
		ambiguous = true
	)
	broken := "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"id\""
	tests := []struct {
		name     string
		request  Request
		first    http.HandlerFunc
		requests int
		kind     Kind // of the error; answered for success
		maybe    bool
	}{
		{"a read after a reset", getPost, reset(), 2, answered, false},
		{"a search after a reset", search, reset(), 2, answered, false},
		{"a read after half a body", getPost, raw(broken), 2, answered, false},
		{"a read after a 408", getPost, reply(408, `{}`), 2, answered, false},
		{"a read after a 429", getPost, reply(429, `{}`), 2, answered, false},
		{"a read after a 500", getPost, reply(500, `{}`), 2, answered, false},
		{"a read after a 503 page", getPost, reply(503, `<html>`), 2, answered, false},
		{"a read after a stall", getPost, stall(time.Minute, ok()), 2, answered, false},
		{"not a read after a 400", getPost, reply(400, `{}`), 1, KindInvalid, false},
		{"not a read after a 409", getPost, reply(409, `{}`), 1, KindInvalid, false},
		{"a read after a 409 that asks for it", getPost, reply(409, `{}`, "X-Should-Retry", "true"), 2, answered, false},
		{"not a read after a 500 that asks not to", getPost, reply(500, `{}`, "X-Should-Retry", "false"), 1, KindServer, false},
		{"not a read after a bad 200", getPost, reply(200, `<html>`), 1, KindBadResponse, false},

		{"not a write after a success that says 429", createPost, reply(200, `{"success":false,"error":{"type":"rate_limit_error","code":"rate_limited","message":"Too many requests"}}`), 1, KindRateLimited, false},
		{"a write after a 429", createPost, reply(429, `{}`), 2, answered, false},
		{"not a write after a 429 that asks not to", createPost, reply(429, `{}`, "X-Should-Retry", "false"), 1, KindRateLimited, false},
		{"not a write after a 500", createPost, reply(500, `{}`), 1, KindServer, ambiguous},
		{"not a write after a 500 that asks for it", createPost, reply(500, `{}`, "X-Should-Retry", "true"), 1, KindServer, ambiguous},
		{"not a write after a 409 that asks for it", createPost, reply(409, `{}`, "X-Should-Retry", "true"), 1, KindInvalid, false},
		{"not a write after a 503 with Retry-After", createPost, reply(503, `{}`, "Retry-After", "1"), 1, KindServer, ambiguous},
		{"not a write after a 408", createPost, reply(408, `{}`), 1, KindTimeout, ambiguous},
		{"not a write after a reset", createPost, reset(), 1, KindConnection, ambiguous},
		{"not a write after half a body", createPost, raw(broken), 1, KindConnection, ambiguous},
		{"not a write after a stall", createPost, stall(time.Minute, ok()), 1, KindTimeout, ambiguous},
		{"not a write after a bad 200", createPost, reply(200, `<html>`), 1, KindBadResponse, ambiguous},
		{"not a write after a 400", createPost, reply(400, `{}`), 1, KindInvalid, false},

		{"a delete after a reset", deletePost, reset(), 2, answered, false},
		{"a delete after a 500", deletePost, reply(500, `{}`), 2, answered, false},
		{"a delete after a stall", deletePost, stall(time.Minute, ok()), 2, answered, false},
		{"not a delete after a 409 that asks for it", deletePost, reply(409, `{}`, "X-Should-Retry", "true"), 1, KindInvalid, false},
		{"not a delete after a 404", deletePost, reply(404, `{}`), 1, KindNotFound, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				c, api := inBubble(t, nil, tt.first, ok())
				res, err := c.Do(t.Context(), tt.request)
				time.Sleep(time.Hour) // a late attempt would arrive by now
				api.wantRequests(t, tt.requests)
				for _, r := range api.requests() {
					if r.body != string(tt.request.Body) {
						t.Errorf("body %q arrived, want %q", r.body, tt.request.Body)
					}
				}
				if tt.kind == answered {
					noError(t, err)
					if res.Attempts != tt.requests || string(res.Body) != `{"id":"1"}` {
						t.Errorf("got %+v", res)
					}
					return
				}
				failed := wantError(t, err, tt.kind)
				if failed.NoRetry != strings.HasSuffix(tt.name, "asks not to") {
					t.Errorf("NoRetry %v", failed.NoRetry)
				}
				if failed.MaybeApplied != tt.maybe || failed.Attempts != tt.requests || failed.Operation != tt.request.Operation {
					t.Errorf("MaybeApplied %v, Attempts %d, Operation %q, want %v, %d, %q",
						failed.MaybeApplied, failed.Attempts, failed.Operation, tt.maybe, tt.requests, tt.request.Operation)
				}
			})
		})
	}
}

func TestRetryGivesUpAfterTheConfiguredAttempts(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, api := inBubble(t, nil, reply(500, envelope("api_error", "oops", "It broke.")))
		start := time.Now()
		_, err := c.Do(t.Context(), getPost)
		failed := wantError(t, err, KindServer)
		api.wantRequests(t, 4)
		if failed.Attempts != 4 || failed.Message != "It broke." || failed.MaybeApplied {
			t.Errorf("got %+v", failed)
		}
		// Full jitter: up to 0.5, 1 and 2 seconds.
		if took := time.Since(start); took <= 0 || took > 3500*time.Millisecond {
			t.Errorf("the pauses took %v, want at most 3.5s", took)
		}
	})
}

func TestRetryWaitsAsTold(t *testing.T) {
	t.Parallel()
	const backOff = -1 // the pause is ours
	tests := []struct {
		name   string
		status int
		header []string
		want   time.Duration
	}{
		{"seconds", 429, []string{"Retry-After", "7"}, 7 * time.Second},
		{"fractions of a second", 503, []string{"Retry-After", "1.5"}, 1500 * time.Millisecond},
		{"milliseconds before seconds", 429, []string{"Retry-After-Ms", "250", "Retry-After", "7"}, 250 * time.Millisecond},
		// A bubble's clock starts at midnight of 1 January 2000.
		{"a date", 429, []string{"Retry-After", "Sat, 01 Jan 2000 00:00:09 GMT"}, 9 * time.Second},
		{"a date of a server whose clock is an hour ahead", 429, []string{"Date", "Sat, 01 Jan 2000 01:00:00 GMT", "Retry-After", "Sat, 01 Jan 2000 01:00:09 GMT"}, 9 * time.Second},
		{"the end of the window", 429, []string{"X-RateLimit-Reset", "11"}, 11 * time.Second},
		{"not the end of the window after a 500", 500, []string{"X-RateLimit-Reset", "11"}, backOff},
		{"a date gone by", 429, []string{"Retry-After", "Fri, 31 Dec 1999 00:00:00 GMT"}, backOff},
		{"a negative number", 429, []string{"Retry-After", "-5"}, backOff},
		{"no number", 429, []string{"Retry-After", "NaN"}, backOff},
		{"infinity", 429, []string{"Retry-After", "Inf"}, backOff},
		{"words", 429, []string{"Retry-After", "soon"}, backOff},
		{"nothing", 429, nil, backOff},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				c, api := inBubble(t, nil, reply(tt.status, `{}`, tt.header...), ok())
				start := time.Now()
				_, err := c.Do(t.Context(), getPost)
				noError(t, err)
				api.wantRequests(t, 2)
				took := time.Since(start)
				if tt.want == backOff && (took <= 0 || took > firstBackOff) {
					t.Errorf("waited %v, want at most %v", took, firstBackOff)
				}
				if tt.want != backOff && took != tt.want {
					t.Errorf("waited %v, want %v", took, tt.want)
				}
			})
		})
	}
}

func TestRetryDoesNotBeginAWaitThatIsTooLong(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		header string
		change func(*Config)
		time   time.Duration // the caller has
		want   time.Duration // told
	}{
		{"beyond the longest wait", "21", nil, time.Hour, 21 * time.Second},
		{"beyond the deadline of the caller", "10", nil, 5 * time.Second, 10 * time.Second},
		{"absurd", "1e300", nil, time.Hour, longestTold},
		{"without patience", "1", func(c *Config) { c.MaxWait = 0 }, time.Hour, time.Second},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				c, api := inBubble(t, tt.change, reply(429, `{}`, "Retry-After", tt.header), ok())
				ctx, cancel := context.WithTimeout(t.Context(), tt.time)
				defer cancel()
				start := time.Now()
				_, err := c.Do(ctx, createPost)
				failed := wantError(t, err, KindRateLimited)
				api.wantRequests(t, 1)
				if failed.RetryAfter != tt.want || failed.Status != 429 || failed.MaybeApplied {
					t.Errorf("got %+v, want RetryAfter %v", failed, tt.want)
				}
				if time.Since(start) != 0 {
					t.Errorf("waited %v for nothing", time.Since(start))
				}
			})
		})
	}
}

func TestRetryCountsAllWaitsOfACallTogether(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, api := inBubble(t, nil, reply(429, `{}`, "Retry-After", "12"))
		start := time.Now()
		_, err := c.Do(t.Context(), getPost)
		_ = wantError(t, err, KindRateLimited)
		api.wantRequests(t, 2) // 12 and 12 seconds are more than 20
		if took := time.Since(start); took != 12*time.Second {
			t.Errorf("took %v, want 12s", took)
		}
	})
}

func TestRetryStopsWhenTheCallerLeavesDuringAPause(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, api := inBubble(t, nil, reply(429, `{}`, "Retry-After", "15"))
		ctx, cancel := context.WithCancel(t.Context())
		start := time.Now()
		time.AfterFunc(5*time.Second, cancel)
		_, err := c.Do(ctx, createPost)
		failed := wantError(t, err, KindCanceled)
		api.wantRequests(t, 1)
		if failed.MaybeApplied || time.Since(start) != 5*time.Second {
			t.Errorf("MaybeApplied %v after %v", failed.MaybeApplied, time.Since(start))
		}
	})
}

func TestDeleteThatFindsNothing(t *testing.T) {
	t.Parallel()
	gone := reply(404, envelope("invalid_request_error", "resource_not_found", "No such post."))
	tests := []struct {
		name     string
		first    http.HandlerFunc
		then     http.HandlerFunc
		requests int
		kind     Kind // 0: already gone
	}{
		{"is done after a reset", reset(), gone, 2, 0},
		{"is done after a 502", reply(502, `<html>`), gone, 2, 0},
		{"fails at the first try", gone, gone, 1, KindNotFound},
		{"fails after a 429, which deleted nothing", reply(429, `{}`), gone, 2, KindNotFound},
		{"fails after a reset if the route is unknown", reset(), reply(404, `<html>`), 2, KindNoRoute},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				c, api := inBubble(t, nil, tt.first, tt.then)
				res, err := c.Do(t.Context(), deletePost)
				api.wantRequests(t, tt.requests)
				if tt.kind != 0 {
					_ = wantError(t, err, tt.kind)
					return
				}
				noError(t, err)
				if !res.AlreadyGone || res.Body != nil || res.Attempts != tt.requests {
					t.Errorf("got %+v", res)
				}
			})
		})
	}
}

// A failed dial is proof that nothing was sent, so even a write goes again.
func TestRetryRepeatsAWriteThatFoundNoConnection(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		dials := 0
		c, api := inBubble(t, func(cfg *Config) {
			transport, ok := cfg.Transport.(*http.Transport)
			if !ok {
				t.Fatal("the test needs net/http's transport")
			}
			dial := transport.DialContext
			transport.DialContext = func(ctx context.Context, network, addr string) (net.Conn, error) {
				if dials++; dials < 3 {
					return nil, &net.OpError{Op: "dial", Net: network, Err: context.DeadlineExceeded}
				}
				return dial(ctx, network, addr)
			}
		}, ok())
		res, err := c.Do(t.Context(), createPost)
		noError(t, err)
		api.wantRequests(t, 1)
		if res.Attempts != 3 {
			t.Errorf("%d attempts, want 3", res.Attempts)
		}
	})
}

// net/http itself repeats some requests on a connection that died; never one of ours that writes.
func TestNothingBelowRepeatsAWriteOnAReusedConnection(t *testing.T) {
	t.Parallel()
	for _, method := range []string{http.MethodPost, http.MethodPatch, http.MethodPut, http.MethodDelete} {
		for name, body := range map[string][]byte{"with a body": []byte(`{}`), "without": nil} {
			t.Run(method+" "+name, func(t *testing.T) {
				t.Parallel()
				c, api := onSocket(t, nil, ok(), reset())
				_, err := c.Do(t.Context(), getPost) // leaves an idle connection
				noError(t, err)
				_, err = c.Do(t.Context(), Request{Operation: "write", Method: method, Path: "/v2/posts", Body: body, Safety: Write})
				failed := wantError(t, err, KindConnection)
				api.wantRequests(t, 2)
				if !failed.MaybeApplied || failed.Attempts != 1 {
					t.Errorf("got %+v", failed)
				}
			})
		}
	}
}
