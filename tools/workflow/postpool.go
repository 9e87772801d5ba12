package workflow

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"featurebase-mcp/internal/likeness"
	"featurebase-mcp/internal/rawjson"
)

// pool is the set of posts to compare with, each once.
type pool struct {
	posts []*postFacts
	byID  map[string]*postFacts
}

// add reads posts into the pool and skips those that it has.
func (p *pool) add(j *work, items []json.RawMessage) {
	if p.byID == nil {
		p.byID = map[string]*postFacts{}
	}
	for _, item := range items {
		if item = bytes.TrimSpace(item); len(item) == 0 || item[0] != '{' {
			continue
		}
		if id := rawjson.Value(item).Get("id").Text(); id == "" || p.byID[j.Line(id)] != nil {
			continue
		}
		post := j.post(item)
		post.compare(j)
		p.byID[post.id] = &post
		p.posts = append(p.posts, &post)
	}
}

// rarity counts the words of all posts in the pool and of other texts.
func (p *pool) rarity(others ...likeness.TermSet) *likeness.Rarity {
	sets := others
	for _, post := range p.posts {
		sets = append(sets, post.terms)
	}
	return likeness.NewRarity(sets...)
}

// match is a post with its similarity to another text.
type match struct {
	*postFacts
	score float64
	words []string // words that both have, the weightiest first
}

// like returns the posts of the pool that are similar to a text, the most similar first, without the post with the id except. It makes the
// profile of a post at the first use, so every call has to pass the same r.
func (p *pool) like(r *likeness.Rarity, wanted likeness.Profile, except string, least float64) []match {
	var list []match
	for _, post := range p.posts {
		if post.id == except {
			continue
		}
		if post.profile.All == nil {
			post.profile = r.Profile(post.terms)
		}
		if score, words := likeness.Score(wanted, post.profile); score >= least {
			list = append(list, match{post, score, words})
		}
	}
	slices.SortStableFunc(list, func(a, b match) int {
		switch {
		case a.score > b.score:
			return -1
		case a.score < b.score:
			return 1
		default:
			return strings.Compare(a.id, b.id)
		}
	})
	return list
}

// shown returns the score for an answer.
func (l match) shown() string { return fmt.Sprintf("%.2f", l.score) }
