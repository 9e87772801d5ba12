//go:build otel

package cli

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	spans "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"
)

// A call is a span in the trace that the client named, with the request to Featurebase below it; no argument and no text is in them.
func TestCallsAreTraced(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	found := map[string]*spans.Span{}
	var raw strings.Builder
	traces := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		var export collector.ExportTraceServiceRequest
		if err != nil || proto.Unmarshal(body, &export) != nil {
			t.Error("not an export")
		}
		mu.Lock()
		defer mu.Unlock()
		raw.Write(body)
		for _, resource := range export.GetResourceSpans() {
			for _, scope := range resource.GetScopeSpans() {
				for _, span := range scope.GetSpans() {
					found[span.GetName()] = span
				}
			}
		}
	}))
	t.Cleanup(traces.Close)
	cmd := program(t, "--sandbox")
	cmd.Env = append(cmd.Env, "OTEL_EXPORTER_OTLP_ENDPOINT="+traces.URL, "OTEL_SERVICE_NAME=ours")
	cmd.Stdin = strings.NewReader(`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"search_posts","arguments":{"search":"private words"},` +
		`"_meta":{"traceparent":"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}}}` + "\n")
	if out, err := cmd.Output(); err != nil || !strings.Contains(string(out), `"id":1`) {
		t.Fatalf("%v %s", err, out)
	}
	mu.Lock()
	defer mu.Unlock()
	call, request := found["tools/call search_posts"], found["search_posts"]
	if call == nil || request == nil {
		t.Fatalf("%v", found)
	}
	if string(call.GetTraceId()) != "\x0a\xf7\x65\x19\x16\xcd\x43\xdd\x84\x48\xeb\x21\x1c\x80\x31\x9c" || string(request.GetParentSpanId()) != string(call.GetSpanId()) {
		t.Errorf("%v\n%v", call, request)
	}
	if strings.Contains(raw.String(), "private") || !strings.Contains(raw.String(), "ours") {
		t.Errorf("%q", raw.String())
	}
}
