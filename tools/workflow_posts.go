package tools

import (
	"context"
	"math"
	"strings"
	"time"
)

// feedback is a post as workflows read it.
type feedback struct {
	ID        string     `json:"id"`
	Title     string     `json:"title"`
	URL       string     `json:"postUrl"`
	BoardID   string     `json:"boardId"`
	Upvotes   float64    `json:"upvotes"`
	Comments  float64    `json:"commentCount"`
	CreatedAt string     `json:"createdAt"`
	UpdatedAt string     `json:"updatedAt"`
	InReview  bool       `json:"inReview"`
	Status    postStatus `json:"status"`
	Tags      []thing    `json:"tags"`
	Access    struct {
		Users     []string `json:"userIds"`
		Companies []string `json:"companyExternalIds"`
	} `json:"access"`
}

// postStatus is one that posts can have.
type postStatus struct {
	thing
	Type    string `json:"type"`
	Default bool   `json:"isDefault"`
}

// feedbackBoard is a board as workflows read it.
type feedbackBoard struct {
	thing
	Access struct {
		AdminOnly bool     `json:"adminOnly"`
		Allowed   []string `json:"allowedRoles"`
		Segments  []string `json:"segments"`
	} `json:"access"`
}

// feedbackBoards returns the boards by their ids.
func (j *job) feedbackBoards(ctx context.Context) (map[string]feedbackBoard, error) {
	c, err := j.list(ctx, "the boards", "list_boards", nil, maxNames)
	byID := map[string]feedbackBoard{}
	for _, p := range decodeAll[feedbackBoard](c.items) {
		byID[p.ID] = p
	}
	return byID, err
}

// postStatuses returns those that posts can have.
func (j *job) postStatuses(ctx context.Context) ([]postStatus, error) {
	c, err := j.list(ctx, "the post statuses", "list_post_statuses", nil, maxNames)
	return decodeAll[postStatus](c.items), err
}

// filtered searches posts by filters alone, which unlike words see more than 200 hits.
func (j *job) filtered(ctx context.Context, what, sort string, most int, filters ...any) (collection, error) {
	return j.list(ctx, what, "search_posts", map[string]any{"query": map[string]any{"operator": "AND", "value": filters}, "sort": sort}, most)
}

// where is one filter of a search.
func where(field, operator string, value any) any {
	return map[string]any{"field": field, "operator": operator, "value": value}
}

// nameOr is a name on one line, or what stands for one that is missing.
func (j *job) nameOr(name, other string) string {
	if name = j.line(name); name == "" {
		return j.line(other)
	}
	return name
}

// titled is the title of a thing in quotes, not longer than a line.
func (j *job) titled(title string) string {
	const longest = 100 // characters
	if title = j.nameOr(title, "(untitled)"); len([]rune(title)) > longest {
		title = string([]rune(title)[:longest]) + "…"
	}
	return `"` + title + `"`
}

// whole is a number of the API's as a count.
func whole(n float64) int { return int(math.Round(n)) }

// some writes a count with what is counted: 1 vote, 12 votes.
func some(n int, one string) string {
	if n == 1 {
		return "1 " + one
	}
	if strings.HasSuffix(one, "ch") {
		one += "e"
	}
	return thousands(n) + " " + one + "s"
}

// count says how many a list or search has: "12", "more than 5,000", "at least 300".
func (c collection) count() string {
	switch n := thousands(c.total); {
	case c.told && c.capped:
		return "more than " + n
	case c.told || c.whole:
		return n
	default:
		return "at least " + n
	}
}

// exact reports that count is no less than what there is.
func (c collection) exact() bool { return c.whole || c.told && !c.capped }

// sum adds up one figure of many.
func sum(list []feedback, of func(feedback) float64) string {
	total := 0.0
	for _, f := range list {
		total += of(f)
	}
	return thousands(whole(total))
}

// dayIn is the date of a time in a zone; what is no time stays as it is.
func (j *job) dayIn(zone *time.Location, stamp string) string {
	at, err := time.Parse(time.RFC3339, stamp)
	if err != nil {
		return j.nameOr(stamp, "unknown date")
	}
	return at.In(zone).Format(time.DateOnly)
}

// hosted is the address of a thing on the web, as the target of a Markdown link; empty for any other.
func hosted(address string) string {
	if s := schemeOf(address); s != "http" && s != "https" || strings.ContainsFunc(address, isControl) {
		return ""
	}
	return destination(address)
}
