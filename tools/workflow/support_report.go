package workflow

import (
	"cmp"
	"context"
	"slices"

	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/input"
	"featurebase-mcp/internal/names"
	"featurebase-mcp/internal/rawjson"
	"featurebase-mcp/tools/kind"
)

// supportReport counts conversations and tickets itself, because the API's own reports may be off or inexact.
var supportReport = &engine.Operation{
	Name:        "support_report",
	Title:       "Support report",
	Description: "Inbox and tickets of a period (7 days) against the one before: new, closed, waiting, answer times, by team, tag, channel.",
	Effect:      engine.Read,
	Default:     true,
	Input:       input.Args[supportReportArgs](),
	View:        "report",
	Run:         func(ctx context.Context, j *engine.Job) (string, error) { return (&work{j}).supportReport(ctx) },
	Uses: []string{
		"search_conversations", "get_conversation", "list_tickets", "get_ticket", "list_report_datasets", "query_report",
	},
	Example: `{"period":"month"}`,
}

type supportReportArgs struct{ reportedPeriod }

// Bounds of a support report. Of more threads than these, some are read, spread evenly, and the answer says of how many.
const (
	mattersRead   = 1000 // conversations in each search, and tickets
	openThreads   = 80   // open conversations whose messages are read, and as many tickets
	newThreads    = 40   // new conversations of a period whose messages are read, and as many tickets
	closedThreads = 60   // closed conversations whose messages are read, and as many tickets
)

// supportWork is the state of one support_report call.
type supportWork struct {
	*work
	comparison
	inbox, tickets *desk
	own            *ownReports // what the API's own reports say; nil: nothing
	named          map[string]string
}

// desk is a part of the work: the inbox, or the tickets.
type desk struct {
	what, one string
	all       []*matter // each once
	byID      map[string]*matter
	lists     map[string]engine.Collection
	failed    error
}

// The lists of a desk: what was read for which figure.
const (
	newList    = "new"
	beforeList = "before"
	openList   = "open"
	closedList = "closed"
)

func newDesk(what, one string) *desk {
	return &desk{what: what, one: one, byID: map[string]*matter{}, lists: map[string]engine.Collection{}}
}

// add adds what a list has.
func (d *desk) add(m *matter) {
	if m.id != "" && m.id != "0" && d.byID[m.id] == nil {
		d.byID[m.id] = m
		d.all = append(d.all, m)
	}
}

// whole reports whether a figure covers everything: its list was read to the end.
func (d *desk) whole(list string) bool { return d.lists[list].Whole }

func (j *work) supportReport(ctx context.Context) (string, error) {
	s := &supportWork{work: j, inbox: newDesk("inbox", "conversation"), tickets: newDesk("tickets", "ticket"), named: map[string]string{}}
	var err error
	if s.comparison, err = j.comparison(); err != nil {
		return "", err
	}
	if err := s.gather(ctx); err != nil {
		return "", err
	}
	j.Show(ctx, s.panel)
	return s.write(), nil
}

// gather makes the requests: first the lists, then the threads that they make worth reading. The call fails if neither the inbox nor the
// tickets can be read.
func (s *supportWork) gather(ctx context.Context) error {
	parts := []engine.Part{
		{What: "the tickets", Do: s.gatherTickets},
		{What: "Featurebase's own reports", Do: s.gatherOwn},
	}
	lists := []struct {
		name, order string
		filters     []any
	}{
		{newList, "", createdIn(s.period)},
		{beforeList, "", createdIn(s.before)},
		{openList, "lastActivityAt:asc", []any{where("state", "IN", []any{openState, snoozedState})}},
		{closedList, "lastActivityAt:desc", []any{where("state", "=", closedState)}},
	}
	found := make([]engine.Collection, len(lists))
	failures := make([]error, len(lists))
	for i, list := range lists {
		what := "the conversations (" + list.name + ")"
		parts = append(parts, engine.Part{What: what, Do: func(ctx context.Context) error {
			by := map[string]any{"query": map[string]any{"operator": "AND", "value": list.filters}}
			if list.order != "" {
				by["sort"] = list.order
			}
			found[i], failures[i] = s.List(ctx, what, "search_conversations", by, mattersRead)
			return failures[i]
		}})
	}
	if err := s.All(ctx, parts...); err != nil {
		return err
	}
	for i, list := range lists {
		for _, item := range objects(found[i].Items) {
			s.inbox.add(s.conversation(item))
		}
		s.inbox.lists[list.name] = found[i]
		s.inbox.failed = cmp.Or(s.inbox.failed, failures[i])
	}
	if s.inbox.failed != nil && s.tickets.failed != nil && len(s.inbox.all)+len(s.tickets.all) == 0 {
		return s.inbox.failed
	}
	return s.gatherThreads(ctx)
}

// createdIn returns the filters for conversations created in a period. The API has no >= for them, so that one second too many is asked for.
func createdIn(p period) []any {
	return []any{where("createdAt", ">", p.start.Unix()-1), where("createdAt", "<", p.end.Unix())}
}

// gatherTickets reads the tickets. Their list has no filter for times, so it is read from the newest on.
func (s *supportWork) gatherTickets(ctx context.Context) error {
	d := s.tickets
	c, err := s.List(ctx, "the tickets", "list_tickets", map[string]any{"sortBy": "date", "sortOrder": "desc"}, mattersRead)
	for _, item := range objects(c.Items) {
		d.add(s.ticket(item, s.present))
	}
	d.failed = err
	reached := func(p period) engine.Collection { // beyond the oldest ticket that was read nothing is known
		part := c
		part.Whole = c.Whole || err == nil && slices.ContainsFunc(d.all, func(m *matter) bool { return m.created.Before(p.start) })
		return part
	}
	d.lists = map[string]engine.Collection{newList: reached(s.period), beforeList: reached(s.before), openList: c, closedList: c}
	return err
}

// gatherThreads reads the messages that tell who waits, when the team answered and when a matter was closed.
func (s *supportWork) gatherThreads(ctx context.Context) error {
	type reading struct {
		d *desk
		m *matter
	}
	var all []reading
	for _, d := range []*desk{s.inbox, s.tickets} {
		for _, m := range s.worthReading(d) {
			all = append(all, reading{d, m})
		}
	}
	err := s.Each(ctx, "messages of conversations and tickets", len(all), func(ctx context.Context, i int) error {
		m := all[i].m
		if all[i].d == s.tickets {
			body, err := s.Get(ctx, "a ticket", "get_ticket", map[string]any{"ticketNumber": m.id})
			if err == nil {
				thread := rawjson.Repair(body)
				m.readThread(thread, thread) // a ticket has the author of its text where a conversation has that of its opening
			}
			return err
		}
		body, err := s.Get(ctx, "a conversation", "get_conversation", map[string]any{"conversationId": m.id})
		if err == nil {
			thread := rawjson.Repair(body)
			m.readThread(thread, thread.Get("source"))
		}
		return err
	})
	if err != nil {
		return err
	}
	s.name(ctx)
	return nil
}

// worthReading chooses the matters whose messages are read, each once.
func (s *supportWork) worthReading(d *desk) []*matter {
	var open, closed, fresh, earlier []*matter
	for _, m := range d.all {
		if m.state != closedState && (d != s.tickets || !m.ours) {
			open = append(open, m)
		}
		if m.state == closedState && !m.updated.Before(s.before.start) {
			closed = append(closed, m)
		}
		switch {
		case m.ours:
		case s.period.holds(m.created):
			fresh = append(fresh, m)
		case s.before.holds(m.created):
			earlier = append(earlier, m)
		}
	}
	var chosen []*matter
	seen := map[*matter]bool{}
	for _, part := range [][]*matter{open[:min(len(open), openThreads)], spread(fresh, newThreads), spread(earlier, newThreads), spread(closed, closedThreads)} {
		for _, m := range part {
			if !seen[m] {
				seen[m] = true
				chosen = append(chosen, m)
			}
		}
	}
	return chosen
}

// spread returns at most so many of a list, spread evenly over it.
func spread(all []*matter, most int) []*matter {
	if len(all) <= most {
		return all
	}
	some := make([]*matter, most)
	for i := range some {
		some[i] = all[i*len(all)/most]
	}
	return some
}

// name finds the names of teams, admins and categories of tickets.
func (s *supportWork) name(ctx context.Context) {
	for _, d := range []*desk{s.inbox, s.tickets} {
		for _, m := range d.all {
			for _, ref := range []struct {
				id string
				of *names.Kind
			}{{m.team, kind.Team}, {m.assignee, kind.Admin}, {m.category, kind.TicketCategory}} {
				if ref.id != "" && s.named[ref.id] == "" {
					s.named[ref.id] = s.Called(ctx, ref.of, ref.id)
				}
			}
		}
	}
}

// called returns the name of a team, an admin or a category.
func (s *supportWork) called(id string) string { return cmp.Or(s.named[id], id) }
