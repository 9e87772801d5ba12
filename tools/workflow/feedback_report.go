package workflow

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/input"
	"featurebase-mcp/internal/legible"
	"featurebase-mcp/tools/kind"
)

// feedbackReport counts posts itself, because the API's own reports may be inexact and have no revenue.
var feedbackReport = &engine.Operation{
	Name:  "feedback_report",
	Title: "Feedback report",
	Description: "Feedback of a period against the one before: new posts by board and status, top by votes and revenue, rising, unanswered. " +
		"Default: the last 7 days.",
	Effect:  engine.Read,
	Default: true,
	Input:   input.Args[feedbackReportArgs](),
	Run:     func(ctx context.Context, j *engine.Job) (string, error) { return (&work{j}).feedbackReport(ctx) },
	Uses:    []string{"search_posts", "list_posts", "list_boards", "list_post_statuses", "list_post_voters"},
	Refs:    engine.Refs{"boardId": {Kind: kind.Board}},
	Example: `{"period":"month","timezone":"Europe/Berlin"}`,
}

type feedbackReportArgs struct {
	Period         string      `json:"period,omitempty" jsonschema:"enum=day,enum=week,enum=month,enum=quarter"`
	StartDate      calendarDay `json:"startDate,omitempty"`
	EndDate        calendarDay `json:"endDate,omitempty" jsonschema_description:"Inclusive."`
	Timezone       zoneName    `json:"timezone,omitempty" jsonschema_description:"IANA name; UTC without it."`
	BoardID        string      `json:"boardId,omitempty"`
	UnansweredDays int         `json:"unansweredDays,omitempty" jsonschema:"minimum=1,maximum=1000,default=14"`
}

const (
	reportedPosts  = 2000 // posts of a period that are read at most
	reportedTop    = 5    // posts in a ranking of new posts
	reportedOthers = 3    // rising posts, and unanswered ones
	reportedVoters = 300  // voters of a post whose revenue is added up at most
)

// periodReport is the data of a feedback report. A part that could not be read is nil.
type periodReport struct {
	*work
	comparison
	days int // age from which a post counts as unanswered

	boards          postBoards
	posts, earlier  *reading
	byVotes, rising *reading
	byRevenue       *reading
	revenue         []string    // revenue of each post of byRevenue, in words
	open            *reading    // unanswered posts
	initial         *postStatus // the status that posts start with
	started         bool        // the statuses were read

	told map[string]bool // posts whose details the answer already has
}

func (j *work) feedbackReport(ctx context.Context) (string, error) {
	r := &periodReport{work: j, days: cmp.Or(input.Integer(j.Arguments()["unansweredDays"]), 14), told: map[string]bool{}}
	zoneName, _ := j.Arguments()["timezone"].(string)
	zone, err := time.LoadLocation(zoneName) // an empty name is UTC
	if err != nil {
		return "", fmt.Errorf("timezone: %w", err)
	}
	if r.comparison, err = compared(j.Now().In(zone), j.Arguments()); err != nil {
		return "", err
	}
	if err := r.gather(ctx); err != nil {
		return "", err
	}
	return r.write(), nil
}

// gather makes the requests. The call fails if the posts of the period cannot be read.
func (r *periodReport) gather(ctx context.Context) error {
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
		engine.Part{What: "the names of the boards", Do: func(ctx context.Context) (err error) {
			r.boards, err = r.work.boards(ctx)
			return err
		}},
		engine.Part{What: "the ranking by votes", Do: func(ctx context.Context) (err error) {
			r.byVotes, err = r.search(ctx, "the ranking by votes", "upvotes:desc", reportedTop, created...)
			return err
		}},
		engine.Part{What: "the ranking by revenue", Do: func(ctx context.Context) (err error) {
			paid := append(r.filters(r.period), where("monthlySpend", ">", 0))
			r.byRevenue, err = r.search(ctx, "the ranking by revenue", "monthlySpend:desc", reportedTop, paid...)
			return err
		}},
		engine.Part{What: "the rising posts", Do: r.gatherRising},
		engine.Part{What: "the unanswered posts", Do: r.gatherOpen},
	)
	switch err = cmp.Or(err, r.boards.check(r.board())); {
	case err != nil:
		return err
	case r.posts == nil:
		return failed
	}
	return r.gatherRevenue(ctx)
}

// filters returns the filters for posts created in a period.
func (r *periodReport) filters(p period) []any {
	return append(r.onBoard(), where("createdAt", ">=", p.start.Unix()), where("createdAt", "<", p.end.Unix()))
}

// search reads posts.
func (r *periodReport) search(ctx context.Context, what, order string, most int, filters ...any) (*reading, error) {
	return r.read(r.searchPosts(ctx, what, inOrder(order), most, filters...))
}

func (r *periodReport) gatherRising(ctx context.Context) (err error) {
	wire := r.listedOnBoard(map[string]any{"sortBy": "trending", "sortOrder": "desc"})
	r.rising, err = r.read(r.List(ctx, "the rising posts", "list_posts", wire, reportedOthers))
	return err
}

// gatherOpen reads the unanswered posts: in the status that posts start with, and without a comment.
func (r *periodReport) gatherOpen(ctx context.Context) error {
	all, err := r.statuses(ctx)
	if err != nil {
		return err
	}
	r.started = true
	i := slices.IndexFunc(all, func(s postStatus) bool { return s.initial })
	if i < 0 {
		return nil
	}
	r.initial = &all[i]
	old := append(r.onBoard(), where("statusId", "=", r.initial.id), where("commentCount", "=", 0), where("createdAt", "<", r.oldest().Unix()))
	r.open, err = r.search(ctx, "the unanswered posts", "upvotes:desc", reportedOthers, old...)
	return err
}

// oldest is the time before which an unanswered post was created.
func (r *periodReport) oldest() time.Time { return stride{days: r.days}.from(r.present, -1) }

// gatherRevenue adds up the revenue of the voters' companies, because the API sorts posts by it but does not return it.
func (r *periodReport) gatherRevenue(ctx context.Context) error {
	if r.byRevenue == nil {
		return nil
	}
	parts := make([]engine.Part, len(r.byRevenue.posts))
	r.revenue = make([]string, len(parts))
	for i, p := range r.byRevenue.posts {
		what := "the revenue behind post " + p.id
		parts[i] = engine.Part{What: what, Do: func(ctx context.Context) error {
			c, err := r.List(ctx, what, "list_post_voters", map[string]any{"postId": p.id}, reportedVoters)
			if err == nil {
				r.revenue[i] = spending(c)
			}
			return err
		}}
	}
	return r.All(ctx, parts...)
}

// spending returns the revenue of the voters' companies, each company counted once.
func spending(c engine.Collection) string {
	type voter struct {
		Companies []struct {
			ID    string  `json:"id"`
			Spend float64 `json:"monthlySpend"`
		} `json:"companies"`
	}
	total, seen := 0.0, map[string]bool{}
	for _, v := range engine.DecodeAll[voter](c.Items) {
		for _, company := range v.Companies {
			if !seen[company.ID] {
				seen[company.ID] = true
				total += company.Spend
			}
		}
	}
	text := legible.Thousands(int(math.Round(total)))
	if !c.Whole {
		return "at least " + text
	}
	return text
}
