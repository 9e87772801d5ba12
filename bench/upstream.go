package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"
)

// upstream is the stub as the benchmark sees it, in its process.
type upstream struct {
	url    string
	ids    []string // of the posts on the page
	page   int      // bytes of the page
	server *process
	client *http.Client
}

// startUpstream starts this program once more, as the stub.
func startUpstream(ctx context.Context) (*upstream, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	page, ids := encodePosts(pageSize)
	again := program{path: self, env: os.Environ(), arguments: func(string, string, string) []string { return []string{stubCommand} }}
	server, err := again.start(ctx, "", "", "")
	if err != nil {
		return nil, err
	}
	addr, err := bufio.NewReader(server.stdout).ReadString('\n')
	if err != nil {
		err = server.explain(err)
		server.stop()
		return nil, err
	}
	return &upstream{
		url: "http://" + strings.TrimSpace(addr), ids: ids, page: len(page), server: server,
		client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 1}},
	}, nil
}

func (u *upstream) close() { u.server.stop() }

func (u *upstream) do(ctx context.Context, method, target string) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, method, u.url+target, http.NoBody)
	if err != nil {
		return nil, err
	}
	res, err := u.client.Do(req)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(res.Body)
	_ = res.Body.Close()
	if err == nil && res.StatusCode != http.StatusOK {
		err = fmt.Errorf("the upstream answered %s to %s", res.Status, target)
	}
	return body, err
}

// delay makes the upstream take that long for each answer from now on.
func (u *upstream) delay(ctx context.Context, d time.Duration) error {
	_, err := u.do(ctx, http.MethodPost, "/delay?for="+d.String())
	return err
}

// served returns how many pages of posts the upstream has answered so far.
func (u *upstream) served(ctx context.Context) (int, error) {
	body, err := u.do(ctx, http.MethodGet, "/served")
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(string(body))
}

// roundTrip times one request without a server in between: what a call costs at least.
func (u *upstream) roundTrip(ctx context.Context) (time.Duration, error) {
	begin := time.Now()
	body, err := u.do(ctx, http.MethodGet, "/v2/posts?limit="+strconv.Itoa(pageSize))
	took := time.Since(begin)
	if err == nil && len(body) != u.page {
		err = fmt.Errorf("the upstream answered %d bytes instead of %d", len(body), u.page)
	}
	return took, err
}
