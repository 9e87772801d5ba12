package client

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestTheKeyReachesTheAPIAndNoOtherHost(t *testing.T) {
	t.Parallel()
	for _, status := range []int{301, 302, 303, 307, 308} {
		for _, r := range []Request{getPost, createPost, deletePost} {
			t.Run(http.StatusText(status)+" of "+r.Operation, func(t *testing.T) {
				t.Parallel()
				other := &script{steps: []http.HandlerFunc{ok()}}
				elsewhere := httptest.NewServer(other)
				t.Cleanup(elsewhere.Close)
				c, api := onSocket(t, nil, reply(status, "", "Location", elsewhere.URL+"/v2/posts/1?secret=1"))
				_, err := c.Do(t.Context(), r)
				failed := wantError(t, err, KindBadResponse)
				other.wantRequests(t, 0)
				api.wantRequests(t, 1)
				if got := api.requests()[0].header.Get("Authorization"); got != "Bearer "+testKey {
					t.Errorf("Authorization %q", got)
				}
				host := strings.TrimPrefix(elsewhere.URL, "http://")
				if !strings.Contains(failed.Message, host) || strings.Contains(failed.Error(), "secret") {
					t.Errorf("the message should name the host and nothing more: %s", failed)
				}
			})
		}
	}
}

// Hosts are the same in capitals.
func TestAHostInCapitalsIsTheSame(t *testing.T) {
	t.Parallel()
	c, api := onSocket(t, func(cfg *Config) {
		cfg.BaseURL = strings.Replace(cfg.BaseURL, "http://127.0.0.1", "HTTP://LocalHost", 1)
	}, ok())
	_, err := c.Do(t.Context(), getPost)
	noError(t, err)
	api.wantRequests(t, 1)
	if c.base.Hostname() != "localhost" {
		t.Error(c.base)
	}
}

func TestAuthRefusesAnotherHost(t *testing.T) {
	t.Parallel()
	cfg := config("https://api.example.com")
	base, err := parseBase(cfg.BaseURL)
	noError(t, err)
	for _, url := range []string{"https://evil.example.com/v2", "http://api.example.com/v2", "https://api.example.com:444/v2"} {
		t.Run(url, func(t *testing.T) {
			t.Parallel()
			send := authenticated(func(*call, *http.Request) (*answer, error) {
				t.Error("sent")
				return nil, nil
			}, &cfg, base)
			req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, http.NoBody)
			noError(t, err)
			_, err = send(&call{}, req)
			_ = wantError(t, err, KindInvalid)
		})
	}
}

func TestWithoutAKeyNothingIsSent(t *testing.T) {
	t.Parallel()
	c, api := onSocket(t, func(cfg *Config) { cfg.Key = "" }, ok())
	for _, r := range []Request{getPost, createPost, deletePost} {
		_, err := c.Do(t.Context(), r)
		if failed := wantError(t, err, KindNoKey); failed.Attempts != 0 || failed.Operation != r.Operation {
			t.Errorf("got %+v", failed)
		}
	}
	api.wantRequests(t, 0)
}

func TestNoAuthSendsNoKey(t *testing.T) {
	t.Parallel()
	c, api := onSocket(t, func(cfg *Config) { cfg.NoAuth = true }, ok())
	_, err := c.Do(t.Context(), getPost)
	noError(t, err)
	if got := api.requests()[0].header.Get("Authorization"); got != "" {
		t.Errorf("Authorization %q", got)
	}
}
