package workflow

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/input"
	"featurebase-mcp/internal/legible"
	"featurebase-mcp/internal/markup"
	"featurebase-mcp/internal/render"
	"featurebase-mcp/tools/kind"
)

const (
	matchesShown   = 4   // matching words shown
	longestMatch   = 30  // characters of a matching word
	sentenceLength = 160 // characters of the matching sentence
	topOfSearch    = 10  // the ranks of a search that say why a post was found
)

func (s *similar) answer(ctx context.Context) string {
	var b strings.Builder
	b.WriteString(engine.Marked(render.IndentedLines))
	if s.wanted.id != "" {
		fmt.Fprintf(&b, "compared: post %s\n  %s\n", legible.Commas(s.wanted.id, render.LeftOut(s.wanted.hidden)), s.wanted.name())
	}
	if len(s.wanted.terms.Terms) == 0 {
		b.WriteString("similar: unknown; the post has no words to compare by")
		return b.String() + s.steps()
	}
	fmt.Fprintf(&b, "looked at: %s\n", s.lookedAt())
	links := make([]string, len(s.shown))
	for i, m := range s.shown {
		links[i] = m.url
	}
	start := render.LinkStart(links...)
	if start != "" {
		fmt.Fprintf(&b, "links: %s\n", start)
	}
	strong := min(s.strong, len(s.shown))
	if strong == 0 {
		b.WriteString(s.none() + "\n")
	} else {
		fmt.Fprintf(&b, "similar: %s, the most alike first (score from 0 to 1, at least %.2f)\n", legible.ShownOf(strong, s.strong), similarEnough)
	}
	for i, m := range s.shown {
		if i == strong {
			fmt.Fprintf(&b, "weak hits, which may ask for something else: %d\n", len(s.shown)-strong)
		}
		s.write(ctx, &b, m, start, i >= strong)
	}
	return strings.TrimSuffix(b.String(), "\n") + s.steps()
}

// none says that no post is similar. If the board has no posts at all, it says that the board may not exist, because the API answers both
// cases alike.
func (s *similar) none() string {
	switch {
	case s.board() != "" && len(s.pool.posts) == 0:
		return "similar: unknown; there is no post on this board, or no such board" + s.Hint("list_boards", "; list_boards shows which there are")
	case len(s.list) > 0:
		return "similar: none for certain"
	default:
		return "similar: none" + s.Hint("search_posts", "; search_posts finds what is asked for in other words")
	}
}

func (s *similar) lookedAt() string {
	candidates := len(s.pool.posts)
	if s.pool.byID[s.wanted.id] != nil {
		candidates--
	}
	text := legible.Count(candidates, "post") + " (hits of " + legible.Count(s.searches, "search")
	if s.newest.Whole && len(s.newest.Items) > 0 {
		text = "all " + text
	}
	if n := len(s.newest.Items); n > 0 {
		text += fmt.Sprintf(", the %s newest", legible.Thousands(n))
	}
	if n := len(s.popular.Items); n > 0 {
		text += fmt.Sprintf(", the %s with most votes", legible.Thousands(n))
	}
	text += ")"
	if s.board() != "" {
		text += ", of one board"
	}
	return text + ", in " + legible.Count(s.requests, "request")
}

func (s *similar) write(ctx context.Context, b *strings.Builder, m match, start string, weak bool) {
	score := "score " + m.shown()
	if weak {
		score = "weak, " + score
	}
	fmt.Fprintf(b, "[%s] %s\n  %s\n", m.id, legible.Commas(
		score, legible.Count(m.votes, "vote"), m.commented(), m.status.name, m.moderated(), render.LeftOut(m.hidden),
		s.Called(ctx, kind.Board, m.boardID), dayIn(time.UTC, m.created), strings.TrimPrefix(m.url, start),
	), m.name())
	if m.sentence != "" {
		fmt.Fprintf(b, "  says: %s\n", markup.PlainExcerpt(m.sentence, sentenceLength))
	}
	fmt.Fprintf(b, "  %s\n", s.why(m))
}

// why says by what a post was found.
func (s *similar) why(m match) string {
	words := make([]string, 0, matchesShown)
	for _, word := range m.words[:min(matchesShown, len(m.words))] {
		words = append(words, legible.FirstRunes(word, longestMatch))
	}
	both := strings.Join(words, ", ")
	var rank string
	switch f := m.found; {
	case f.Best > 0 && f.Best <= topOfSearch:
		rank = fmt.Sprintf("rank %d in the API's search", f.Best)
	case f.Part > 0 && f.Part <= topOfSearch:
		rank = fmt.Sprintf("rank %d in the API's search for a part", f.Part)
	}
	var text string
	switch {
	case rank == "":
		text = "found by words: " + both
	case both == "":
		text = "found by meaning: no word in common, " + rank
	default:
		text = "found by words and meaning: " + both + "; " + rank
	}
	if n, known := s.votedForBoth(m.id); known {
		text += "; " + legible.Count(n, "voter") + " of both"
	}
	return text
}

// noMerge is said in every answer: a model that looks for duplicates wants to merge them.
const (
	noMerge  = "posts cannot be merged by the API"
	byPeople = "; people can in the Featurebase dashboard"
)

// steps says what can be done instead of merging. Further hits are to be read before a post is made of the text.
func (s *similar) steps() string {
	post := s.wanted.id != ""
	before, steps, plan := noMerge+byPeople, []engine.Step(nil), ""
	switch {
	case len(s.shown) == 0 && (post || len(s.pool.posts) == 0 && s.board() != ""):
	case len(s.shown) == 0:
		before += "; "
		steps = []engine.Step{{Tool: "create_post", Does: "makes a post of the text"}}
	case post:
		before, steps, plan = s.insteadOfMerging()
	default:
		before = noMerge + "; if one is the same wish, "
		steps = []engine.Step{
			{Tool: "add_post_voter", Does: "gives it the customer's vote"},
			{Tool: "create_comment", Does: "adds what is new in the text (sendNotification false: no e-mail)"},
		}
		if s.strong == 0 {
			steps = append(steps, engine.Step{Tool: "create_post", Does: "makes a post of the text, if none is"})
		}
	}
	return cmp.Or(s.Next(before, steps...), "\nnext: "+noMerge+byPeople) + plan
}

// insteadOfMerging says how the post and its most similar one become one: one of them is closed, and its author votes for the other. The plan
// does it, unless the hit is a weak one, which has to be read first.
func (s *similar) insteadOfMerging() (before string, steps []engine.Step, plan string) {
	first := s.shown[0].postFacts
	keep, shut := &s.wanted, first
	if cmp.Or(cmp.Compare(first.stage(), keep.stage()), cmp.Compare(first.votes, keep.votes), cmp.Compare(keep.created, first.created)) > 0 {
		keep, shut = first, keep
	}
	var changes []map[string]any
	author := shut.author
	if author.id != "" && author.kind != adminKind && author.id != keep.author.id && !slices.Contains(s.voters[keep.id], author.id) {
		steps = append(steps, engine.Step{Tool: "add_post_voter", Does: fmt.Sprintf("gives %s the vote of the author of %s (id %s)", keep.id, shut.id, author.id)})
		changes = append(changes, step("add_post_voter", map[string]any{"postId": keep.id, "id": author.id}))
	}
	steps = append(steps, engine.Step{Tool: "create_comment", Does: "links the two (sendNotification false: no e-mail)"})
	changes = append(changes, step("create_comment", map[string]any{"postId": shut.id, "content": "We follow this wish in " + keep.url, "sendNotification": false}))
	if shut.status.kind != canceledKind {
		closed := s.closedStatuses()
		does := "closes " + shut.id
		if len(closed) > 0 {
			shown := make([]string, len(closed))
			for i, name := range closed {
				shown[i] = input.Show(name)
			}
			does += " (statusId " + strings.Join(shown, " or ") + ")"
			changes = append(changes, step("update_post", map[string]any{"postId": shut.id, "statusId": closed[0]}))
		}
		steps = append(steps, engine.Step{Tool: "update_post", Does: does})
	}
	if s.strong == 0 {
		return noMerge + "; if get_post shows that " + first.id + " is the same wish after all, ", steps, ""
	}
	return noMerge + "; if " + first.id + " is the same wish, ", steps, s.handOverSteps("does that", changes...)
}

// adminKind is the type of authors who are admins.
const adminKind = "admin"

// stage is how far a post has come. Of two about one wish, people follow the one that is further along.
func (p *postFacts) stage() int {
	return slices.Index([]string{canceledKind, "", "reviewing", "unstarted", "active", completedKind}, p.status.kind)
}

// closedStatuses names the statuses seen that close a post unfulfilled, three at most.
func (s *similar) closedStatuses() []string {
	var names []string
	for _, post := range s.pool.posts {
		if name := post.status.name; post.status.kind == canceledKind && name != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names[:min(3, len(names))]
}
