package workflow

import (
	"fmt"
	"time"
)

// tile is one figure of a report's panel. Text stands for numbers that are not all known.
type tile struct {
	Label  string `json:"label"`
	Now    string `json:"now"`
	Before string `json:"before,omitempty"`
}

// chart is a set of figures of a report's panel.
type chart struct {
	Title  string  `json:"title"`
	Unit   string  `json:"unit,omitempty"`
	Series bool    `json:"series,omitempty"` // its points follow each other in time
	Note   string  `json:"note,omitempty"`   // what the figures leave out
	Points []point `json:"points"`
}

// point is one figure of a chart.
type point struct {
	Label  string  `json:"label"`
	Value  float64 `json:"value"`
	Shown  string  `json:"shown,omitempty"` // the value in words, where the number alone says too little
	Before *int    `json:"before,omitempty"`
	Past   bool    `json:"past,omitempty"` // it lies in the period before
	URL    string  `json:"url,omitempty"`
	ID     string  `json:"id,omitempty"`
}

// panelPoints is how many points a chart has at most.
const panelPoints = 40

// stretch is a part of a chart's time.
type stretch struct {
	period
	label string
	past  bool
}

// stretches divides both periods of a comparison into parts of equal length: days, weeks or months, whichever makes a handful. Each begins where
// the one before ends, from the beginning of its period on. word is what a part is called.
func (c comparison) stretches() (parts []stretch, word string) {
	days := c.period.end.Sub(c.period.start).Hours() / 24
	unit, word, layout := stride{days: 1}, "day", "2 Jan"
	switch {
	case days > 100:
		unit, word, layout = stride{months: 1}, "month", "Jan 06"
	case days > 10:
		unit, word = stride{days: 7}, "week"
	}
	add := func(p period, past bool) {
		for n := 0; len(parts) < panelPoints; n++ {
			start, end := unit.from(p.start, n), unit.from(p.start, n+1)
			if !start.Before(p.end) {
				return
			}
			if end.After(p.end) {
				end = p.end
			}
			parts = append(parts, stretch{period{start, end}, start.Format(layout), past})
		}
	}
	add(c.before, true)
	add(c.period, false)
	return parts, word
}

// overTime counts times by the parts of both periods.
func (c comparison) overTime(what, note string, times []time.Time) chart {
	parts, word := c.stretches()
	points := make([]point, len(parts))
	for i, part := range parts {
		points[i] = point{Label: part.label, Past: part.past}
		for _, t := range times {
			if part.holds(t) {
				points[i].Value++
			}
		}
	}
	return chart{Title: fmt.Sprintf("%s by %s", what, word), Series: true, Note: note, Points: points}
}
