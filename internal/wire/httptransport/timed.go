package httptransport

import (
	"net/http"
	"time"
)

// timedWriter bounds the time of each write to a client. Without a bound, a client that does not read keeps the answers
// that wait for it in memory for good. A write that takes longer fails, and the request ends.
type timedWriter struct {
	http.ResponseWriter
	control *http.ResponseController
	limit   time.Duration
	stream  bool // of HTTP/2: the deadline would end it also while nothing is written
}

func newTimedWriter(w http.ResponseWriter, r *http.Request, limit time.Duration) *timedWriter {
	t := &timedWriter{w, http.NewResponseController(w), limit, r.ProtoMajor > 1}
	t.finish() // net/http can write by itself before the handler does: that the client may send its body
	return t
}

// finish is for what net/http writes by itself, the end of the response among it.
func (t *timedWriter) finish() {
	if !t.stream {
		t.begin()
	}
}

// begin sets the deadline. A writer without deadlines has no connection to protect.
func (t *timedWriter) begin() { _ = t.control.SetWriteDeadline(time.Now().Add(t.limit)) }

func (t *timedWriter) end() {
	if t.stream {
		_ = t.control.SetWriteDeadline(time.Time{})
	}
}

// Write writes within the limit.
func (t *timedWriter) Write(b []byte) (int, error) {
	t.begin()
	defer t.end()
	return t.ResponseWriter.Write(b)
}

// Flush flushes within the limit.
func (t *timedWriter) Flush() { _ = t.FlushError() }

// FlushError flushes within the limit.
func (t *timedWriter) FlushError() error {
	t.begin()
	defer t.end()
	return t.control.Flush()
}

// Unwrap is for [http.ResponseController].
func (t *timedWriter) Unwrap() http.ResponseWriter { return t.ResponseWriter }
