package workflow

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/legible"
	"featurebase-mcp/internal/render"
	"featurebase-mcp/tools/kind"
)

// What an answer takes, in tokens as tokens estimates them.
const (
	awaitedRoom = 2000 // the whole answer
	cursorRoom  = 250  // the cursor, the lines of the channels and what to do next
	linkRoom    = 40   // a link or what it ends with; the id stands for a longer one
)

// How many characters of texts an answer shows.
const (
	nameShown   = 42  // a name or a title; twice as many of the names of companies
	theirsShown = 144 // the customer's last words
	oursShown   = 100 // the team's
)

// write returns the answer: for each channel how many wait and of how many, then those who come first.
func (a *awaiting) write(ctx context.Context) string {
	sections := make([][]string, len(a.lanes)) // the rows of each channel
	starts := make([]string, len(a.lanes))
	for i, l := range a.lanes {
		first := l.waiting[:min(len(l.waiting), a.limit)]
		links := make([]string, len(first))
		for k, one := range first {
			links[k] = one.link
		}
		starts[i] = render.LinkStart(links...)
		for _, one := range first {
			sections[i] = append(sections[i], a.row(ctx, one, starts[i]))
		}
	}
	head := engine.Marked(render.IndentedLines) + "waiting: where a customer spoke last to us; internal notes, private comments and bots are no answers. " +
		"Revenue: monthlySpend of the customer's companies\n"
	shown := a.fitting(sections, awaitedRoom-tokens(head)-cursorRoom)
	var b strings.Builder
	b.WriteString(head)
	for i, l := range a.lanes {
		if l.failed != nil && l.open == 0 {
			continue // it is named as missing
		}
		fmt.Fprintf(&b, "%s\n", a.extent(l, shown[l]))
		if starts[i] != "" && shown[l] > 0 {
			fmt.Fprintf(&b, "links: %s\n", starts[i])
		}
		for _, row := range sections[i][:shown[l]] {
			b.WriteString(row)
		}
	}
	if cursor := a.onward(shown); cursor != "" {
		fmt.Fprintf(&b, "nextCursor: %s\n", cursor)
	}
	return strings.TrimSuffix(b.String(), "\n") + a.next(shown)
}

// fitting returns how many rows of each channel an answer has room for. The channels take turns, so that none takes the room of the others.
func (a *awaiting) fitting(sections [][]string, room int) map[*lane]int {
	shown := map[*lane]int{}
	for round, took := 0, true; took; round++ {
		took = false
		for i, l := range a.lanes {
			if shown[l] != round || round >= len(sections[i]) {
				continue
			}
			if room -= tokens(sections[i][round]) + 1; room < 0 && len(shown) > 0 {
				return shown
			}
			shown[l]++
			took = true
		}
	}
	return shown
}

// extent says how many wait in a channel, and how much was looked at to know it.
func (a *awaiting) extent(l *lane, shown int) string {
	var text strings.Builder
	n := len(l.waiting) + l.shown
	switch n {
	case 0:
		text.WriteString(l.channel + ": nobody waits")
	case 1:
		text.WriteString(l.channel + ": 1 waits")
	default:
		text.WriteString(l.channel + ": " + legible.Thousands(n) + " wait")
	}
	if a.minDays > 0 {
		fmt.Fprintf(&text, " for %s or more", legible.Count(a.minDays, "day"))
	}
	switch a.answered {
	case true:
		text.WriteString(" and had an answer of ours before")
	case false:
		text.WriteString(" and never had an answer")
	}
	fmt.Fprintf(&text, "; looked at: %s", a.looked(l))
	switch {
	case n == 0:
	case a.byRevenue:
		text.WriteString("; highest revenue first, unknown last")
	default:
		text.WriteString("; longest first")
	}
	if l.shown > 0 && shown > 0 {
		fmt.Fprintf(&text, "; %d to %d shown", l.shown+1, l.shown+shown)
	} else if n > 0 && shown < n {
		fmt.Fprintf(&text, "; %d shown", shown)
	}
	return text.String()
}

// looked says what was read of a channel.
func (a *awaiting) looked(l *lane) string {
	noun := map[string]string{
		inboxChannel: "open and snoozed conversations", ticketsChannel: "open tickets", postsChannel: "posts that are neither completed nor canceled",
	}[l.channel]
	if l.open == 1 {
		noun = strings.NewReplacer("conversations", "conversation", "tickets", "ticket", "posts that are", "post that is").Replace(noun)
	}
	var text string
	switch {
	case l.listed.Whole && l.begun.From == nil:
		text = "all " + legible.Thousands(l.open) + " " + noun
	case l.listed.Whole:
		text = legible.Thousands(l.open) + " " + noun
	default:
		text = legible.Thousands(l.open) + " " + noun + "; there are more"
	}
	read := 0
	for _, one := range l.read {
		if one.read {
			read++
		}
	}
	switch {
	case l.channel == postsChannel:
		text += ", " + legible.Count(l.comments, "public comment")
		if read < l.open-l.later {
			text += " of " + legible.Thousands(read) + " of them"
		}
	case read == l.open:
		text += " with their threads"
	default:
		text += ", " + legible.Thousands(read) + " threads"
	}
	if l.later > 0 {
		text += " (" + legible.Thousands(l.later) + " cannot be among them and were not read)"
	}
	if l.more {
		text += "; nextCursor goes on with the others"
	}
	return text
}

// row writes one who waits. All that people wrote stands on indented lines.
func (a *awaiting) row(ctx context.Context, one *awaited, start string) string {
	var b strings.Builder
	id, link := one.number, one.link
	if slug, ok := strings.CutPrefix(link, start); ok && start != "" {
		id, link = slug, ""
	}
	if tokens(id) > linkRoom {
		id = one.number
	}
	if tokens(link) > linkRoom {
		link = ""
	}
	fmt.Fprintf(&b, "[%s] %s\n", id, legible.Commas(a.wait(one), a.kept(ctx, one), a.asleep(one), a.about(one), link))
	who := clip(cmp.Or(one.contact.called(), one.customer().name, "somebody without a name"), nameShown)
	firm := clip(one.contact.firm(), 2*nameShown)
	switch {
	case firm != "":
		firm += ", revenue " + one.contact.revenue().figure()
	case one.contact.read:
		firm = "no company"
	default:
		firm = "company unknown"
	}
	fmt.Fprintf(&b, "  %s\n", legible.Commas(who, firm))
	if one.title != "" && one.link != "" {
		fmt.Fprintf(&b, "  %s\n", inQuotes(clip(one.title, nameShown)))
	}
	fmt.Fprintf(&b, "  they %s: %s\n", dayOfStamp(one.theirs.at), clip(one.theirs.text, theirsShown))
	if left := render.LeftOut(one.theirs.hidden); left != "" {
		b.WriteString("  " + left + "\n")
	}
	if one.standing.ours >= 0 {
		fmt.Fprintf(&b, "  we %s: %s\n", dayOfStamp(one.ours.at), clip(one.ours.text, oursShown))
	} else {
		b.WriteString("  we: nothing yet\n")
	}
	return b.String()
}

// wait says for how long somebody waits.
func (a *awaiting) wait(one *awaited) string {
	text := "for an unknown time"
	if days := daysSince(one.standing.since, a.Now()); days >= 0 {
		text = legible.Count(days, "day")
	}
	text += " since " + a.Line(legible.Minute(one.standing.since))
	if one.standing.bot != "" {
		text += ", a bot answered " + dayOfStamp(one.standing.bot)
	}
	return text
}

// kept names who has it.
func (a *awaiting) kept(ctx context.Context, one *awaited) string {
	var who []string
	if one.assigneeID != "" {
		who = append(who, "assignee "+clip(inList(a.Called(ctx, kind.Admin, one.assigneeID)), nameShown))
	}
	if one.teamID != "" {
		who = append(who, "team "+clip(inList(a.Called(ctx, kind.Team, one.teamID)), nameShown))
	}
	return cmp.Or(legible.Commas(who...), "unassigned")
}

// asleep says until when a thread is snoozed.
func (a *awaiting) asleep(one *awaited) string {
	if one.asleep == "" {
		return ""
	}
	return "snoozed until " + a.Line(legible.Minute(one.asleep))
}

// about says what else decides about a post, a ticket or a conversation.
func (a *awaiting) about(one *awaited) string {
	var words []string
	if one.priority {
		words = append(words, "priority")
	}
	if one.boardID != "" {
		words = append(words, clip(inList(a.boards.find(one.boardID).called()), nameShown))
	}
	if one.status != "" {
		words = append(words, clip(inList(one.status), nameShown))
	}
	if one.boardID != "" {
		words = append(words, legible.Count(one.votes, "vote"))
	}
	if one.inReview {
		words = append(words, awaitingModeration)
	}
	return legible.Commas(words...)
}

// dayOfStamp returns the date of a time of the API.
func dayOfStamp(at string) string {
	day, _, _ := strings.Cut(legible.OneLine(legible.Minute(at)), "T")
	return day
}

// next names the tools that read and answer.
func (a *awaiting) next(shown map[*lane]int) string {
	var steps []engine.Step
	for _, l := range a.lanes {
		if shown[l] == 0 {
			continue
		}
		switch l.channel {
		case inboxChannel:
			steps = append(steps, engine.Step{Tool: "summarize_conversation", Does: "reads one"}, engine.Step{Tool: "reply_to_conversation", Does: "answers"})
		case ticketsChannel:
			steps = append(steps, engine.Step{Tool: "get_ticket", Does: "reads one by its number"}, engine.Step{Tool: "reply_to_ticket", Does: "answers"})
		default:
			steps = append(steps, engine.Step{Tool: "create_comment", Does: "answers on a post"})
		}
	}
	return a.Next("", steps...)
}
