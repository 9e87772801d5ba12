package gosdk

import (
	"io"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
)

// An upstream is an API that never answers POST /v2/posts/search, the request of search_posts. Everything else answers an empty list.
type upstream struct {
	target   target
	asked    chan struct{} // gets one value per hanging request
	closed   chan struct{} // gets one value per hanging request that went away
	attempts atomic.Int32
}

func startUpstream(t *testing.T) *upstream {
	t.Helper()
	up := &upstream{asked: make(chan struct{}, 8), closed: make(chan struct{}, 8)}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v2/posts/search", func(_ http.ResponseWriter, r *http.Request) {
		up.attempts.Add(1)
		_, _ = io.Copy(io.Discard, r.Body) // a server sees that a client is gone once it has read what it sent
		up.asked <- struct{}{}
		<-r.Context().Done()
		up.closed <- struct{}{}
	})
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, "[]")
	})
	server := httptest.NewServer(mux)
	t.Cleanup(func() {
		server.CloseClientConnections()
		server.Close()
	})
	up.target = target{flags: []string{"--api-url", server.URL, "--log-level=error"}, variables: []string{"FEATUREBASE_API_KEY=sk_interop"}}
	return up
}
