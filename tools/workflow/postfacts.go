package workflow

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/input"
	"featurebase-mcp/internal/jsonparser"
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

	content rawjson.Field // the text as the API gave it; compare reads it

	html, text string
	terms      likeness.TermSet
	profile    likeness.Profile
}

type person struct{ id, name, email, kind string }

// postStatus is one that posts can have.
type postStatus struct {
	id, name, kind string
	initial        bool // posts start with it
}

// postBoard is a board of posts.
type postBoard struct {
	id, name   string
	restricted bool // not every customer sees it
}

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
	rawjson.EachMember(rawjson.Sound(raw), func(name string, f rawjson.Field) {
		switch name {
		case "id":
			p.id = j.lineIn(f)
		case "title":
			p.title = j.lineIn(f)
		case "content":
			p.content = f
		case "postUrl":
			p.url = j.lineIn(f)
		case "createdAt":
			p.created = j.lineIn(f)
		case "updatedAt":
			p.updated = j.lineIn(f)
		case "boardId":
			p.boardID = j.lineIn(f)
		case "assigneeId":
			p.assigneeID = j.lineIn(f)
		case "upvotes":
			p.votes = wholeNumber(f)
		case "commentCount":
			p.comments = wholeNumber(f)
		case "inReview":
			p.inReview = string(f.Value) == "true"
		case "access":
			p.restricted = holdsAny(f.Value, "userIds", "companyExternalIds")
		case "author":
			p.author = person{j.lineOf(f, "id"), j.lineOf(f, "name"), j.lineOf(f, "email"), j.lineOf(f, "type")}
		case "status":
			p.status = j.status(f.Value)
		case "tags":
			rawjson.EachItem(f.Value, func(tag rawjson.Field) {
				if name := j.lineOf(tag, "name"); name != "" {
					p.tags = append(p.tags, name)
				}
			})
		}
	})
	return p
}

// compare reads the text of a post, and its words.
func (p *postFacts) compare(j *work) {
	if p.content.Kind == jsonparser.String {
		p.html = rawjson.Unescape(p.content.Value)
		p.text = j.Line(markup.Excerpt(p.html, comparedLength))
	}
	p.terms = likeness.TermsOf(p.title, p.text)
}

// status reads the status of a post, or one of a list of them.
func (j *work) status(raw []byte) postStatus {
	isDefault, err := jsonparser.GetBoolean(raw, "isDefault")
	f := rawjson.Field{Value: raw, Kind: jsonparser.Object}
	return postStatus{j.lineOf(f, "id"), j.lineOf(f, "name"), j.lineOf(f, "type"), err == nil && isDefault}
}

// called is the name of a status that may have lost it.
func (s postStatus) called() string { return cmp.Or(s.name, s.id, "no status") }

// lineIn is a text, on one line.
func (j *work) lineIn(f rawjson.Field) string {
	if f.Kind != jsonparser.String {
		return ""
	}
	return j.Line(rawjson.Unescape(f.Value))
}

// lineOf is a text of an object, on one line.
func (j *work) lineOf(object rawjson.Field, name string) string {
	if object.Kind != jsonparser.Object {
		return ""
	}
	return j.Line(rawjson.TextOf(object.Value, name))
}

// holdsAny reports that one of the lists of an object has items.
func holdsAny(object []byte, lists ...string) bool {
	found := false
	for _, name := range lists {
		if list, kind, _, err := jsonparser.Get(object, name); err == nil && kind == jsonparser.Array {
			rawjson.EachItem(list, func(rawjson.Field) { found = true })
		}
	}
	return found
}

func wholeNumber(f rawjson.Field) int {
	n, err := strconv.ParseFloat(string(f.Value), 64)
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

// postBoards are those of an organization.
type postBoards []postBoard

// boards returns those that there are.
func (j *work) boards(ctx context.Context) (postBoards, error) {
	c, err := j.List(ctx, "the boards", "list_boards", nil, engine.MaxNames)
	var all postBoards
	for _, item := range objects(c.Items) {
		f := rawjson.Field{Value: rawjson.Sound(item), Kind: jsonparser.Object}
		access, _, _, _ := jsonparser.Get(f.Value, "access")
		adminOnly, err := jsonparser.GetBoolean(access, "adminOnly")
		all = append(all, postBoard{
			j.lineOf(f, "id"), j.lineOf(f, "name"), err == nil && adminOnly || holdsAny(access, "allowedRoles", "segments"),
		})
	}
	return all, err
}

// find returns a board by its id; of one that is not known, no more than that.
func (b postBoards) find(id string) postBoard {
	for _, board := range b {
		if board.id == id {
			return board
		}
	}
	return postBoard{id: id}
}

// check refuses an id that no board has: otherwise the answer would be about nothing, and read as one about a quiet board.
func (b postBoards) check(id string) error {
	if id == "" || len(b) == 0 || slices.ContainsFunc(b, func(board postBoard) bool { return strings.EqualFold(board.id, id) }) {
		return nil
	}
	names := make([]string, len(b))
	for i, board := range b {
		names[i] = inList(board.called())
	}
	return fmt.Errorf("boardId: no board has the id %s; valid: %s", input.Show(id), strings.Join(names, ", "))
}

// called is the name of a board that may have lost it.
func (b postBoard) called() string { return cmp.Or(b.name, b.id, "no board") }

// statuses returns those that posts can have.
func (j *work) statuses(ctx context.Context) ([]postStatus, error) {
	c, err := j.List(ctx, "the post statuses", "list_post_statuses", nil, engine.MaxNames)
	var all []postStatus
	for _, item := range objects(c.Items) {
		all = append(all, j.status(rawjson.Sound(item)))
	}
	return all, err
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
