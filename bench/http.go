package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os/exec"
	"sync"
	"sync/atomic"
	"time"
)

// servesHTTP reports whether this build of the product has the http command.
func servesHTTP(ctx context.Context, product program) bool {
	cmd := exec.CommandContext(ctx, product.path, "http", "--help") //nolint:gosec // built here, or named by the user
	cmd.Env = product.env
	return cmd.Run() == nil
}

// endpoint is a client of a server's Streamable HTTP transport.
type endpoint struct {
	url     string
	key     string // that the caller brings; empty where the server has one
	session string // as the server named it at initialize, if it did
	client  *http.Client
	asked   *upstream
	nextID  atomic.Int64
}

// freeAddr returns a loopback address on which nobody listens. Another program could take it before the server does; the benchmark
// would then fail, not lie.
func freeAddr(ctx context.Context) (string, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String(), nil
}

// connect waits until the server listens, and shakes hands.
func connect(ctx context.Context, addr, key string, asked *upstream) (*endpoint, error) {
	e := &endpoint{
		url: "http://" + addr + "/mcp", key: key, asked: asked,
		client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 256}},
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	for {
		_, err := e.post(ctx, request(0, "initialize", initializeParams))
		if err == nil {
			break
		}
		var refused *net.OpError
		if !errors.As(err, &refused) || ctx.Err() != nil {
			return nil, err
		}
		time.Sleep(5 * time.Millisecond)
	}
	_, err := e.post(ctx, []byte(initialized))
	return e, err
}

// post sends one message and returns the body of the answer, without the framing of an event stream.
func (e *endpoint) post(ctx context.Context, message []byte) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, e.url, bytes.NewReader(bytes.TrimSpace(message)))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "application/json, text/event-stream")
	if e.key != "" {
		req.Header.Set("Authorization", "Bearer "+e.key)
	}
	if e.session != "" {
		req.Header.Set("Mcp-Session-Id", e.session)
	}
	res, err := e.client.Do(req)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(res.Body)
	_ = res.Body.Close()
	if err != nil {
		return nil, err
	}
	if res.StatusCode/100 != 2 {
		return nil, fmt.Errorf("%s answered %s: %.300q", e.url, res.Status, body)
	}
	if id := res.Header.Get("Mcp-Session-Id"); id != "" && e.session == "" {
		e.session = id
	}
	if _, data, ok := bytes.Cut(body, []byte("data: {")); ok && !bytes.HasPrefix(body, []byte("{")) {
		data, _, _ = bytes.Cut(data, []byte("\n"))
		return append([]byte("{"), data...), nil
	}
	return body, nil
}

// ask makes one call of list_posts.
func (e *endpoint) ask(ctx context.Context) ([]byte, error) {
	id := int(e.nextID.Add(1))
	body, err := e.post(ctx, listPosts(id))
	if err != nil {
		return nil, err
	}
	got, result, err := response(body)
	if err == nil && got != id {
		err = fmt.Errorf("request %d was answered with the id %d", id, got)
	}
	return result, err
}

// warmUp makes calls whose answers are decoded and checked in full.
func (e *endpoint) warmUp(ctx context.Context, calls int) error {
	for range calls {
		result, err := e.ask(ctx)
		if err != nil {
			return err
		}
		if err := checkFully(result, e.asked.ids); err != nil {
			return err
		}
	}
	return nil
}

// call times one call.
func (e *endpoint) call(ctx context.Context) (time.Duration, error) {
	begin := time.Now()
	result, err := e.ask(ctx)
	took := time.Since(begin)
	if err != nil {
		return 0, err
	}
	return took, checkQuickly(result, e.asked.ids[pageSize-1])
}

// load keeps inFlight calls going until the time is over or, unless it is 0, the number of calls is reached. It returns the calls that
// were answered, those after the time not counted.
func (e *endpoint) load(ctx context.Context, inFlight, most int, d time.Duration) (calls int, took time.Duration, err error) {
	var (
		callers sync.WaitGroup
		mu      sync.Mutex
		begun   atomic.Int64
		failed  error
	)
	begin := time.Now()
	for range inFlight {
		callers.Go(func() {
			for time.Since(begin) < d && (most == 0 || begun.Add(1) <= int64(most)) {
				_, err := e.call(ctx)
				now := time.Since(begin)
				mu.Lock()
				if err != nil {
					failed = err
					mu.Unlock()
					return
				}
				if now <= d {
					calls, took = calls+1, max(took, now)
				}
				mu.Unlock()
			}
		})
	}
	callers.Wait()
	return calls, took, failed
}
