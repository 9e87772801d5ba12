package workflow

import (
	"context"

	"featurebase-mcp/internal/markup"
)

// remark is a comment below a post.
type remark struct {
	side, at   string // side: as of a thread (see side)
	text       string // its first words
	hidden     int    // characters that people would not see
	private    bool   // only the team sees it
	moderation bool   // it awaits moderation
}

// remarks are the comments below a post, as far as they were read: the newest ones.
type remarks struct {
	read     int
	whole    bool // there are no others
	latest   remark
	answered string // when the team last answered in public; empty: not in what was read
}

// remarksRead is how many comments of several posts are read together.
const remarksRead = 500

// remarks reads what was said below posts that have comments, with one request for all of them as long as there are at most a hundred. Spam, and what was
// deleted, says nothing. Whoever is not in the result has no comments, or none of the newest.
func (j *work) remarks(ctx context.Context, posts ...*postFacts) (map[string]remarks, error) {
	found := map[string]remarks{}
	var ids []string
	for _, p := range posts {
		if p.comments > 0 {
			ids = append(ids, p.id)
		}
	}
	if ids == nil {
		return found, nil
	}
	c, err := j.searchComments(ctx, "the comments", remarksRead, below(ids))
	for _, comment := range j.comments(c) {
		all := found[comment.postID]
		all.read++
		r := j.remark(comment)
		if all.latest.at == "" {
			all.latest = r
		}
		if all.answered == "" && comment.by == teamSide && comment.public() {
			all.answered = r.at
		}
		found[comment.postID] = all
	}
	for _, id := range ids {
		if all, some := found[id]; some || c.Whole {
			all.whole = c.Whole
			found[id] = all
		}
	}
	return found, err
}

// remark reads the words of a comment.
func (j *work) remark(c postComment) remark {
	r := remark{side: c.by, at: j.lineOf(c.source, "createdAt"), private: c.private, moderation: c.inReview}
	text, hidden := markup.ExcerptOf([]byte(c.content.Text()), remarkLength)
	r.text, r.hidden = j.Line(text), hidden
	return r
}

// remarkLength is how many characters of a comment an answer shows.
const remarkLength = 80

// by says who wrote a comment, and who does not see it.
func (r remark) by() string {
	who := "somebody who is gone"
	switch r.side {
	case customerSide:
		who = "a customer"
	case teamSide:
		who = "the team"
	case botSide:
		who = "a bot"
	}
	switch {
	case r.private:
		return who + ", in private"
	case r.moderation:
		return who + ", " + awaitingModeration
	default:
		return who
	}
}
