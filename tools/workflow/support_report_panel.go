package workflow

import (
	"cmp"
	"slices"
	"time"

	"featurebase-mcp/internal/engine"
)

// panel returns what the panel of the report shows: the figures of the text as charts, of the inbox and of the tickets.
func (s *supportWork) panel() engine.Shown {
	var tiles []tile
	var charts []chart
	for _, d := range []*desk{s.inbox, s.tickets} {
		if d.failed != nil && len(d.all) == 0 {
			continue
		}
		t := s.counted(d.all)
		name := map[*desk]string{s.inbox: "Conversations", s.tickets: "Tickets"}[d]
		tiles = append(tiles, tile{"New " + d.one + "s", d.count(newList, t.fresh), d.count(beforeList, t.earlier)}, tile{"Open " + d.one + "s", d.count(openList, t.open), ""})
		charts = append(charts, s.panelCharts(d, name)...)
	}
	return engine.Shown{"view": "report", "title": "Support", "period": s.period.String(), "before": s.before.String(), "tiles": tiles, "charts": charts}
}

// panelCharts returns the charts of a desk.
func (s *supportWork) panelCharts(d *desk, name string) []chart {
	note := ""
	if !d.whole(newList) || !d.whole(beforeList) {
		note = "Of those that were read."
	}
	times := make([]time.Time, len(d.all))
	for i, m := range d.all {
		times[i] = m.created
	}
	charts := []chart{s.overTime(name, note, times)}
	for _, by := range s.properties(d) {
		c := chart{Title: name + " by " + by.name, Note: note}
		for _, row := range s.shares(d, by.of) {
			if len(c.Points) < panelPoints {
				c.Points = append(c.Points, point{Label: cmp.Or(row.name, "none"), Value: float64(row.fresh), Before: &row.earlier})
			}
		}
		charts = append(charts, c)
	}
	waiting := slices.DeleteFunc(slices.Clone(d.all), func(m *matter) bool { return !m.waits() })
	slices.SortStableFunc(waiting, func(x, y *matter) int { return x.thread.since.Compare(y.thread.since) })
	c := chart{Title: name + " that wait for us", Unit: "waiting"}
	if unread, _ := s.unread(d); unread > 0 {
		c.Note = "Of those whose messages were read."
	}
	for _, m := range waiting[:min(len(waiting), panelPoints)] {
		since := s.present.Sub(m.thread.since)
		c.Points = append(c.Points, point{Label: titled(cmp.Or(m.title, d.one+" "+m.id)), Value: since.Hours(), Shown: inWords(since), ID: m.id})
	}
	return append(charts, c)
}
