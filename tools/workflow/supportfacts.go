package workflow

import (
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"time"

	"featurebase-mcp/internal/rawjson"
)

// matter is a conversation of the inbox or a ticket, with the fields that a report counts.
type matter struct {
	id, title         string
	customer          string // empty where the row does not say
	created, updated  time.Time
	state             string // open, snoozed or closed
	team, assignee    string // ids; empty: nobody
	channel, category string // of a conversation; of a ticket
	tags              []string
	hidden            int  // characters that people would not see, in what a row shows
	ours              bool // the team began it, so that nobody waited for a first answer

	thread *threadFacts // nil: not read
}

// The states of a matter.
const (
	openState    = "open"
	snoozedState = "snoozed"
	closedState  = "closed"
)

// threadFacts are what the messages of a matter tell. They keep no part of the response, because a report reads hundreds.
type threadFacts struct {
	since    time.Time // since when a customer has waited for the team; zero: nobody waits
	bot      bool      // a bot has answered the customer who waits
	answered time.Time // the first words of the team to the customer; zero: none so far
	closed   time.Time // when it was closed last; zero: the messages do not say
	cut      bool      // the API gave the latest messages alone, so the first answer may be missing
}

// conversation reads a row of a search of conversations.
func (j *work) conversation(raw json.RawMessage) *matter {
	v := rawjson.Repair(raw)
	m := j.matter(v)
	m.id, m.state, m.assignee = j.lineOf(v, "id"), j.lineOf(v, "state"), j.lineOf(v, "adminAssigneeId")
	m.customer = j.lineIn(v.Get("conversationUser", "name"))
	m.hidden += hiddenIn(v.Get("conversationUser", "name"))
	m.channel = j.lineIn(v.Get("source", "channel"))
	m.ours = opener(v.Get("source")) == teamSide
	for tag := range v.Items("tags") {
		if name := j.lineOf(tag, "name"); name != "" {
			m.tags = append(m.tags, name)
		}
	}
	return m
}

// ticket reads a row of a list of tickets. Those that the team opened for itself have no customer who waits.
func (j *work) ticket(raw json.RawMessage, now time.Time) *matter {
	v := rawjson.Repair(raw)
	m := j.matter(v)
	m.id, m.assignee, m.category = strconv.Itoa(wholeNumber(v.Get("ticketNumber"))), j.lineOf(v, "assigneeId"), j.lineOf(v, "ticketCategoryId")
	m.customer = j.lineIn(v.Get("author", "name"))
	m.hidden += hiddenIn(v.Get("author", "name"))
	m.state = closedState
	if v.Get("open").Bool() {
		m.state = openState
		if until, err := time.Parse(time.RFC3339, v.Get("snoozedUntil").Text()); err == nil && until.After(now) {
			m.state = snoozedState
		}
	}
	m.ours = side(v.Get("author", "type").Text()) != customerSide
	return m
}

// matter reads the fields that conversations and tickets share.
func (j *work) matter(v rawjson.Value) *matter {
	m := &matter{title: j.lineOf(v, "title"), team: j.lineOf(v, "teamAssigneeId"), hidden: hiddenIn(v.Get("title"))}
	m.created, _ = time.Parse(time.RFC3339, v.Get("createdAt").Text())
	m.updated, _ = time.Parse(time.RFC3339, v.Get("updatedAt").Text())
	return m
}

// readThread reads what the messages tell. opening has the author of the first one.
func (m *matter) readThread(thread, opening rawjson.Value) {
	const most = 500 // parts that the API gives
	parts := slices.Collect(thread.Items("conversationParts"))
	f := &threadFacts{cut: len(parts) >= most}
	if who, _ := standingIn(thread, opening, parts); who.waits == customerSide {
		f.since, _ = time.Parse(time.RFC3339, who.since)
		f.bot = who.bot != ""
	}
	for _, words := range exchange(thread, nil, parts) {
		if at, err := time.Parse(time.RFC3339, words.at); err == nil && words.who == teamSide && (f.answered.IsZero() || at.Before(f.answered)) {
			f.answered = at
		}
	}
	for _, part := range parts {
		if part.Get("partType").Text() != "status" || part.Get("status").Text() != closedState {
			continue
		}
		if at, err := time.Parse(time.RFC3339, part.Get("createdAt").Text()); err == nil && at.After(f.closed) {
			f.closed = at
		}
	}
	m.thread = f
}

// waits reports whether a customer waits for the team.
func (m *matter) waits() bool {
	return m.thread != nil && m.state != closedState && !m.thread.since.IsZero()
}

// closedIn reports whether a matter was closed last in a period. known is false where its messages were not read or do not say.
func (m *matter) closedIn(p period) (closed, known bool) {
	switch {
	case m.state != closedState, m.updated.Before(p.start), !m.created.Before(p.end):
		return false, true
	case m.thread == nil || m.thread.closed.IsZero():
		return false, false
	default:
		return p.holds(m.thread.closed), true
	}
}

// holds reports whether a time lies in the period.
func (p period) holds(t time.Time) bool { return !t.Before(p.start) && t.Before(p.end) }

// middleOf returns the median of sorted times.
func middleOf(sorted []time.Duration) time.Duration {
	n := len(sorted)
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}

// ninthOf returns the time within which nine of ten of the sorted ones lie.
func ninthOf(sorted []time.Duration) time.Duration {
	return sorted[int(math.Ceil(0.9*float64(len(sorted))))-1]
}

// inWords writes a time in the largest unit that says enough of it.
func inWords(d time.Duration) string {
	switch {
	case d < 2*time.Hour:
		return strconv.Itoa(int(math.Round(d.Minutes()))) + " min"
	case d < 48*time.Hour:
		return strconv.FormatFloat(d.Hours(), 'f', 1, 64) + " h"
	default:
		return strconv.FormatFloat(d.Hours()/24, 'f', 1, 64) + " days"
	}
}

// number returns a number of a response, or 0.
func number(v rawjson.Value) float64 {
	n, err := strconv.ParseFloat(string(v.Bare()), 64)
	if err != nil || math.IsNaN(n) || math.IsInf(n, 0) {
		return 0
	}
	return n
}
