package workflow

import (
	"errors"
	"fmt"
	"reflect"
	"time"

	"featurebase-mcp/internal/input"
)

// calendarDay is a date without a time: which hours it covers follows from a time zone.
type calendarDay string

func (calendarDay) Wire(v any, _ reflect.StructTag) (any, error) {
	s, _ := v.(string)
	if _, err := time.Parse(time.DateOnly, s); err != nil {
		return v, fmt.Errorf("not a date such as 2026-03-02: %s", input.Show(v))
	}
	return v, nil
}

// zoneName is the IANA name of a time zone. Local is none: it would be the zone of whoever runs this server.
type zoneName string

func (zoneName) Wire(v any, _ reflect.StructTag) (any, error) {
	s, _ := v.(string)
	if _, err := time.LoadLocation(s); err != nil || s == "" || s == "Local" {
		return v, fmt.Errorf("unknown time zone %s; use an IANA name such as Europe/Berlin", input.Show(v))
	}
	return v, nil
}

// period is a stretch of time, the end excluded.
type period struct{ start, end time.Time }

// String tells both ends in their time zone, with its distance from UTC, which may differ between them.
func (p period) String() string {
	return p.start.Format(minuteLayout) + " to " + p.end.Format(minuteLayout)
}

const minuteLayout = "2006-01-02 15:04Z07:00"

// stride is the length of a period in the units of the calendar: not every day has 24 hours, and not every month 30 days.
type stride struct{ months, days int }

// strides are the periods that have a name.
var strides = map[string]stride{"day": {0, 1}, "week": {0, 7}, "month": {1, 0}, "quarter": {3, 0}}

// from returns the time so many strides later, at the same time of day. A month later than 31 January is the last day of February.
func (s stride) from(t time.Time, times int) time.Time {
	year, month, day := t.Date()
	month += time.Month(times * s.months)
	last := time.Date(year, month+1, 0, 0, 0, 0, 0, time.UTC).Day()
	date := time.Date(year, month, min(day, last)+times*s.days, 0, 0, 0, 0, time.UTC)
	if t.Equal(midnight(t, t.Location())) {
		return midnight(date, t.Location())
	}
	return time.Date(date.Year(), date.Month(), date.Day(), t.Hour(), t.Minute(), t.Second(), 0, t.Location())
}

// comparison is a period and the one before it, of the same length.
type comparison struct {
	present        time.Time // in the time zone of the report
	period, before period
	running        bool // the period goes on after the present; so much of it and of the one before is compared
}

// compared works out the periods of a report from its arguments: a named period that ends with the present, or that begins or ends with a
// date; or the days between two dates.
func compared(now time.Time, args map[string]any) (comparison, error) {
	name, _ := args["period"].(string)
	first, hasFirst := dayOf(args["startDate"], now.Location())
	last, hasLast := dayOf(args["endDate"], now.Location())
	present := now.Truncate(time.Minute).Add(time.Minute) // what happens in this minute counts
	unit, named := strides[name]
	if !named {
		unit = strides["week"]
	}
	var p period
	switch {
	case hasFirst && hasLast && named:
		return comparison{}, errors.New("period: leave it out, since startDate and endDate say which it is")
	case hasFirst && hasLast:
		p = period{first, nextDay(last)}
		unit = between(p)
	case hasFirst && named:
		p = period{first, unit.from(first, 1)}
	case hasFirst:
		p = period{first, nextDay(now)}
		unit = between(p)
	case hasLast:
		end := nextDay(last)
		p = period{unit.from(end, -1), end}
	default:
		p = period{unit.from(present, -1), present}
	}
	switch {
	case !p.start.Before(present):
		return comparison{}, fmt.Errorf("the period from %s has not begun; it is now %s", p.start.Format(minuteLayout), now.Format(minuteLayout))
	case !p.start.Before(p.end):
		return comparison{}, fmt.Errorf("endDate: it lies before startDate, %s", first.Format(time.DateOnly))
	}
	c := comparison{present: now, period: p, before: period{unit.from(p.start, -1), p.start}, running: p.end.After(present)}
	if c.running {
		c.period.end = present
		if end := unit.from(present, -1); end.Before(p.start) {
			c.before.end = end
		}
	}
	return c, nil
}

// dayOf is the first moment of a date in a time zone.
func dayOf(v any, zone *time.Location) (time.Time, bool) {
	s, _ := v.(string)
	date, err := time.Parse(time.DateOnly, s)
	return midnight(date, zone), err == nil
}

// midnight is the first moment of a date: later than 00:00 where clocks go forward over it.
func midnight(date time.Time, zone *time.Location) time.Time {
	year, month, day := date.Date()
	t := time.Date(year, month, day, 0, 0, 0, 0, zone)
	if t.Day() != day {
		t = t.Add(time.Hour)
	}
	return t
}

func nextDay(t time.Time) time.Time { return midnight(t.AddDate(0, 0, 1), t.Location()) }

// between is the stride over a period of whole days: months, if it is that.
func between(p period) stride {
	year, month, day := p.start.Date()
	endYear, endMonth, endDay := p.end.Date()
	if months := (endYear-year)*12 + int(endMonth-month); day == 1 && endDay == 1 && months > 0 {
		return stride{months: months}
	}
	days := time.Date(endYear, endMonth, endDay, 0, 0, 0, 0, time.UTC).Sub(time.Date(year, month, day, 0, 0, 0, 0, time.UTC))
	return stride{days: int(days / (24 * time.Hour))}
}
