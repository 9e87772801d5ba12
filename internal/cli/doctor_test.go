package cli

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"featurebase-mcp/internal/doctor"
	"featurebase-mcp/tools"
)

func TestDoctorOnTheSandboxFindsNoProblem(t *testing.T) {
	t.Parallel()
	got := start("", nil, "doctor", "--sandbox")
	if got.code != exitOK || got.err != "" || !strings.HasSuffix(got.out, "problems: 0, warnings: 0\n") {
		t.Errorf("%+v", got)
	}
	for _, set := range tools.Inventory().Toolsets() {
		if !strings.Contains(got.out, "read "+set.Name+" ") {
			t.Errorf("nothing is said of %s:\n%s", set.Name, got.out)
		}
	}
}

// keyedAPI is an API that knows one key, and repeats another one. It returns its address.
func keyedAPI(t *testing.T) string {
	t.Helper()
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if key := r.Header.Get("Authorization"); key != "Bearer sk_right" {
			w.WriteHeader(http.StatusUnauthorized)
			_, _ = io.WriteString(w, `{"success":false,"message":"Invalid API Key: `+key+`"}`)
			return
		}
		_, _ = io.WriteString(w, `[]`)
	}))
	t.Cleanup(api.Close)
	return api.URL
}

// The exit code tells whether calls would work; standard output alone has the report, without the key wherever it comes from.
func TestDoctorExitCodes(t *testing.T) {
	t.Parallel()
	api := keyedAPI(t)
	keyFile := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(keyFile, []byte("sk_right\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		name    string
		environ []string
		args    []string
		code    int
		want    string
	}{
		{"a key in a variable", []string{"FEATUREBASE_API_KEY=sk_right"}, nil, exitOK, "from FEATUREBASE_API_KEY"},
		{"a key in a file", nil, []string{"--api-key-file", keyFile}, exitOK, "from " + keyFile},
		{"a wrong key", []string{"FEATUREBASE_API_KEY=sk_wrong"}, nil, exitFailed, "does not accept the key: Invalid API Key: Bearer [API key]"},
		{"no key", nil, nil, exitFailed, "none is configured"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			args := append([]string{"doctor", "--api-url", api}, tc.args...)
			got := start("", tc.environ, args...)
			if got.code != tc.code || got.err != "" || !strings.Contains(got.out, tc.want) {
				t.Errorf("%+v\nwant exit %d with %q", got, tc.code, tc.want)
			}
			document := start("", tc.environ, append(args, "--json")...)
			var report doctor.Report
			if err := json.Unmarshal([]byte(document.out), &report); err != nil || document.code != tc.code || len(report.Findings) < 4 {
				t.Errorf("%v: %+v", err, document)
			}
			if strings.Contains(got.out+document.out, "sk_") {
				t.Errorf("a key is shown:\n%s", got.out)
			}
		})
	}
}

func TestDoctorRefusesWrongUsage(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		environ []string
		args    []string
	}{
		{[]string{"FEATUREBASE_API_KEY=sk_a b"}, nil},
		{[]string{"FEATUREBASE_API_KEY=sk_a"}, []string{"--api-url", "http://example.com"}},
		{nil, []string{"everything"}},
	} {
		if got := start("", tc.environ, append([]string{"doctor"}, tc.args...)...); got.code != exitUsage || got.out != "" || strings.Contains(got.err, "sk_") {
			t.Errorf("%v %v: %+v", tc.environ, tc.args, got)
		}
	}
}
