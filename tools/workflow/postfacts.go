package workflow

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"time"

	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/legible"
	"featurebase-mcp/internal/likeness"
	"featurebase-mcp/internal/markup"
	"featurebase-mcp/internal/rawjson"
)

// work is a job with what workflows have in common.
type work struct{ *engine.Job }

// postFacts is what workflows read of a post. Any of it can be missing: the live API is loose about names, texts and dates. Texts are fit
// to be shown, each on one line.
type postFacts struct {
	id, title, url       string
	created, updated     string
	boardID, assigneeID  string
	author               person
	status               postStatus
	tags                 []string
	votes, comments      int
	inReview, restricted bool // restricted: only some users or companies see it

	content rawjson.Value // the text as the API gave it; compare reads it

	html, text string
	terms      likeness.TermSet
	profile    likeness.Profile
}

type person struct{ id, name, email, kind string }

// completedKind is the kind of the statuses of posts whose wish was met.
const completedKind = "completed"

// How much of a post is read and shown.
const (
	comparedLength = 1000 // characters of its text that are compared
	titleLength    = 120  // of its title that an answer shows
)

// post reads a post of the API's.
func (j *work) post(raw json.RawMessage) postFacts {
	p := postFacts{}
	for name, v := range rawjson.Repair(raw).Members() {
		switch name {
		case "id":
			p.id = j.lineIn(v)
		case "title":
			p.title = j.lineIn(v)
		case "content":
			p.content = v
		case "postUrl":
			p.url = j.lineIn(v)
		case "createdAt":
			p.created = j.lineIn(v)
		case "updatedAt":
			p.updated = j.lineIn(v)
		case "boardId":
			p.boardID = j.lineIn(v)
		case "assigneeId":
			p.assigneeID = j.lineIn(v)
		case "upvotes":
			p.votes = wholeNumber(v)
		case "commentCount":
			p.comments = wholeNumber(v)
		case "inReview":
			p.inReview = string(v.Bare()) == "true"
		case "access":
			p.restricted = holdsAny(v, "userIds", "companyExternalIds")
		case "author":
			p.author = person{j.lineOf(v, "id"), j.lineOf(v, "name"), j.lineOf(v, "email"), j.lineOf(v, "type")}
		case "status":
			p.status = j.status(v)
		case "tags":
			for tag := range v.Items() {
				if name := j.lineOf(tag, "name"); name != "" {
					p.tags = append(p.tags, name)
				}
			}
		}
	}
	return p
}

// compare reads the text of a post, and its words.
func (p *postFacts) compare(j *work) {
	if p.content.Kind() == rawjson.String {
		p.html = p.content.Text()
		p.text = j.Line(markup.Excerpt(p.html, comparedLength))
	}
	p.terms = likeness.TermsOf(p.title, p.text)
}

// lineIn is a text, on one line.
func (j *work) lineIn(v rawjson.Value) string { return j.Line(v.Text()) }

// lineOf is a text of an object, on one line.
func (j *work) lineOf(object rawjson.Value, name string) string { return j.lineIn(object.Get(name)) }

// holdsAny reports that one of the lists of an object has items.
func holdsAny(object rawjson.Value, lists ...string) bool {
	for _, name := range lists {
		for range object.Items(name) {
			return true
		}
	}
	return false
}

func wholeNumber(v rawjson.Value) int {
	n, err := strconv.ParseFloat(string(v.Bare()), 64)
	if err != nil || n != n || n < -1e9 || n > 1e9 {
		return 0
	}
	return int(math.Round(n))
}

// objects are the items of a list that are some.
func objects(items []json.RawMessage) []json.RawMessage {
	return slices.DeleteFunc(items, func(item json.RawMessage) bool {
		item = bytes.TrimSpace(item)
		return len(item) == 0 || item[0] != '{'
	})
}

// reading is what was read of a list of posts.
type reading struct {
	engine.Collection
	posts []postFacts
}

// read reads the posts of a list, without what has no id and so is none. What was read before a failure is of use too, as a part; nothing is nil.
func (j *work) read(c engine.Collection, err error) (*reading, error) {
	if err != nil && len(c.Items) == 0 {
		return nil, err
	}
	r := &reading{Collection: c}
	for _, item := range objects(c.Items) {
		if p := j.post(item); p.id != "" {
			r.posts = append(r.posts, p)
		}
	}
	return r, err
}

// searchPosts searches by words or in an order, and by filters. By filters alone, a search sees more than 200 hits.
func (j *work) searchPosts(ctx context.Context, what string, by map[string]any, most int, filters ...any) (engine.Collection, error) {
	if len(filters) > 0 {
		by["query"] = map[string]any{"operator": "AND", "value": filters}
	}
	return j.List(ctx, what, "search_posts", by, most)
}

// inOrder is a search in an order alone.
func inOrder(order string) map[string]any { return map[string]any{"sort": order} }

// where is one filter of a search.
func where(field, operator string, value any) any {
	return map[string]any{"field": field, "operator": operator, "value": value}
}

// board is the id of the only board that a call is about; empty is all.
func (j *work) board() string {
	id, _ := j.Arguments()["boardId"].(string)
	return id
}

// onBoard are the filters of a search that keep it to the board of the call.
func (j *work) onBoard() []any {
	if j.board() == "" {
		return nil
	}
	return []any{where("boardId", "=", j.board())}
}

// listedOnBoard keeps a list of posts to the board of the call.
func (j *work) listedOnBoard(wire map[string]any) map[string]any {
	if j.board() != "" {
		wire["boardId"] = []any{j.board()}
	}
	return wire
}

// untitled stands for a title that is lost.
const untitled = "(untitled)"

// titled is how an answer calls a thing that may have lost its title.
func titled(title string) string {
	return markup.PlainExcerpt(cmp.Or(title, untitled), titleLength)
}

// inQuotes is the same inside a line of ours.
func inQuotes(title string) string { return `"` + titled(title) + `"` }

func (p *postFacts) name() string { return titled(p.title) }

// dayIn is the date of a time in a zone; what is no time stays as it is.
func dayIn(zone *time.Location, stamp string) string {
	at, err := time.Parse(time.RFC3339, stamp)
	if err != nil {
		return stamp
	}
	return at.In(zone).Format(time.DateOnly)
}

// age is how old the post is at a time, in words.
func (p *postFacts) age(now time.Time) string {
	created, err := time.Parse(time.RFC3339, p.created)
	if err != nil {
		return "of unknown age"
	}
	return legible.Count(max(0, int(now.Sub(created).Hours()/24)), "day")
}

// commented says how many comments the post has, unless it has none.
func (p *postFacts) commented() string {
	if p.comments == 0 {
		return ""
	}
	return legible.Count(p.comments, "comment")
}

// reviewed says that a post is not public yet.
func (p *postFacts) reviewed() string {
	if p.inReview {
		return "in review"
	}
	return ""
}

func votesOf(p postFacts) int { return p.votes }

func commentsOf(p postFacts) int { return p.comments }

// sum adds up one figure of many.
func sum(posts []postFacts, of func(postFacts) int) string {
	total := 0
	for _, p := range posts {
		total += of(p)
	}
	return legible.Thousands(total)
}
