package workflow

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/input"
	"featurebase-mcp/internal/names"
	"featurebase-mcp/tools/kind"
)

// triageQueue returns what decisions about new posts need, in one answer.
var triageQueue = &engine.Operation{
	Name:  "triage_queue",
	Title: "Triage queue",
	Description: "List posts that wait for a decision: awaiting moderation first, then undecided (new, no tags or assignee). With likely duplicates, signs of spam and hidden text, " +
		"and the boards, statuses, tags and admins there are.",
	Effect:  engine.Read,
	Default: true,
	Input:   input.Args[triageQueueArgs](),
	View:    "triage",
	Run:     func(ctx context.Context, j *engine.Job) (string, error) { return (&work{j}).triageQueue(ctx) },
	Uses:    append([]string{"search_posts", "list_post_statuses", "list_boards", "list_admins", "search_comments"}, customersReads...),
	Refs:    engine.Refs{"boardId": {Kind: kind.Board}},
	Example: `{"limit":5}`,
}

type triageQueueArgs struct {
	BoardID string `json:"boardId,omitempty" jsonschema_description:"Or name."`
	Only    string `json:"only,omitempty" jsonschema:"enum=moderation,enum=undecided"`
	Sort    string `json:"sort,omitempty" jsonschema:"enum=oldest,enum=newest,enum=votes,default=oldest"`
	Since   moment `json:"since,omitempty"`
	Limit   int    `json:"limit,omitempty" jsonschema:"minimum=1,maximum=30,default=10"`
	Cursor  string `json:"cursor,omitempty"`
}

const (
	triagedByDefault = 10
	mostTriaged      = 30
	waitingRead      = 500 // posts awaiting moderation that are read, and as many in the default status
	newestCompared   = 500 // newest posts to compare with
	popularCompared  = 200 // posts with most votes to compare with
	likelyDuplicate  = 0.5 // the least score of a duplicate: in the sandbox, nineteen of twenty above it ask for the same
	duplicatesShown  = 2   // duplicates shown of a post
)

// The values of only.
const (
	onlyModeration = "moderation"
	onlyUndecided  = "undecided"
)

// triage is the state of one triage_queue call.
type triage struct {
	*work
	order queueOrder
	since time.Time // zero: posts of any age
	after *queued   // where the last answer ended; nil for the first one

	moderated, initial, newest, popular engine.Collection
	statuses                            []postStatus
	boards                              postBoards
	admins                              []names.Thing
	pool                                pool
	waiting                             []*postFacts
	partly                              bool    // a list of waiting posts broke off
	behind                              *queued // from readUpTo

	remarks   map[string]remarks // what was said below the posts that are shown
	authors   customers
	linkStart string // how the links of the answer begin
}

func (j *work) triageQueue(ctx context.Context) (string, error) {
	t := &triage{work: j}
	if err := t.ask(); err != nil {
		return "", err
	}
	if err := t.read(ctx); err != nil {
		return "", err
	}
	for _, c := range []engine.Collection{t.moderated, t.initial, t.newest, t.popular} {
		t.pool.add(j, c.Items)
	}
	t.queue()
	shown := t.waiting[:min(len(t.waiting), cmp.Or(input.Integer(t.Arguments()[input.LimitArg]), triagedByDefault))]
	if err := t.readDetails(ctx, shown); err != nil {
		return "", err
	}
	return t.answer(ctx, shown), nil
}

// ask reads the arguments.
func (t *triage) ask() error {
	order, _ := t.Arguments()["sort"].(string)
	t.order = cmp.Or(queueOrder(order), oldestFirst)
	since, _ := t.Arguments()["since"].(string)
	t.since, _ = parseMoment(since)
	place, err := t.Place()
	if err == nil {
		t.after, err = parseQueued(place)
	}
	return err
}

// only reports whether the call asks for one kind of waiting posts.
func (t *triage) only(which string) bool { return t.Arguments()["only"] == which }

// wants reports whether posts of a kind are to be read: those that the call asks for, unless the last answer ended behind all of them.
func (t *triage) wants(which string) bool {
	if which == onlyModeration {
		return !t.only(onlyUndecided) && (t.after == nil || t.after.moderation)
	}
	return !t.only(onlyModeration)
}

// read reads the posts and the boards, statuses and admins to choose from. The job fails if none of the lists of posts could be read and no
// waiting post was read before a failure.
func (t *triage) read(ctx context.Context) error {
	failures := make([]error, 0, 4)
	posts := func(what string, c *engine.Collection, order string, most int, filters ...any) engine.Part {
		at := len(failures)
		failures = append(failures, nil)
		return engine.Part{What: what, Do: func(ctx context.Context) error {
			*c, failures[at] = t.searchPosts(ctx, what, inOrder(order), most, filters...)
			return failures[at]
		}}
	}
	t.moderated.Whole, t.initial.Whole = true, true // nothing of what is not wanted is missing
	parts := []engine.Part{
		posts("the newest posts", &t.newest, "createdAt:desc", newestCompared),
		posts("the posts with most votes", &t.popular, "upvotes:desc", popularCompared),
		{What: "the statuses and the posts in the default one", Do: t.readInitial},
		{What: "the boards", Do: func(ctx context.Context) (err error) {
			t.boards, err = t.work.boards(ctx)
			return err
		}},
		{What: "the admins", Do: func(ctx context.Context) error {
			c, err := t.List(ctx, "the admins", "list_admins", nil, names.Most)
			t.admins = engine.DecodeAll[names.Thing](c.Items)
			return err
		}},
	}
	if t.wants(onlyModeration) {
		moderated := posts("the posts awaiting moderation", &t.moderated, t.order.sort(), waitingRead, append(t.filters(true), where("inReview", "=", true))...)
		parts = append([]engine.Part{moderated}, parts...)
	}
	if err := cmp.Or(t.All(ctx, parts...), t.boards.check(t.board())); err != nil {
		return err
	}
	t.partly = t.partly || t.wants(onlyModeration) && failures[len(failures)-1] != nil
	t.behind = t.readUpTo()
	if !slices.Contains(failures, nil) && len(t.initial.Items)+len(t.moderated.Items) == 0 {
		return failures[len(failures)-1]
	}
	return nil
}

// filters returns the filters for the posts of the call: of its board, since its date, and from the place on where the last answer ended among
// the posts of the same kind.
func (t *triage) filters(moderation bool) []any {
	all := t.onBoard()
	if !t.since.IsZero() {
		all = append(all, where("createdAt", ">=", t.since.Unix()))
	}
	if t.after != nil && t.after.moderation == moderation {
		all = append(all, t.order.from(*t.after)...)
	}
	return all
}

// readInitial reads the statuses, and then the posts in the default status.
func (t *triage) readInitial(ctx context.Context) error {
	var err error
	if t.statuses, err = t.work.statuses(ctx); err != nil {
		t.initial.Whole = false
		return err
	}
	var initial []any
	for _, status := range t.statuses {
		if status.initial && status.id != "" {
			initial = append(initial, status.id)
		}
	}
	if len(initial) == 0 || !t.wants(onlyUndecided) {
		return nil
	}
	t.initial, err = t.searchPosts(ctx, "the posts in the default status", inOrder(t.order.sort()), waitingRead, append(t.filters(false), where("statusId", "IN", initial))...)
	t.partly = t.partly || err != nil
	return err
}

// readUpTo returns the place behind which there are waiting posts that were not read, or nil. After a failure, whatever is known has to do.
func (t *triage) readUpTo() *queued {
	for _, list := range []struct {
		engine.Collection
		moderation bool
	}{{t.moderated, true}, {t.initial, false}} {
		if n := len(list.Items); !list.Whole && n > 0 && !t.partly {
			return t.order.end(t.post(list.Items[n-1]), list.moderation)
		}
	}
	return nil
}

// waits reports whether somebody has to decide about a post.
func (p *postFacts) waits() bool {
	return p.inReview || p.status.initial && (len(p.tags) == 0 || p.assigneeID == "")
}

// isAsked reports whether a post is of the kind, of the board and of the time that the call asks for.
func (t *triage) isAsked(p *postFacts) bool {
	switch board := t.board(); {
	case t.only(onlyModeration) && !p.inReview, t.only(onlyUndecided) && p.inReview, board != "" && !strings.EqualFold(p.boardID, board):
		return false
	case t.since.IsZero():
		return true
	}
	created, err := time.Parse(time.RFC3339, p.created)
	return err == nil && !created.Before(t.since)
}

// queue selects the posts that wait, in the requested order, from where the last answer ended up to where the lists of waiting posts end. What was
// read besides them may wait, too, but posts that were not read come before it.
func (t *triage) queue() {
	for _, p := range t.pool.posts {
		at := queuedAt(p)
		if p.waits() && t.isAsked(p) && (t.after == nil || t.order.compare(at, *t.after) > 0) && (t.behind == nil || t.order.compare(at, *t.behind) <= 0) {
			t.waiting = append(t.waiting, p)
		}
	}
	slices.SortFunc(t.waiting, func(a, b *postFacts) int { return t.order.compare(queuedAt(a), queuedAt(b)) })
}

// readDetails reads what the posts that are shown do not tell themselves: what was said below them, and which companies their authors are of.
func (t *triage) readDetails(ctx context.Context, shown []*postFacts) error {
	authors := make([]person, len(shown))
	for i, p := range shown {
		authors[i] = p.author
	}
	return t.All(ctx,
		engine.Part{What: "the comments", Do: func(ctx context.Context) (err error) {
			t.remarks, err = t.work.remarks(ctx, shown...)
			return err
		}},
		engine.Part{What: contactsPart, Do: func(ctx context.Context) (err error) {
			t.authors, err = t.customers(ctx, authors...)
			return err
		}},
	)
}
