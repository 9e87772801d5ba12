package client

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestRequestsArriveAsStated(t *testing.T) {
	t.Parallel()
	c, api := onSocket(t, func(cfg *Config) { cfg.BaseURL, cfg.UserAgent = cfg.BaseURL+"/prefix/", "agent/1" }, ok())
	for _, r := range []Request{
		{Operation: "list", Method: http.MethodGet, Path: "/v2/posts/by%2Fslug", Query: "tags=a%2Cb", Safety: Read},
		{Operation: "remove", Method: http.MethodDelete, Path: "/v2/posts/1/voters", Body: []byte(`{"id":"2"}`), Safety: Write},
	} {
		_, err := c.Do(t.Context(), r)
		noError(t, err)
	}
	got := api.requests()
	if len(got) != 2 {
		t.Fatalf("%d requests arrived, want 2", len(got))
	}
	if got[0].uri != "/prefix/v2/posts/by%2Fslug?tags=a%2Cb" || got[0].method != http.MethodGet || got[0].body != "" || got[0].header.Get("Content-Type") != "" {
		t.Errorf("got %+v", got[0])
	}
	if got[1].method != http.MethodDelete || got[1].body != `{"id":"2"}` || got[1].header.Get("Content-Type") != "application/json" {
		t.Errorf("got %+v", got[1])
	}
	for _, r := range got {
		for name, want := range map[string]string{
			"Authorization": "Bearer " + testKey, "Featurebase-Version": testVersion, "User-Agent": "agent/1", "Accept": "application/json",
		} {
			if r.header.Get(name) != want {
				t.Errorf("%s is %q, want %q", name, r.header.Get(name), want)
			}
		}
	}
}

// A request that needs a later version is sent with it, and one that needs an earlier version with that of the client.
func TestARequestIsSentWithTheVersionThatItNeeds(t *testing.T) {
	t.Parallel()
	const clover, orbit, pulsar = "2025-12-12.clover", "2026-08-19.orbit", "2026-09-03.pulsar"
	for _, tc := range []struct{ client, version, since, want string }{
		{testVersion, "", "", testVersion},
		{testVersion, "", orbit, orbit},
		{pulsar, "", orbit, pulsar},
		{orbit, "", orbit, orbit},
		{testVersion, "", clover, testVersion},
		{testVersion, orbit, "", orbit},
		{pulsar, orbit, "", orbit},
		{testVersion, orbit, pulsar, pulsar},
	} {
		c, api := onSocket(t, func(cfg *Config) { cfg.Version = tc.client }, ok())
		r := Request{Operation: "update_post", Method: http.MethodPatch, Path: "/v2/posts/1", Safety: Write, Version: tc.version, Since: tc.since}
		_, err := c.Do(t.Context(), r)
		noError(t, err)
		if got := api.requests()[0].header.Get("Featurebase-Version"); got != tc.want || c.VersionOf(r) != tc.want {
			t.Errorf("%+v is sent with %q, and said to be with %q", tc, got, c.VersionOf(r))
		}
	}
}

func TestDoRefusesRequestsThatAreNotWellFormed(t *testing.T) {
	t.Parallel()
	tests := map[string]func(*Request){
		"no safety":                     func(r *Request) { r.Safety = 0 },
		"an unknown safety":             func(r *Request) { r.Safety = Delete + 1 },
		"no path":                       func(r *Request) { r.Path = "" },
		"a path outside the API":        func(r *Request) { r.Path = "/v20/posts" },
		"a path on another host":        func(r *Request) { r.Path = "@evil.example.com/v2/" },
		"a path that climbs":            func(r *Request) { r.Path = "/v2/posts/.." },
		"a path that climbs in escapes": func(r *Request) { r.Path = "/v2/posts/%2e%2E/admins" },
		"a broken escape":               func(r *Request) { r.Path = "/v2/posts/%zz" },
		"a query in the path":           func(r *Request) { r.Path = "/v2/posts?a=b" },
		"a control character":           func(r *Request) { r.Path = "/v2/po\nsts" },
		"a fragment in the query":       func(r *Request) { r.Query = "a=b#c" },
		"a method of two words":         func(r *Request) { r.Method = "GET IT" },
	}
	for name, change := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, api := onSocket(t, nil, ok())
			r := getPost
			change(&r)
			_, err := c.Do(t.Context(), r)
			failed := wantError(t, err, KindInvalid)
			api.wantRequests(t, 0)
			if failed.Status != 0 || failed.Attempts != 0 {
				t.Errorf("got %+v", failed)
			}
		})
	}
}

func TestEveryKindHasAWord(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for k := KindNoKey; k <= KindBadResponse; k++ {
		if word := k.String(); word == "" || word == "unknown" || seen[word] {
			t.Errorf("kind %d is %q", k, word)
		}
		seen[k.String()] = true
	}
	if Kind(0).String() != "unknown" || (KindBadResponse+1).String() != "unknown" || Kind(-1).String() != "unknown" {
		t.Error("a kind that is none has a word")
	}
}

func BenchmarkDo(b *testing.B) {
	body := `{"data":["` + strings.Repeat("x", 30_000) + `"]}`
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, body) }))
	b.Cleanup(server.Close)
	cfg := config(server.URL)
	cfg.Rate, cfg.Burst, cfg.Concurrency = 1e9, 1000, 8
	transport := NewTransport(8)
	transport.DisableCompression = true
	cfg.Transport = transport
	c := mustNew(b, cfg)
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := c.Do(b.Context(), getPost); err != nil {
			b.Fatal(err)
		}
	}
}
