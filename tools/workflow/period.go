package workflow

import (
	"errors"
	"fmt"
	"reflect"
	"time"

	"featurebase-mcp/internal/input"
)

// calendarDay is a date without a time. The time zone of the report decides which hours it covers.
type calendarDay string

// Wire refuses a text that is not a date.
func (calendarDay) Wire(v any, _ reflect.StructTag) (any, error) {
	s, _ := v.(string)
	if _, err := time.Parse(time.DateOnly, s); err != nil {
		return v, fmt.Errorf("not a date such as 2026-03-02: %s", input.Show(v))
	}
	return v, nil
}

// zoneName is the IANA name of a time zone. Local is refused, because it would be the zone of the server's machine.
type zoneName string

// Wire refuses an unknown name.
func (zoneName) Wire(v any, _ reflect.StructTag) (any, error) {
	s, _ := v.(string)
	if _, err := time.LoadLocation(s); err != nil || s == "" || s == "Local" {
		return v, fmt.Errorf("unknown time zone %s; use an IANA name such as Europe/Berlin", input.Show(v))
	}
	return v, nil
}

// reportedPeriod has the arguments that say which period a report is about.
type reportedPeriod struct {
	Period    string      `json:"period,omitempty" jsonschema:"enum=day,enum=week,enum=month,enum=quarter"`
	StartDate calendarDay `json:"startDate,omitempty"`
	EndDate   calendarDay `json:"endDate,omitempty" jsonschema_description:"Inclusive."`
	Timezone  zoneName    `json:"timezone,omitempty"`
}

// comparison returns the periods that a call asks for.
func (j *work) comparison() (comparison, error) {
	zone, err := j.zone()
	if err != nil {
		return comparison{}, err
	}
	return compared(j.Now().In(zone), j.Arguments())
}

// zone returns the time zone that a call asks for, or UTC.
func (j *work) zone() (*time.Location, error) {
	name, _ := j.Arguments()["timezone"].(string)
	zone, err := time.LoadLocation(name) // an empty name is UTC
	if err != nil {
		return nil, fmt.Errorf("timezone: %w", err)
	}
	return zone, nil
}

// period is an interval of time without its end.
type period struct{ start, end time.Time }

// String returns both ends in their time zone, each with its offset from UTC, which may differ between them.
func (p period) String() string {
	return p.start.Format(minuteLayout) + " to " + p.end.Format(minuteLayout)
}

const minuteLayout = "2006-01-02 15:04Z07:00"

// stride is the length of a period in calendar units, because not every day has 24 hours and not every month 30 days.
type stride struct{ months, days int }

// strides are the named periods.
var strides = map[string]stride{"day": {0, 1}, "week": {0, 7}, "month": {1, 0}, "quarter": {3, 0}, "year": {12, 0}}

// from returns the time that many strides later, at the same time of day. A month after 31 January is the last day of February.
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
	running        bool // the period ends after the present, so only the elapsed part of it and of the one before is compared
}

// compared returns the periods of a report from its arguments: a named period that ends at the present or begins or ends at a date, or the
// days between two dates.
func compared(now time.Time, args map[string]any) (comparison, error) {
	name, _ := args["period"].(string)
	first, hasFirst := dayOf(args["startDate"], now.Location())
	last, hasLast := dayOf(args["endDate"], now.Location())
	present := now.Truncate(time.Minute).Add(time.Minute) // includes the current minute
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

// dayOf returns the first moment of a date in a time zone.
func dayOf(v any, zone *time.Location) (time.Time, bool) {
	s, _ := v.(string)
	date, err := time.Parse(time.DateOnly, s)
	return midnight(date, zone), err == nil
}

// midnight returns the first moment of a date. It is later than 00:00 where clocks go forward at midnight.
func midnight(date time.Time, zone *time.Location) time.Time {
	year, month, day := date.Date()
	t := time.Date(year, month, day, 0, 0, 0, 0, zone)
	if t.Day() != day {
		t = t.Add(time.Hour)
	}
	return t
}

func nextDay(t time.Time) time.Time { return midnight(t.AddDate(0, 0, 1), t.Location()) }

// between returns the length of a period of whole days, in months if both ends are the first of a month.
func between(p period) stride {
	year, month, day := p.start.Date()
	endYear, endMonth, endDay := p.end.Date()
	if months := (endYear-year)*12 + int(endMonth-month); day == 1 && endDay == 1 && months > 0 {
		return stride{months: months}
	}
	days := time.Date(endYear, endMonth, endDay, 0, 0, 0, 0, time.UTC).Sub(time.Date(year, month, day, 0, 0, 0, 0, time.UTC))
	return stride{days: int(days / (24 * time.Hour))}
}
