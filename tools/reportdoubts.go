package tools

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/input"
	"featurebase-mcp/internal/legible"
	"featurebase-mcp/internal/rawjson"
)

// The API has been seen to answer a report for another period than the one asked for, or for another metric. Such figures look like any others. So
// what an answer tells of itself is compared with the question: points outside of the period are left out, and the answer says so.

// verifyReport compares the answer to a query with the question.
func verifyReport(asked map[string]any, body rawjson.Value) engine.Verified {
	metric, _ := asked["metric"].(string)
	v := engine.Verified{Body: body, Subject: metric, Doubts: answersOther(asked, body.Get("meta"), "metric", "aggregation", "granularity", "groupBy", "segmentBy")}
	window, ok := windowOf(asked)
	var kept []json.RawMessage
	var words []string
	outside, nonzero, sum := 0, 0, 0.0
	first, last := "", ""
	for point := range body.Items("timeSeries") {
		date := point.Get("date").Text()
		if ok && !window.holds(date) {
			if outside++; first == "" {
				first = date
			}
			last = date
			continue
		}
		kept = append(kept, json.RawMessage(point))
		n, _ := strconv.ParseFloat(string(point.Get("value")), 64)
		if sum += n; n != 0 {
			nonzero++
		}
		words = append(words, date+"="+string(point.Get("value")))
	}
	const few = 3 // points that two metrics may have in common by chance
	if nonzero >= few {
		v.Figures = string(body.Get("value")) + " " + strings.Join(words, " ")
	}
	if outside > 0 {
		v.Doubts = append(v.Doubts, fmt.Sprintf("%s of timeSeries outside the period asked for (%s to %s), left out here; value and groups may cover them, too",
			legible.Count(outside, "point"), input.Show(first), input.Show(last)))
		v.Body = withSeries(body, kept)
	}
	value, err := strconv.ParseFloat(string(body.Get("value")), 64)
	if counts := asked["aggregation"] == "count" || asked["aggregation"] == "sum"; counts && err == nil && len(kept) > 0 && value > sum+0.5 {
		v.Doubts = append(v.Doubts, fmt.Sprintf("value is %s, but the points of the period add up to %s", plain(value), plain(sum)))
	}
	return v
}

// verifyRows compares the rows of a drill-in with the question, as far as the metric tells which of their times counts.
func verifyRows(asked map[string]any, body rawjson.Value) engine.Verified {
	metric, _ := asked["metric"].(string)
	v := engine.Verified{Body: body}
	about := metric
	if selected, _ := asked["selectedMetricId"].(string); selected != "" {
		about = selected
	}
	if said := body.Get("meta", "metricId").Text(); said != "" && said != about {
		v.Doubts = append(v.Doubts, fmt.Sprintf("these are rows of %s, not of %s", input.Show(said), about))
	}
	window, ok := windowOf(asked)
	if !ok || !strings.HasPrefix(about, "new_") {
		return v
	}
	outside := 0
	for row := range body.Items("rows") {
		for name, cell := range row.Members() {
			if strings.HasSuffix(name, ".createdAt") && cell.Kind() == rawjson.String && !window.holds(cell.Text()) {
				outside++
				break
			}
		}
	}
	if outside > 0 {
		v.Doubts = append(v.Doubts, "created outside the period asked for: "+legible.Count(outside, "row")+" of this page, so total may count others, too")
	}
	return v
}

// answersOther says which of the words of the question the answer does not repeat.
func answersOther(asked map[string]any, meta rawjson.Value, names ...string) []string {
	var doubts []string
	for _, name := range names {
		want, _ := asked[name].(string)
		if said := meta.Get(name).Text(); want != "" && said != "" && said != want {
			doubts = append(doubts, fmt.Sprintf("the answer is for the %s %s, not %s", name, input.Show(said), want))
		}
	}
	return doubts
}

// reportWindow is the period of a question, with room for the buckets that begin before it.
type reportWindow struct {
	from, to time.Time
	zone     *time.Location
}

// windowOf reads the period of a question. ok is false if it is not one that can be compared.
func windowOf(asked map[string]any) (w reportWindow, ok bool) {
	name, _ := asked["timezone"].(string)
	zone, err := time.LoadLocation(name)
	if err != nil {
		return w, false
	}
	w.zone = zone
	start, _ := asked["startDate"].(string)
	end, _ := asked["endDate"].(string)
	from, _, okFrom := w.read(start)
	_, to, okTo := w.read(end)
	early := map[string]time.Duration{"hour": time.Hour, "day": 24 * time.Hour, "week": 7 * 24 * time.Hour, "month": 31 * 24 * time.Hour}
	granularity, _ := asked["granularity"].(string)
	w.from, w.to = from.Add(-early[granularity]), to
	return w, okFrom && okTo && from.Before(to)
}

// read returns the moments between which a text of ISO 8601 lies: a whole day, or one moment.
func (w reportWindow) read(s string) (from, to time.Time, ok bool) {
	if day, err := time.ParseInLocation(time.DateOnly, s, w.zone); err == nil {
		return day, day.AddDate(0, 0, 1), true
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02T15:04"} {
		if t, err := time.ParseInLocation(layout, s, w.zone); err == nil {
			return t, t, true
		}
	}
	return time.Time{}, time.Time{}, false
}

// holds reports whether a date of an answer may lie in the period. One that cannot be read may.
func (w reportWindow) holds(date string) bool {
	from, to, ok := w.read(date)
	return !ok || !to.Before(w.from) && !from.After(w.to)
}

// withSeries returns an answer with other points.
func withSeries(body rawjson.Value, points []json.RawMessage) rawjson.Value {
	answer := map[string]json.RawMessage{}
	for name, value := range body.Members() {
		answer[name] = json.RawMessage(value)
	}
	if points == nil {
		points = []json.RawMessage{}
	}
	answer["timeSeries"] = rawjson.Encode(points)
	return rawjson.Encode(answer)
}

// plain writes a number without needless digits.
func plain(n float64) string {
	if n == math.Trunc(n) && math.Abs(n) < 1e15 {
		return legible.Thousands(int(n))
	}
	return strconv.FormatFloat(n, 'f', 2, 64)
}
