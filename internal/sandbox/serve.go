package sandbox

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"

	"featurebase-mcp/internal/contract"
	"featurebase-mcp/internal/sandbox/store"
)

// maxBody is the greatest length of a request body in bytes. Bodies with inline images are much shorter.
const maxBody = 32 << 20

// call is a request on its way through a handler.
type call struct {
	*Sandbox
	*endpoint
	path  map[string]string // the values of the holes of the path
	query object            // typed, with defaults
	body  object            // never nil
	bare  bool              // the request had no body at all

	apiVersion     string      // that the answer has to be in
	idempotencyKey string      // of the header
	tell           http.Header // of the answer

	later []func(draft object) // what apply does after all fields were checked
}

// handler serves an operation: it returns a status and an answer, or an error. After an error, all its changes are undone.
type handler func(*call) (status int, answer any, err error)

// ServeHTTP serves the whole API.
func (s *Sandbox) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	request := s.limit.take(w.Header())
	s.ready()
	s.log.DebugContext(r.Context(), "sandbox request", "request", request, "method", r.Method, "path", r.URL.Path)
	if s.options.Control && strings.HasPrefix(r.URL.Path, controlPrefix) {
		s.serveControl(w, r)
		return
	}
	if !s.authorized(r) {
		writeJSON(w, http.StatusForbidden, object{"success": false, "message": "Invalid API Key"})
		return
	}
	end, path := s.routes.match(r.Method, r.URL.EscapedPath())
	if end == nil {
		writeNoRoute(w, r)
		return
	}
	fault := s.faults.next(end.op.ID)
	if fault != nil && !fault.After {
		if fault.strike(w, r) {
			return
		}
	}
	c := &call{Sandbox: s, endpoint: end, path: path}
	status, answer, err := c.serve(w, r)
	if fault != nil && fault.After && fault.strike(w, r) {
		return
	}
	var failed *failure
	switch {
	case errors.As(err, &failed):
		if s.options.Quirks {
			failed.writeOddly(w, request)
			return
		}
		failed.write(w)
	case err != nil:
		s.log.ErrorContext(r.Context(), "a request to the sandbox failed", "operation", end.op.ID, "error", err)
		(&failure{status: http.StatusInternalServerError, code: "internal_error", message: err.Error()}).write(w)
	default:
		writeBytes(w, status, answer)
	}
}

func (s *Sandbox) authorized(r *http.Request) bool {
	if s.options.NoAuth {
		return true
	}
	key, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	return ok && key != "" && (s.options.Key == "" || key == s.options.Key)
}

// serve checks the request, runs the handler under the lock that its effect needs and encodes the answer under it, too, because answers share
// nested values with the store.
func (c *call) serve(w http.ResponseWriter, r *http.Request) (status int, answer []byte, err error) {
	if err := c.read(w, r); err != nil {
		return 0, nil, err
	}
	if c.op.Effect == "read" {
		unlock, err := c.view(r.Context())
		if err != nil {
			return 0, nil, err
		}
		defer unlock()
		return c.run()
	}
	err = c.update(r.Context(), func() (err error) {
		if status, answer, err = c.run(); err != nil {
			return err
		}
		entry := store.JournalEntry{Operation: c.op.ID, Method: c.op.Method, Path: r.URL.EscapedPath(), Status: status}
		if len(c.body) > 0 {
			entry.Body = c.body
		}
		c.store.Note(entry)
		return nil
	})
	return status, answer, err
}

func (c *call) run() (int, []byte, error) {
	before := c.before()
	status, answer, err := c.handle(c)
	if err != nil {
		return 0, nil, err
	}
	if c.op.Effect != "read" {
		c.written(before, answer)
	}
	if c.options.Quirks {
		answer = oddly(answer)
	}
	data, err := encode(answer)
	return status, data, err
}

// The versions that the sandbox serves. They sort by their dates.
const (
	nova   = "2026-01-01.nova"
	orbit  = "2026-08-19.orbit"
	pulsar = "2026-09-03.pulsar"
)

// readVersion notes the version of the request, and refuses one that the sandbox does not serve.
func (c *call) readVersion(version string) error {
	served := []string{nova, orbit, pulsar}
	if version == "" {
		version = nova
	}
	if !slices.Contains(served, version) {
		return invalid("invalid_request", fmt.Sprintf("Featurebase-Version %q is not served here, only %s", version, strings.Join(served, ", ")), "")
	}
	c.apiVersion = version
	return nil
}

// since reports whether the request has this version or a later one.
func (c *call) since(version string) bool { return c.apiVersion >= version }

// read checks version, path, query and body, in this order.
func (c *call) read(w http.ResponseWriter, r *http.Request) error {
	if err := c.readVersion(r.Header.Get("Featurebase-Version")); err != nil {
		return err
	}
	c.idempotencyKey, c.tell = r.Header.Get("Idempotency-Key"), w.Header()
	if c.kind != nil {
		for name, value := range c.path {
			if form := c.kind.idForm(name); form != nil && !form(value) {
				return invalid("invalid_id", "Invalid "+c.kind.title+" ID: "+value, name)
			}
		}
	}
	query, problems := c.op.Query(r.URL.Query())
	if len(problems) > 0 {
		return invalidRequest(problems)
	}
	c.query = query
	data, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		return invalid("invalid_request", "The body could not be read: "+err.Error(), "")
	}
	c.body = object{}
	var body any = c.body // without a body the empty one is validated, so that the schema says what is missing
	if c.bare = len(strings.TrimSpace(string(data))) == 0; !c.bare {
		if body, err = contract.Decode(data); err != nil {
			return invalid("invalid_request", "The body is not a JSON document: "+err.Error(), "")
		}
	}
	if problems := c.op.ValidateBody(body); len(problems) > 0 {
		return invalidRequest(problems)
	}
	if m, ok := body.(object); ok {
		c.body = m
	}
	for name, version := range c.op.Since {
		if c.body[name] != nil && !c.since(version) {
			return refused(name, "This field came with Featurebase-Version "+version+", and the request has "+c.apiVersion)
		}
	}
	return nil
}
