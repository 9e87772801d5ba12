package workflow

import (
	"testing"
	"time"
)

// Days, months and the hours in which clocks change, each written out.
func TestPeriodsAndTheOnesBefore(t *testing.T) {
	t.Parallel()
	const present = "2026-11-01T12:00:30Z"
	for _, tc := range []struct {
		about, now, zone string
		args             map[string]any
		period, before   string
		running          bool
	}{
		{
			"the last week ends with the minute that is now", present, "UTC", nil,
			"2026-10-25 12:01Z to 2026-11-01 12:01Z", "2026-10-18 12:01Z to 2026-10-25 12:01Z", false,
		},
		{
			"a day in a zone that is ahead", present, "Pacific/Auckland",
			map[string]any{"period": "day"},
			"2026-11-01 01:01+13:00 to 2026-11-02 01:01+13:00", "2026-10-31 01:01+13:00 to 2026-11-01 01:01+13:00", false,
		},
		{
			"a month over the end of summer time keeps the time of day", present, "Europe/Berlin",
			map[string]any{"period": "month"},
			"2026-10-01 13:01+02:00 to 2026-11-01 13:01+01:00", "2026-09-01 13:01+02:00 to 2026-10-01 13:01+02:00", false,
		},
		{
			"a month before the last of March", "2026-03-31T08:00:00Z", "UTC",
			map[string]any{"period": "month"},
			"2026-02-28 08:01Z to 2026-03-31 08:01Z", "2026-01-28 08:01Z to 2026-02-28 08:01Z", false,
		},
		{
			"a leap year", "2024-03-29T23:59:59Z", "UTC",
			map[string]any{"period": "month"},
			"2024-02-29 00:00Z to 2024-03-30 00:00Z", "2024-01-29 00:00Z to 2024-02-29 00:00Z", false,
		},
		{
			"days between dates, with one of 25 hours", present, "Europe/Berlin",
			map[string]any{"startDate": "2026-10-20", "endDate": "2026-10-26"},
			"2026-10-20 00:00+02:00 to 2026-10-27 00:00+01:00", "2026-10-13 00:00+02:00 to 2026-10-20 00:00+02:00", false,
		},
		{
			"a day of 23 hours", present, "Pacific/Auckland",
			map[string]any{"startDate": "2026-09-27", "endDate": "2026-09-27"},
			"2026-09-27 00:00+12:00 to 2026-09-28 00:00+13:00", "2026-09-26 00:00+12:00 to 2026-09-27 00:00+12:00", false,
		},
		{
			"a day that has no midnight", present, "America/Santiago",
			map[string]any{"startDate": "2026-09-06", "endDate": "2026-09-06"},
			"2026-09-06 01:00-03:00 to 2026-09-07 00:00-03:00", "2026-09-05 00:00-04:00 to 2026-09-06 01:00-03:00", false,
		},
		{
			"a whole month has a month before it", present, "UTC",
			map[string]any{"startDate": "2026-10-01", "endDate": "2026-10-31"},
			"2026-10-01 00:00Z to 2026-11-01 00:00Z", "2026-09-01 00:00Z to 2026-10-01 00:00Z", false,
		},
		{
			"and so has a quarter", present, "UTC",
			map[string]any{"startDate": "2026-07-01", "period": "quarter"},
			"2026-07-01 00:00Z to 2026-10-01 00:00Z", "2026-04-01 00:00Z to 2026-07-01 00:00Z", false,
		},
		{
			"a period that ends with a date", present, "UTC",
			map[string]any{"endDate": "2026-10-11"},
			"2026-10-05 00:00Z to 2026-10-12 00:00Z", "2026-09-28 00:00Z to 2026-10-05 00:00Z", false,
		},
		{
			"since a date: the same part of the days before", present, "UTC",
			map[string]any{"startDate": "2026-10-26"},
			"2026-10-26 00:00Z to 2026-11-01 12:01Z", "2026-10-19 00:00Z to 2026-10-25 12:01Z", true,
		},
		{
			"today is another day elsewhere", present, "Pacific/Auckland",
			map[string]any{"startDate": "2026-11-02"},
			"2026-11-02 00:00+13:00 to 2026-11-02 01:01+13:00", "2026-11-01 00:00+13:00 to 2026-11-01 01:01+13:00", true,
		},
		{
			"a month that goes on", present, "UTC",
			map[string]any{"startDate": "2026-11-01", "period": "month"},
			"2026-11-01 00:00Z to 2026-11-01 12:01Z", "2026-10-01 00:00Z to 2026-10-01 12:01Z", true,
		},
		{
			"the days before may be fewer", "2026-03-31T08:00:00Z", "UTC",
			map[string]any{"startDate": "2026-03-01", "period": "month"},
			"2026-03-01 00:00Z to 2026-03-31 08:01Z", "2026-02-01 00:00Z to 2026-02-28 08:01Z", true,
		},
	} {
		zone, err := time.LoadLocation(tc.zone)
		if err != nil {
			t.Fatal(err)
		}
		now, err := time.Parse(time.RFC3339, tc.now)
		if err != nil {
			t.Fatal(err)
		}
		c, err := compared(now.In(zone), tc.args)
		if err != nil || c.period.String() != tc.period || c.before.String() != tc.before || c.running != tc.running {
			t.Errorf("%s:\n%s, running %v, before %s, %v\nwant\n%s, running %v, before %s", tc.about, c.period, c.running, c.before, err, tc.period, tc.running, tc.before)
		}
	}
}
