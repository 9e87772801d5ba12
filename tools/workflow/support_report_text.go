package workflow

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/legible"
	"featurebase-mcp/internal/render"
)

// write returns the answer.
func (s *supportWork) write() string {
	var b strings.Builder
	b.WriteString(engine.Marked("names and titles in quotes"))
	b.WriteString(s.lines())
	for _, d := range []*desk{s.inbox, s.tickets} {
		if d.failed == nil || len(d.all) > 0 {
			s.desk(&b, d)
		}
	}
	return strings.TrimSuffix(b.String(), "\n") + s.Next("", engine.Step{Tool: "awaiting_reply", Does: "lists who waits"},
		engine.Step{Tool: "summarize_conversation", Does: "sums up one of them"})
}

// workCount is what a report counts of some matters.
type workCount struct {
	fresh, earlier, closed, closedBefore, untold, open, snoozed, waiting int
}

// counted counts some matters.
func (s *supportWork) counted(list []*matter) workCount {
	var t workCount
	for _, m := range list {
		switch {
		case s.period.holds(m.created):
			t.fresh++
		case s.before.holds(m.created):
			t.earlier++
		}
		closed, known := m.closedIn(s.period)
		if closed {
			t.closed++
		}
		if !known {
			t.untold++
		}
		if closed, _ := m.closedIn(s.before); closed {
			t.closedBefore++
		}
		switch m.state {
		case openState:
			t.open++
		case snoozedState:
			t.snoozed++
		}
		if m.waits() {
			t.waiting++
		}
	}
	return t
}

// desk writes the figures of the inbox or of the tickets.
func (s *supportWork) desk(b *strings.Builder, d *desk) {
	t := s.counted(d.all)
	b.WriteString("\n")
	if len(d.all) == 0 && d.whole(newList) && d.whole(openList) && d.whole(closedList) {
		b.WriteString(d.what + ": none\n")
		return
	}
	exact := d.whole(newList) && d.whole(beforeList)
	fmt.Fprintf(b, "%s new: %s, before %s", d.what, d.count(newList, t.fresh), d.count(beforeList, t.earlier))
	if exact {
		fmt.Fprintf(b, " (%+d)", t.fresh-t.earlier)
	}
	b.WriteString("\n")
	s.closings(b, d, t)
	fmt.Fprintf(b, "open now: %s, and %s snoozed\n", d.count(openList, t.open), d.count(openList, t.snoozed))
	s.waitings(b, d, t)
	s.speed(b, d, "first answer by the team", s.answerTimes)
	s.speed(b, d, "resolution, from created to closed", s.closingTimes)
	open, closed := s.unread(d)
	fmt.Fprintf(b, "%s as assigned today: new (before) / closed%s / open or snoozed now / waiting now%s\n", d.what, ofThoseRead(closed+t.untold), ofThoseRead(open))
	for _, by := range s.properties(d) {
		s.breakdown(b, d, by)
	}
	s.extent(b, d, t)
}

// ofThoseRead qualifies a figure that lacks some matters.
func ofThoseRead(lacks int) string {
	if lacks == 0 {
		return ""
	}
	return ", of those read"
}

// count says how many there are. Where not all were read, the number is the least.
func (d *desk) count(list string, n int) string {
	if d.whole(list) {
		return legible.Thousands(n)
	}
	return "at least " + legible.Thousands(n)
}

// closings writes how many were closed. The rows do not say when, so that is read from the messages, or taken from the API's own reports where
// these proved right and the messages are too many.
func (s *supportWork) closings(b *strings.Builder, d *desk, t workCount) {
	trusted := d == s.inbox && s.own != nil && d.whole(newList) && d.whole(beforeList) && s.own.trusted(t)
	_, unread := s.unread(d)
	switch {
	case d.whole(closedList) && t.untold == 0 && unread == 0:
		fmt.Fprintf(b, "closed in the period, by when they were closed last: %s, before %s (%+d)\n", legible.Thousands(t.closed), legible.Thousands(t.closedBefore), t.closed-t.closedBefore)
	case trusted:
		fmt.Fprintf(b, "closed in the period, by Featurebase's own reports: %s, before %s (%+d)\n", whole(s.own.closed.now), whole(s.own.closed.before), int(s.own.closed.now-s.own.closed.before))
	default:
		fmt.Fprintf(b, "closed in the period, by when they were closed last: at least %s, before at least %s; of %s that changed since, it is not known when they were closed\n",
			legible.Thousands(t.closed), legible.Thousands(t.closedBefore), legible.Count(max(t.untold, unread), d.one))
	}
}

// unread counts the open matters and those that were closed since the period before whose messages were not read.
func (s *supportWork) unread(d *desk) (open, closed int) {
	for _, m := range d.all {
		switch {
		case m.thread != nil:
		case m.state == closedState:
			if _, known := m.closedIn(period{s.before.start, s.period.end}); !known {
				closed++
			}
		case d == s.inbox || !m.ours:
			open++
		}
	}
	return open, closed
}

// waitings writes how many wait for the team, by how long they have.
func (s *supportWork) waitings(b *strings.Builder, d *desk, t workCount) {
	ages := []struct {
		what string
		upTo time.Duration
		n    int
	}{{"less than a day", 24 * time.Hour, 0}, {"1 to 3 days", 72 * time.Hour, 0}, {"3 to 7 days", 168 * time.Hour, 0}, {"7 days or more", 1 << 62, 0}}
	waiting, bots := []*matter{}, 0
	for _, m := range d.all {
		if !m.waits() {
			continue
		}
		waiting = append(waiting, m)
		if m.thread.bot {
			bots++
		}
		for i := range ages {
			if s.present.Sub(m.thread.since) < ages[i].upTo {
				ages[i].n++
				break
			}
		}
	}
	unread, _ := s.unread(d)
	count := legible.Thousands(t.waiting)
	if unread > 0 || !d.whole(openList) {
		count = "at least " + count
	}
	fmt.Fprintf(b, "waiting for the team now: %s", count)
	if len(waiting) > 0 {
		words := make([]string, len(ages))
		for i, age := range ages {
			words[i] = age.what + " " + legible.Thousands(age.n)
		}
		b.WriteString(" (" + strings.Join(words, ", ") + ")")
	}
	if bots > 0 {
		fmt.Fprintf(b, "; a bot's answer may have been enough for %s of them", legible.Thousands(bots))
	}
	if unread > 0 {
		fmt.Fprintf(b, "; the messages of %s were not read", legible.Count(unread, "open "+d.one))
	}
	b.WriteString("\n")
	slices.SortStableFunc(waiting, func(x, y *matter) int { return x.thread.since.Compare(y.thread.since) })
	const longest = 3
	for _, m := range waiting[:min(longest, len(waiting))] {
		bot := ""
		if m.thread.bot {
			bot = "a bot answered"
		}
		who := ""
		if m.customer != "" {
			who = `"` + fit(m.customer, 8) + `"`
		}
		assignee := "unassigned"
		if m.assignee != "" {
			assignee = short(s.called(m.assignee))
		}
		fmt.Fprintf(b, "- %s, since %s: \"%s\"\n", legible.Commas(d.one+" "+m.id, who, assignee, bot, render.LeftOut(m.hidden)), m.thread.since.In(s.present.Location()).Format(minuteLayout), fit(titled(m.title), rowTitle))
	}
}

// answerTimes returns how long customers waited for the first answer, sorted, of the matters created in a period, and of how many it is not
// known. Those without an answer so far are counted as well.
func (s *supportWork) answerTimes(d *desk, p period) (times []time.Duration, all, none int) {
	for _, m := range d.all {
		if m.ours || !p.holds(m.created) {
			continue
		}
		all++
		switch {
		case m.thread == nil || m.thread.cut:
		case m.thread.answered.IsZero():
			none++
		case !m.thread.answered.Before(m.created): // an imported one may be younger than its messages
			times = append(times, m.thread.answered.Sub(m.created))
		}
	}
	slices.Sort(times)
	return times, all, none
}

// closingTimes returns how long it took to close the matters created in a period, sorted, and how many of them are not closed.
func (s *supportWork) closingTimes(d *desk, p period) (times []time.Duration, all, none int) {
	for _, m := range d.all {
		if m.ours || !p.holds(m.created) {
			continue
		}
		all++
		switch {
		case m.state != closedState:
			none++
		case m.thread != nil && !m.thread.closed.IsZero() && !m.thread.closed.Before(m.created):
			times = append(times, m.thread.closed.Sub(m.created))
		}
	}
	slices.Sort(times)
	return times, all, none
}

// speed writes the median and the ninth decile of times, of both periods.
func (s *supportWork) speed(b *strings.Builder, d *desk, what string, of func(*desk, period) ([]time.Duration, int, int)) {
	words := func(p period, list string) string {
		times, all, none := of(d, p)
		text := fmt.Sprintf("known of %d of the %s", len(times), d.count(list, all))
		if none > 0 {
			text += fmt.Sprintf(", %s not yet", legible.Thousands(none))
		}
		if len(times) == 0 {
			return text
		}
		return fmt.Sprintf("median %s, nine of ten within %s (%s)", inWords(middleOf(times)), inWords(ninthOf(times)), text)
	}
	fmt.Fprintf(b, "%s, of the new ones by customers: %s; before: %s\n", what, words(s.period, newList), words(s.before, beforeList))
}

// workShare is what a report counts of the matters that have a property.
type workShare struct {
	name string
	workCount
}

// shares counts matters by a property, most new ones first.
func (s *supportWork) shares(d *desk, of func(*matter) []string) []workShare {
	groups := map[string][]*matter{}
	for _, m := range d.all {
		names := of(m)
		if len(names) == 0 {
			names = []string{""}
		}
		for _, name := range names {
			groups[name] = append(groups[name], m)
		}
	}
	var rows []workShare
	for name, list := range groups {
		if t := s.counted(list); t.fresh+t.earlier+t.closed+t.open+t.snoozed > 0 {
			rows = append(rows, workShare{name, t})
		}
	}
	slices.SortFunc(rows, func(x, y workShare) int {
		return cmp.Or(cmp.Compare(y.fresh, x.fresh), cmp.Compare(y.open+y.snoozed, x.open+x.snoozed), cmp.Compare(y.earlier, x.earlier), cmp.Compare(x.name, y.name))
	})
	return rows
}

// property is a way to group matters.
type property struct {
	name string
	of   func(*matter) []string
}

// properties are the ways in which the matters of a desk are grouped.
func (s *supportWork) properties(d *desk) []property {
	all := []property{
		{"team", func(m *matter) []string { return []string{s.called(m.team)} }},
		{"assignee", func(m *matter) []string { return []string{s.called(m.assignee)} }},
	}
	if d == s.inbox {
		return append(all, property{"tag", func(m *matter) []string { return m.tags }}, property{"channel", func(m *matter) []string { return []string{m.channel} }})
	}
	return append(all, property{"category", func(m *matter) []string { return []string{s.called(m.category)} }})
}

// breakdown writes the shares of a property.
func (s *supportWork) breakdown(b *strings.Builder, d *desk, by property) {
	rows := s.shares(d, by.of)
	const most = 12
	words := make([]string, 0, len(rows))
	for _, r := range rows[:min(most, len(rows))] {
		words = append(words, fmt.Sprintf("%s %d (%d) / %d / %d / %d", short(cmp.Or(inList(r.name), "none")), r.fresh, r.earlier, r.closed, r.open+r.snoozed, r.waiting))
	}
	if more := len(rows) - most; more > 0 {
		words = append(words, fmt.Sprintf("and %d more", more))
	}
	fmt.Fprintf(b, "by %s: %s\n", by.name, cmp.Or(strings.Join(words, "; "), "none"))
}

// extent says what was looked at.
func (s *supportWork) extent(b *strings.Builder, d *desk, t workCount) {
	read := 0
	for _, m := range d.all {
		if m.thread != nil {
			read++
		}
	}
	fmt.Fprintf(b, "looked at: %s, and the messages of %s of them", legible.Count(len(d.all), d.one), legible.Thousands(read))
	for _, list := range []string{newList, beforeList, openList, closedList} {
		if c := d.lists[list]; !d.whole(list) && len(c.Items) > 0 {
			fmt.Fprintf(b, "; of those asked for as %s, %s of %s", list, legible.Thousands(len(c.Items)), c.Count())
		}
	}
	b.WriteString("\n")
	if d == s.inbox && s.own != nil {
		_, unread := s.unread(d)
		fmt.Fprintf(b, "Featurebase's own reports: %s\n", s.own.says(t, d.whole(newList) && d.whole(beforeList), d.whole(closedList) && t.untold+unread == 0))
	}
}
