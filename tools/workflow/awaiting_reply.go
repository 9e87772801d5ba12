package workflow

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/input"
	"featurebase-mcp/internal/rawjson"
	"featurebase-mcp/tools/kind"
)

// awaitingReply finds who waits for the team, wherever customers write.
var awaitingReply = &engine.Operation{
	Name:        "awaiting_reply",
	Title:       "Awaiting reply",
	Description: "Who waits for us: open conversations, tickets and posts where a customer spoke last, with revenue, days and last words.",
	Effect:      engine.Read,
	Default:     true,
	Input:       input.Args[awaitingReplyArgs](),
	Run:         func(ctx context.Context, j *engine.Job) (string, error) { return (&work{j}).awaitingReply(ctx) },
	Uses: append([]string{"search_conversations", "get_conversation", "list_tickets", "get_ticket", "list_post_statuses", "list_boards", "search_posts", "search_comments"},
		customersReads...),
	Refs:    engine.Refs{"boardId": {Kind: kind.Board}, "team": {Kind: kind.Team}, "assignee": {Kind: kind.Admin}},
	Example: `{"channel":["inbox"],"limit":3}`,
}

type awaitingReplyArgs struct {
	Channel        []string `json:"channel,omitempty" jsonschema:"enum=inbox,enum=tickets,enum=posts"`
	MinDays        int      `json:"minDays,omitempty"`
	AnsweredBefore bool     `json:"answeredBefore,omitempty"`
	BoardID        string   `json:"boardId,omitempty" jsonschema_description:"Or name."`
	Team           string   `json:"team,omitempty" jsonschema_description:"Or name."`
	Assignee       string   `json:"assignee,omitempty" jsonschema_description:"Or name."`
	Sort           string   `json:"sort,omitempty" jsonschema:"enum=longest,enum=revenue"`
	Limit          int      `json:"limit,omitempty" jsonschema:"minimum=1,maximum=30,default=5" jsonschema_description:"Per channel."`
	Cursor         string   `json:"cursor,omitempty"`
}

// The channels.
const (
	inboxChannel   = "inbox"
	ticketsChannel = "tickets"
	postsChannel   = "posts"
)

// How much is read and shown.
const (
	awaitedByDefault = 5    // rows of a channel
	threadsAtOnce    = 120  // conversations and tickets whose threads one call reads
	listedThreads    = 2000 // conversations, tickets and posts in their lists
	commentsAtOnce   = 4000 // comments that one call reads
	byRevenue        = "revenue"
)

// awaiting is the state of one awaiting_reply call.
type awaiting struct {
	*work
	byRevenue bool
	limit     int
	minDays   int       // for how long somebody waits at least
	latest    time.Time // since when at the latest, if there is a minDays
	answered  any       // the argument answeredBefore; nil: both
	board     string
	team      string
	assignee  string

	lanes   []*lane
	threads int // of a channel that one call reads
	boards  postBoards
}

// lane is one channel of the call.
type lane struct {
	channel string
	begun   lanePlace // where the call goes on
	next    lanePlace // where the next call goes on
	more    bool      // there is a next call
	failed  error     // nothing could be listed

	listed     engine.Collection
	open       int // listed ones that are open; closed tickets are listed, too
	later      int // open ones that cannot wait for long enough, or were not answered: their threads need not be read
	candidates []*awaited
	read       []*awaited // whose words were read
	comments   int        // comments that were read
	waiting    []*awaited // in the order of the answer
	shown      int
}

// awaited is a conversation, a ticket or a post in which a customer may wait.
type awaited struct {
	id, number, link, title string
	created                 string // nobody waits since before
	assigneeID, teamID      string
	boardID, status         string
	asleep                  string // until when it is snoozed
	priority, inReview      bool
	votes, comments         int
	person                  person        // on the other side
	content                 rawjson.Value // the text of a post

	read         bool
	standing     standing
	theirs, ours quoted
	contact      customer
}

// quoted are the last words of one side.
type quoted struct {
	at, text string
	by       person
	hidden   int // characters that people would not see
}

func (j *work) awaitingReply(ctx context.Context) (string, error) {
	args := j.Arguments()
	const longest = 100_000 // days; the calendar ends somewhere
	a := &awaiting{
		work: j, byRevenue: args["sort"] == byRevenue, limit: cmp.Or(input.Integer(args[input.LimitArg]), awaitedByDefault),
		minDays: min(max(0, input.Integer(args["minDays"])), longest), answered: args["answeredBefore"], board: j.board(),
	}
	a.latest = j.Now().AddDate(0, 0, -a.minDays)
	a.team, _ = args["team"].(string)
	a.assignee, _ = args["assignee"].(string)
	if err := a.choose(args["channel"]); err != nil {
		return "", err
	}
	if err := a.gather(ctx); err != nil {
		return "", err
	}
	return a.write(ctx), nil
}

// choose opens the channels that were asked for and that have what is filtered by: only posts have boards, and they have no team. With a cursor
// it opens those that are not at their end.
func (a *awaiting) choose(asked any) error {
	place, err := a.Place()
	if err != nil {
		return err
	}
	places, err := parsePlaces(place)
	if err != nil {
		return err
	}
	list, _ := asked.([]any)
	a.threads = threadsAtOnce
	for _, channel := range []string{inboxChannel, ticketsChannel, postsChannel} {
		place, open := places[channel]
		switch {
		case len(list) > 0 && !slices.Contains(list, any(channel)):
		case channel == postsChannel && a.team != "", channel != postsChannel && a.board != "":
		case channel == ticketsChannel && (len(list) == 0 || slices.Contains(list, any(inboxChannel))):
			a.threads = threadsAtOnce / 2 // in each of both, also when one is at its end: batches have to stay the same
			fallthrough
		default:
			if open || len(places) == 0 {
				a.lanes = append(a.lanes, &lane{channel: channel, begun: place})
			}
		}
	}
	if len(a.lanes) == 0 {
		return errors.New("channel: none of them is left, since only posts have a board, and they have no team; leave out channel, boardId or team")
	}
	return nil
}

// gather makes the requests: first the lists, then the words of the leading candidates, then the customers of those who wait.
func (a *awaiting) gather(ctx context.Context) error {
	parts := make([]engine.Part, 0, len(a.lanes)+1)
	for _, l := range a.lanes {
		list := map[string]func(context.Context, *lane) error{inboxChannel: a.listConversations, ticketsChannel: a.listTickets, postsChannel: a.listPosts}[l.channel]
		parts = append(parts, engine.Part{What: "the " + l.channel, Do: func(ctx context.Context) error {
			l.failed = list(ctx, l)
			return l.failed
		}})
		if l.channel == postsChannel {
			parts = append(parts, engine.Part{What: "the boards", Do: func(ctx context.Context) (err error) {
				a.boards, err = a.work.boards(ctx)
				return err
			}})
		}
	}
	if err := cmp.Or(a.All(ctx, parts...), a.boards.check(a.board)); err != nil {
		return err
	}
	if !slices.ContainsFunc(a.lanes, func(l *lane) bool { return l.failed == nil || len(l.candidates) > 0 }) {
		return a.lanes[0].failed
	}
	if err := a.readCustomers(ctx, a.byRevenue, func(l *lane) []*awaited {
		if l.channel == postsChannel { // who waits below a post is who commented last
			return nil
		}
		return l.candidates
	}); err != nil {
		return err
	}
	for _, l := range a.lanes {
		a.batch(l)
	}
	if err := a.readWords(ctx); err != nil {
		return err
	}
	for _, l := range a.lanes {
		for _, one := range l.read {
			if one.read && a.waits(one) {
				l.waiting = append(l.waiting, one)
			}
		}
	}
	if err := a.readCustomers(ctx, a.byRevenue, func(l *lane) []*awaited { return l.waiting }); err != nil {
		return err
	}
	for _, l := range a.lanes {
		a.rank(l)
	}
	return a.readCustomers(ctx, true, func(l *lane) []*awaited { return l.waiting[:min(len(l.waiting), a.limit)] })
}

// readCustomers reads the customers of some candidates, if they are needed.
func (a *awaiting) readCustomers(ctx context.Context, needed bool, of func(*lane) []*awaited) error {
	if !needed {
		return nil
	}
	var all []*awaited
	var people []person
	for _, l := range a.lanes {
		for _, one := range of(l) {
			if !one.contact.read || one.contact.id != one.customer().id {
				all, people = append(all, one), append(people, one.customer())
			}
		}
	}
	if len(all) == 0 {
		return nil
	}
	found, err := a.customers(ctx, people...)
	for _, one := range all {
		p := one.customer()
		one.contact = customer{id: p.id, name: p.name, email: p.email}
		if c, ok := found[p.id]; ok {
			one.contact = c
		}
	}
	return err
}

// customer returns who waits: whose words were the last. An opening message has the id of its author alone.
func (one *awaited) customer() person {
	if by := one.theirs.by; by.id != "" && by.id != one.person.id {
		return by
	}
	return one.person
}

// key returns the place of something that waits in the order of the answer, or with another time in that of the candidates.
func (a *awaiting) key(one *awaited, at string) rankKey {
	k := keyAt(one, at)
	if a.byRevenue {
		r := one.contact.revenue()
		k.Unknown, k.Revenue = r.known == 0, r.whole()
	}
	return k
}

// batch selects the candidates whose words are read, the oldest or those with the highest revenue first. Who waits has waited since the
// creation at the earliest, so whoever has waited longest is among the oldest.
func (a *awaiting) batch(l *lane) {
	at := func(one *awaited) rankKey { return a.key(one, one.created) }
	if l.channel == postsChannel { // their customers are those who commented, and not known yet
		at = func(one *awaited) rankKey { return keyAt(one, one.created) }
	}
	slices.SortFunc(l.candidates, func(x, y *awaited) int { return at(x).compare(at(y)) })
	rest := l.candidates
	if from := l.begun.From; from != nil {
		rest = slices.DeleteFunc(slices.Clone(rest), func(one *awaited) bool { return at(one).compare(*from) <= 0 })
	}
	most := min(len(rest), a.threads)
	if l.channel == postsChannel {
		most = 0
		for comments := 0; most < len(rest) && (most == 0 || comments+rest[most].comments <= commentsAtOnce); most++ {
			comments += rest[most].comments
		}
	}
	l.read = rest[:most]
	if most < len(rest) || l.channel == postsChannel && !l.listed.Whole && most > 0 {
		last := at(rest[most-1])
		l.next.From, l.more = &last, true
	}
}

// waits reports whether somebody waits as the call asks for.
func (a *awaiting) waits(one *awaited) bool {
	s := one.standing
	since, err := time.Parse(time.RFC3339, s.since)
	switch {
	case s.waits != customerSide:
		return false
	case a.minDays > 0 && (err != nil || since.After(a.latest)):
		return false
	default:
		return a.answered == nil || a.answered == (s.ours >= 0)
	}
}

// rank puts those who wait into the order of the answer and leaves out what was shown before.
func (a *awaiting) rank(l *lane) {
	at := func(one *awaited) rankKey { return a.key(one, one.standing.since) }
	slices.SortFunc(l.waiting, func(x, y *awaited) int { return at(x).compare(at(y)) })
	l.shown = 0
	if after := l.begun.After; after != nil {
		rest := slices.DeleteFunc(slices.Clone(l.waiting), func(one *awaited) bool { return at(one).compare(*after) <= 0 })
		l.shown = len(l.waiting) - len(rest)
		l.waiting = rest
	}
}

// onward returns the cursor of the next call, or an empty text where nothing is left. shown is how many rows of each channel the answer has.
func (a *awaiting) onward(shown map[*lane]int) string {
	places := map[string]lanePlace{}
	for _, l := range a.lanes {
		switch n := shown[l]; {
		case n < len(l.waiting):
			place := lanePlace{From: l.begun.From, After: l.begun.After}
			if n > 0 {
				last := l.waiting[n-1]
				key := a.key(last, last.standing.since)
				place.After = &key
			}
			places[l.channel] = place
		case l.more:
			places[l.channel] = l.next
		}
	}
	if len(places) == 0 {
		return ""
	}
	return a.Cursor(placesText(places))
}
