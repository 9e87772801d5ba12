package workflow

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/input"
	"featurebase-mcp/internal/legible"
	"featurebase-mcp/internal/likeness"
	"featurebase-mcp/internal/markup"
	"featurebase-mcp/internal/render"
	"featurebase-mcp/tools/kind"
)

// triageQueue gives what deciding about new posts needs, in one answer.
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
	waitingRead      = 500 // posts in review, and as many in the default status
	newestCompared   = 500 // posts
	popularCompared  = 200 // posts with most votes
	likelyDuplicate  = 0.3 // the least score: nothing below it is worth a look unasked
	duplicatesShown  = 2   // of a post
	tagsShown        = 30
)

// byVotes is the sort that puts the posts with most votes first.
const byVotes = "votes"

// triage is a queue on its way to an answer.
type triage struct {
	*work
	inReview, initial, newest, popular engine.Collection
	statuses                           []postStatus
	boards                             postBoards
	admins                             []engine.Thing
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

// read gets posts and vocabulary. Without any posts, the job has failed; the first pages of what then failed are some.
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
			c, err := t.List(ctx, "the admins", "list_admins", nil, engine.MaxNames)
			t.admins = engine.DecodeAll[engine.Thing](c.Items)
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

// readInitial gets the statuses, and then the posts in the one that new posts have.
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

// queue sorts out the posts that wait, in the order that was asked for.
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

func (t *triage) answer() string {
	var b strings.Builder
	shown := t.waiting[:min(len(t.waiting), cmp.Or(input.Integer(t.Arguments()[input.LimitArg]), triagedByDefault))]
	fmt.Fprintf(&b, "%swaiting: %s\n", engine.Marked("tags", render.IndentedLines), t.extent(len(shown)))
	if len(shown) == 0 {
		return strings.TrimSuffix(b.String(), "\n")
	}
	fmt.Fprintf(&b, "compared with: %s\n", t.compared())
	t.writeVocabulary(&b)
	rare := t.pool.rarity()
	authors := t.pool.authorsByText()
	for _, p := range shown {
		t.write(&b, p, rare, authors)
	}
	return strings.TrimSuffix(b.String(), "\n") + t.Next("",
		engine.Step{Tool: "update_post", Does: "sets status, tags and assignee by name, and inReview false approves"}, engine.Step{Tool: "find_similar_posts", Does: "compares one post with more"})
}

// extent says how many posts wait, how many of them are shown, and what was not looked at.
func (t *triage) extent(shown int) string {
	all := len(t.waiting)
	var text string
	switch whole := t.inReview.Whole && t.initial.Whole; {
	case all == 0 && whole:
		return "none; no post is in review, and all in the default status have tags and an assignee"
	case all == 0:
		return "none among the posts that were read"
	case whole && shown == all:
		text = "all " + legible.Thousands(all)
	case whole:
		text = legible.ShownOf(shown, all)
	default:
		text = legible.Thousands(shown) + " of at least " + legible.Thousands(all)
		if c := t.initial; !c.Whole && len(c.Items) > 0 {
			text += " (read: " + c.OfPosts("in the default status") + ")"
		}
	}
	if t.Arguments()["sort"] == byVotes {
		text += ", most votes first"
	} else {
		text += ", oldest first"
	}
	text += " (in review, or in the default status and without tags or without assignee)"
	if shown < all && shown < mostTriaged {
		text += fmt.Sprintf("; limit can be %d", mostTriaged)
	}
	return text
}

// compared says with which posts those that wait were compared.
func (t *triage) compared() string {
	switch {
	case t.newest.Whole:
		return t.newest.OfPosts("")
	case len(t.newest.Items) == 0:
		return legible.Count(len(t.pool.posts), "post")
	}
	text := t.newest.OfPosts("") + ": the newest"
	if n := len(t.popular.Items); n > 0 {
		text += ", and the " + legible.Thousands(n) + " with most votes"
	}
	return text
}

// writeVocabulary writes what a decision can choose from. A name is as good as an id, unless two admins share it.
func (t *triage) writeVocabulary(b *strings.Builder) {
	var boards, kinds, tags, admins []string
	for _, board := range t.boards {
		boards = append(boards, inList(board.called()))
	}
	byKind := map[string][]string{}
	for _, s := range t.statuses {
		name := inList(s.called())
		if s.initial {
			name += " (default)"
		}
		if byKind[s.kind] == nil {
			kinds = append(kinds, s.kind)
		}
		byKind[s.kind] = append(byKind[s.kind], name)
	}
	for i, kind := range kinds {
		kinds[i] = cmp.Or(kind, "other") + ": " + legible.Commas(byKind[kind]...)
	}
	counts := map[string]int{}
	for _, p := range t.pool.posts {
		for _, tag := range p.tags {
			counts[tag]++
		}
	}
	used := slices.SortedFunc(maps.Keys(counts), func(a, b string) int { return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(a, b)) })
	for _, tag := range used[:min(tagsShown, len(used))] {
		tags = append(tags, fmt.Sprintf("%s %d", inList(tag), counts[tag]))
	}
	if more := len(used) - len(tags); more > 0 {
		tags = append(tags, fmt.Sprintf("and %d more", more))
	}
	if len(tags) > 0 && !t.newest.Whole {
		tags[len(tags)-1] += " (in the " + legible.Thousands(len(t.pool.posts)) + " posts read)"
	}
	named := map[string]int{}
	for _, admin := range t.admins {
		named[admin.Name]++
	}
	for _, admin := range t.admins {
		switch name := t.Line(admin.Name); {
		case name == "":
			admins = append(admins, t.Line(admin.ID))
		case named[admin.Name] > 1:
			admins = append(admins, inList(name)+" "+t.Line(admin.ID))
		default:
			admins = append(admins, inList(name))
		}
	}
	for _, line := range []struct{ name, text string }{
		{"boards", legible.Commas(boards...)}, {"statuses", strings.Join(kinds, "; ")}, {"tags", legible.Commas(tags...)}, {"admins", legible.Commas(admins...)},
	} {
		if line.text != "" {
			fmt.Fprintf(b, "%s: %s\n", line.name, line.text)
		}
	}
}

// admin is the name of one, or the id where that is not known.
func (t *triage) admin(id string) string {
	for _, admin := range t.admins {
		if strings.EqualFold(admin.ID, id) && admin.Name != "" {
			return t.Line(admin.Name)
		}
	}
	return id
}

// write writes one post with what it is like and what looks like spam.
func (t *triage) write(b *strings.Builder, p *postFacts, rare *likeness.Rarity, authors map[string][]*postFacts) {
	lacks := ""
	if len(p.tags) == 0 {
		lacks = "no tags"
	}
	status := ""
	if !p.status.initial {
		status = p.status.name
	}
	board := t.boards.find(p.boardID)
	fmt.Fprintf(b, "[%s] %s\n  %s\n", p.id, legible.Commas(
		cmp.Or(board.name, board.id), status, p.reviewed(), p.age(t.Now()), legible.Count(p.votes, "vote"), p.commented(), lacks,
	), p.name())
	about := "by " + cmp.Or(p.author.name, p.author.email, "an unknown author")
	if len(p.tags) > 0 {
		tags := make([]string, len(p.tags))
		for i, tag := range p.tags {
			tags[i] = inList(tag)
		}
		about += "; tags: " + legible.Commas(tags...)
	}
	if p.assigneeID != "" {
		about += "; assignee: " + t.admin(p.assigneeID)
	}
	fmt.Fprintf(b, "  %s\n", about)
	if text := markup.PlainExcerpt(p.text, render.GistLength); text != "" {
		fmt.Fprintf(b, "  %s\n", text)
	}
	duplicates := t.pool.like(rare, rare.Profile(p.terms), p.id, likelyDuplicate)
	for _, d := range duplicates[:min(duplicatesShown, len(duplicates))] {
		fmt.Fprintf(b, "  like [%s] score %s: %s\n", d.id, d.shown(), legible.Commas(legible.Count(d.votes, "vote"), d.status.name, d.name()))
	}
	if more := len(duplicates) - duplicatesShown; more > 0 {
		fmt.Fprintf(b, "  and like %d more\n", more)
	}
	if signs := p.signsOfSpam(authors); len(signs) > 0 {
		fmt.Fprintf(b, "  signs of spam: %s\n", legible.Commas(signs...))
	}
}
