package sandbox

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"featurebase-mcp/internal/contract"
	"featurebase-mcp/internal/sandbox/store"
)

// maxBody bounds request bodies, in bytes; inline images of the real API stay well below.
const maxBody = 32 << 20

// call is one request on its way through a handler.
type call struct {
	*Sandbox
	*endpoint
	path  map[string]string // what the holes of the path hold
	query object            // typed, with defaults
	body  object            // never nil
	bare  bool              // the request had no body at all

	later []func(draft object) // what apply does once every field has been checked
}

// handler serves one operation: it returns the status and what to answer, or an error. A handler of a write checks
// everything before it changes anything.
type handler func(*call) (status int, answer any, err error)

// ServeHTTP serves the whole API.
func (s *Sandbox) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	request := s.limit.take(w.Header())
	if err := s.ready(); err != nil {
		s.log.ErrorContext(r.Context(), "sandbox cannot start", "error", err)
		(&failure{status: http.StatusInternalServerError, code: "sandbox_state", message: err.Error()}).write(w)
		return
	}
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
		s.log.ErrorContext(r.Context(), "sandbox failed", "operation", end.op.ID, "error", err)
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

// serve checks the request, runs the handler under the lock its effect needs and encodes the answer there, because
// answers share parts with the store.
func (c *call) serve(w http.ResponseWriter, r *http.Request) (status int, answer []byte, err error) {
	if err := c.read(w, r); err != nil {
		return 0, nil, err
	}
	if c.op.Effect == "read" {
		c.mu.RLock()
		defer c.mu.RUnlock()
		return c.run()
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.store.Writes++
	if status, answer, err = c.run(); err != nil {
		c.store.Writes--
		return 0, nil, err
	}
	entry := store.JournalEntry{At: stamp(c.store.Now()), Operation: c.op.ID, Method: c.op.Method, Path: r.URL.EscapedPath(), Status: status}
	if len(c.body) > 0 {
		entry.Body = c.body
	}
	c.store.Journal = append(c.store.Journal, entry)
	c.store.Dirty = true
	if err := c.save(); err != nil {
		return 0, nil, err
	}
	return status, answer, nil
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

// read checks version, path, query and body, in this order.
func (c *call) read(w http.ResponseWriter, r *http.Request) error {
	supported := contract.Load().Version()
	if version := r.Header.Get("Featurebase-Version"); version != "" && version != supported {
		return invalid("invalid_request", fmt.Sprintf("Featurebase-Version %q is not served here, only %s", version, supported), "")
	}
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
	var body any = c.body // no body counts as an empty one; the schema then says what is missing
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
	return nil
}
