package httptransport

import (
	"net/http"
	"sync"
	"time"
)

// comment is a line of an event stream that clients skip. Proxies end a response to which nothing comes for a while, many of
// them after a minute.
const comment = ": keep-alive\n\n"

// keepAlive calls a function in each interval until the function that it returns is called. It runs no goroutine meanwhile.
func keepAlive(interval time.Duration, beat func()) (stop func()) {
	var mu sync.Mutex
	ended := false
	var timer *time.Timer
	mu.Lock()
	defer mu.Unlock()
	timer = time.AfterFunc(interval, func() {
		beat()
		mu.Lock()
		defer mu.Unlock()
		if !ended {
			timer.Reset(interval)
		}
	})
	return func() {
		mu.Lock()
		defer mu.Unlock()
		ended = true
		timer.Stop()
	}
}

// livelyWriter is the response of a stream that mcp-go writes: each event in one Write, so that comments fit between.
type livelyWriter struct {
	w http.ResponseWriter

	mu      sync.Mutex
	started bool
	ended   bool
}

// Header returns the headers of the response.
func (l *livelyWriter) Header() http.Header { return l.w.Header() }

// WriteHeader begins the response.
func (l *livelyWriter) WriteHeader(status int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.started = status == http.StatusOK && l.w.Header().Get("Content-Type") == typeEvents
	l.w.WriteHeader(status)
}

// Write writes an event.
func (l *livelyWriter) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(b)
}

// Flush sends what was written.
func (l *livelyWriter) Flush() {
	l.mu.Lock()
	defer l.mu.Unlock()
	flush(l.w)
}

// beat writes a comment.
func (l *livelyWriter) beat() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.started && !l.ended {
		_, _ = l.w.Write([]byte(comment)) // a client that is gone shows in the context of the request
		flush(l.w)
	}
}

// end lets no more comments through: net/http takes the response back.
func (l *livelyWriter) end() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ended = true
}
