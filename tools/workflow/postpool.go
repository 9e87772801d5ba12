package workflow

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"slices"

	"featurebase-mcp/internal/likeness"
	"featurebase-mcp/internal/markup"
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

// comparedLength is how many characters of a text are compared. A wish may stand at the end of a long post.
const comparedLength = 6000

// compare converts the text of a post and finds its words. It is a step of its own because only some workflows need it.
func (p *postFacts) compare(j *work) {
	if p.content.Kind() == rawjson.String {
		p.html = p.content.Text()
		text, hidden := markup.ExcerptOf([]byte(p.html), comparedLength)
		p.text = j.Line(text)
		p.hidden += hidden
	}
	p.terms = likeness.Read(p.title, p.text, p.tags...)
}

// rarity counts the words of all posts in the pool and of other texts.
func (p *pool) rarity(others ...likeness.TermSet) *likeness.Rarity {
	sets := others
	for _, post := range p.posts {
		sets = append(sets, post.terms.Terms)
	}
	r := likeness.NewRarity(sets...)
	for _, post := range p.posts {
		r.Tags(post.tags...)
	}
	return r
}

// match is a post with its similarity to another text.
type match struct {
	*postFacts
	score    float64
	words    []string // words that both have, the weightiest first
	sentence string   // of its text that has most of the other one; empty if none has any of it
	found    likeness.Found
}

// like returns the posts of the pool that are similar to a text by its words, the most similar first, without the post with the id except. It makes
// the profile of a post at the first use, so every call has to pass the same r.
func (p *pool) like(r *likeness.Rarity, wanted likeness.Profile, except string, least float64) []match {
	var list []match
	asked := r.Wanted(wanted)
	for _, post := range p.posts {
		if post.id == except {
			continue
		}
		if post.profile.All == nil {
			post.profile = r.Profile(post.terms)
		}
		if l := asked.Compare(post.profile); l.Score >= least {
			list = append(list, match{postFacts: post, score: l.Score, words: l.Words, sentence: l.Sentence})
		}
	}
	sortMatches(list)
	return list
}

// sortMatches puts the most similar first.
func sortMatches(list []match) {
	slices.SortStableFunc(list, func(a, b match) int { return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(a.id, b.id)) })
}

// shown returns the score for an answer.
func (l match) shown() string { return fmt.Sprintf("%.2f", l.score) }
