package cli

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
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
	free, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	metricsAddr := free.Addr().String()
	_ = free.Close()
	cmd, address := startHTTP(t, []string{"FEATUREBASE_API_KEY=sk_test"}, "--api-url", api.URL, "--metrics-addr", metricsAddr)
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
