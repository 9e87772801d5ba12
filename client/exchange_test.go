package client

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestWhatNeverConnectedIsUnreachable(t *testing.T) {
	t.Parallel()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	noError(t, err)
	refused := "http://" + listener.Addr().String()
	noError(t, listener.Close())
	untrusted := httptest.NewTLSServer(http.NotFoundHandler())
	t.Cleanup(untrusted.Close)
	untrusted.Config.ErrorLog = nil
	plain := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(plain.Close)

	tests := []struct {
		name     string
		url      string
		attempts int
		words    string
	}{
		{"a refused connection", refused, 2, "no connection"},
		{"an untrusted certificate, which no retry changes", untrusted.URL, 1, "certificate"},
		{"a server that speaks no TLS", strings.Replace(plain.URL, "http:", "https:", 1), 2, "no connection"},
	}
	for _, tt := range tests {
		for _, r := range []Request{getPost, createPost, deletePost} {
			t.Run(tt.name+" for "+r.Operation, func(t *testing.T) {
				t.Parallel()
				cfg := config(tt.url)
				cfg.Retries = 1
				_, err := mustNew(t, cfg).Do(t.Context(), r)
				failed := wantError(t, err, KindUnreachable)
				if failed.Attempts != tt.attempts || failed.MaybeApplied || !strings.Contains(failed.Message, tt.words) {
					t.Errorf("got %+v", failed)
				}
			})
		}
	}
}

func TestAnAttemptThatHangsWhileConnectingIsUnreachable(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		listener := &pipeListener{closed: make(chan struct{})}
		transport := NewTransport(0)
		transport.DialContext = listener.dial
		cfg := config("http://localhost")
		cfg.Transport, cfg.Retries, cfg.Timeout = transport, 2, 5*time.Second
		start := time.Now()
		_, err := mustNew(t, cfg).Do(t.Context(), createPost)
		failed := wantError(t, err, KindUnreachable)
		if failed.Attempts != 3 || failed.MaybeApplied {
			t.Errorf("got %+v", failed)
		}
		if took := time.Since(start); took < 15*time.Second || took > 16500*time.Millisecond {
			t.Errorf("took %v, want 3 times 5s and two pauses", took)
		}
	})
}

func TestTimeoutIsForOneAttemptWithItsBody(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		drip := func(w http.ResponseWriter, _ *http.Request) {
			for range 60 {
				_, _ = io.WriteString(w, " ")
				_ = http.NewResponseController(w).Flush()
				time.Sleep(time.Second)
			}
		}
		c, api := inBubble(t, func(cfg *Config) { cfg.Retries, cfg.Timeout = 1, 10*time.Second }, drip)
		start := time.Now()
		_, err := c.Do(t.Context(), getPost)
		failed := wantError(t, err, KindTimeout)
		if took := time.Since(start); took < 20*time.Second || took > 20500*time.Millisecond {
			t.Errorf("took %v, want twice 10s and a pause", took)
		}
		if failed.Status != http.StatusOK || !errors.Is(failed, context.DeadlineExceeded) {
			t.Errorf("got %+v", failed)
		}
		time.Sleep(time.Hour) // a late attempt would arrive by now
		api.wantRequests(t, 2)
	})
}

func TestBodies(t *testing.T) {
	t.Parallel()
	big := `"` + strings.Repeat("x", MaxBody-2) + `"`
	zipped := func(body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			z := gzip.NewWriter(w)
			_, _ = io.WriteString(z, body)
			_ = z.Close()
		}
	}
	chunked := func(body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			_ = http.NewResponseController(w).Flush()
			_, _ = io.WriteString(w, body)
		}
	}
	const fine = Kind(0)
	tests := []struct {
		name string
		api  http.HandlerFunc
		kind Kind
		want string // the body
	}{
		{"an object", reply(200, `{"a":1}`), fine, `{"a":1}`},
		{"a bare list", reply(200, `[1]`), fine, `[1]`},
		{"a 201", reply(201, `{}`), fine, `{}`},
		{"a 204", reply(204, ``), fine, ``},
		{"chunks", chunked(`{"a":1}`), fine, `{"a":1}`},
		{"gzip", zipped(`{"a":1}`), fine, `{"a":1}`},
		{"as large as it may be", reply(200, big, "Content-Length", strconv.Itoa(len(big))), fine, big},
		{"a byte too large, as told", reply(200, big+" ", "Content-Length", strconv.Itoa(len(big)+1)), KindTooLarge, ""},
		{"a byte too large, in chunks", chunked(big + " "), KindTooLarge, ""},
		{"small when zipped, too large after", zipped(big + " "), KindTooLarge, ""},
		{"empty", reply(200, ``), KindBadResponse, ""},
		{"two values", reply(200, `{}{}`), KindBadResponse, ""},
		{"something after the value", reply(200, `{} x`), KindBadResponse, ""},
		{"a page of HTML", reply(200, `<html>`, "Content-Type", "text/html"), KindBadResponse, ""},
		{"shorter than told", raw("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{}"), KindConnection, ""},
		{"absurdly shorter than told", raw("HTTP/1.1 200 OK\r\nContent-Length: 33000000\r\n\r\n{}"), KindConnection, ""},
		{"half a chunk", raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{}"), KindConnection, ""},
		{"no HTTP at all", raw("hello\r\n\r\n"), KindConnection, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c, api := onSocket(t, func(cfg *Config) { cfg.Retries, cfg.Timeout = 0, 5*time.Minute }, tt.api) // 32 MiB take their time on a busy machine
			res, err := c.Do(t.Context(), createPost)
			api.wantRequests(t, 1)
			if tt.kind != fine {
				if failed := wantError(t, err, tt.kind); !failed.MaybeApplied {
					t.Error("a write that was sent and not answered may have been applied")
				}
				return
			}
			noError(t, err)
			if !bytes.Equal(res.Body, []byte(tt.want)) {
				t.Errorf("a body of %d bytes, want %d", len(res.Body), len(tt.want))
			}
		})
	}
}

func TestALyingLengthOfAnotherTransportIsNoticed(t *testing.T) {
	t.Parallel()
	cfg := config("http://localhost")
	cfg.Retries = 0
	cfg.Transport = transportFunc(func(*http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: 200, Header: http.Header{}, ContentLength: 10, Body: io.NopCloser(strings.NewReader(`{}`))}, nil
	})
	_, err := mustNew(t, cfg).Do(t.Context(), getPost)
	_ = wantError(t, err, KindConnection)
}

func TestRequestIDComesFromTheFirstHeaderThatHasOne(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		header []string
		want   string
	}{
		{"its own", []string{"CF-Ray", "ray", "Request-Id", "two", "X-Request-Id", "one"}, "one"},
		{"the second name", []string{"CF-Ray", "ray", "Request-Id", "two"}, "two"},
		{"the network's", []string{"CF-Ray", "ray"}, "ray"},
		{"none", nil, ""},
		{"never the key", []string{"X-Request-Id", testKey}, "[API key]"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c, _ := onSocket(t, nil, reply(200, `{}`, tt.header...), reply(400, `{}`, tt.header...))
			res, err := c.Do(t.Context(), getPost)
			noError(t, err)
			_, err = c.Do(t.Context(), getPost)
			if failed := wantError(t, err, KindInvalid); res.RequestID != tt.want || failed.RequestID != tt.want {
				t.Errorf("got %q and %q, want %q", res.RequestID, failed.RequestID, tt.want)
			}
		})
	}
}

func TestDateIsTheClockOfTheAPI(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, header string
		want         time.Time
	}{
		{"a date", "Sat, 18 Jul 2026 10:20:30 GMT", time.Date(2026, 7, 18, 10, 20, 30, 0, time.UTC)},
		{"none", "", time.Time{}},
		{"no date at all", "today", time.Time{}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c, _ := onSocket(t, nil, reply(200, `{}`, "Date", tt.header))
			res, err := c.Do(t.Context(), getPost)
			noError(t, err)
			if !res.Date.Equal(tt.want) {
				t.Errorf("got %v, want %v", res.Date, tt.want)
			}
		})
	}
}
