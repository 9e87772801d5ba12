package workflow

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/markup"
	"featurebase-mcp/internal/rawjson"
	"featurebase-mcp/internal/render"
)

// listConversations lists the conversations that are open or snoozed. A snoozed one sleeps for the team; its customer may wait all the same.
func (a *awaiting) listConversations(ctx context.Context, l *lane) error {
	filters := []any{where("state", "IN", []any{"open", "snoozed"})}
	if a.team != "" {
		filters = append(filters, where("teamAssigneeId", "=", a.team))
	}
	if a.assignee != "" {
		filters = append(filters, where("adminAssigneeId", "=", a.assignee))
	}
	wire := map[string]any{"sort": "lastActivityAt:asc", "query": map[string]any{"operator": "AND", "value": filters}}
	c, err := a.List(ctx, "the conversations", "search_conversations", wire, listedThreads)
	l.listed = c
	for _, item := range objects(c.Items) {
		v := rawjson.Repair(item)
		one := &awaited{
			id: a.lineOf(v, "id"), title: a.lineOf(v, "title"), created: v.Get("createdAt").Text(), priority: v.Get("priority").Bool(),
			assigneeID: a.lineOf(v, "adminAssigneeId"), teamID: a.lineOf(v, "teamAssigneeId"), person: a.personIn(v.Get("conversationUser")),
		}
		one.number = one.id
		a.consider(l, one, true)
	}
	return err
}

// listTickets lists all tickets and keeps those that are open. The API filters by neither that nor a team.
func (a *awaiting) listTickets(ctx context.Context, l *lane) error {
	wire := map[string]any{"sortBy": "date", "sortOrder": "asc"}
	if a.assignee != "" {
		wire["assigneeId"] = a.assignee
	}
	c, err := a.List(ctx, "the tickets", "list_tickets", wire, listedThreads)
	l.listed = c
	for _, item := range objects(c.Items) {
		v := rawjson.Repair(item)
		one := &awaited{
			id: a.lineOf(v, "id"), number: string(v.Get("ticketNumber").Bare()), link: a.lineOf(v, "ticketUrl"), title: a.lineOf(v, "title"), created: v.Get("createdAt").Text(),
			assigneeID: a.lineOf(v, "assigneeId"), teamID: a.lineOf(v, "teamAssigneeId"), person: a.personIn(v.Get("author")), status: a.status(v.Get("status")).called(),
		}
		if v.Get("open").Bool() && (a.team == "" || strings.EqualFold(one.teamID, a.team)) {
			a.consider(l, one, true)
		}
	}
	return err
}

// listPosts lists the posts whose status is neither completed nor canceled, the oldest first.
func (a *awaiting) listPosts(ctx context.Context, l *lane) error {
	statuses, err := a.statuses(ctx)
	if err != nil {
		return err
	}
	open := openStatuses(statuses)
	if len(open) == 0 {
		l.listed.Whole = true
		return nil
	}
	filters := append(a.onBoard(), where("statusId", "IN", open))
	if a.assignee != "" {
		filters = append(filters, where("assigneeId", "=", a.assignee))
	}
	if from := l.begun.From; from != nil {
		filters = append(filters, where("createdAt", ">=", from.At/1000))
	}
	c, err := a.searchPosts(ctx, "the posts", inOrder("createdAt:asc"), listedThreads, filters...)
	l.listed = c
	for _, item := range objects(c.Items) {
		v := rawjson.Repair(item)
		p := a.post(item)
		one := &awaited{
			id: p.id, number: p.id, link: p.url, title: p.title, created: v.Get("createdAt").Text(), assigneeID: p.assigneeID, boardID: p.boardID, status: p.status.called(),
			inReview: p.inReview, votes: p.votes, comments: p.comments, person: a.personIn(v.Get("author")), content: p.content,
		}
		a.consider(l, one, a.answered != true || p.comments > 0)
	}
	return err
}

// openStatuses returns the ids of the statuses of posts that are neither completed nor canceled.
func openStatuses(statuses []postStatus) []any {
	var ids []any
	for _, s := range statuses {
		if s.kind != completedKind && s.kind != canceledKind && s.id != "" {
			ids = append(ids, s.id)
		}
	}
	return ids
}

// consider takes a thread for a candidate, unless its list alone tells that it cannot be one.
func (a *awaiting) consider(l *lane, one *awaited, possible bool) {
	if one.id == "" {
		return
	}
	l.open++
	created, err := time.Parse(time.RFC3339, one.created)
	if !possible || a.minDays > 0 && err == nil && created.After(a.latest) {
		l.later++
		return
	}
	l.candidates = append(l.candidates, one)
}

// readWords reads the words of the selected candidates of all channels at the same time.
func (a *awaiting) readWords(ctx context.Context) error {
	parts := make([]engine.Part, len(a.lanes))
	for i, l := range a.lanes {
		parts[i] = engine.Part{What: "the words of the " + l.channel, Do: func(ctx context.Context) error {
			if l.channel == postsChannel {
				return a.readComments(ctx, l)
			}
			return a.readThreads(ctx, l)
		}}
	}
	return a.All(ctx, parts...)
}

// readThreads reads conversations or tickets one by one, because no list has their messages.
func (a *awaiting) readThreads(ctx context.Context, l *lane) error {
	what, operation, argument := "threads of the inbox", "get_conversation", "conversationId"
	if l.channel == ticketsChannel {
		what, operation, argument = "threads of tickets", "get_ticket", "ticketNumber"
	}
	return a.Each(ctx, what, len(l.read), func(ctx context.Context, i int) error {
		one := l.read[i]
		wire := map[string]any{argument: one.number}
		err := a.Look(ctx, what, operation, wire, func(body []byte) { a.readThread(one, rawjson.Repair(body), l.channel) })
		if engine.Gone(err) {
			return nil
		}
		return err
	})
}

// readThread finds out who waits in a conversation or a ticket. What opens a ticket is the ticket itself.
func (a *awaiting) readThread(one *awaited, thread rawjson.Value, channel string) {
	opening, parts, _ := (&render.Writer{View: threadView}).Thread(thread)
	if channel == ticketsChannel {
		opening = thread
	}
	var list []said
	one.standing, list = standingIn(thread, opening, parts)
	if i := one.standing.theirs; i >= 0 {
		one.theirs = a.quote(list[i])
	}
	if i := one.standing.ours; i >= 0 {
		one.ours = a.quote(list[i])
	}
	one.asleep = strings.Clone(thread.Get("snoozedUntil").Text())
	one.read = true
}

// longestQuote is how many characters of the last words are kept; an answer shows fewer.
const longestQuote = 300

// quote returns words on one line. A message of a conversation has bodyHtml, a ticket and a comment have content.
func (a *awaiting) quote(words said) quoted {
	q := quoted{at: words.at, by: a.personIn(words.part.Get("author"))}
	html := cmp.Or(words.part.Get("bodyHtml").Text(), words.part.Get("content").Text())
	switch {
	case words.part.Get("redacted").Bool():
		q.text = "(redacted)"
	case html != "":
		q.text, q.hidden = markup.ExcerptOf([]byte(html), longestQuote)
		q.text = a.Line(q.text)
	default:
		q.text = a.Line(markup.PlainExcerpt(words.part.Get("bodyMarkdown").Text(), longestQuote))
	}
	q.text = cmp.Or(q.text, "(no text)")
	return q
}

// commentsOfPosts is how many comments one search of comments is expected to find: ten pages.
const commentsOfPosts = 1000

// readComments reads the public comments of the selected posts, those of many posts with one search.
func (a *awaiting) readComments(ctx context.Context, l *lane) error {
	var chunks [][]*awaited
	size := 0
	for _, one := range l.read {
		if one.comments == 0 {
			a.judge(one, nil)
			continue
		}
		if n := len(chunks); n == 0 || size+one.comments > commentsOfPosts || len(chunks[n-1]) == postsInSearch {
			chunks, size = append(chunks, nil), 0
		}
		last := len(chunks) - 1
		chunks[last] = append(chunks[last], one)
		size += one.comments
	}
	counts := make([]int, len(chunks))
	err := a.Each(ctx, "comments of posts", len(chunks), func(ctx context.Context, i int) error {
		found, err := a.answers(ctx, chunks[i])
		if err != nil {
			return err // a part of the comments does not tell who spoke last
		}
		for _, one := range chunks[i] {
			counts[i] += len(found[one.id])
			a.judge(one, found[one.id])
		}
		return nil
	})
	for _, n := range counts {
		l.comments += n
	}
	return err
}

// postsInSearch is how many posts one search of comments names.
const postsInSearch = 50

// answers reads the public comments of posts, by the ids of the posts.
func (a *awaiting) answers(ctx context.Context, posts []*awaited) (map[string][]said, error) {
	ids := make([]string, len(posts))
	for i, one := range posts {
		ids[i] = one.id
	}
	c, err := a.searchComments(ctx, "the comments", 2*commentsOfPosts, below(ids), where("isPrivate", "=", false))
	if err != nil {
		return nil, err
	}
	found := map[string][]said{}
	for _, comment := range a.comments(c) {
		public := !comment.private && (comment.by != teamSide || !comment.inReview) // what a customer said waits, also for moderation
		if comment.by != "" && public {
			found[comment.postID] = append(found[comment.postID], said{comment.by, comment.source.Get("createdAt").Text(), comment.source})
		}
	}
	return found, nil
}

// judge finds out who waits below a post: the post is what was said first, by its author.
func (a *awaiting) judge(one *awaited, comments []said) {
	slices.SortStableFunc(comments, func(x, y said) int { return cmp.Compare(x.at, y.at) })
	list := append([]said{{who: cmp.Or(side(one.person.kind), customerSide), at: one.created}}, comments...)
	one.standing = standingOf(false, list)
	say := func(i int) quoted {
		switch {
		case i < 0:
			return quoted{}
		case i == 0:
			text, hidden := markup.ExcerptOf([]byte(one.content.Text()), longestQuote)
			return quoted{at: one.created, by: one.person, text: cmp.Or(a.Line(text), "(no text)"), hidden: hidden}
		default:
			return a.quote(list[i])
		}
	}
	one.theirs, one.ours = say(one.standing.theirs), say(one.standing.ours)
	one.content, one.read = nil, true
}
