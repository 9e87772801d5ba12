package tools

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"featurebase-mcp/internal/jsonparser"
)

// postFacts is what workflows read of a post. Any of it can be missing: the live API is loose about names, texts and dates. Texts are fit
// to be shown, each on one line.
type postFacts struct {
	id, title, text, url, created string
	boardID, assigneeID           string
	author                        person
	status                        postStatus
	tags                          []string
	votes, comments               int
	inReview                      bool

	html    string // the text as the API gave it
	terms   termSet
	profile profile
}

type person struct{ id, name, email, kind string }

// How much of a post is read and shown.
const (
	comparedLength = 1000 // characters of its text that are compared
	titleLength    = 120  // of its title that an answer shows
)

// post reads a post of the API's.
func (j *job) post(raw json.RawMessage) postFacts {
	p := postFacts{}
	line := func(f field) string {
		if f.kind != jsonparser.String {
			return ""
		}
		return j.line(unescape(f.value))
	}
	eachMember(sound(raw), func(name string, f field) {
		switch name {
		case "id":
			p.id = line(f)
		case "title":
			p.title = line(f)
		case "content":
			if f.kind == jsonparser.String {
				p.html = unescape(f.value)
				p.text = j.line(excerpt(p.html, comparedLength))
			}
		case "postUrl":
			p.url = line(f)
		case "createdAt":
			p.created = line(f)
		case "boardId":
			p.boardID = line(f)
		case "assigneeId":
			p.assigneeID = line(f)
		case "upvotes":
			p.votes = wholeNumber(f)
		case "commentCount":
			p.comments = wholeNumber(f)
		case "inReview":
			p.inReview = string(f.value) == "true"
		case "author":
			p.author = person{j.lineOf(f, "id"), j.lineOf(f, "name"), j.lineOf(f, "email"), j.lineOf(f, "type")}
		case "status":
			p.status = j.status(f.value)
		case "tags":
			eachItem(f.value, func(tag field) {
				if name := j.lineOf(tag, "name"); name != "" {
					p.tags = append(p.tags, name)
				}
			})
		}
	})
	p.terms = termsOf(p.title, p.text)
	return p
}

// status reads the status of a post, or one of a list of them.
func (j *job) status(raw []byte) postStatus {
	isDefault, err := jsonparser.GetBoolean(raw, "isDefault")
	f := field{raw, jsonparser.Object}
	return postStatus{thing{ID: j.lineOf(f, "id"), Name: j.lineOf(f, "name")}, j.lineOf(f, "type"), err == nil && isDefault}
}

// lineOf is a text of an object, on one line.
func (j *job) lineOf(object field, name string) string {
	if object.kind != jsonparser.Object {
		return ""
	}
	return j.line(textOf(object.value, name))
}

func wholeNumber(f field) int {
	n, err := strconv.ParseFloat(string(f.value), 64)
	if err != nil || n != n || n < -1e9 || n > 1e9 {
		return 0
	}
	return int(n)
}

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

// name is how an answer calls a post that may have lost its title.
func (p *postFacts) name() string {
	if p.title == "" {
		return "(no title)"
	}
	return plainExcerpt(p.title, titleLength)
}

// day is when the post was made.
func (p *postFacts) day() string {
	day, _, _ := strings.Cut(minute(p.created), "T")
	return day
}

// age is how old the post is at a time, in words.
func (p *postFacts) age(now time.Time) string {
	created, err := time.Parse(time.RFC3339, p.created)
	if err != nil {
		return "of unknown age"
	}
	return some(max(0, int(now.Sub(created).Hours()/24)), "day")
}

// commas joins what is not empty.
func commas(words ...string) string {
	return strings.Join(slices.DeleteFunc(words, func(w string) bool { return w == "" }), ", ")
}

// commented says how many comments the post has, unless it has none.
func (p *postFacts) commented() string {
	if p.comments == 0 {
		return ""
	}
	return some(p.comments, "comment")
}

// reviewed says that a post is not public yet.
func (p *postFacts) reviewed() string {
	if p.inReview {
		return "in review"
	}
	return ""
}

// shown is the score as an answer shows it.
func (l likeness) shown() string { return fmt.Sprintf("%.2f", l.score) }
