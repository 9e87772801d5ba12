package workflow

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/legible"
	"featurebase-mcp/internal/rawjson"
)

// spendingPost is a post with what the companies of its voters pay.
type spendingPost struct {
	postFacts
	revenue
	voters int // on record
}

// gatherRevenue adds up what the companies of the voters pay and ranks by that figure, because the API sorts by a figure of its own that it
// does not return. All new posts are looked at where they are few. Otherwise it is those that the API ranks highest, and the answer says so.
func (r *periodReport) gatherRevenue(ctx context.Context) error {
	candidates := r.posts.posts
	if !r.posts.Whole || len(candidates) > reportedWhole {
		paid := append(r.filters(r.period), where("monthlySpend", ">", 0))
		list, err := r.search(ctx, "the ranking by revenue", "monthlySpend:desc", spendCandidates, paid...)
		if list == nil {
			return err
		}
		r.ranked, candidates = list, list.posts
	}
	found := make([]spendingPost, len(candidates))
	var parts []engine.Part
	for i, p := range candidates {
		found[i].postFacts = p
		if p.votes == 0 {
			continue
		}
		const what = "the revenue behind some of the posts"
		parts = append(parts, engine.Part{What: what, Do: func(ctx context.Context) error {
			c, err := r.List(ctx, what, "list_post_voters", map[string]any{"postId": p.id}, reportedVoters)
			found[i].voters, found[i].partial = len(c.Items), !c.Whole || len(c.Items) < p.votes
			for _, voter := range objects(c.Items) {
				found[i].add(r.companies(rawjson.Repair(voter))...)
			}
			return err
		}})
	}
	err := r.All(ctx, parts...)
	found = slices.DeleteFunc(found, func(s spendingPost) bool { return s.known+s.unknown == 0 })
	slices.SortStableFunc(found, func(a, b spendingPost) int {
		return cmp.Or(a.revenue.compare(&b.revenue), cmp.Compare(b.votes, a.votes))
	})
	r.spend = found
	return err
}

// words says the sum and what it leaves out. It is empty where no voter on record has a company.
func (s spendingPost) words() string {
	if s.known+s.unknown == 0 {
		return ""
	}
	text := s.figure() + " a month"
	if s.known == 0 {
		text = "revenue " + unknownRevenue
	}
	if s.voters < s.votes {
		text += fmt.Sprintf(" (%s of %s on record)", legible.Thousands(s.voters), legible.Count(s.votes, "voter"))
	}
	return text
}
