package cli

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// What the server did is on an address of its own, and nowhere else: calls by tool and outcome, what Featurebase was asked, further attempts.
func TestMetricsCountWhatHappened(t *testing.T) {
	t.Parallel()
	asked := 0
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if asked++; asked == 1 {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		_, _ = io.WriteString(w, `[]`)
	}))
	defer api.Close()
	cmd, address, metricsAddr := startMeasured(t, []string{"FEATUREBASE_API_KEY=sk_test"}, "--api-url", api.URL)
	for _, arguments := range []string{`{}`, `{"bad":1}`} {
		body := `{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"list_boards","arguments":` + arguments + `,` + modernMeta + `}}`
		response := ask(t.Context(), t, http.MethodPost, address+"/mcp", body, modernHeaders("tools/call", "list_boards"))
		if _, err := io.Copy(io.Discard, response.Body); err != nil {
			t.Fatal(err)
		}
	}
	response := ask(t.Context(), t, http.MethodGet, "http://"+metricsAddr+"/metrics", "", nil)
	found := map[string]string{}
	for lines := bufio.NewScanner(response.Body); lines.Scan(); {
		at := max(0, strings.LastIndexByte(lines.Text(), ' '))
		name := lines.Text()[:at]
		found[name] = lines.Text()[at+1:]
		if !regexp.MustCompile(`^[a-z_][a-z0-9_]*(\{[^}]*\})?$`).MatchString(name) {
			t.Errorf("no line of a scrape: %q", lines.Text())
		}
		for _, label := range regexp.MustCompile(`(\w+)="`).FindAllStringSubmatch(name, -1) {
			if strings.HasPrefix(name, "featurebase_") && !slices.Contains([]string{"tool", "outcome", "operation", "status", "le"}, label[1]) {
				t.Errorf("a label that may tell of callers or contents: %q", lines.Text())
			}
		}
	}
	for name, want := range map[string]string{
		`featurebase_mcp_calls_total{tool="list_boards",outcome="ok"}`:                "1",
		`featurebase_mcp_calls_total{tool="list_boards",outcome="invalid_arguments"}`: "1",
		`featurebase_mcp_call_seconds_count{tool="list_boards"}`:                      "2",
		`featurebase_mcp_answer_bytes_sum{tool="list_boards"}`:                        found[`featurebase_mcp_answer_bytes_sum{tool="list_boards"}`],
		`featurebase_mcp_api_requests_total{operation="list_boards",status="503"}`:    "1",
		`featurebase_mcp_api_requests_total{operation="list_boards",status="200"}`:    "1",
		`featurebase_mcp_api_retries_total{operation="list_boards"}`:                  "1",
		`featurebase_mcp_calls_running`:                                               "0",
		`featurebase_mcp_limiter_wait_seconds_count`:                                  "0",
		`process_open_fds`: found[`process_open_fds`],
		`go_goroutines`:    found[`go_goroutines`],
	} {
		if found[name] != want || want == "" {
			t.Errorf("%s is %q, not %q", name, found[name], want)
		}
	}
	for _, url := range []string{address + "/metrics", "http://" + metricsAddr + "/mcp"} {
		if response := ask(t.Context(), t, http.MethodGet, url, "", nil); response.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %d", url, response.StatusCode)
		}
	}
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
}

// startMeasured is startHTTP with metrics, and returns their address, which the log tells.
func startMeasured(t *testing.T, environ []string, args ...string) (cmd *exec.Cmd, address, metricsAddr string) {
	t.Helper()
	log := filepath.Join(t.TempDir(), "log")
	cmd, address = startHTTP(t, environ, append(args, "--metrics-addr", "127.0.0.1:0", "--log-file", log)...)
	text, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	told := regexp.MustCompile(`"serving metrics","address":"([^"]+)"`).FindSubmatch(text)
	if told == nil {
		t.Fatalf("no address in %s", text)
	}
	return cmd, address, string(told[1])
}

// Who asks for metrics and sends a body that does not come is not waited for.
func TestASlowScrapeIsCut(t *testing.T) {
	t.Parallel()
	cmd, _, metricsAddr := startMeasured(t, nil, "--sandbox")
	connection, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", metricsAddr)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = connection.Close() }()
	if _, err := io.WriteString(connection, "GET /metrics HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(io.Discard, connection); err != nil {
		t.Error(err)
	}
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
}

// An address that is taken is told at start.
func TestAMetricsAddressThatIsTaken(t *testing.T) {
	t.Parallel()
	taken, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = taken.Close() }()
	if got := start("", nil, "http", "--sandbox", "--addr=127.0.0.1:0", "--metrics-addr", taken.Addr().String()); got.code != exitUsage || !strings.Contains(got.err, "--metrics-addr") {
		t.Errorf("%+v", got)
	}
}
