package cli

import (
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// What could never work is refused at start, with what to write in its place.
func TestHTTPRefusesWhatCannotWork(t *testing.T) {
	t.Parallel()
	taken, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = taken.Close() })
	cert, key, _ := certificate(t)
	otherCert, otherKey, _ := certificate(t)
	text := filepath.Join(t.TempDir(), "text")
	if err := os.WriteFile(text, []byte("no PEM\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		name string
		args []string
		want string
	}{
		{"a host with a scheme", []string{"--allowed-hosts", "https://mcp.example.com/"}, `--allowed-hosts: "https://mcp.example.com/": a host has no scheme and no path: write mcp.example.com`},
		{"a host with a slash", []string{"--allowed-hosts", "mcp.example.com/"}, `a host has no scheme and no path: write mcp.example.com`},
		{"a host with a path", []string{"--allowed-hosts", "a.example,mcp.example.com/mcp"}, `write mcp.example.com`},
		{"all hosts", []string{"--allowed-hosts", "*"}, `--allowed-hosts: "*": there are no wildcards; name each host`},
		{"hosts below one", []string{"--allowed-hosts", "*.example.com"}, `there are no wildcards`},
		{"a host as people write it", []string{"--allowed-hosts", "bücher.example"}, `is no host as clients send it`},
		{"all origins", []string{"--allowed-origins", "*"}, `--allowed-origins: "*": there are no wildcards, since every web page could use the server then; name each origin`},
		{"origins below one", []string{"--allowed-origins", "https://*.example.com"}, `there are no wildcards`},
		{"an origin with a slash", []string{"--allowed-origins", "https://app.example/"}, `--allowed-origins: "https://app.example/": an origin ends behind its host, without a slash or a path: write https://app.example`},
		{"an origin with a path", []string{"--allowed-origins", "https://app.example/mcp"}, `write https://app.example`},
		{"an origin without a scheme", []string{"--allowed-origins", "app.example"}, `--allowed-origins: "app.example": an origin begins with its scheme: write https://app.example`},
		{"an origin with the usual port", []string{"--allowed-origins", "https://app.example:443"}, `browsers leave out the usual port: write https://app.example`},
		{"an origin of another kind", []string{"--allowed-origins", "ftp://app.example"}, `is no origin of a web page`},
		{"an origin as people write it", []string{"--allowed-origins", "https://bücher.example"}, `browsers send names in letters of ASCII`},
		{"a port that is taken", []string{"--addr", taken.Addr().String()}, "--addr: " + taken.Addr().String() + ` is in use, perhaps by another featurebase-mcp; end that, or take another port (0 picks a free one)`},
		{"a port that is taken, for metrics", []string{"--addr", "127.0.0.1:0", "--metrics-addr", taken.Addr().String()}, "--metrics-addr: " + taken.Addr().String() + ` is in use`},
		{"a port that is too large", []string{"--addr", "127.0.0.1:99999"}, `--addr: "99999" is no port: write a number from 1 to 65535, or 0 for a free one`},
		{"a port that is a word", []string{"--addr", "127.0.0.1:http"}, `"http" is no port`},
		{"a port that is left out", []string{"--addr", "127.0.0.1:"}, `"" is no port`},
		{"an address of another machine", []string{"--auth", "key", "--addr", "192.0.2.1:8080"}, `--addr: 192.0.2.1 is no address of this machine; use one that is, such as 127.0.0.1`},
		{"a key of another certificate", []string{"--tls-cert", cert, "--tls-key", otherKey}, `--tls-cert and --tls-key do not belong together: the key in ` + otherKey + ` is not that of the first certificate in ` + cert},
		{"a certificate for a key", []string{"--tls-cert", cert, "--tls-key", otherCert}, "--tls-key: " + otherCert + ` holds no key in PEM`},
		{"a key for a certificate", []string{"--tls-cert", key, "--tls-key", key}, "--tls-cert: " + key + ` holds no certificate in PEM, which is text with a line -----BEGIN CERTIFICATE-----`},
		{"a text for a key", []string{"--tls-cert", cert, "--tls-key", text}, "--tls-key: " + text + ` holds no key in PEM`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			args := append([]string{"http"}, tc.args...)
			if !strings.Contains(strings.Join(tc.args, " "), "--auth key") {
				args = append(args, "--sandbox")
			}
			got := start("", nil, args...)
			if got.code != exitUsage || !strings.Contains(got.err, tc.want) || got.out != "" {
				t.Errorf("%+v\nwant exit 2 with %q on standard error alone", got, tc.want)
			}
			for _, inner := range []string{"listen tcp", "bind:", "tls:", "x509:", "lookup "} {
				if strings.Contains(got.err, inner) {
					t.Errorf("%q is no word for a user: %s", inner, got.err)
				}
			}
		})
	}
}

// A server that listens everywhere says by what address clients reach it, and one that only this machine reaches says so.
func TestAServerThatListensEverywherePrintsAnAddressToUse(t *testing.T) {
	t.Parallel()
	cert, key, _ := certificate(t)
	for _, tc := range []struct {
		args []string
		want string // with PORT for the port
		warn string
	}{
		{[]string{"--addr", "0.0.0.0:0", "--auth", "key", "--allowed-hosts", "mcp.example.com,other.example"}, "http://mcp.example.com:PORT/mcp", ""},
		{[]string{"--addr", ":0", "--auth", "key", "--allowed-hosts", "mcp.example.com:8443", "--tls-cert", cert, "--tls-key", key}, "https://mcp.example.com:8443/mcp", ""},
		{[]string{"--addr", "0.0.0.0:0", "--auth", "key"}, "http://127.0.0.1:PORT/mcp", "answers only to 127.0.0.1 and localhost; name the hosts that clients use with --allowed-hosts"},
		{[]string{"--addr", "127.0.0.1:0", "--auth", "key"}, "http://127.0.0.1:PORT/mcp", ""},
		{[]string{
			"--addr", "0.0.0.0:0", "--sandbox", "--auth", "oidc", "--oidc-issuer", "https://id.example.com", "--oidc-audience", "https://mcp.example.com", "--public-url", "https://mcp.example.com/",
		}, "https://mcp.example.com/mcp", ""},
	} {
		server := runProgram(t, nil, nil, append([]string{"http"}, tc.args...)...)
		line, err := server.out.ReadString('\n')
		if err != nil {
			t.Fatal(err)
		}
		got := strings.TrimSpace(strings.TrimPrefix(line, "Featurebase MCP at "))
		port := got[strings.LastIndexByte(strings.TrimSuffix(got, "/mcp"), ':')+1:]
		if want := strings.Replace(tc.want, "PORT", strings.TrimSuffix(port, "/mcp"), 1); got != want {
			t.Errorf("%v: %s, want %s", tc.args, got, want)
		}
		if strings.HasPrefix(got, "http://127.0.0.1:") {
			if response := ask(t.Context(), t, http.MethodGet, strings.TrimSuffix(got, "/mcp")+"/healthz", "", nil); response.StatusCode != http.StatusOK {
				t.Errorf("nothing is at %s: %d", got, response.StatusCode)
			}
		}
		server.interrupt(syscall.SIGTERM)
		if end := server.end(); end.code != exitOK || strings.Contains(end.err, "--allowed-hosts") != (tc.warn != "") || !strings.Contains(end.err, tc.warn) {
			t.Errorf("%v: %+v", tc.args, end)
		}
	}
}
