package workflow

import (
	"time"

	"featurebase-mcp/internal/legible"
	"featurebase-mcp/internal/rawjson"
)

// Who waits for whom follows from the words that both sides can read, here and nowhere else: in a conversation, in a ticket and below a post.
// The API's own fields (waitingSince, awaitingCustomerReply) are not asked, because a bot's words count as an answer to some of them and
// a search returns only one of them.

// The sides of a thread.
const (
	customerSide = "customer"
	teamSide     = "team"
	botSide      = "bot" // whoever answers by itself, integrations among them
)

// side returns the side that an author of a type is on. It is empty for no type.
func side(authorType string) string {
	switch authorType {
	case "":
		return ""
	case "customer", "lead", "guest", "contact", "user":
		return customerSide
	case "admin":
		return teamSide
	default:
		return botSide
	}
}

// speaker returns the side of a part of a thread. It is empty for an event. note reports an internal note of the team. The author is null where
// the person was deleted; then the kind of the part tells the side.
func speaker(part rawjson.Value) (who string, note bool) {
	kind := part.Get("partType").Text()
	who = side(part.Get("author", "type").Text())
	if who == "" {
		switch kind {
		case "user_msg", "email_msg", "quick_reply_resp":
			who = customerSide
		case "admin_msg", "admin_note":
			who = teamSide
		case "bot_msg":
			who = botSide
		}
	}
	return who, kind == "admin_note"
}

// opener returns the side of the opening message of a conversation.
func opener(opening rawjson.Value) string {
	if who := side(opening.Get("author", "type").Text()); who != "" {
		return who
	}
	if opening.Get("deliveredAs").Text() == "admin_initiated" {
		return teamSide
	}
	return customerSide
}

// said is what one side said so that the other could read it.
type said struct {
	who, at string
	part    rawjson.Value // where it stands in the response
}

// exchange returns the words of a thread that both sides can read: the opening message, which was written when the thread was created, and
// those of the parts. Internal notes and events are none.
func exchange(thread, opening rawjson.Value, parts []rawjson.Value) []said {
	var list []said
	if opening != nil {
		list = append(list, said{opener(opening), thread.Get("createdAt").Text(), opening})
	}
	for _, part := range parts {
		if who, note := speaker(part); who != "" && !note {
			list = append(list, said{who, part.Get("createdAt").Text(), part})
		}
	}
	return list
}

// standing says who waits for whom.
type standing struct {
	waits string // the side that waits for the other; empty: neither
	since string // the first words that it waits for an answer to
	bot   string // when a bot answered the customer who waits; empty: no bot did since then

	closed       bool
	last         string // the side that spoke last; empty: no person did
	theirs, ours int    // the places of the last words of customers and of the team in what was said; -1: there are none
	spoke        string // when the customer spoke last
}

// standingOf finds out who waits, from what was said in its order. The side waits that spoke last. A bot's words are no answer of the team, and
// do not make the customer's wait begin anew. In a closed thread nobody waits.
func standingOf(closed bool, list []said) standing {
	s := standing{closed: closed, theirs: -1, ours: -1}
	for i, words := range list {
		if words.who == botSide {
			s.bot = words.at
			continue
		}
		if words.who != s.last {
			s.last, s.since = words.who, words.at
		}
		s.bot = ""
		if words.who == customerSide {
			s.theirs, s.spoke = i, words.at
		} else {
			s.ours = i
		}
	}
	if s.last != customerSide {
		s.bot = ""
	}
	if !closed {
		s.waits = s.last
	}
	return s
}

// standingIn finds out who waits in a conversation or a ticket, and returns what was said there.
func standingIn(thread, opening rawjson.Value, parts []rawjson.Value) (standing, []said) {
	closed := thread.Get("state").Text() == "closed" || string(thread.Get("open")) == "false"
	list := exchange(thread, opening, parts)
	return standingOf(closed, list), list
}

// sentence says who waits for whom in a summary. stamp shows a time.
func (s standing) sentence(stamp func(at string) string) string {
	switch {
	case s.last == "":
		return "nobody: there are no messages of a person"
	case s.closed && s.last == customerSide:
		return "nobody: it is closed, but the customer spoke last, at " + stamp(s.spoke)
	case s.closed:
		return "nobody: it is closed"
	case s.waits == teamSide:
		return "the team waits for the customer since " + stamp(s.since)
	case s.bot != "":
		return "the customer waits for the team since " + stamp(s.since) + ", unless the bot's answer of " + stamp(s.bot) + " was enough"
	default:
		return "the customer waits for the team since " + stamp(s.since)
	}
}

// row says the same in a row of a list. It is empty where nobody waits.
func (s standing) row() string {
	switch {
	case s.waits == "":
		return ""
	case s.bot != "":
		return s.waits + " since " + legible.Minute(s.since) + "; a bot answered " + legible.Minute(s.bot)
	default:
		return s.waits + " since " + legible.Minute(s.since)
	}
}

// daysSince returns the whole days from a time of the API to the present. It is -1 for a text that is no time.
func daysSince(at string, now time.Time) int {
	t, err := time.Parse(time.RFC3339, at)
	if err != nil {
		return -1
	}
	return max(0, int(now.Sub(t).Hours()/24))
}
