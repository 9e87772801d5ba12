package auth

import (
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"net/url"
	"strings"
)

// metadataPath is where RFC 9728 puts the metadata of a protected resource; the resource's own path may follow.
const metadataPath = "/.well-known/oauth-protected-resource"

// The parts of a challenge.
const (
	plainChallenge = `Bearer realm="featurebase-mcp"`
	invalidToken   = `, error="invalid_token"` //nolint:gosec // no credential
	lacksScope     = `, error="insufficient_scope"`
)

// resource is this server as the issuer and its clients see it.
type resource struct {
	issuer string
	public *url.URL // nil for what the request says
	scopes []string
}

// at returns the address of a path under which the client of the request reaches this server. The request's Host has been checked.
func (s resource) at(r *http.Request, path string) string {
	if s.public != nil {
		return strings.TrimSuffix(s.public.String(), "/") + path
	}
	u := url.URL{Scheme: "http", Host: r.Host, Path: path}
	if r.TLS != nil {
		u.Scheme = "https"
	}
	return u.String()
}

// challenge says where the metadata of the transport at path is, and which scopes to ask for.
func (s resource) challenge(r *http.Request, path, scopes string) string {
	text := plainChallenge + `, resource_metadata="` + s.at(r, metadataPath+path) + `"`
	if scopes != "" {
		text += `, scope="` + scopes + `"`
	}
	return text
}

// Challenge returns the WWW-Authenticate header for a caller that lacks scopes. Only OIDC has scopes.
func (a *Auth) Challenge(r *http.Request, scopes string) string {
	return a.resource.challenge(r, r.URL.Path, scopes) + lacksScope
}

// Prefix is the path of the public URL, or "".
func (a *Auth) Prefix() string {
	if a.resource.public == nil {
		return ""
	}
	return strings.TrimSuffix(a.resource.public.Path, "/")
}

// Metadata serves the metadata of the transport at path, which names the issuer. It is nil without OIDC.
func (a *Auth) Metadata(path string) http.HandlerFunc {
	if a.mode != OIDC {
		return nil
	}
	return func(w http.ResponseWriter, r *http.Request) {
		body, err := json.Marshal(map[string]any{
			"resource":                 a.resource.at(r, path),
			"resource_name":            "Featurebase MCP",
			"authorization_servers":    []string{a.resource.issuer},
			"scopes_supported":         a.resource.scopes,
			"bearer_methods_supported": []string{"header"},
		})
		if err != nil {
			body = nil // strings always marshal
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(append(body, '\n'))
	}
}

// parseURL refuses addresses to which neither people nor keys should be sent.
func parseURL(raw string) (*url.URL, error) {
	u, err := url.Parse(raw)
	switch {
	case err != nil || u.Hostname() == "":
		return nil, errors.New("expected a URL such as https://id.example.com")
	case u.User != nil || u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return nil, errors.New("a URL without user name, query and fragment")
	case u.Scheme != "https" && (u.Scheme != "http" || !isLoopback(u.Hostname())):
		return nil, errors.New("https, unless the host is loopback")
	}
	return u, nil
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
