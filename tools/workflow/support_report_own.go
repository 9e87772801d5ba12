package workflow

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"featurebase-mcp/client"
	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/legible"
	"featurebase-mcp/internal/rawjson"
)

// ownReports is what the API's own reports say of the inbox: the metric that counts new conversations, which this job counts as well, proves
// whether the one that counts closed ones can be believed.
type ownReports struct{ fresh, closed *ownFigure }

// ownFigure is what one metric says.
type ownFigure struct {
	metric      string
	now, before float64
	doubt       string // why it cannot be meant for the period; empty: none
	points      []float64
}

// gatherOwn asks the API's own reports for the new and the closed conversations of the period. An organization without reports has none.
func (s *supportWork) gatherOwn(ctx context.Context) error {
	body, err := s.Get(ctx, "the metrics", "list_report_datasets", nil)
	if failed, ok := errors.AsType[*client.Error](err); ok && failed.Kind == client.KindNotFound {
		return nil
	}
	if err != nil {
		return err
	}
	own := &ownReports{}
	for dataset := range rawjson.Repair(body).Items("data") {
		for metric := range dataset.Items("metrics") {
			id := metric.Get("id").Text()
			if words := " " + strings.Join(strings.FieldsFunc(strings.ToLower(id), func(r rune) bool { return !legible.IsWordRune(r) }), " ") + " "; !strings.Contains(words, " conversations ") {
				continue
			} else if strings.Contains(words, " new ") && own.fresh == nil {
				own.fresh = &ownFigure{metric: id}
			} else if strings.Contains(words, " closed ") && own.closed == nil {
				own.closed = &ownFigure{metric: id}
			}
		}
	}
	var parts []engine.Part
	for _, f := range []*ownFigure{own.fresh, own.closed} {
		if f != nil {
			parts = append(parts, engine.Part{What: "Featurebase's own count of " + s.Line(f.metric), Do: func(ctx context.Context) error { return s.askOwn(ctx, f) }})
		}
	}
	if own.fresh == nil || own.closed == nil {
		return nil
	}
	if err := s.All(ctx, parts...); err != nil {
		return err
	}
	if own.fresh.points != nil && own.closed.points != nil {
		s.own = own
	}
	return nil
}

// askOwn asks for one metric over both periods.
func (s *supportWork) askOwn(ctx context.Context, f *ownFigure) error {
	last := func(end time.Time) string { return end.Add(-time.Millisecond).Format("2006-01-02T15:04:05.000Z07:00") }
	wire := map[string]any{
		"metric": f.metric, "aggregation": "count", "granularity": "day", "timezone": cmp.Or(s.present.Location().String(), "UTC"),
		"startDate": s.period.start.Format(time.RFC3339), "endDate": last(s.period.end),
		"compareStartDate": s.before.start.Format(time.RFC3339), "compareEndDate": last(s.before.end),
	}
	body, err := s.Get(ctx, "a count", "query_report", wire)
	if err != nil {
		return err
	}
	v := rawjson.Repair(body)
	f.now, f.before, f.points = number(v.Get("value")), number(v.Get("previousValue")), []float64{}
	outside := 0
	for point := range v.Items("timeSeries") {
		day, err := time.ParseInLocation(time.DateOnly, legible.FirstRunes(point.Get("date").Text(), len(time.DateOnly)), s.present.Location())
		switch {
		case err != nil:
		case !day.Before(s.period.end), !day.AddDate(0, 0, 1).After(s.period.start):
			outside++
		default:
			f.points = append(f.points, number(point.Get("value")))
		}
	}
	if outside > 0 {
		f.doubt = fmt.Sprintf("%s of %s outside the period", legible.Count(outside, "point"), s.Line(f.metric))
	}
	return nil
}

// says returns what the own reports say, and how far that agrees with what was counted: exactly, or not all of it.
func (o *ownReports) says(t workCount, exact, exactClosed bool) string {
	figures := fmt.Sprintf("new %s, before %s; closed %s, before %s", whole(o.fresh.now), whole(o.fresh.before), whole(o.closed.now), whole(o.closed.before))
	var doubts []string
	for _, f := range []*ownFigure{o.fresh, o.closed} {
		if f.doubt != "" {
			doubts = append(doubts, f.doubt)
		}
	}
	if o.alike() {
		doubts = append(doubts, "new and closed are the same day by day")
	}
	if exact && (o.fresh.now != float64(t.fresh) || o.fresh.before != float64(t.earlier)) {
		doubts = append(doubts, "the new ones were counted here")
	}
	if exactClosed && (o.closed.now != float64(t.closed) || o.closed.before != float64(t.closedBefore)) {
		doubts = append(doubts, "the closed ones were counted here")
	}
	if doubts != nil {
		return "not to be relied on, " + strings.Join(doubts, "; ") + " (they say: " + figures + ")"
	}
	return figures
}

// alike reports whether both metrics have the same figures on all days, and more than a few.
func (o *ownReports) alike() bool {
	const few = 3
	days := 0
	for _, n := range o.fresh.points {
		if n != 0 {
			days++
		}
	}
	return days >= few && slices.Equal(o.fresh.points, o.closed.points)
}

// trusted reports whether the number of closed conversations can be believed: the reports count the new ones as this job does, all of them.
func (o *ownReports) trusted(t workCount) bool {
	return o.fresh.doubt+o.closed.doubt == "" && !o.alike() && o.fresh.now == float64(t.fresh) && o.fresh.before == float64(t.earlier)
}

func whole(n float64) string { return legible.Thousands(int(n)) }
