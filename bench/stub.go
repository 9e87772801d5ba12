package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"
)

// stubCommand makes this program the upstream instead: a process of its own, so that a request without a server between crosses
// processes as the requests of the servers do.
const stubCommand = "serve-upstream"

// stub answers the servers with what was encoded beforehand.
type stub struct {
	pages  map[string][]byte // by method, path and limit
	delay  atomic.Int64      // nanoseconds before each answer
	served atomic.Int64      // answers given
}

// serveStub serves on loopback until in ends, and writes its address to out.
func serveStub(ctx context.Context, in io.Reader, out io.Writer) error {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	server := &http.Server{Handler: &stub{pages: pages()}, ReadHeaderTimeout: 10 * time.Second}
	go func() {
		_, _ = io.Copy(io.Discard, in)
		_ = server.Close()
	}()
	if _, err := fmt.Fprintln(out, listener.Addr()); err != nil {
		return err
	}
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// ServeHTTP answers what the tools ask for, and what the benchmark wants to set and to know.
func (s *stub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	endpoint := r.Method + " " + r.URL.Path
	if limit := r.URL.Query().Get("limit"); limit != "" {
		endpoint += "?limit=" + limit
	}
	switch page := s.pages[endpoint]; {
	case page != nil:
		s.serve(w, page)
	case r.Method == http.MethodPost && r.URL.Path == "/delay":
		delay, err := time.ParseDuration(r.URL.Query().Get("for"))
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		s.delay.Store(int64(delay))
	case r.Method == http.MethodGet && r.URL.Path == "/served":
		_, _ = fmt.Fprint(w, s.served.Load())
	default:
		http.Error(w, `{"error":{"type":"invalid_request_error","code":"resource_not_found","message":"not in the benchmark"}}`, http.StatusNotFound)
	}
}

func (s *stub) serve(w http.ResponseWriter, page []byte) {
	if delay := time.Duration(s.delay.Load()); delay > 0 {
		time.Sleep(delay)
	}
	h := w.Header()
	h.Set("Content-Type", "application/json; charset=utf-8")
	h.Set("Content-Length", strconv.Itoa(len(page)))
	h.Set("X-RateLimit-Limit", "2000")
	h.Set("X-RateLimit-Remaining", "1999")
	h.Set("X-RateLimit-Reset", "60")
	s.served.Add(1)
	_, _ = w.Write(page)
}
