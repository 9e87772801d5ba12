package workflow

import (
	"cmp"
	"maps"
	"slices"

	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/render"
)

// triagePost is a waiting post in the panel.
type triagePost struct {
	panelPost
	BoardID    string      `json:"boardId"`
	StatusID   string      `json:"statusId"`
	AssigneeID string      `json:"assigneeId,omitempty"`
	Tags       []string    `json:"tags"`
	Moderation bool        `json:"moderation,omitempty"`
	About      string      `json:"about"`
	Said       string      `json:"said,omitempty"`
	Signs      []string    `json:"signs,omitempty"` // of spam and of hidden text
	Like       []panelPost `json:"like,omitempty"`
	More       int         `json:"more,omitempty"` // further posts like it
}

// panelPost is a post in a panel.
type panelPost struct {
	ID       string `json:"id"`
	Title    string `json:"title"`
	URL      string `json:"url,omitempty"`
	Text     string `json:"text,omitempty"`
	Votes    int    `json:"votes"`
	Comments int    `json:"comments"`
	Status   string `json:"status,omitempty"`
	Age      string `json:"age,omitempty"`
	Score    string `json:"score,omitempty"`
}

// choice is what a selector of a panel offers.
type choice struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Of   string `json:"of,omitempty"` // a group of them
}

// panelText is how many characters of a text a panel shows beside others.
const panelText = 600

// panelTags is how many tags a panel offers.
const panelTags = 60

func (t *triage) panelled(p *postFacts) panelPost {
	return panelPost{
		ID: p.id, Title: titled(p.title), URL: p.url, Text: clip(p.text, panelText), Votes: p.votes, Comments: p.comments, Status: p.status.called(), Age: p.age(t.Now()),
	}
}

// panel returns what the panel of the queue shows: the posts of the answer, and everything there is to choose from.
func (t *triage) panel(shown []*postFacts, duplicates [][]match, cursor string) engine.Shown {
	authors := t.pool.authorsByText()
	posts := make([]triagePost, len(shown))
	for i, p := range shown {
		posts[i] = triagePost{
			panelPost: t.panelled(p), BoardID: p.boardID, StatusID: p.status.id, AssigneeID: p.assigneeID, Tags: listed(p.tags), Moderation: p.inReview,
			About: t.about(p), Said: t.said(p), Signs: p.signsOfSpam(authors),
		}
		if left := render.LeftOut(p.hidden); left != "" {
			posts[i].Signs = append(posts[i].Signs, left)
		}
		for _, d := range duplicates[i][:min(duplicatesShown, len(duplicates[i]))] {
			like := t.panelled(d.postFacts)
			like.Score = d.shown()
			posts[i].Like = append(posts[i].Like, like)
		}
		posts[i].More = max(0, len(duplicates[i])-duplicatesShown)
	}
	var boards, statuses, admins []choice
	for _, b := range t.boards {
		boards = append(boards, choice{ID: b.id, Name: b.called()})
	}
	for _, s := range t.statuses {
		statuses = append(statuses, choice{s.id, s.called(), s.kind})
	}
	for _, a := range t.admins {
		admins = append(admins, choice{ID: a.ID, Name: cmp.Or(t.Line(a.Name), a.ID)})
	}
	return engine.Shown{
		"view": "triage", "waiting": len(t.waiting), "whole": t.moderated.Whole && t.initial.Whole && !t.partly, "posts": posts, "cursor": cursor,
		"boards": boards, "statuses": statuses, "admins": admins, "tags": t.tagsByUse(panelTags),
		"plans": t.Hint("plan_changes", "yes") != "" && t.Hint("update_post", "yes") != "", "rejects": t.Hint("delete_post", "yes") != "",
	}
}

// listed returns the tags as a list that is never null.
func listed(tags []string) []string { return append([]string{}, tags...) }

// tagsByUse returns the tags of the posts that were read, the most used first.
func (t *triage) tagsByUse(most int) []string {
	counts := t.tagCounts()
	used := slices.SortedFunc(maps.Keys(counts), func(a, b string) int { return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(a, b)) })
	return used[:min(most, len(used))]
}

// tagCounts counts the tags of the posts that were read.
func (t *triage) tagCounts() map[string]int {
	counts := map[string]int{}
	for _, p := range t.pool.posts {
		for _, tag := range p.tags {
			counts[tag]++
		}
	}
	return counts
}
