package httptransport

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/mark3labs/mcp-go/server"

	"featurebase-mcp/internal/wire/wiretest"
)

// preflightOf is what a browser asks before a page may send a request. It sends no credentials.
func preflightOf(p *wiretest.Site, origin, path, method, headers string) *http.Response {
	return p.Do(p.T.Context(), http.MethodOptions, path, "", "Origin", origin,
		"Access-Control-Request-Method", method, "Access-Control-Request-Headers", headers, "Access-Control-Request-Private-Network", "true")
}

func TestPagesOfAllowedOriginsMayCall(t *testing.T) {
	t.Parallel()
	const headers = "authorization,content-type,mcp-protocol-version,mcp-session-id,x-featurebase-read-only"
	p := wiretest.Open(t, New(whoServer(t), Options{Auth: byName{}, AllowedOrigins: []string{"https://app.example"}}).Serve)
	for _, origin := range []string{"https://app.example", "http://localhost:6274", "http://127.0.0.1:3000", "http://[::1]:1"} {
		for path, method := range map[string]string{pathMCP: "DELETE", pathSSE: "GET", pathMessage: "POST", pathMetadata: "GET", pathMetadata + pathMCP: "GET"} {
			got := preflightOf(p, origin, path, method, headers)
			if got.StatusCode != http.StatusNoContent || got.Header.Get("Access-Control-Allow-Origin") != origin ||
				got.Header.Get("Access-Control-Allow-Headers") != headers || got.Header.Get("Access-Control-Allow-Private-Network") != "true" ||
				!slices.Contains(strings.Split(got.Header.Get("Access-Control-Allow-Methods"), ", "), method) || !slices.Contains(got.Header.Values("Vary"), "Origin") {
				t.Errorf("%s %s of %s: %d %v", method, path, origin, got.StatusCode, got.Header)
			}
		}
		// What a page cannot read it cannot act on: refusals are shared with it as well.
		for status, response := range map[int]*http.Response{
			http.StatusOK:           p.Do(t.Context(), http.MethodPost, pathMCP, wiretest.Initialize, "Origin", origin, "X-Who", "ann"),
			http.StatusUnauthorized: p.Do(t.Context(), http.MethodPost, pathMCP, wiretest.Initialize, "Origin", origin),
		} {
			exposed := strings.Split(response.Header.Get("Access-Control-Expose-Headers"), ", ")
			if response.StatusCode != status || response.Header.Get("Access-Control-Allow-Origin") != origin ||
				!slices.Contains(exposed, server.HeaderKeySessionID) || !slices.Contains(exposed, "WWW-Authenticate") {
				t.Errorf("%s: %d %v", origin, response.StatusCode, response.Header)
			}
			if response.Header.Get("Access-Control-Allow-Credentials") != "" {
				t.Error("pages may send cookies")
			}
		}
	}
}

func TestPagesOfOtherOriginsMayNot(t *testing.T) {
	t.Parallel()
	p := wiretest.Open(t, New(whoServer(t), Options{AllowedOrigins: []string{"https://app.example"}}).Serve)
	for _, origin := range []string{"https://app.example.evil.example", "http://app.example", "null", "https://localhost.evil.example", "https://app.example, https://evil.example"} {
		for name, response := range map[string]*http.Response{
			"a preflight": preflightOf(p, origin, pathMCP, "POST", "content-type"),
			"a request":   p.Do(t.Context(), http.MethodPost, pathMCP, wiretest.Initialize, "Origin", origin),
		} {
			if response.StatusCode != http.StatusForbidden || response.Header.Get("Access-Control-Allow-Origin") != "" {
				t.Errorf("%s of %s: %d %v", name, origin, response.StatusCode, response.Header)
			}
		}
	}
	if got := preflightOf(p, "https://app.example", "/nothing", "GET", ""); got.StatusCode != http.StatusNotFound {
		t.Errorf("a preflight for nothing: %d", got.StatusCode)
	}
	if got := p.Do(t.Context(), http.MethodOptions, pathMCP, ""); got.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("OPTIONS without an origin: %d", got.StatusCode)
	}
}

// A page that includes an address as a picture sends no Origin.
func TestIncludedAddressesOpenNothing(t *testing.T) {
	t.Parallel()
	p := wiretest.Open(t, New(whoServer(t), Options{}).Serve)
	for site, want := range map[string]int{"cross-site": http.StatusForbidden, "none": http.StatusOK, "same-origin": http.StatusOK} {
		response := p.Do(t.Context(), http.MethodGet, pathSSE, "", "Sec-Fetch-Site", site)
		if response.StatusCode != want {
			t.Errorf("%s: %d", site, response.StatusCode)
		}
	}
	response := p.Do(t.Context(), http.MethodGet, pathSSE, "", "Sec-Fetch-Site", "cross-site", "Origin", "http://localhost:6274")
	if response.StatusCode != http.StatusOK {
		t.Errorf("a page that may: %d", response.StatusCode)
	}
}

// Probes come to the address of a machine or a pod, by which the server is not known.
func TestProbesNeedNoHostName(t *testing.T) {
	t.Parallel()
	p := wiretest.Open(t, New(whoServer(t), Options{Auth: byName{}}).Serve)
	for path, want := range map[string]int{pathHealth: http.StatusOK, pathReady: http.StatusOK, pathMCP: http.StatusForbidden, "/": http.StatusForbidden} {
		if status, body := p.Status(http.MethodGet, path, "", "Host", "10.1.2.3:8080"); status != want {
			t.Errorf("%s: %d %s", path, status, body)
		}
	}
}

func TestAByteOrderMarkIsSkipped(t *testing.T) {
	t.Parallel()
	p := wiretest.Open(t, New(whoServer(t), Options{}).Serve)
	if status, body := p.Status(http.MethodPost, pathMCP, "\ufeff"+wiretest.Initialize); status != http.StatusOK {
		t.Errorf("%d %s", status, body)
	}
}

func TestTheEndpointOfSSEIsRelative(t *testing.T) {
	t.Parallel()
	p := wiretest.Open(t, New(whoServer(t), Options{}).Serve)
	data, err := wiretest.EventsOf(t, p.Do(t.Context(), http.MethodGet, pathSSE, "")).Data()
	if err != nil || !strings.HasPrefix(string(data), "message?sessionId=") {
		t.Errorf("%s %v", data, err)
	}
}

func TestAnUnknownVersionAtInitializeIsToldTheKnownOnes(t *testing.T) {
	t.Parallel()
	p := wiretest.Open(t, New(whoServer(t), Options{}).Serve)
	for _, version := range []string{"2099-01-01", strings.Repeat("9", 10_000)} {
		status, body := p.Status(http.MethodPost, pathMCP, wiretest.Initialize, "Mcp-Protocol-Version", version)
		if status != http.StatusBadRequest || !strings.Contains(body, "2026-07-28") || !strings.Contains(body, "2024-11-05") || !strings.Contains(body, `"id":"init"`) || len(body) > 500 {
			t.Errorf("%d %.600s", status, body)
		}
	}
	if status, body := p.Status(http.MethodPost, pathMCP, wiretest.Initialize, "Mcp-Protocol-Version", "2025-11-25"); status != http.StatusOK {
		t.Errorf("a known one: %d %s", status, body)
	}
}
