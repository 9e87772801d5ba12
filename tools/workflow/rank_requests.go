package workflow

import (
	"cmp"
	"context"
	"slices"

	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/input"
	"featurebase-mcp/internal/rawjson"
	"featurebase-mcp/tools/kind"
)

// rankRequests ranks posts by who wants them. It adds up the revenue itself, because the API sorts posts by a figure that it does not return.
var rankRequests = &engine.Operation{
	Name:        "rank_requests",
	Title:       "Rank requests",
	Description: "Rank open posts by their voters' revenue, votes, or both.",
	Effect:      engine.Read,
	Default:     true,
	Input:       input.Args[rankRequestsArgs](),
	Run:         func(ctx context.Context, j *engine.Job) (string, error) { return (&work{j}).rankRequests(ctx) },
	Uses:        []string{"list_post_statuses", "list_boards", "list_posts", "search_posts", "list_post_voters"},
	Refs:        engine.Refs{"boardId": {Kind: kind.Board}},
	Example:     `{"limit":3}`,
}

type rankRequestsArgs struct {
	BoardID  string `json:"boardId,omitempty" jsonschema_description:"Or name."`
	Tag      string `json:"tag,omitempty"`
	By       string `json:"by,omitempty" jsonschema:"enum=revenue,enum=votes,enum=both"`
	Open     bool   `json:"open,omitempty" jsonschema_description:"false: all"`
	MinVotes int    `json:"minVotes,omitempty"`
	Limit    int    `json:"limit,omitempty" jsonschema:"minimum=1,maximum=30,default=10"`
}

// How much is read and shown.
const (
	rankedByDefault = 10
	rankedRead      = 40  // posts of each order of the API whose voters are read, at least
	rankedVoters    = 500 // voters of a post that are read at most
)

// The values of by besides byRevenue.
const (
	byVotes = "votes"
	byBoth  = "both"
)

// ranking is the state of one rank_requests call.
type ranking struct {
	*work
	by    string
	open  bool
	limit int
	least int // votes

	boards   postBoards
	statuses []postStatus
	only     postFilter
	first    []*reading // the posts in the orders of the API
	posts    []*request // those whose voters were read, in the order of the answer
	firms    revenue    // of all voters that were read
	voters   int
}

// request is a post with what its voters pay.
type request struct {
	postFacts
	read      bool // the voters were read
	onRecord  int  // voters that the API returned
	more      bool // there are more voters than that
	firmless  int  // voters without a company
	revenue   revenue
	companies []company
	places    [2]int // by votes and by revenue, from 1
}

func (j *work) rankRequests(ctx context.Context) (string, error) {
	args := j.Arguments()
	r := &ranking{work: j, by: byRevenue, open: args["open"] != false, limit: cmp.Or(input.Integer(args[input.LimitArg]), rankedByDefault), least: max(0, input.Integer(args["minVotes"]))}
	if by, _ := args["by"].(string); by != "" {
		r.by = by
	}
	if err := r.gather(ctx); err != nil {
		return "", err
	}
	r.rank()
	return r.write(), nil
}

// gather makes the requests: what the filters need, the leading posts in the orders of the API, then their voters.
func (r *ranking) gather(ctx context.Context) error {
	var failed, wrongTag error
	err := r.All(ctx,
		engine.Part{What: "the boards", Do: func(ctx context.Context) (err error) {
			r.boards, err = r.work.boards(ctx)
			return err
		}},
		engine.Part{What: "the post statuses", Do: func(ctx context.Context) (err error) {
			r.statuses, err = r.work.statuses(ctx)
			if r.open {
				failed = err // without them nobody knows which posts are open
			}
			return err
		}},
		engine.Part{What: "the tag", Do: func(ctx context.Context) error {
			tag, _ := r.Arguments()["tag"].(string)
			r.only.tag, wrongTag = r.tag(ctx, tag)
			return nil
		}},
	)
	if err := cmp.Or(err, r.boards.check(r.board()), failed, wrongTag); err != nil {
		return err
	}
	if err := r.gatherPosts(ctx); err != nil {
		return err
	}
	return r.Each(ctx, "voters of posts", len(r.posts), func(ctx context.Context, i int) error { return r.readVoters(ctx, r.posts[i]) })
}

// gatherPosts reads the posts that may lead, in the order of the API by votes, by revenue, or in both.
func (r *ranking) gatherPosts(ctx context.Context) error {
	if r.open {
		ids := openStatuses(r.statuses)
		if len(ids) == 0 {
			return nil
		}
		r.only.statuses = ids
	}
	filters := append(r.onBoard(), r.only.filters()...)
	if r.least > 0 {
		filters = append(filters, where("upvotes", ">=", r.least))
	}
	orders := map[string][]string{byVotes: {"upvotes:desc"}, byRevenue: {"monthlySpend:desc"}, byBoth: {"upvotes:desc", "monthlySpend:desc"}}[r.by]
	most := max(rankedRead, 2*r.limit)
	r.first = make([]*reading, len(orders))
	failures := make([]error, len(orders))
	parts := make([]engine.Part, len(orders))
	for i, order := range orders {
		parts[i] = engine.Part{What: "the posts in the order " + order, Do: func(ctx context.Context) error {
			r.first[i], failures[i] = r.read(r.searchPosts(ctx, "the posts in the order "+order, inOrder(order), most, slices.Clone(filters)...))
			return failures[i]
		}}
	}
	if err := r.All(ctx, parts...); err != nil {
		return err
	}
	seen := map[string]bool{}
	for _, list := range r.first {
		if list == nil {
			continue
		}
		for _, p := range list.posts {
			if !seen[p.id] {
				seen[p.id] = true
				r.posts = append(r.posts, &request{postFacts: p})
			}
		}
	}
	if len(r.posts) == 0 {
		return cmp.Or(failures...)
	}
	if r.by == byVotes { // their order is known already
		slices.SortFunc(r.posts, mostVotes)
		r.posts = r.posts[:min(len(r.posts), r.limit)]
	}
	return nil
}

func mostVotes(a, b *request) int {
	return cmp.Or(cmp.Compare(b.votes, a.votes), cmp.Compare(a.id, b.id))
}

func highestRevenue(a, b *request) int { return cmp.Or(a.revenue.compare(&b.revenue), mostVotes(a, b)) }

// readVoters adds up what the companies of the voters of a post pay.
func (r *ranking) readVoters(ctx context.Context, p *request) error {
	c, err := r.List(ctx, "the voters of a post", "list_post_voters", map[string]any{"postId": p.id}, rankedVoters)
	for _, item := range objects(c.Items) {
		companies := r.companies(rawjson.Repair(item))
		if p.onRecord++; len(companies) == 0 {
			p.firmless++
		}
		p.companies = append(p.companies, companies...)
	}
	p.revenue.add(p.companies...)
	p.more = !c.Whole
	p.revenue.partial = p.more || p.onRecord < p.votes
	p.read = err == nil
	return err
}

// rank sorts the posts by the figure that the answer shows.
func (r *ranking) rank() {
	for _, p := range r.posts {
		r.firms.add(p.companies...)
		r.voters += p.onRecord
	}
	for i, order := range []func(a, b *request) int{mostVotes, highestRevenue} {
		slices.SortFunc(r.posts, order)
		for place, p := range r.posts {
			p.places[i] = place + 1
		}
	}
	switch r.by {
	case byVotes:
		slices.SortFunc(r.posts, mostVotes)
	case byBoth:
		slices.SortFunc(r.posts, func(a, b *request) int {
			return cmp.Or(cmp.Compare(a.places[0]+a.places[1], b.places[0]+b.places[1]), highestRevenue(a, b))
		})
	}
}
