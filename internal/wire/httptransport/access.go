package httptransport

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"

	"featurebase-mcp/internal/caller"
	"featurebase-mcp/internal/wire"
)

// access decides by Host and Origin which requests are served. A web page can send requests to loopback from the browser
// of a user. Its Origin shows that, or its Host, if the page's own name resolves to loopback (DNS rebinding).
type access struct {
	origins, hosts []string
}

// checkHost returns why a request is refused that reaches the server by a strange name, or "".
func (a access) checkHost(r *http.Request) string {
	if !a.allowsHost(r.Host) {
		return "This server is not known by the host name of the request. Use 127.0.0.1 or localhost, or allow the name with --allowed-hosts."
	}
	return ""
}

// checkOrigin returns why a request of a web page is refused, or "". Browsers send no Origin when a page includes an address
// of another site, as a picture for instance. Sec-Fetch-Site tells of that.
func (a access) checkOrigin(r *http.Request) string {
	origins := r.Header.Values("Origin")
	if slices.ContainsFunc(origins, func(o string) bool { return !a.allowsOrigin(o) }) {
		return "Web pages of this origin may not call this server. Its operator can allow the origin with --allowed-origins."
	}
	if len(origins) == 0 && r.Header.Get("Sec-Fetch-Site") == "cross-site" {
		return "Web pages of other sites may call this server by fetch alone, with an origin that is allowed."
	}
	return ""
}

func (a access) allowsHost(host string) bool {
	same := func(allowed string) bool {
		return strings.EqualFold(allowed, host) || strings.EqualFold(allowed, hostname(host))
	}
	return isLoopback(hostname(host)) || slices.ContainsFunc(a.hosts, same)
}

func (a access) allowsOrigin(origin string) bool {
	if slices.ContainsFunc(a.origins, func(allowed string) bool { return strings.EqualFold(allowed, origin) }) {
		return true
	}
	u, err := url.Parse(origin)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && isLoopback(u.Hostname())
}

// hostname returns a Host header without its port and the brackets of IPv6.
func hostname(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		return name
	}
	return strings.Trim(host, "[]")
}

func isLoopback(name string) bool {
	ip, err := netip.ParseAddr(name)
	return err == nil && ip.IsLoopback() || strings.EqualFold(name, "localhost")
}

// methods are the handlers of one path. A path that does not exist has none.
type methods map[string]http.HandlerFunc

// ServeHTTP serves the method, or names the methods that there are.
func (m methods) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	serve, ok := m[r.Method]
	switch {
	case ok:
		serve(w, r)
	case len(m) > 0 && isPreflight(r):
		m.preflight(w, r)
	case len(m) == 0:
		refuse(w, http.StatusNotFound, "There is nothing at this path. MCP is served at "+pathMCP+".")
	default:
		allowed := strings.Join(slices.Sorted(maps.Keys(m)), ", ")
		w.Header().Set("Allow", allowed)
		refuse(w, http.StatusMethodNotAllowed, "This path takes "+allowed+".")
	}
}

// admitted lets a handler serve authenticated callers and puts the caller into the context. It refuses others before
// their bodies are read.
func (h *Transport) admitted(serve http.HandlerFunc) http.HandlerFunc {
	if h.options.Auth == nil && h.options.Limits == nil {
		return serve
	}
	return func(w http.ResponseWriter, r *http.Request) {
		who, refusal := h.identify(r)
		if refusal != nil {
			maps.Copy(w.Header(), refusal.Header)
			refuse(w, refusal.Status, refusal.Text)
			return
		}
		who.Tenant = h.tenantOf(r, who)
		serve(w, r.WithContext(caller.With(r.Context(), who)))
	}
}

// identify returns the caller, with the limits that the request sets.
func (h *Transport) identify(r *http.Request) (who caller.Caller, refusal *caller.Refusal) {
	if h.options.Auth != nil {
		if who, refusal = h.options.Auth.Authenticate(r); refusal != nil {
			return who, refusal
		}
	}
	if h.options.Limits != nil {
		limits, err := h.options.Limits(r.Header)
		if err != nil {
			return who, &caller.Refusal{Status: http.StatusBadRequest, Text: err.Error()}
		}
		who.Limits = limits
	}
	return who, nil
}

// limitRead limits how long the body of a request may take from now on, also if net/http reads it after the answer.
func (h *Transport) limitRead(w http.ResponseWriter) {
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(h.options.ReadTimeout)) // without deadlines there is no connection to keep
}

func (h *Transport) tooLarge() string {
	return fmt.Sprintf("The body is larger than %d bytes. Send less at a time.", h.options.MaxBody)
}

// readBody returns the body, or refuses the request. Room for the body is made while it arrives, because a client that only
// announces a large body must not keep others from sending theirs.
func (h *Transport) readBody(w http.ResponseWriter, r *http.Request, room *wire.Room) ([]byte, bool) {
	h.limitRead(w)
	in := http.MaxBytesReader(w, r.Body, int64(h.options.MaxBody))
	body := make([]byte, 0, bytes.MinRead)
	for {
		if len(body) == cap(body) {
			body = slices.Grow(body, 1)
		}
		n, err := in.Read(body[len(body):cap(body)])
		body = body[:len(body)+n]
		if !room.Grow(n) {
			refuseBusy(w, busyLarge)
			return nil, false
		}
		if errors.Is(err, io.EOF) {
			break
		}
		if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
			refuse(w, http.StatusRequestEntityTooLarge, h.tooLarge())
			return nil, false
		}
		if err != nil {
			refuse(w, http.StatusBadRequest, "The body could not be read to its end.")
			return nil, false
		}
	}
	_ = http.NewResponseController(w).SetReadDeadline(time.Time{})
	return body, true
}

// refuse answers a request that never becomes a message of the protocol.
func refuse(w http.ResponseWriter, status int, sentence string) {
	body, err := json.Marshal(map[string]string{"error": sentence})
	if err != nil {
		body = nil // strings always marshal
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(append(body, '\n'))
}

func writeText(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, text+"\n")
}
