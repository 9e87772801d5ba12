package workflow_test

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"featurebase-mcp/internal/app"
	"featurebase-mcp/internal/engine/enginetest"
	"featurebase-mcp/internal/sandbox"
)

// wanted is a post with who wants it, worked out over plain HTTP.
type wanted struct {
	Slug, Revenue            string
	Votes, OnRecord          int
	Companies, Unknown, Lone int // companies, those of unknown spend, voters without one
	sum                      float64
	known                    bool
	p                        rawPost
}

// wants works out who wants a post.
func (f *facts) wants(p rawPost) wanted {
	w := wanted{Slug: p.PostURL[strings.LastIndexByte(p.PostURL, '/')+1:], Votes: p.Upvotes, p: p}
	companies := map[string]rawCompany{}
	for _, voter := range everything[rawContact](f, "/v2/posts/"+p.ID+"/voters", nil) {
		w.OnRecord++
		if len(voter.Companies) == 0 {
			w.Lone++
		}
		for _, c := range voter.Companies {
			companies[c.ID] = c
		}
	}
	for _, c := range companies {
		w.Companies++
		if c.MonthlySpend == nil {
			w.Unknown++
		} else {
			w.sum, w.known = w.sum+*c.MonthlySpend, true
		}
	}
	part := w.Unknown > 0 || w.OnRecord < w.Votes
	switch amount := commas(int(w.sum + 0.5)); {
	case !w.known && part:
		w.Revenue = "unknown"
	case !w.known:
		w.Revenue = "none"
	case part:
		w.Revenue = "at least " + amount
	default:
		w.Revenue = amount
	}
	return w
}

var (
	rankedRow  = regexp.MustCompile(`(?m)^\d+\. (?:places (\d+) by votes \+ (\d+) by revenue = (\d+), )?(?:(\d+) votes?, )?revenue (none|unknown|(?:at least )?[\d,]+)(?:, (\d+) votes?)?; (\d+) of (\d+) voters? on record(?: from (\d+) compan(?:y|ies))?(?:, (\d+) of unknown spend)?(?:, (\d+) without a company)?; .*\[([\w-]+)\]$`)
	rankedSeen = regexp.MustCompile(`(?m)^looked at: the voters of (?:all )?(\d+)(?: of (\d+))? posts?.*; ([\d,]+) voters? on record, of (\d+) compan(?:y|ies)`)
)

// readRanking reads the rows of a ranking.
func readRanking(t *testing.T, answer string) (rows []wanted, places [][3]int) {
	t.Helper()
	for _, m := range rankedRow.FindAllStringSubmatch(answer, -1) {
		n := func(i int) int { return numeral(m[i]) }
		rows = append(rows, wanted{
			Slug: m[12], Revenue: m[5], Votes: numeral(cmp.Or(m[4], m[6])), OnRecord: n(7), Companies: n(9), Unknown: n(10), Lone: n(11),
		})
		places = append(places, [3]int{n(1), n(2), n(3)})
		if n(8) != max(rows[len(rows)-1].Votes, n(7)) {
			t.Errorf("%s voters of %d votes", m[8], rows[len(rows)-1].Votes)
		}
	}
	if n := strings.Count(answer, " voters on record from ") + strings.Count(answer, " voter on record from "); n > len(rows) {
		t.Errorf("%d rows were read: %s", len(rows), answer)
	}
	return rows, places
}

// Posts are ranked by the figure that is printed, and the figure is what the voters' companies pay: each company once, unknown ones named.
func TestRequestsAreRankedByWhatIsPrinted(t *testing.T) {
	t.Parallel()
	for _, o := range organizations {
		t.Run(o.now.Format(time.DateOnly), func(t *testing.T) {
			t.Parallel()
			f := factsOf(t, sandbox.Options{Seed: o.Seed, Clock: o.Clock})
			server := enginetest.Start(t, app.Config{Sandbox: &o.Sandbox})
			var all []wanted
			for _, p := range f.posts {
				all = append(all, f.wants(p))
			}
			open := func(w wanted) bool {
				kind := f.status[w.p.Status.ID].Type
				return kind != "completed" && kind != "canceled"
			}
			byRevenue := func(a, b wanted) int {
				if a.known != b.known {
					return map[bool]int{true: -1, false: 1}[a.known]
				}
				return cmp.Or(cmp.Compare(int(b.sum+0.5), int(a.sum+0.5)), cmp.Compare(b.Votes, a.Votes), cmp.Compare(a.p.ID, b.p.ID))
			}
			byVotes := func(a, b wanted) int { return cmp.Or(cmp.Compare(b.Votes, a.Votes), cmp.Compare(a.p.ID, b.p.ID)) }
			for _, tc := range []struct {
				name, arguments string
				keep            func(w wanted) bool
				order           func(a, b wanted) int
				most            int
			}{
				{"by default", `{}`, open, byRevenue, 10},
				{"by votes", `{"by":"votes","limit":15}`, open, byVotes, 15},
				{"of any status", `{"open":false,"limit":20}`, func(wanted) bool { return true }, byRevenue, 20},
				{"of a board", `{"boardId":"Bugs","limit":12}`, func(w wanted) bool { return open(w) && f.boards[w.p.BoardID].Name == "Bugs" }, byRevenue, 12},
				{"of a tag", `{"tag":"mobile","limit":12}`, func(w wanted) bool {
					return open(w) && slices.ContainsFunc(w.p.Tags, func(tag struct{ Name string }) bool { return tag.Name == "Mobile" })
				}, byRevenue, 12},
				{"with many votes", `{"minVotes":30,"by":"votes"}`, func(w wanted) bool { return open(w) && w.Votes >= 30 }, byVotes, 10},
			} {
				answer, isError := enginetest.Ask(t, server, "rank_requests", tc.arguments)
				if isError {
					t.Fatal(answer)
				}
				want := slices.DeleteFunc(slices.Clone(all), func(w wanted) bool { return !tc.keep(w) })
				total := len(want)
				slices.SortFunc(want, tc.order)
				want = want[:min(len(want), tc.most)]
				got, _ := readRanking(t, answer)
				if diff := gocmp.Diff(want, got, gocmp.FilterPath(func(p gocmp.Path) bool {
					name := p.Last().String()
					return name == ".sum" || name == ".known" || name == ".p"
				}, gocmp.Ignore())); diff != "" {
					t.Errorf("%s: %s\n%s", tc.name, diff, answer)
				}
				if seen := rankedSeen.FindStringSubmatch(answer); seen == nil || numeral(cmp.Or(seen[2], seen[1])) != total || strings.Contains(answer, "the voters of all") != (numeral(seen[1]) == total) {
					t.Errorf("%s: %q of %d posts", tc.name, seen, total)
				}
				if n := enginetest.Tokens(t, answer); n > 2500 {
					t.Errorf("%s: %d tokens", tc.name, n)
				}
			}
			f.ranksByBoth(all, open, byVotes, byRevenue, o)
		})
	}
}

// ranksByBoth holds the ranking by both figures to its rule on a board that is read as a whole.
func (f *facts) ranksByBoth(all []wanted, open func(wanted) bool, byVotes, byRevenue func(a, b wanted) int, o sampled) {
	f.t.Helper()
	board := slices.DeleteFunc(slices.Clone(all), func(w wanted) bool { return !open(w) || f.boards[w.p.BoardID].Name != "Integrations" })
	places := map[string][3]int{}
	for i, order := range []func(a, b wanted) int{byVotes, byRevenue} {
		slices.SortFunc(board, order)
		for place, w := range board {
			at := places[w.Slug]
			at[i] = place + 1
			at[2] += place + 1
			places[w.Slug] = at
		}
	}
	slices.SortStableFunc(board, func(a, b wanted) int { return cmp.Compare(places[a.Slug][2], places[b.Slug][2]) })
	answer, _ := enginetest.Ask(f.t, enginetest.Start(f.t, app.Config{Sandbox: &o.Sandbox}), "rank_requests", `{"by":"both","boardId":"Integrations","limit":8}`)
	rows, shown := readRanking(f.t, answer)
	if len(rows) != min(8, len(board)) {
		f.t.Fatal(answer)
	}
	for i, row := range rows {
		if row.Slug != board[i].Slug || shown[i] != places[row.Slug] {
			f.t.Errorf("%d: %s at %v, not %s at %v\n%s", i, row.Slug, shown[i], board[i].Slug, places[board[i].Slug], answer)
		}
	}
}
