package workflow

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"math"
	"slices"
	"unicode/utf8"

	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/input"
	"featurebase-mcp/internal/likeness"
	"featurebase-mcp/internal/markup"
	"featurebase-mcp/internal/rawjson"
	"featurebase-mcp/tools/kind"
)

// findSimilarPosts finds posts that ask for the same.
var findSimilarPosts = &engine.Operation{
	Name:        "find_similar_posts",
	Title:       "Find similar posts",
	Description: "Find posts that ask for the same as a post or a text (give one), such as duplicates, by words and by meaning: scored, with the sentence that matches.",
	Effect:      engine.Read,
	Default:     true,
	Input:       input.Args[findSimilarPostsArgs](),
	Rules:       []input.Rule{{When: "postId", Refuse: "text"}, {Need: "postId|text"}},
	Run:         func(ctx context.Context, j *engine.Job) (string, error) { return (&work{j}).findSimilarPosts(ctx) },
	Uses:        []string{"get_post", "search_posts", "list_posts", "list_post_voters"},
	Refs:        engine.Refs{"boardId": {Kind: kind.Board}, "postId": {Kind: kind.Post}},
	Example:     `{"text":"The white screen hurts my eyes at night, please add a dark theme","limit":5}`,
}

type findSimilarPostsArgs struct {
	PostID  string `json:"postId,omitempty" jsonschema_description:"Or link."`
	Text    string `json:"text,omitempty" jsonschema:"maxLength=20000"`
	BoardID string `json:"boardId,omitempty" jsonschema_description:"Or name."`
	Limit   int    `json:"limit,omitempty" jsonschema:"minimum=1,maximum=20,default=8"`
}

const (
	similarByDefault = 8
	hitsOfSearch     = 50  // hits read from each search
	shortText        = 120 // characters up to which a text is compared as a title
	usualPosts       = 100 // the assumed least number of posts in an organization: among hits alone, the words that were searched for look common
	mostWeak         = 5   // rows that an answer fills with weak hits, if there are so many
	votersOf         = 3   // hits whose voters are compared with those of the post
)

// What makes a score. The figures were set on testdata/duplicates/tuning.txt and the topics of the sandbox; docs/jobs.md tells what they are worth.
const (
	similarEnough = 0.45 // the least score of a post that is called similar: nine of ten of these ask for the same
	weakEnough    = 0.15 // the least score of a weak hit
	alwaysShown   = 3    // ranks in a search for a sentence that make a weak hit with any score: the API may know why
	bySearch      = 0.8  // the score of a post that is the first of every search and shares no word
	unfound       = 0.8  // how much words count in a post that the searches for the parts of the wish do not find
	enoughCover   = 0.44 // the share of the parts that has to find a post for its words to count whole
	toldEnough    = 6.0  // what two rare words tell; a post that two common ones find says much, but not the same
	toldLeast     = 1.5  // what is assumed for a post that the searches for the parts do not find
	unlikeFirst   = 0.6  // the factor for a post that has nothing in common with the most similar one
	likeFirst     = 0.8  // the likeness to the most similar one at which the factor is 1
	otherBoard    = 0.85 // the factor for a post of another board: a bug and a wish about one thing are two things
)

func (j *work) findSimilarPosts(ctx context.Context) (string, error) {
	s := &similar{work: j}
	if err := s.read(ctx); err != nil {
		return "", err
	}
	if len(s.wanted.terms.Terms) > 0 {
		if err := s.search(ctx); err != nil {
			return "", err
		}
		s.rank()
		if err := s.compareVoters(ctx); err != nil {
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
	searches int // searches that succeeded
	found    map[string]likeness.Found
	list     []match             // the most similar first
	strong   int                 // the first ones in list, which are similar enough
	shown    []match             // the first ones in list, which the answer shows
	voters   map[string][]string // ids of the voters of a post, where all of them are known
	requests int
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
	s.requests += len(parts)
	begun, cancel := engine.HalfTime(ctx)
	defer cancel()
	if err := cmp.Or(s.All(begun, parts...), failed); err != nil {
		return err
	}
	s.pool.add(s.work, s.newest.Items)
	s.pool.add(s.work, s.popular.Items)
	s.rare = s.pool.rarity(s.wanted.terms.Terms)
	return nil
}

// readText compares the argument text in place of a post. A short text counts as a title.
func (s *similar) readText() error {
	text, _ := s.Arguments()["text"].(string)
	s.wanted.text = s.Line(markup.Excerpt(text, comparedLength))
	if utf8.RuneCountInString(s.wanted.text) <= shortText {
		s.wanted.title, s.wanted.text = s.wanted.text, ""
	}
	s.wanted.terms = likeness.Read(s.wanted.title, s.wanted.text)
	if len(s.wanted.terms.Terms) == 0 {
		return errors.New("text: there are no words in it to compare by")
	}
	return nil
}

// search asks the API in several phrasings, and adds what it finds to the pool. The job fails if no search succeeds.
func (s *similar) search(ctx context.Context) error {
	phrasings := s.rare.Phrasings(s.wanted.terms)
	found := make([]engine.Collection, len(phrasings))
	failed := make([]error, len(phrasings))
	parts := make([]engine.Part, len(phrasings))
	for i, phrasing := range phrasings {
		parts[i] = engine.Part{What: "the search for " + input.Show(phrasing.Query), Do: func(ctx context.Context) error {
			found[i], failed[i] = s.searchPosts(ctx, "the search", map[string]any{"search": phrasing.Query}, hitsOfSearch, s.onBoard()...)
			return failed[i]
		}}
	}
	s.requests += len(parts)
	if err := s.All(ctx, parts...); err != nil {
		return err
	}
	if !slices.Contains(failed, nil) {
		return failed[0]
	}
	sample := len(s.pool.posts)
	rankings := make([]likeness.Ranking, len(found))
	for i, c := range found {
		s.pool.add(s.work, c.Items)
		rankings[i] = likeness.Ranking{Phrasing: phrasings[i], IDs: s.idsBut(s.wanted.id, c.Items), Total: c.Total}
		if failed[i] == nil {
			s.searches++
		}
	}
	s.found = likeness.Fuse(rankings, max(len(s.pool.posts), usualPosts))
	if sample == 0 {
		s.rare = s.pool.rarity(s.wanted.terms.Terms)
		s.rare.Texts = max(s.rare.Texts, usualPosts)
		return nil
	}
	for _, post := range s.pool.posts[sample:] {
		s.rare.Learn(post.terms.Terms)
	}
	return nil
}

// idsBut returns the ids of posts, without one of them.
func (s *similar) idsBut(except string, items []json.RawMessage) (ids []string) {
	for _, item := range objects(items) {
		if id := s.Line(rawjson.Value(item).Get("id").Text()); id != "" && id != except {
			ids = append(ids, id)
		}
	}
	return ids
}

// rank puts both kinds of evidence together: the words that two posts share, and the ranks of the API's search, which goes by meaning and so finds a
// wish in other words and other languages.
func (s *similar) rank() {
	for _, m := range s.pool.like(s.rare, s.rare.Profile(s.wanted.terms), s.wanted.id, 0) {
		m.found = s.found[m.id]
		if len(s.found) > 0 {
			m.score *= min(1, unfound+(1-unfound)*m.found.Cover/enoughCover)
		}
		m.score = 1 - (1-m.score)*(1-bySearch*m.found.Score())
		if len(s.found) > 0 && (s.wanted.title == "" || s.wanted.text == "") { // the texts of two posts tell by themselves
			m.score *= math.Sqrt(min(1, max(m.found.Told, toldLeast)/toldEnough))
		}
		if s.wanted.boardID != "" && s.wanted.boardID != m.boardID {
			m.score *= otherBoard
		}
		if m.score >= weakEnough || m.found.Best > 0 && m.found.Best <= alwaysShown {
			s.list = append(s.list, m)
		}
	}
	sortMatches(s.list)
	s.followFirst()
	for s.strong < len(s.list) && s.list[s.strong].score >= similarEnough {
		s.strong++
	}
	limit := cmp.Or(input.Integer(s.Arguments()[input.LimitArg]), similarByDefault)
	s.shown = s.list[:min(len(s.list), limit, max(s.strong, mostWeak))]
}

// followFirst lowers the scores of those that have little in common with the most similar one. Nearly always that one asks for the same; others often
// share a word with the wish, and what they say beside it is another matter.
func (s *similar) followFirst() {
	if len(s.list) == 0 || s.list[0].score < similarEnough {
		return
	}
	first := s.rare.Wanted(s.list[0].profile)
	for i := range s.list[1:] {
		m := &s.list[1+i]
		m.score *= unlikeFirst + (1-unlikeFirst)*min(1, first.Compare(m.profile).Score/likeFirst)
	}
	sortMatches(s.list)
}

// compareVoters reads who voted for the post and for its most similar ones. Voters who are on both count once after the posts became one.
func (s *similar) compareVoters(ctx context.Context) error {
	if s.wanted.id == "" || len(s.shown) == 0 {
		return nil
	}
	ids := []string{s.wanted.id}
	for _, m := range s.shown[:min(len(s.shown), votersOf)] {
		ids = append(ids, m.id)
	}
	lists := make([]engine.Collection, len(ids))
	parts := make([]engine.Part, len(ids))
	for i, id := range ids {
		parts[i] = engine.Part{What: "the voters of post " + id, Do: func(ctx context.Context) (err error) {
			lists[i], err = s.List(ctx, "the voters", "list_post_voters", map[string]any{"postId": id}, engine.PageSize)
			return err
		}}
	}
	s.requests += len(parts)
	if err := s.All(ctx, parts...); err != nil {
		return err
	}
	s.voters = map[string][]string{}
	for i, c := range lists {
		if c.Whole {
			s.voters[ids[i]] = s.idsBut("", c.Items)
		}
	}
	return nil
}

// votedForBoth returns how many voters of the post voted for another one as well. known is false unless all voters of both are known.
func (s *similar) votedForBoth(id string) (n int, known bool) {
	mine, ok := s.voters[s.wanted.id]
	theirs, also := s.voters[id]
	for _, voter := range theirs {
		if slices.Contains(mine, voter) {
			n++
		}
	}
	return n, ok && also
}
