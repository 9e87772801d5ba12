package workflow

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/input"
	"featurebase-mcp/internal/legible"
	"featurebase-mcp/internal/likeness"
	"featurebase-mcp/internal/markup"
	"featurebase-mcp/internal/rawjson"
	"featurebase-mcp/internal/render"
	"featurebase-mcp/tools/kind"
)

// findSimilarPosts finds posts that ask for the same.
var findSimilarPosts = &engine.Operation{
	Name:        "find_similar_posts",
	Title:       "Find similar posts",
	Description: "Find posts that ask for the same as a post or a text (give one), such as duplicates: scored, with the words that match. Says when there is none.",
	Effect:      engine.Read,
	Default:     true,
	Input:       input.Args[findSimilarPostsArgs](),
	Rules:       []input.Rule{{When: "postId", Refuse: "text"}, {Need: "postId|text"}},
	Run:         func(ctx context.Context, j *engine.Job) (string, error) { return (&work{j}).findSimilarPosts(ctx) },
	Uses:        []string{"get_post", "search_posts", "list_posts"},
	Refs:        engine.Refs{"boardId": {Kind: kind.Board}, "postId": {Kind: kind.Post}},
	Example:     `{"text":"The white screen hurts my eyes at night, please add a dark theme","limit":5}`,
}

type findSimilarPostsArgs struct {
	PostID  string `json:"postId,omitempty"`
	Text    string `json:"text,omitempty" jsonschema:"maxLength=20000"`
	BoardID string `json:"boardId,omitempty"`
	Limit   int    `json:"limit,omitempty" jsonschema:"minimum=1,maximum=20,default=8"`
}

const (
	similarByDefault = 8
	similarEnough    = 0.28 // the least score of a post that is shown: in the sandbox, nine of ten posts above it ask for the same
	hitsOfSearch     = 50   // hits read from each search
	shortText        = 120  // characters up to which a text is compared as a title
	matchesShown     = 4    // matching words shown
	usualPosts       = 100  // the assumed least number of posts in an organization: among hits alone, the words that were searched for look common
)

func (j *work) findSimilarPosts(ctx context.Context) (string, error) {
	s := &similar{work: j}
	if err := s.read(ctx); err != nil {
		return "", err
	}
	if len(s.wanted.terms) > 0 {
		if err := s.search(ctx); err != nil {
			return "", err
		}
	}
	return s.answer(ctx), nil
}

// similar is the state of one find_similar_posts call.
type similar struct {
	*work
	wanted   postFacts
	pool     pool
	rare     *likeness.Rarity // counts the words of a sample: among the hits, the words that were searched for would look common
	newest   engine.Collection
	popular  engine.Collection
	searches int      // searches that succeeded
	hits     []string // ids found by the first search, the best first: the API also finds posts in other words
}

// read reads the post to compare and a sample of the other posts, which shows the common words before the search. The sample has the newest
// posts, which a search may not find yet, and those with most votes, of which a post is often a duplicate.
func (s *similar) read(ctx context.Context) error {
	sample := func(what, sortBy string, c *engine.Collection) engine.Part {
		return engine.Part{What: what, Do: func(ctx context.Context) (err error) {
			*c, err = s.List(ctx, what, "list_posts", s.listedOnBoard(map[string]any{"sortBy": sortBy, "sortOrder": "desc", "inReview": true}), engine.PageSize)
			return err
		}}
	}
	parts := []engine.Part{sample("the newest posts", "createdAt", &s.newest), sample("the posts with most votes", "upvotes", &s.popular)}
	var failed error
	if id, _ := s.Arguments()["postId"].(string); id != "" {
		parts = append(parts, engine.Part{What: "the post", Do: func(ctx context.Context) error {
			var body []byte
			if body, failed = s.Get(ctx, "the post", "get_post", map[string]any{"postId": id}); failed == nil {
				s.wanted = s.post(body)
				s.wanted.compare(s.work)
				s.wanted.id = id
			}
			return nil
		}})
	} else if err := s.readText(); err != nil {
		return err
	}
	begun, cancel := engine.HalfTime(ctx)
	defer cancel()
	if err := cmp.Or(s.All(begun, parts...), failed); err != nil {
		return err
	}
	s.pool.add(s.work, s.newest.Items)
	s.pool.add(s.work, s.popular.Items)
	s.rare = s.pool.rarity(s.wanted.terms)
	return nil
}

// readText compares the argument text in place of a post. A short text counts as a title.
func (s *similar) readText() error {
	text, _ := s.Arguments()["text"].(string)
	s.wanted.text = s.Line(markup.Excerpt(text, comparedLength))
	if utf8.RuneCountInString(s.wanted.text) <= shortText {
		s.wanted.title, s.wanted.text = s.wanted.text, ""
	}
	s.wanted.terms = likeness.TermsOf(s.wanted.title, s.wanted.text)
	if len(s.wanted.terms) == 0 {
		return errors.New("text: there are no words in it to compare by")
	}
	return nil
}

// search adds what the API finds by several phrasings. The job fails if no search succeeds.
func (s *similar) search(ctx context.Context) error {
	phrasings := s.rare.Phrasings(s.wanted.title, s.wanted.text)
	found := make([]engine.Collection, len(phrasings))
	failed := make([]error, len(phrasings))
	parts := make([]engine.Part, len(phrasings))
	for i, phrasing := range phrasings {
		parts[i] = engine.Part{What: "the search for " + input.Show(phrasing), Do: func(ctx context.Context) error {
			found[i], failed[i] = s.searchPosts(ctx, "the search", map[string]any{"search": phrasing}, hitsOfSearch, s.onBoard()...)
			return failed[i]
		}}
	}
	if err := s.All(ctx, parts...); err != nil {
		return err
	}
	sample := len(s.pool.posts)
	for _, c := range found {
		s.pool.add(s.work, c.Items)
	}
	for _, item := range found[0].Items {
		s.hits = append(s.hits, s.Line(rawjson.Value(item).Get("id").Text()))
	}
	if sample == 0 {
		s.rare = s.pool.rarity(s.wanted.terms)
		s.rare.Texts = max(s.rare.Texts, usualPosts)
	}
	if !slices.Contains(failed, nil) {
		return failed[0]
	}
	for _, err := range failed {
		if err == nil {
			s.searches++
		}
	}
	return nil
}

func (s *similar) answer(ctx context.Context) string {
	var b strings.Builder
	b.WriteString(engine.Marked(render.IndentedLines))
	if s.wanted.id != "" {
		fmt.Fprintf(&b, "compared: post %s\n  %s\n", legible.Commas(s.wanted.id, render.LeftOut(s.wanted.hidden)), s.wanted.name())
	}
	if len(s.wanted.terms) == 0 {
		return b.String() + "similar: unknown; the post has no words to compare by"
	}
	list := s.pool.like(s.rare, s.rare.Profile(s.wanted.terms), s.wanted.id, similarEnough)
	fmt.Fprintf(&b, "looked at: %s\n", s.lookedAt())
	limit := cmp.Or(input.Integer(s.Arguments()[input.LimitArg]), similarByDefault)
	if len(list) == 0 {
		b.WriteString(s.none() + "\n")
	} else {
		fmt.Fprintf(&b, "similar: %s, the most alike first (score from 0 to 1, at least %.2f)\n", legible.ShownOf(min(limit, len(list)), len(list)), similarEnough)
		for _, post := range list[:min(limit, len(list))] {
			s.write(ctx, &b, post)
		}
	}
	others := s.writeOthers(&b, list, min(othersShown, limit-len(list)))
	return strings.TrimSuffix(b.String(), "\n") + s.steps(len(list) > 0, others)
}

// none says that no post is similar. If the board has no posts at all, it says that the board may not exist, because the API answers both
// cases alike.
func (s *similar) none() string {
	if s.board() != "" && len(s.pool.posts) == 0 {
		return "similar: unknown; there is no post on this board, or no such board" + s.Hint("list_boards", "; list_boards shows which there are")
	}
	return "similar: none shares enough words with it" + s.Hint("search_posts", "; search_posts finds what is asked for in other words")
}

// othersShown is how many further hits of the search are named if there is room.
const othersShown = 3

// writeOthers names the best hits of the search that share too few words to count as similar, because they may ask for the same in other
// words. It reports whether there are any.
func (s *similar) writeOthers(b *strings.Builder, list []match, most int) bool {
	var lines []string
	for _, id := range s.hits {
		post := s.pool.byID[id]
		listed := func(l match) bool { return l.id == id }
		if post != nil && id != s.wanted.id && !slices.ContainsFunc(list, listed) && len(lines) < most {
			lines = append(lines, fmt.Sprintf("  [%s] %s\n", id, post.name()))
		}
	}
	if len(lines) > 0 {
		b.WriteString("the search also finds, with few words in common:\n" + strings.Join(lines, ""))
	}
	return len(lines) > 0
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
	return text
}

func (s *similar) write(ctx context.Context, b *strings.Builder, post match) {
	fmt.Fprintf(b, "[%s] %s\n  %s\n  both: %s\n", post.id, legible.Commas(
		"score "+post.shown(), legible.Count(post.votes, "vote"), post.commented(), post.status.name, post.moderated(), render.LeftOut(post.hidden),
		s.Called(ctx, kind.Board, post.boardID), dayIn(time.UTC, post.created), post.url,
	), post.name(), strings.Join(post.words[:min(matchesShown, len(post.words))], ", "))
}

// steps says what can be done. The API cannot merge posts. Further hits are to be read before a post is made of the text.
func (s *similar) steps(found, others bool) string {
	const noMerge = "posts cannot be merged; if one is the same wish, "
	post := s.wanted.id != ""
	switch {
	case !found && post:
		return ""
	case !found && others:
		return s.Next("", engine.Step{Tool: "get_post", Does: "reads those that the search finds"}, engine.Step{Tool: "create_post", Does: "makes a post of the text, if none of them asks for the same"})
	case !found && len(s.pool.posts) == 0 && s.board() != "":
		return ""
	case !found:
		return s.Next("", engine.Step{Tool: "create_post", Does: "makes a post of it"})
	case post:
		voter := "gives the older one the author's vote"
		if id := s.wanted.author.id; id != "" && s.wanted.author.kind != adminKind {
			voter += " (id " + id + ")"
		}
		return s.Next(noMerge, engine.Step{Tool: "add_post_voter", Does: voter}, engine.Step{Tool: "create_comment", Does: "links the two (sendNotification false: no e-mail)"},
			engine.Step{Tool: "update_post", Does: "closes the newer one" + s.closedStatuses()})
	default:
		return s.Next(noMerge, engine.Step{Tool: "add_post_voter", Does: "gives a post the customer's vote"},
			engine.Step{Tool: "create_comment", Does: "adds what is new in the text (sendNotification false: no e-mail)"})
	}
}

// adminKind is the type of authors who are admins.
const adminKind = "admin"

// closedStatuses names the statuses seen that close a post unfulfilled.
func (s *similar) closedStatuses() string {
	var names []string
	for _, post := range s.pool.posts {
		if name := post.status.name; post.status.kind == "canceled" && name != "" && !slices.Contains(names, input.Show(name)) {
			names = append(names, input.Show(name))
		}
	}
	if len(names) == 0 {
		return ""
	}
	slices.Sort(names)
	return " (statusId " + strings.Join(names[:min(3, len(names))], " or ") + ")"
}
