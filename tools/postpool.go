package tools

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// pool is a set of posts to compare with.
type pool struct {
	posts []*postFacts
	byID  map[string]*postFacts
}

// add reads posts into the pool, each once.
func (p *pool) add(j *job, items []json.RawMessage) {
	if p.byID == nil {
		p.byID = map[string]*postFacts{}
	}
	for _, item := range items {
		if item = bytes.TrimSpace(item); len(item) == 0 || item[0] != '{' {
			continue
		}
		if id := textOf(item, "id"); id == "" || p.byID[j.line(id)] != nil {
			continue
		}
		post := j.post(item)
		post.compare(j)
		p.byID[post.id] = &post
		p.posts = append(p.posts, &post)
	}
}

// rarity counts the words of all posts, and of other texts.
func (p *pool) rarity(others ...termSet) *rarity {
	sets := others
	for _, post := range p.posts {
		sets = append(sets, post.terms)
	}
	return rarityIn(sets...)
}

// likeness is a post with how much it is like another.
type likeness struct {
	*postFacts
	score float64
	words []string // that both have, the weightiest first
}

// like returns the posts of the pool that are like a text, but for one, the most alike first. Profiles are made by r at their first use.
func (p *pool) like(r *rarity, wanted profile, except string, least float64) []likeness {
	var list []likeness
	for _, post := range p.posts {
		if post.id == except {
			continue
		}
		if post.profile.all == nil {
			post.profile = r.profile(post.terms)
		}
		if score, words := alike(wanted, post.profile); score >= least {
			list = append(list, likeness{post, score, words})
		}
	}
	slices.SortStableFunc(list, func(a, b likeness) int {
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

// shown is the score as an answer shows it.
func (l likeness) shown() string { return fmt.Sprintf("%.2f", l.score) }
