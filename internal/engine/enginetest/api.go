package enginetest

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"featurebase-mcp/client"
)

// Sent is one request as it arrived at the API.
type Sent struct {
	Method, Path string // the path escaped, as on the wire
	Query        map[string]string
	Body         map[string]any // nil without a body
}

// API is a Featurebase behind a port that records what arrives and answers with one status and body.
type API struct {
	*httptest.Server
	Status int
	Answer string

	mu       sync.Mutex
	requests []Sent
}

// NewAPI starts an API that ends with the test.
func NewAPI(t testing.TB, status int, answer string) *API {
	t.Helper()
	a := &API{Status: status, Answer: answer}
	a.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s := Sent{Method: r.Method, Path: r.URL.EscapedPath(), Query: map[string]string{}}
		for name, values := range r.URL.Query() {
			s.Query[name] = strings.Join(values, "&")
		}
		if body, _ := io.ReadAll(r.Body); len(body) > 0 {
			d := json.NewDecoder(bytes.NewReader(body))
			d.UseNumber()
			if err := d.Decode(&s.Body); err != nil {
				t.Errorf("%s %s: the body is not a JSON object: %v", r.Method, r.URL, err)
			}
		}
		a.mu.Lock()
		a.requests = append(a.requests, s)
		a.mu.Unlock()
		w.WriteHeader(a.Status)
		_, _ = io.WriteString(w, a.Answer)
	}))
	t.Cleanup(a.Close)
	return a
}

// Arrived returns the requests since the last call.
func (a *API) Arrived() []Sent {
	a.mu.Lock()
	defer a.mu.Unlock()
	got := a.requests
	a.requests = nil
	return got
}

// Writes returns the requests since the last call that are no GET.
func (a *API) Writes() []Sent {
	return slices.DeleteFunc(a.Arrived(), func(s Sent) bool { return s.Method == http.MethodGet })
}

// Client returns a client of this API that never retries.
func (a *API) Client(t testing.TB) *client.Client {
	t.Helper()
	return Client(t, client.Config{BaseURL: a.URL, Key: "sk_test"})
}

// Client returns a client that never retries.
func Client(t testing.TB, cfg client.Config) *client.Client {
	t.Helper()
	cfg.Version = "2026-01-01.nova"
	c, err := client.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// Wire is a Featurebase in the process, made of a function.
type Wire func(*http.Request) (*http.Response, error)

// RoundTrip implements http.RoundTripper.
func (w Wire) RoundTrip(r *http.Request) (*http.Response, error) { return w(r) }

// Client returns a client of this API that never retries.
func (w Wire) Client(t testing.TB) *client.Client {
	t.Helper()
	return Client(t, client.Config{BaseURL: "http://127.0.0.1:1", NoAuth: true, Transport: w})
}

// Response is an answer of the API. Headers are names and values.
func Response(status int, body string, header ...string) *http.Response {
	res := &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body))}
	for i := 0; i < len(header); i += 2 {
		res.Header.Set(header[i], header[i+1])
	}
	return res
}
