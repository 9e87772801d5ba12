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

// stub is the upstream of both servers: one page of posts, encoded beforehand, on loopback.
type stub struct {
	url    string
	page   []byte
	ids    []string // of the posts on the page
	server *http.Server
	client *http.Client

	delay  atomic.Int64 // nanoseconds before each answer
	served atomic.Int64 // answers given
}

func startStub(ctx context.Context) (*stub, error) {
	page, ids, err := encodePosts()
	if err != nil {
		return nil, fmt.Errorf("encode posts: %w", err)
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("start the upstream: %w", err)
	}
	s := &stub{
		url: "http://" + listener.Addr().String(), page: page, ids: ids,
		client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 1}},
	}
	s.server = &http.Server{Handler: s, ReadHeaderTimeout: 10 * time.Second}
	go func() {
		if err := s.server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			panic(err) // the listener is ours alone: nothing after this could be measured
		}
	}()
	return s, nil
}

func (s *stub) close() { _ = s.server.Close() }

// ServeHTTP answers what list_posts asks for and nothing else.
func (s *stub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet || r.URL.Path != "/v2/posts" || r.URL.Query().Get("limit") != strconv.Itoa(pageSize) {
		http.Error(w, `{"error":{"type":"invalid_request_error","code":"resource_not_found","message":"not in the benchmark"}}`, http.StatusNotFound)
		return
	}
	if delay := time.Duration(s.delay.Load()); delay > 0 {
		time.Sleep(delay)
	}
	h := w.Header()
	h.Set("Content-Type", "application/json; charset=utf-8")
	h.Set("Content-Length", strconv.Itoa(len(s.page)))
	h.Set("X-RateLimit-Limit", "2000")
	h.Set("X-RateLimit-Remaining", "1999")
	h.Set("X-RateLimit-Reset", "60")
	s.served.Add(1)
	_, _ = w.Write(s.page)
}

// roundTrip times one request to the stub without a server in between: what a call costs at least.
func (s *stub) roundTrip(ctx context.Context) (time.Duration, error) {
	begin := time.Now()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url+"/v2/posts?limit="+strconv.Itoa(pageSize), http.NoBody)
	if err != nil {
		return 0, err
	}
	res, err := s.client.Do(req)
	if err != nil {
		return 0, err
	}
	body, err := io.ReadAll(res.Body)
	_ = res.Body.Close()
	took := time.Since(begin)
	if err == nil && len(body) != len(s.page) {
		err = fmt.Errorf("the upstream answered %d bytes instead of %d", len(body), len(s.page))
	}
	return took, err
}
