package workflow

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/input"
	"featurebase-mcp/internal/names"
	"featurebase-mcp/tools/kind"
)

// triageQueue returns what decisions about new posts need, in one answer.
var triageQueue = &engine.Operation{
	Name:        "triage_queue",
	Title:       "Triage queue",
	Description: "List posts that wait for a decision (in review, or new without tags or without assignee) with likely duplicates and signs of spam, and the boards, statuses, tags and admins to choose from.",
	Effect:      engine.Read,
	Default:     true,
	Input:       input.Args[triageQueueArgs](),
	Run:         func(ctx context.Context, j *engine.Job) (string, error) { return (&work{j}).triageQueue(ctx) },
	Uses:        []string{"search_posts", "list_post_statuses", "list_boards", "list_admins"},
	Refs:        engine.Refs{"boardId": {Kind: kind.Board}},
	Example:     `{"limit":5}`,
}

type triageQueueArgs struct {
	BoardID string `json:"boardId,omitempty"`
	Sort    string `json:"sort,omitempty" jsonschema:"enum=oldest,enum=votes,default=oldest"`
	Limit   int    `json:"limit,omitempty" jsonschema:"minimum=1,maximum=30,default=10"`
}

const (
	triagedByDefault = 10
	mostTriaged      = 30
	waitingRead      = 500 // posts in review that are read, and as many in the default status
	newestCompared   = 500 // newest posts to compare with
	popularCompared  = 200 // posts with most votes to compare with
	likelyDuplicate  = 0.3 // the least score of a duplicate: one below it is not worth a look
	duplicatesShown  = 2   // duplicates shown of a post
	tagsShown        = 30
)

// byVotes is the value of sort that lists posts with most votes first.
const byVotes = "votes"

// triage is the state of one triage_queue call.
type triage struct {
	*work
	inReview, initial, newest, popular engine.Collection
	statuses                           []postStatus
	boards                             postBoards
	admins                             []names.Thing
	pool                               pool
	waiting                            []*postFacts
}

func (j *work) triageQueue(ctx context.Context) (string, error) {
	t := &triage{work: j}
	if err := t.read(ctx); err != nil {
		return "", err
	}
	for _, c := range []engine.Collection{t.inReview, t.initial, t.newest, t.popular} {
		t.pool.add(j, c.Items)
	}
	t.queue()
	return t.answer(), nil
}

// read reads the posts and the boards, statuses and admins to choose from. The job fails if none of the lists of posts could be read and no
// waiting post was read before a failure.
func (t *triage) read(ctx context.Context) error {
	order := "createdAt:asc"
	if t.Arguments()["sort"] == byVotes {
		order = "upvotes:desc"
	}
	failures := make([]error, 0, 4)
	posts := func(what string, c *engine.Collection, order string, most int, filters ...any) engine.Part {
		at := len(failures)
		failures = append(failures, nil)
		return engine.Part{What: what, Do: func(ctx context.Context) error {
			*c, failures[at] = t.searchPosts(ctx, what, inOrder(order), most, filters...)
			return failures[at]
		}}
	}
	parts := []engine.Part{
		posts("the posts in review", &t.inReview, order, waitingRead, append(t.onBoard(), where("inReview", "=", true))...),
		posts("the newest posts", &t.newest, "createdAt:desc", newestCompared),
		posts("the posts with most votes", &t.popular, "upvotes:desc", popularCompared),
		{What: "the statuses and the posts in the default one", Do: func(ctx context.Context) error { return t.readInitial(ctx, order) }},
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
	if err := cmp.Or(t.All(ctx, parts...), t.boards.check(t.board())); err != nil {
		return err
	}
	if !slices.Contains(failures, nil) && len(t.initial.Items)+len(t.inReview.Items) == 0 {
		return failures[0]
	}
	return nil
}

// readInitial reads the statuses, and then the posts in the default status.
func (t *triage) readInitial(ctx context.Context, order string) error {
	var err error
	if t.statuses, err = t.work.statuses(ctx); err != nil {
		return err
	}
	var initial []any
	for _, status := range t.statuses {
		if status.initial && status.id != "" {
			initial = append(initial, status.id)
		}
	}
	if len(initial) == 0 {
		t.initial.Whole = true
		return nil
	}
	t.initial, err = t.searchPosts(ctx, "the posts in the default status", inOrder(order), waitingRead, append(t.onBoard(), where("statusId", "IN", initial))...)
	return err
}

// waits reports whether somebody has to decide about a post.
func (p *postFacts) waits() bool {
	return p.inReview || p.status.initial && (len(p.tags) == 0 || p.assigneeID == "")
}

// queue selects the posts that wait, in the requested order.
func (t *triage) queue() {
	board := t.board()
	for _, p := range t.pool.posts {
		if p.waits() && (board == "" || strings.EqualFold(p.boardID, board)) {
			t.waiting = append(t.waiting, p)
		}
	}
	slices.SortFunc(t.waiting, func(a, b *postFacts) int {
		oldest := cmp.Or(cmp.Compare(a.created, b.created), cmp.Compare(a.id, b.id))
		if t.Arguments()["sort"] == byVotes {
			return cmp.Or(cmp.Compare(b.votes, a.votes), oldest)
		}
		return oldest
	})
}
