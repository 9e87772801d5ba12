package workflow

import (
	"cmp"
	"errors"
	"strconv"
	"strings"
	"time"

	"featurebase-mcp/internal/input"
)

// queueOrder is an order of the triage queue: the value of its argument sort. Posts awaiting moderation come before all others in each.
type queueOrder string

const (
	oldestFirst queueOrder = "oldest"
	newestFirst queueOrder = "newest"
	votesFirst  queueOrder = "votes"
)

// queued is the place of a post in the queue. A cursor holds the place of the last post that was shown and not how many were shown, because
// posts leave the queue while a model works on it.
type queued struct {
	moderation bool
	votes      int
	created    string
	id         string
}

func queuedAt(p *postFacts) queued { return queued{p.inReview, p.votes, p.created, p.id} }

// String returns the place for a cursor.
func (q queued) String() string {
	group := onlyUndecided
	if q.moderation {
		group = onlyModeration
	}
	return strings.Join([]string{group[:1], strconv.Itoa(q.votes), q.created, q.id}, "/")
}

// parseQueued parses a place that String returned. It returns nil for an empty text.
func parseQueued(text string) (*queued, error) {
	if text == "" {
		return nil, nil //nolint:nilnil // no place is the beginning
	}
	parts := strings.SplitN(text, "/", 4)
	if len(parts) == 4 {
		if votes, err := strconv.Atoi(parts[1]); err == nil {
			return &queued{parts[0] == onlyModeration[:1], votes, parts[2], parts[3]}, nil
		}
	}
	return nil, errors.New(input.CursorArg + ": damaged or made up: leave it out to start over")
}

// words says the order.
func (o queueOrder) words() string {
	if o == votesFirst {
		return "most votes first"
	}
	return string(o) + " first"
}

// sort returns the order of a search.
func (o queueOrder) sort() string {
	switch o {
	case newestFirst:
		return "createdAt:desc"
	case votesFirst:
		return "upvotes:desc"
	default:
		return "createdAt:asc"
	}
}

// compare compares two places in the queue.
func (o queueOrder) compare(a, b queued) int {
	if a.moderation != b.moderation {
		if a.moderation {
			return -1
		}
		return 1
	}
	oldest := cmp.Or(cmp.Compare(a.created, b.created), cmp.Compare(a.id, b.id))
	switch o {
	case newestFirst:
		return -oldest
	case votesFirst:
		return cmp.Or(cmp.Compare(b.votes, a.votes), oldest)
	default:
		return oldest
	}
}

// from returns the filter for the posts at a place and behind it. The API compares times by the second.
func (o queueOrder) from(place queued) []any {
	if o == votesFirst {
		return []any{where("upvotes", "<=", place.votes)}
	}
	created, err := time.Parse(time.RFC3339, place.created)
	switch {
	case err != nil:
		return nil
	case o == newestFirst:
		return []any{where("createdAt", "<", created.Unix()+1)}
	default:
		return []any{where("createdAt", ">=", created.Unix())}
	}
}

// end returns the place of the last post of a part of a list: behind it stand posts that were not read. It is nil in the order of votes, where
// many posts have the same number and the API says nothing of their order among each other.
func (o queueOrder) end(last postFacts, moderation bool) *queued {
	if o == votesFirst || last.created == "" {
		return nil
	}
	q := queuedAt(&last)
	q.moderation = moderation
	return &q
}
