package cli

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// A proxy would read a key that is sent in the clear. Addresses on loopback are spelled in more ways than the standard library knows.
func TestAKeyInTheClearGoesThroughNoProxy(t *testing.T) {
	t.Parallel()
	proxied := make(chan string, 10)
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		proxied <- r.Method + " " + r.URL.String() + " " + r.Header.Get("Authorization")
		w.WriteHeader(http.StatusBadGateway)
	}))
	t.Cleanup(proxy.Close)
	api := keyedAPI(t)
	for _, address := range []string{api, strings.Replace(api, "127.0.0.1", "LOCALHOST", 1), strings.Replace(api, "http://127.0.0.1", "HTTP://LocalHost", 1)} {
		environ := []string{"FEATUREBASE_API_KEY=sk_right", "HTTP_PROXY=" + proxy.URL, "HTTPS_PROXY=" + proxy.URL, "http_proxy=" + proxy.URL}
		if got := runProgram(t, nil, environ, "call", "--api-url", address, "list_boards").end(); got.code != exitOK {
			t.Errorf("%s: %+v", address, got)
		}
	}
	if len(proxied) > 0 {
		t.Error(<-proxied)
	}
	environ := []string{"FEATUREBASE_API_KEY=sk_right", "HTTPS_PROXY=" + proxy.URL}
	got := runProgram(t, nil, environ, "call", "--api-url", "https://featurebase.example", "--retries=0", "list_boards").end()
	if asked := <-proxied; got.code != exitFailed || strings.Contains(asked, "sk_right") || !strings.HasPrefix(asked, "CONNECT ") {
		t.Errorf("%s %+v", asked, got)
	}
}

func TestTheAddressOfTheAPIIsNamedAsItWasGiven(t *testing.T) {
	t.Parallel()
	for _, got := range []outcome{
		start("", withKey, "call", "list_boards", "--api-url", "http://featurebase.example"),
		start("", append(withKey, "FEATUREBASE_API_URL=http://featurebase.example"), "doctor"),
		start("", append(withKey, "FEATUREBASE_BASE_URL=http://featurebase.example")),
	} {
		if got.code != exitUsage || !strings.Contains(got.err, ": the API URL must use https, not http: the key would cross the network in the clear") {
			t.Errorf("%+v", got)
		}
	}
	if got := start("", append(withKey, "FEATUREBASE_BASE_URL=ftp://u:hush@featurebase.example")); !strings.Contains(got.err, "featurebase-mcp: FEATUREBASE_BASE_URL: ") || strings.Contains(got.err, "hush") {
		t.Errorf("%+v", got)
	}
}
