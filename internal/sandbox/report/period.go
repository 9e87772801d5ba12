package report

import (
	"strconv"
	"time"
	_ "time/tzdata" // reports name time zones, and the container image has no time zone files

	"featurebase-mcp/internal/sandbox/store"
)

// period is a stretch of time. The end does not belong to it.
type period struct{ from, to time.Time }

func (p period) holds(t time.Time) bool { return !t.Before(p.from) && t.Before(p.to) }

// moment is the resolution of stamps.
const moment = time.Millisecond

// readPeriod returns the period of an ISO 8601 text: a whole day of the zone, or a moment.
func readPeriod(given string, zone *time.Location) (p period, ok bool) {
	if day, err := time.Parse(time.DateOnly, given); err == nil {
		return period{startOfDay(day, zone), startOfDay(day.AddDate(0, 0, 1), zone)}, true
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02T15:04"} {
		if t, err := time.ParseInLocation(layout, given, zone); err == nil {
			return period{t, t.Add(moment)}, true
		}
	}
	return period{}, false
}

// startOfDay returns the first moment of a date in a zone. It is midnight, or later if the clocks skip midnight on that date.
func startOfDay(date time.Time, zone *time.Location) time.Time {
	t := time.Date(date.Year(), date.Month(), date.Day(), 0, 0, 0, 0, zone)
	if t.Day() != date.Day() {
		t = t.Add(time.Hour)
	}
	return t
}

// readZone reads an IANA name. It refuses Local, because that is the zone of the machine on which the sandbox runs.
func readZone(name string) (*time.Location, error) {
	zone, err := time.LoadLocation(name)
	if err != nil || name == "" || name == "Local" {
		return nil, problem("timezone", "Unknown time zone "+strconv.Quote(name)+": use an IANA name such as Europe/Berlin")
	}
	return zone, nil
}

// readWindow reads the dates under two keys of the body. Both days belong to the window.
func readWindow(body object, fromKey, toKey string, zone *time.Location) (period, error) {
	first, ok := readPeriod(store.Text(body, fromKey), zone)
	if !ok {
		return period{}, problem(fromKey, "Invalid date: use ISO 8601, such as 2026-03-02")
	}
	last, ok := readPeriod(store.Text(body, toKey), zone)
	if !ok {
		return period{}, problem(toKey, "Invalid date: use ISO 8601, such as 2026-03-29")
	}
	if !first.from.Before(last.to) {
		return period{}, problem(toKey, "The end lies before the start")
	}
	return period{first.from, last.to}, nil
}

// grain is the size of a time bucket: hour, day, week (from Monday) or month.
type grain string

// start returns the beginning of the bucket that holds t. Days and longer buckets are dates at midnight UTC in all zones, because some days of a
// zone have 23 or 25 hours or no midnight.
func (g grain) start(t time.Time) time.Time {
	if g == "hour" {
		return t.Add(-time.Duration(t.Minute())*time.Minute - time.Duration(t.Second())*time.Second - time.Duration(t.Nanosecond()))
	}
	year, month, day := t.Date()
	date := time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
	switch g {
	case "week":
		return date.AddDate(0, 0, -(int(date.Weekday())+6)%7)
	case "month":
		return date.AddDate(0, 0, 1-day)
	}
	return date
}

func (g grain) next(start time.Time) time.Time {
	switch g {
	case "hour":
		return start.Add(time.Hour)
	case "week":
		return start.AddDate(0, 0, 7)
	case "month":
		return start.AddDate(0, 1, 0)
	}
	return start.AddDate(0, 0, 1)
}

// name returns the name of the bucket that holds t: its first day, or for hours its beginning with the offset of the zone.
func (g grain) name(t time.Time) string {
	if g == "hour" {
		return g.start(t).Format(time.RFC3339)
	}
	return g.start(t).Format(time.DateOnly)
}

// maxBuckets is the greatest length of a time series.
const maxBuckets = 5000

// buckets names the buckets of a window in order.
func (g grain) buckets(window period, zone *time.Location) ([]string, error) {
	var names []string
	last := g.start(window.to.Add(-moment).In(zone))
	for at := g.start(window.from.In(zone)); !at.After(last); at = g.next(at) {
		if len(names) == maxBuckets {
			return nil, problem("granularity", "More than "+strconv.Itoa(maxBuckets)+" data points: choose a coarser granularity or a shorter window")
		}
		names = append(names, g.name(at))
	}
	return names, nil
}
