package tools

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// triageQueue gives what deciding about new posts needs, in one answer.
func triageQueue() *Operation {
	return &Operation{
		Name:        "triage_queue",
		Title:       "Triage queue",
		Description: "List posts that wait for a decision (in review, or new without tags or without assignee) with likely duplicates and signs of spam, and the boards, statuses, tags and admins to choose from.",
		Effect:      Read,
		Default:     true,
		Input:       Args[triageQueueArgs](),
		Run:         func(ctx context.Context, j *job) (string, error) { return j.triageQueue(ctx) },
		Uses:        []string{"search_posts", "list_post_statuses", "list_boards", "list_admins"},
		Example:     `{"limit":5}`,
	}
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
	*job
	inReview, initial, newest, popular collection
	statuses                           []postStatus
	boards                             postBoards
	admins                             []thing
	pool                               pool
	waiting                            []*postFacts
}

func (j *job) triageQueue(ctx context.Context) (string, error) {
	t := &triage{job: j}
	if err := t.read(ctx); err != nil {
		return "", err
	}
	for _, c := range []collection{t.inReview, t.initial, t.newest, t.popular} {
		t.pool.add(j, c.items)
	}
	t.queue()
	return t.answer(), nil
}

// read gets posts and vocabulary. Without any posts, the job has failed; the first pages of what then failed are some.
func (t *triage) read(ctx context.Context) error {
	order := "createdAt:asc"
	if t.args.wire["sort"] == byVotes {
		order = "upvotes:desc"
	}
	failures := make([]error, 0, 4)
	posts := func(what string, c *collection, order string, most int, filters ...any) part {
		at := len(failures)
		failures = append(failures, nil)
		return part{what, func(ctx context.Context) error {
			*c, failures[at] = t.searchPosts(ctx, what, inOrder(order), most, filters...)
			return failures[at]
		}}
	}
	parts := []part{
		posts("the posts in review", &t.inReview, order, waitingRead, append(t.onBoard(), where("inReview", "=", true))...),
		posts("the newest posts", &t.newest, "createdAt:desc", newestCompared),
		posts("the posts with most votes", &t.popular, "upvotes:desc", popularCompared),
		{"the statuses and the posts in the default one", func(ctx context.Context) error { return t.readInitial(ctx, order) }},
		{"the boards", func(ctx context.Context) (err error) {
			t.boards, err = t.job.boards(ctx)
			return err
		}},
		{"the admins", func(ctx context.Context) error {
			c, err := t.list(ctx, "the admins", "list_admins", nil, maxNames)
			t.admins = decodeAll[thing](c.items)
			return err
		}},
	}
	if err := cmp.Or(t.all(ctx, parts...), t.boards.check(t.board())); err != nil {
		return err
	}
	if !slices.Contains(failures, nil) && len(t.initial.items)+len(t.inReview.items) == 0 {
		return failures[0]
	}
	return nil
}

// readInitial gets the statuses, and then the posts in the one that new posts have.
func (t *triage) readInitial(ctx context.Context, order string) error {
	var err error
	if t.statuses, err = t.job.statuses(ctx); err != nil {
		return err
	}
	var initial []any
	for _, status := range t.statuses {
		if status.initial && status.id != "" {
			initial = append(initial, status.id)
		}
	}
	if len(initial) == 0 {
		t.initial.whole = true
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
		if t.args.wire["sort"] == byVotes {
			return cmp.Or(cmp.Compare(b.votes, a.votes), oldest)
		}
		return oldest
	})
}

func (t *triage) answer() string {
	var b strings.Builder
	shown := t.waiting[:min(len(t.waiting), cmp.Or(integer(t.args.wire[limitArg]), triagedByDefault))]
	fmt.Fprintf(&b, "%swaiting: %s\n", marked("tags", indentedLines), t.extent(len(shown)))
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
	return strings.TrimSuffix(b.String(), "\n") + t.next("",
		step{"update_post", "sets status, tags and assignee by name, and inReview false approves"}, step{"find_similar_posts", "compares one post with more"})
}

// extent says how many posts wait, how many of them are shown, and what was not looked at.
func (t *triage) extent(shown int) string {
	all := len(t.waiting)
	var text string
	switch whole := t.inReview.whole && t.initial.whole; {
	case all == 0 && whole:
		return "none; no post is in review, and all in the default status have tags and an assignee"
	case all == 0:
		return "none among the posts that were read"
	case whole && shown == all:
		text = "all " + thousands(all)
	case whole:
		text = shownOf(shown, all)
	default:
		text = thousands(shown) + " of at least " + thousands(all)
		if c := t.initial; !c.whole && len(c.items) > 0 {
			text += " (read: " + c.ofPosts("in the default status") + ")"
		}
	}
	if t.args.wire["sort"] == byVotes {
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
	case t.newest.whole:
		return t.newest.ofPosts("")
	case len(t.newest.items) == 0:
		return some(len(t.pool.posts), "post")
	}
	text := t.newest.ofPosts("") + ": the newest"
	if n := len(t.popular.items); n > 0 {
		text += ", and the " + thousands(n) + " with most votes"
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
		kinds[i] = cmp.Or(kind, "other") + ": " + commas(byKind[kind]...)
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
	if len(tags) > 0 && !t.newest.whole {
		tags[len(tags)-1] += " (in the " + thousands(len(t.pool.posts)) + " posts read)"
	}
	named := map[string]int{}
	for _, admin := range t.admins {
		named[admin.Name]++
	}
	for _, admin := range t.admins {
		switch name := t.line(admin.Name); {
		case name == "":
			admins = append(admins, t.line(admin.ID))
		case named[admin.Name] > 1:
			admins = append(admins, inList(name)+" "+t.line(admin.ID))
		default:
			admins = append(admins, inList(name))
		}
	}
	for _, line := range []struct{ name, text string }{
		{"boards", commas(boards...)}, {"statuses", strings.Join(kinds, "; ")}, {"tags", commas(tags...)}, {"admins", commas(admins...)},
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
			return t.line(admin.Name)
		}
	}
	return id
}

// write writes one post with what it is like and what looks like spam.
func (t *triage) write(b *strings.Builder, p *postFacts, rare *rarity, authors map[string][]*postFacts) {
	lacks := ""
	if len(p.tags) == 0 {
		lacks = "no tags"
	}
	status := ""
	if !p.status.initial {
		status = p.status.name
	}
	board := t.boards.find(p.boardID)
	fmt.Fprintf(b, "[%s] %s\n  %s\n", p.id, commas(
		cmp.Or(board.name, board.id), status, p.reviewed(), p.age(t.now()), some(p.votes, "vote"), p.commented(), lacks,
	), p.name())
	about := "by " + cmp.Or(p.author.name, p.author.email, "an unknown author")
	if len(p.tags) > 0 {
		tags := make([]string, len(p.tags))
		for i, tag := range p.tags {
			tags[i] = inList(tag)
		}
		about += "; tags: " + commas(tags...)
	}
	if p.assigneeID != "" {
		about += "; assignee: " + t.admin(p.assigneeID)
	}
	fmt.Fprintf(b, "  %s\n", about)
	if text := plainExcerpt(p.text, gistLength); text != "" {
		fmt.Fprintf(b, "  %s\n", text)
	}
	duplicates := t.pool.like(rare, rare.profile(p.terms), p.id, likelyDuplicate)
	for _, d := range duplicates[:min(duplicatesShown, len(duplicates))] {
		fmt.Fprintf(b, "  like [%s] score %s: %s\n", d.id, d.shown(), commas(some(d.votes, "vote"), d.status.name, d.name()))
	}
	if more := len(duplicates) - duplicatesShown; more > 0 {
		fmt.Fprintf(b, "  and like %d more\n", more)
	}
	if signs := p.signsOfSpam(authors); len(signs) > 0 {
		fmt.Fprintf(b, "  signs of spam: %s\n", commas(signs...))
	}
}
