package httptransport

import (
	"maps"
	"net/http"
	"slices"
	"strings"
)

const (
	// exposed are the headers of a response that a web page has to read.
	exposed = "Mcp-Session-Id, Mcp-Protocol-Version, WWW-Authenticate, Retry-After"

	// preflightSeconds is how long a browser may keep the answer to a preflight. Browsers cut it to two hours at most.
	preflightSeconds = "7200"

	longestHeaders = 2048 // bytes of the names in a preflight
)

// shareWith lets the web page that a request comes from read the response. Its origin has been checked. There are no cookies
// here, so pages need no credentials mode.
func shareWith(header http.Header, r *http.Request) {
	header.Add("Vary", "Origin")
	if origin := r.Header.Get("Origin"); origin != "" {
		header.Set("Access-Control-Allow-Origin", origin)
		header.Set("Access-Control-Expose-Headers", exposed)
	}
}

// isPreflight reports whether a browser asks on behalf of a page what it may send. It sends no credentials with the question,
// so the answer must not depend on them.
func isPreflight(r *http.Request) bool {
	return r.Method == http.MethodOptions && r.Header.Get("Origin") != "" && r.Header.Get("Access-Control-Request-Method") != ""
}

// preflight allows the methods of a path and all headers: which of them count is decided when the request comes.
func (m methods) preflight(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header.Set("Access-Control-Allow-Methods", strings.Join(slices.Sorted(maps.Keys(m)), ", "))
	header.Set("Access-Control-Max-Age", preflightSeconds)
	if names := r.Header.Get("Access-Control-Request-Headers"); names != "" && len(names) <= longestHeaders {
		header.Add("Vary", "Access-Control-Request-Headers")
		header.Set("Access-Control-Allow-Headers", names)
	}
	if r.Header.Get("Access-Control-Request-Private-Network") == "true" {
		header.Set("Access-Control-Allow-Private-Network", "true")
	}
	w.WriteHeader(http.StatusNoContent)
}
