package sandbox

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"featurebase-mcp/internal/contract"
	"featurebase-mcp/internal/sandbox/store"
)

// api is a sandbox behind a real HTTP server, which validates each answer of an operation against the contract.
type api struct {
	t       *testing.T
	sandbox *Sandbox
	url     string
	mu      *sync.Mutex
	served  map[string]bool // operation ids that answered with success
}

func start(t *testing.T, options Options) *api {
	t.Helper()
	s, err := New(options)
	if err != nil {
		t.Fatal(err)
	}
	a := &api{t: t, sandbox: s, mu: &sync.Mutex{}, served: map[string]bool{}}
	server := httptest.NewServer(http.HandlerFunc(a.validated))
	a.url = server.URL
	t.Cleanup(func() {
		server.Close()
		a.kept()
	})
	return a
}

// kept holds the state file against the state: what a reader of the changes knows is what the writer knows.
func (a *api) kept() {
	if a.sandbox.file == nil || a.sandbox.store == nil {
		return
	}
	_, read, err := store.Open(a.sandbox.options.StateFile, func(text string) { a.t.Error(text) })
	if err != nil || read == nil || a.sandbox.file.Changed() {
		return // the test deleted or damaged the file, or another sandbox went on with it
	}
	if read.Writes != a.sandbox.store.Writes || !maps.Equal(read.Made, a.sandbox.store.Made) {
		a.t.Errorf("the state file has %d writes and made %v, the sandbox %d and %v", read.Writes, read.Made, a.sandbox.store.Writes, a.sandbox.store.Made)
	}
	for name, c := range a.sandbox.store.Kinds {
		if was, is := stringOf(c.All()), stringOf(read.Kind(name).All()); was != is {
			a.t.Errorf("the state file has other objects of the kind %s than the sandbox", name)
		}
	}
}

// in is the same API for a subtest.
func (a *api) in(t *testing.T) *api {
	t.Helper()
	inner := *a
	inner.t = t
	return &inner
}

// validated serves a request and validates the answer against the contract. It does not validate answers that belong to no operation: unknown
// routes, a refused key, quirks.
func (a *api) validated(w http.ResponseWriter, r *http.Request) {
	answer := &recorder{header: http.Header{}}
	a.sandbox.ServeHTTP(answer, r)
	for _, name := range []string{"X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset", "X-Request-Id"} {
		if answer.header.Get(name) == "" {
			a.t.Errorf("%s %s: no %s", r.Method, r.URL, name)
		}
	}
	if op := a.operation(r); op != nil && !a.sandbox.options.Quirks && !bytes.HasPrefix(answer.body.Bytes(), []byte(`{"message":"Invalid API Key"`)) {
		if err := op.ValidateResponseIn(r.Header.Get("Featurebase-Version"), answer.status, answer.body.Bytes()); err != nil {
			a.t.Errorf("%s %s: %v", r.Method, r.URL, err)
		}
		if answer.status < 300 {
			a.mu.Lock()
			a.served[op.ID] = true
			a.mu.Unlock()
		}
	}
	maps.Copy(w.Header(), answer.header)
	w.WriteHeader(answer.status)
	_, _ = w.Write(answer.body.Bytes())
}

func (a *api) operation(r *http.Request) *contract.Operation {
	if a.sandbox.routes == nil {
		return nil // the sandbox did not open
	}
	end, _ := a.sandbox.routes.match(r.Method, r.URL.EscapedPath())
	if end == nil {
		return nil
	}
	return end.op
}

// answer is what came back.
type answer struct {
	t      *testing.T
	status int
	header http.Header
	body   []byte
}

// do sends a request with a key. A body of nil sends none, a string goes as it is, anything else as JSON.
func (a *api) do(method, path string, body any) answer {
	a.t.Helper()
	var reader io.Reader
	switch body := body.(type) {
	case nil:
	case string:
		reader = strings.NewReader(body)
	default:
		data, err := json.Marshal(body)
		if err != nil {
			a.t.Fatal(err)
		}
		reader = bytes.NewReader(data)
	}
	r, err := http.NewRequestWithContext(a.t.Context(), method, a.url+path, reader)
	if err != nil {
		a.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer sk_test")
	return a.send(r)
}

func (a *api) send(r *http.Request) answer {
	a.t.Helper()
	response, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		a.t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	data, err := io.ReadAll(response.Body)
	if err != nil {
		a.t.Fatal(err)
	}
	return answer{a.t, response.StatusCode, response.Header, data}
}

// ok returns the answer as an object and fails the test unless the status is a success.
func (r answer) ok() object {
	r.t.Helper()
	if r.status >= 300 {
		r.t.Fatalf("status %d: %s", r.status, r.body)
	}
	var o object
	if err := json.Unmarshal(r.body, &o); err != nil {
		r.t.Fatal(err)
	}
	return o
}

// rows returns the items of a list envelope or of a bare array.
func (r answer) rows() []object {
	r.t.Helper()
	if r.status != http.StatusOK {
		r.t.Fatalf("status %d: %s", r.status, r.body)
	}
	var envelope struct {
		Data []object `json:"data"`
	}
	target := any(&envelope)
	if bytes.HasPrefix(r.body, []byte("[")) {
		target = &envelope.Data
	}
	if err := json.Unmarshal(r.body, target); err != nil {
		r.t.Fatal(err)
	}
	return envelope.Data
}

// fails checks the status and the code of an error answer and returns its body under "error".
func (r answer) fails(status int, code string) object {
	r.t.Helper()
	var o struct {
		Error object `json:"error"`
	}
	if err := json.Unmarshal(r.body, &o); err != nil {
		r.t.Fatalf("status %d, not JSON: %s", r.status, r.body)
	}
	if r.status != status || o.Error["code"] != code || o.Error["status"] != float64(status) {
		r.t.Fatalf("got %d %s, want %d %s", r.status, r.body, status, code)
	}
	return o.Error
}

// all follows nextCursor to the end of a list or search and returns every item.
func (a *api) all(op *contract.Operation, path string, body object, limit int) []object {
	a.t.Helper()
	var items []object
	cursor := ""
	for range 500 {
		var page answer
		if op.Pagination == "cursor-body" {
			sent := object{"limit": limit}
			maps.Copy(sent, body)
			if cursor != "" {
				sent["cursor"] = cursor
			}
			page = a.do(op.Method, path, sent)
		} else {
			target := path + "?"
			if strings.Contains(path, "?") {
				target = path + "&"
			}
			page = a.do(op.Method, target+url.Values{"limit": {stringOf(limit)}, "cursor": {cursor}}.Encode(), nil)
		}
		rows := page.rows()
		items = append(items, rows...)
		if len(rows) > limit {
			a.t.Fatalf("%s: %d items on a page of %d", path, len(rows), limit)
		}
		cursor = text(page.ok(), "nextCursor")
		if cursor == "" {
			return items
		}
	}
	a.t.Fatalf("%s: no end after 500 pages", path)
	return nil
}

// outbox returns the entries of the outbox without deliveries to webhooks, which deliveries returns.
func (a *api) outbox() []object {
	a.t.Helper()
	return slices.DeleteFunc(a.do("GET", "/_sandbox/outbox", nil).rows(), func(entry object) bool { return entry["type"] == "webhook" })
}

func stringOf(v any) string {
	data, _ := json.Marshal(v)
	return string(data)
}

func ids(objects []object) []string {
	out := make([]string, len(objects))
	for i, o := range objects {
		out[i] = text(o, "id")
	}
	return out
}

// the returns the first object of a kind that fits.
func (a *api) the(kindName string, fits func(object) bool) object {
	a.t.Helper()
	unlock, err := a.sandbox.view(a.t.Context())
	if err != nil {
		a.t.Fatal(err)
	}
	defer unlock()
	o := a.sandbox.store.Kind(kindName).Find(fits)
	if o == nil {
		a.t.Fatalf("no such %s", kindName)
	}
	return o
}

func named(name string) func(object) bool {
	return func(o object) bool { return text(o, "name") == name || text(o, "title") == name }
}

func customer(o object) bool { return o["type"] == "customer" && o["email"] != nil }

func lead(o object) bool { return o["type"] == "lead" }
