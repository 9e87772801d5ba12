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

// work is a job with the methods that workflows share.
type work struct{ *engine.Job }

// postFacts are the fields of a post that workflows read. Any of them can be empty, because the live API is loose about names, texts and
// dates. Texts are cleaned for an answer, each on one line.
type postFacts struct {
	id, title, url       string
	created, updated     string
	boardID, assigneeID  string
	author               person
	status               postStatus
	tags                 []string
	votes, comments      int
	inReview, restricted bool // restricted: only some users or companies see it
	hidden               int  // characters that people would not see, in the names and, after compare, in the text

	content rawjson.Value // the text as the API returned it; compare converts it

	html, text string
	terms      likeness.Document
	profile    likeness.Profile
}

type person struct{ id, name, email, kind string }

// The types of the statuses of posts that nobody works on any more: fulfilled and declined ones.
const (
	completedKind = "completed"
	canceledKind  = "canceled"
)

// How much of a post is read and shown.
const (
	titleLength = 120 // characters of the title that an answer shows
)

// post reads the fields of a post in a response.
func (j *work) post(raw json.RawMessage) postFacts {
	p := postFacts{}
	for name, v := range rawjson.Repair(raw).Members() {
		switch name {
		case "id":
			p.id = j.lineIn(v)
		case "title":
			p.title = j.lineIn(v)
			p.hidden += hiddenIn(v)
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
			p.hidden += hiddenIn(v.Get("name"))
		case "status":
			p.status = j.status(v)
		case "tags":
			for tag := range v.Items() {
				if name := j.lineOf(tag, "name"); name != "" {
					p.tags = append(p.tags, name)
					p.hidden += hiddenIn(tag.Get("name"))
				}
			}
		}
	}
	return p
}

// hiddenIn returns how many characters people would not see of a text that is not HTML.
func hiddenIn(v rawjson.Value) int { return markup.Carried(v.Text()).Characters }

// lineIn returns a text, cleaned and on one line.
func (j *work) lineIn(v rawjson.Value) string { return j.Line(v.Text()) }

// lineOf returns a text field of an object, cleaned and on one line.
func (j *work) lineOf(object rawjson.Value, name string) string { return j.lineIn(object.Get(name)) }

// holdsAny reports whether one of the lists in an object has items.
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

// objects returns the items that are objects.
func objects(items []json.RawMessage) []json.RawMessage {
	return slices.DeleteFunc(items, func(item json.RawMessage) bool {
		item = bytes.TrimSpace(item)
		return len(item) == 0 || item[0] != '{'
	})
}

// reading is a list of posts with the fields that were read.
type reading struct {
	engine.Collection
	posts []postFacts
}

// read reads the posts of a list and skips those without an id. It takes the result of List as its arguments. What was read before a
// failure is returned with the error; the result is nil if there is nothing.
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

// searchPosts searches posts by words or in an order, and by filters. by has the words or the order. Without words, a search is not limited
// to 200 hits.
func (j *work) searchPosts(ctx context.Context, what string, by map[string]any, most int, filters ...any) (engine.Collection, error) {
	if len(filters) > 0 {
		by["query"] = map[string]any{"operator": "AND", "value": filters}
	}
	return j.List(ctx, what, "search_posts", by, most)
}

// inOrder returns the arguments of a search that only sorts.
func inOrder(order string) map[string]any { return map[string]any{"sort": order} }

// where returns one filter of a search.
func where(field, operator string, value any) any {
	return map[string]any{"field": field, "operator": operator, "value": value}
}

// board returns the id of the board that a call is limited to, or an empty text.
func (j *work) board() string {
	id, _ := j.Arguments()["boardId"].(string)
	return id
}

// onBoard returns the filters that limit a search to the board of the call.
func (j *work) onBoard() []any {
	if j.board() == "" {
		return nil
	}
	return []any{where("boardId", "=", j.board())}
}

// listedOnBoard adds the argument that limits a list of posts to the board of the call.
func (j *work) listedOnBoard(wire map[string]any) map[string]any {
	if j.board() != "" {
		wire["boardId"] = []any{j.board()}
	}
	return wire
}

// untitled replaces a missing title.
const untitled = "(untitled)"

// titled returns a title for an answer, or untitled.
func titled(title string) string {
	return markup.PlainExcerpt(cmp.Or(title, untitled), titleLength)
}

// inQuotes returns a title in quotes, for a line that has other words as well.
func inQuotes(title string) string { return `"` + titled(title) + `"` }

func (p *postFacts) name() string { return titled(p.title) }

// dayIn returns the date of a time in a time zone. It returns any other text unchanged.
func dayIn(zone *time.Location, stamp string) string {
	at, err := time.Parse(time.RFC3339, stamp)
	if err != nil {
		return stamp
	}
	return at.In(zone).Format(time.DateOnly)
}

// age returns the age of the post at a time, in words.
func (p *postFacts) age(now time.Time) string {
	created, err := time.Parse(time.RFC3339, p.created)
	if err != nil {
		return "of unknown age"
	}
	return legible.Count(max(0, int(now.Sub(created).Hours()/24)), "day")
}

// commented says how many comments the post has. It is empty for none.
func (p *postFacts) commented() string {
	if p.comments == 0 {
		return ""
	}
	return legible.Count(p.comments, "comment")
}

// moderated says that a post awaits moderation and is not public yet. It is empty for any other post. No status is called so: "In Review" is one that
// organizations have.
func (p *postFacts) moderated() string {
	if p.inReview {
		return awaitingModeration
	}
	return ""
}

const awaitingModeration = "awaiting moderation"

func votesOf(p postFacts) int { return p.votes }

func commentsOf(p postFacts) int { return p.comments }

// sum adds up one figure of all posts.
func sum(posts []postFacts, of func(postFacts) int) string {
	total := 0
	for _, p := range posts {
		total += of(p)
	}
	return legible.Thousands(total)
}
