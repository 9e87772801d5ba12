// Package metrics exports metrics of a server for Prometheus: calls with their outcomes, durations and lengths of answers; requests to
// Featurebase with retries, and waits for the rate limit; and the process itself.
//
// Where replicas share a store, there are its calls, errors and durations, whether it is away, and how many replicas have been seen.
//
// Labels are tools, operations, outcomes, statuses and kinds of calls of the store, which all have few values. No metric contains a caller, an id or an argument.
package metrics

import (
	"context"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/VictoriaMetrics/metrics"
)

// Path is the path of the endpoint that serves [Metrics].
const Path = "/metrics"

// seconds are the buckets of durations, from an answer of the sandbox to the deadline of a call.
var seconds = []float64{0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 50}

// bytes are the buckets of lengths, up to twice the answer budget.
var bytes = []float64{250, 500, 1000, 2000, 4000, 8000, 16000, 24000, 48000}

// Metrics has the metrics of one server. It is safe for concurrent use.
type Metrics struct {
	set     *metrics.Set
	waits   *metrics.PrometheusHistogram
	running *metrics.Gauge
	away    *metrics.Gauge // nil until a store is watched, as are the replicas
	seen    *metrics.Gauge
}

// New returns metrics at zero.
func New() *Metrics {
	set := metrics.NewSet()
	return &Metrics{
		set:     set,
		waits:   set.NewPrometheusHistogramExt("featurebase_mcp_limiter_wait_seconds", seconds),
		running: set.NewGauge("featurebase_mcp_calls_running", nil),
	}
}

// Call counts a tool call. ended counts its end, with the outcome and the length of the answer in bytes.
func (m *Metrics) Call(ctx context.Context, tool string) (same context.Context, ended func(outcome string, answer int)) {
	m.running.Inc()
	begun := time.Now()
	return ctx, func(outcome string, answer int) {
		m.running.Dec()
		label := `{tool="` + tool + `"}`
		m.set.GetOrCreateCounter(`featurebase_mcp_calls_total{tool="` + tool + `",outcome="` + outcome + `"}`).Inc()
		m.set.GetOrCreatePrometheusHistogramExt("featurebase_mcp_call_seconds"+label, seconds).UpdateDuration(begun)
		m.set.GetOrCreatePrometheusHistogramExt("featurebase_mcp_answer_bytes"+label, bytes).Update(float64(answer))
	}
}

// Attempt counts a request to Featurebase. attempt counts from 1. ended counts its end, with the HTTP status, or 0 without a response.
func (m *Metrics) Attempt(_ context.Context, operation string, attempt int) (ended func(status int)) {
	begun := time.Now()
	return func(status int) {
		code := "none"
		if status != 0 {
			code = strconv.Itoa(status)
		}
		m.set.GetOrCreateCounter(`featurebase_mcp_api_requests_total{operation="` + operation + `",status="` + code + `"}`).Inc()
		m.set.GetOrCreatePrometheusHistogramExt(`featurebase_mcp_api_request_seconds{operation="`+operation+`"}`, seconds).UpdateDuration(begun)
		if attempt > 1 {
			m.set.GetOrCreateCounter(`featurebase_mcp_api_retries_total{operation="` + operation + `"}`).Inc()
		}
	}
}

// Waited counts a wait for the rate limit.
func (m *Metrics) Waited(d time.Duration) { m.waits.Update(d.Seconds()) }

// storeSeconds are the buckets of calls of the store, up to the longest that there is.
var storeSeconds = []float64{0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25}

// WatchStore adds the metrics of the store that replicas share.
func (m *Metrics) WatchStore() {
	m.away = m.set.NewGauge("featurebase_mcp_store_away", nil)
	m.seen = m.set.NewGauge("featurebase_mcp_replicas", nil)
}

// StoreCall counts a call of the store. did is one of a few words.
func (m *Metrics) StoreCall(did string, took time.Duration, failed bool) {
	label := `{call="` + did + `"}`
	m.set.GetOrCreateCounter("featurebase_mcp_store_calls_total" + label).Inc()
	m.set.GetOrCreatePrometheusHistogramExt("featurebase_mcp_store_call_seconds"+label, storeSeconds).Update(took.Seconds())
	if failed {
		m.set.GetOrCreateCounter("featurebase_mcp_store_errors_total" + label).Inc()
	}
}

// StoreAway notes whether the store answers.
func (m *Metrics) StoreAway(away bool) {
	value := 0.0
	if away {
		value = 1
	}
	m.away.Set(value)
}

// Replicas notes how many replicas have been seen.
func (m *Metrics) Replicas(n int) { m.seen.Set(float64(n)) }

// write writes all metrics in Prometheus' text format.
func (m *Metrics) write(w io.Writer) {
	m.set.WritePrometheus(w)
	metrics.WriteProcessMetrics(w)
	metrics.WriteFDMetrics(w)
}

// ServeHTTP answers a scrape of [Path].
func (m *Metrics) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.URL.Path != Path:
		http.Error(w, "metrics are at "+Path, http.StatusNotFound)
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "metrics are read with GET", http.StatusMethodNotAllowed)
	default:
		w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
		m.write(w)
	}
}
