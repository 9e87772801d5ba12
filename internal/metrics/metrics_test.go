package metrics

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// The store has metrics where there is one, and none elsewhere.
func TestTheStoreIsCounted(t *testing.T) {
	t.Parallel()
	scrape := func(m *Metrics) string {
		recorded := httptest.NewRecorder()
		m.ServeHTTP(recorded, httptest.NewRequestWithContext(t.Context(), http.MethodGet, Path, http.NoBody))
		return recorded.Body.String()
	}
	if text := scrape(New()); strings.Contains(text, "store") || strings.Contains(text, "replicas") {
		t.Error("there are metrics of a store that there is not")
	}
	m := New()
	m.WatchStore()
	m.StoreCall("take", time.Millisecond, false)
	m.StoreCall("take", 250*time.Millisecond, true)
	m.StoreAway(true)
	m.Replicas(3)
	text := scrape(m)
	for _, want := range []string{
		`featurebase_mcp_store_calls_total{call="take"} 2`, `featurebase_mcp_store_errors_total{call="take"} 1`,
		`featurebase_mcp_store_call_seconds_count{call="take"} 2`, `featurebase_mcp_store_away 1`, `featurebase_mcp_replicas 3`,
	} {
		if !strings.Contains(text, want+"\n") {
			t.Errorf("%s is missing in %s", want, text)
		}
	}
	m.StoreAway(false)
	if !strings.Contains(scrape(m), "featurebase_mcp_store_away 0\n") {
		t.Error("a store that is back counts as away")
	}
}
