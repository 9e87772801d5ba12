package report

import (
	"slices"
	"testing"
	"time"
)

// A day is a day, whether it has 23, 24 or 25 hours, and even where it has no midnight.
func TestBucketsAcrossClockChanges(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		zone, from, to string
		grain          grain
		first, last    string
		want           int
	}{
		"spring in Berlin":           {"Europe/Berlin", "2026-03-28", "2026-03-30", "day", "2026-03-28", "2026-03-30", 3},
		"its hours":                  {"Europe/Berlin", "2026-03-29", "2026-03-29", "hour", "2026-03-29T00:00:00+01:00", "2026-03-29T23:00:00+02:00", 23},
		"autumn in Berlin, by hours": {"Europe/Berlin", "2026-10-25", "2026-10-25", "hour", "2026-10-25T00:00:00+02:00", "2026-10-25T23:00:00+01:00", 25},
		"no midnight in Santiago":    {"America/Santiago", "2026-09-05", "2026-09-07", "day", "2026-09-05", "2026-09-07", 3},
		"that day alone":             {"America/Santiago", "2026-09-06", "2026-09-06", "day", "2026-09-06", "2026-09-06", 1},
		"weeks begin on Monday":      {"UTC", "2026-11-01", "2026-11-02", "week", "2026-10-26", "2026-11-02", 2},
		"months over a year's end":   {"UTC", "2026-11-30", "2027-02-01", "month", "2026-11-01", "2027-02-01", 4},
	} {
		zone, err := readZone(c.zone)
		if err != nil {
			t.Fatal(err)
		}
		from, _ := readPeriod(c.from, zone)
		to, _ := readPeriod(c.to, zone)
		names, err := c.grain.buckets(period{from.from, to.to}, zone)
		if err != nil || len(names) != c.want || names[0] != c.first || names[len(names)-1] != c.last {
			t.Errorf("%s: %v %v", name, names, err)
		}
		for at := from.from; at.Before(to.to); at = at.Add(20 * time.Minute) {
			if !slices.Contains(names, c.grain.name(at.In(zone))) {
				t.Errorf("%s: no bucket for %v", name, at)
			}
		}
	}
}
