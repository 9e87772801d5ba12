package workflow

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/input"
	"featurebase-mcp/tools/kind"
)

// feedbackReport counts posts itself, because the API's own reports may be inexact and have no revenue.
var feedbackReport = &engine.Operation{
	Name:  "feedback_report",
	Title: "Feedback report",
	Description: "Feedback of a period against the one before: new posts, by board, status, votes and revenue, comments, rising, unanswered. " +
		"Default: the last 7 days.",
	Effect:  engine.Read,
	Default: true,
	Input:   input.Args[feedbackReportArgs](),
	View:    "report",
	Run:     func(ctx context.Context, j *engine.Job) (string, error) { return (&work{j}).feedbackReport(ctx) },
	Uses:    []string{"search_posts", "list_posts", "get_post", "list_boards", "list_post_statuses", "list_post_voters", "search_comments"},
	Refs:    engine.Refs{"boardId": {Kind: kind.Board}},
	Example: `{"period":"month","timezone":"Europe/Berlin"}`,
}

type feedbackReportArgs struct {
	reportedPeriod
	BoardID        string `json:"boardId,omitempty" jsonschema_description:"Or name."`
	Tag            string `json:"tag,omitempty"`
	Open           bool   `json:"open,omitempty" jsonschema_description:"Only open ones."`
	UnansweredDays int    `json:"unansweredDays,omitempty" jsonschema:"minimum=1,maximum=1000,default=14"`
}

const (
	reportedPosts   = 2000 // posts of a period that are read at most
	reportedWhole   = 30   // new posts up to which all are shown; also the length of the list by votes where there are more
	reportedSpend   = 10   // posts in the ranking by revenue where not all are shown
	spendCandidates = 30   // posts that the API ranks highest by revenue, whose voters are read
	reportedOthers  = 3    // rising posts, and those with the most comments
	reportedOpen    = 5    // unanswered posts that are shown
	unansweredRead  = 300  // posts that are looked at for an answer
	reportedVoters  = 300  // voters of a post whose revenue is added up at most
)

// periodReport is the data of a feedback report. A part that could not be read is nil.
type periodReport struct {
	*work
	comparison
	days int // age from which a post counts as unanswered
	only postFilter

	statuses        []postStatus
	noStatuses      error
	boards          postBoards
	posts, earlier  *reading
	byVotes, rising *reading
	spend           []spendingPost // posts with revenue, most first, by the figures that are shown
	ranked          *reading       // the posts that spend was looked for in; nil if it is in all of them
	talk            *discussion
	waiting         *unanswered
}

func (j *work) feedbackReport(ctx context.Context) (string, error) {
	r := &periodReport{work: j, days: cmp.Or(input.Integer(j.Arguments()["unansweredDays"]), 14)}
	var err error
	if r.comparison, err = j.comparison(); err != nil {
		return "", err
	}
	if err := r.gather(ctx); err != nil {
		return "", err
	}
	j.Show(ctx, r.panel)
	return r.write(), nil
}

// gather makes the requests: first those that decide which posts are meant, then those for the posts. The call fails if the posts of the
// period cannot be read.
func (r *periodReport) gather(ctx context.Context) error {
	if err := r.gatherFilter(ctx); err != nil {
		return err
	}
	var failed error
	created := r.filters(r.period)
	err := r.All(ctx,
		engine.Part{What: "the posts of the period", Do: func(ctx context.Context) error {
			r.posts, failed = r.search(ctx, "the posts of the period", "createdAt:desc", reportedPosts, created...)
			return failed
		}},
		engine.Part{What: "the posts of the period before", Do: func(ctx context.Context) (err error) {
			r.earlier, err = r.search(ctx, "the posts of the period before", "createdAt:desc", reportedPosts, r.filters(r.before)...)
			return err
		}},
		engine.Part{What: "the ranking by votes", Do: func(ctx context.Context) (err error) {
			r.byVotes, err = r.search(ctx, "the ranking by votes", "upvotes:desc", reportedWhole, created...)
			return err
		}},
		engine.Part{What: "the rising posts", Do: r.gatherRising},
		engine.Part{What: "the comments", Do: r.gatherDiscussion},
		engine.Part{What: "the unanswered posts", Do: r.gatherUnanswered},
	)
	switch {
	case err != nil:
		return err
	case r.posts == nil:
		return failed
	}
	return r.All(ctx,
		engine.Part{What: "the ranking by revenue", Do: r.gatherRevenue},
		engine.Part{What: "the posts with the most comments", Do: r.gatherCommented},
	)
}

// gatherFilter reads the boards, the statuses and the tag, which say which posts are meant.
func (r *periodReport) gatherFilter(ctx context.Context) error {
	tag, _ := r.Arguments()["tag"].(string)
	var wrongTag error
	err := r.All(ctx,
		engine.Part{What: "the names of the boards", Do: func(ctx context.Context) (err error) {
			r.boards, err = r.work.boards(ctx)
			return err
		}},
		engine.Part{What: "the post statuses", Do: func(ctx context.Context) error {
			r.statuses, r.noStatuses = r.work.statuses(ctx)
			return r.noStatuses
		}},
		engine.Part{What: "the tag", Do: func(ctx context.Context) (err error) {
			r.only.tag, err = r.tag(ctx, tag)
			wrongTag = err
			return nil
		}},
	)
	if err = cmp.Or(err, r.boards.check(r.board()), wrongTag); err != nil {
		return err
	}
	if r.Arguments()["open"] == true {
		r.only.statuses = openStatuses(r.statuses)
		if r.only.statuses == nil {
			return cmp.Or(r.noStatuses, errors.New("open: no status of posts is an open one"))
		}
	}
	return nil
}

// filters returns the filters for posts created in a period.
func (r *periodReport) filters(p period) []any {
	return append(r.scope(), where("createdAt", ">=", p.start.Unix()), where("createdAt", "<", p.end.Unix()))
}

// scope returns the filters of the call: board, tag and open statuses.
func (r *periodReport) scope() []any { return append(r.onBoard(), r.only.filters()...) }

// search reads posts.
func (r *periodReport) search(ctx context.Context, what, order string, most int, filters ...any) (*reading, error) {
	return r.read(r.searchPosts(ctx, what, inOrder(order), most, filters...))
}

func (r *periodReport) gatherRising(ctx context.Context) (err error) {
	wire := r.listedOnBoard(map[string]any{"sortBy": "trending", "sortOrder": "desc"})
	switch tag := r.only.tag; {
	case tag == nil:
	case tag.name == "": // the list takes names alone
		return nil
	default:
		wire["tags"] = []any{tag.name}
	}
	if r.only.statuses != nil {
		wire["statusId"] = r.only.statuses
	}
	r.rising, err = r.read(r.List(ctx, "the rising posts", "list_posts", wire, reportedOthers))
	return err
}

// unanswered are the posts that had no answer of the team at the end of the period.
type unanswered struct {
	status  *postStatus // the status that posts start with; nil if there is none
	looked  *reading    // the old ones of that status, most votes first
	without []postFacts // those without a public comment of the team
	unknown int         // those whose comments were not all read
}

// oldest is the time before which an unanswered post was created.
func (r *periodReport) oldest() time.Time { return stride{days: r.days}.from(r.end(), -1) }

// end is the end of the period, or the present where the period goes on until now.
func (r *periodReport) end() time.Time {
	if r.period.end.After(r.present) {
		return r.present
	}
	return r.period.end
}

// gatherUnanswered reads the posts that are in the status that posts start with, and their comments before the end of the period: what was
// answered later had no answer then.
func (r *periodReport) gatherUnanswered(ctx context.Context) error {
	if r.noStatuses != nil {
		return r.noStatuses
	}
	w := &unanswered{}
	i := slices.IndexFunc(r.statuses, func(s postStatus) bool { return s.initial })
	if i < 0 {
		r.waiting = w
		return nil
	}
	w.status = &r.statuses[i]
	old := append(r.onBoard(), r.only.tagFilter()...)
	old = append(old, where("statusId", "=", w.status.id), where("createdAt", "<", r.oldest().Unix()))
	var err error
	if w.looked, err = r.search(ctx, "the unanswered posts", "upvotes:desc", unansweredRead, old...); err != nil {
		return err
	}
	var commented []string
	for _, p := range w.looked.posts {
		if p.comments > 0 {
			commented = append(commented, p.id)
		}
	}
	comments, whole, err := r.commentsOn(ctx, "the unanswered posts", commented, r.end())
	if err != nil {
		return err
	}
	answered := map[string]bool{}
	for _, c := range comments {
		answered[c.postID] = answered[c.postID] || c.by == teamSide && c.public() && c.at.Before(r.end())
	}
	for _, p := range w.looked.posts {
		switch {
		case answered[p.id]:
		case p.comments > 0 && !whole:
			w.unknown++
		default:
			w.without = append(w.without, p)
		}
	}
	r.waiting = w
	return nil
}
