package workflow

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/input"
	"featurebase-mcp/internal/legible"
	"featurebase-mcp/internal/rawjson"
)

// postFilter limits a search of posts by tag and by status.
type postFilter struct {
	tag      *postTag // nil: any
	statuses []any    // ids; nil: any
}

// postTag is a tag of posts. The name is empty if the call has the id.
type postTag struct{ id, name string }

// called returns the name of a tag, or its id.
func (t postTag) called() string { return cmp.Or(t.name, t.id) }

func (f postFilter) filters() []any {
	filters := f.tagFilter()
	if f.statuses != nil {
		filters = append(filters, where("statusId", "IN", f.statuses))
	}
	return filters
}

func (f postFilter) tagFilter() []any {
	if f.tag == nil {
		return nil
	}
	return []any{where("tagId", "=", f.tag.id)}
}

// tag finds a tag of posts by its name or id. The API has no list of tags and searches by their ids alone, so the id is read from a post that
// has the tag: from those that the API finds by the name, or else from the newest, where the name may be written otherwise. An empty name is
// no tag.
func (j *work) tag(ctx context.Context, name string) (*postTag, error) {
	if name = strings.TrimSpace(name); name == "" {
		return nil, nil //nolint:nilnil // no tag is asked for
	}
	if input.IsHex24(name) {
		return &postTag{id: name}, nil
	}
	seen := map[string]int{}
	for _, wire := range []map[string]any{
		{"tags": []any{name}, "inReview": true},
		{"sortBy": "createdAt", "sortOrder": "desc", "inReview": true},
	} {
		c, err := j.List(ctx, "the tag", "list_posts", wire, engine.PageSize)
		if err != nil {
			return nil, err
		}
		for _, item := range objects(c.Items) {
			for tag := range rawjson.Repair(item).Items("tags") {
				given := tag.Get("name").Text()
				if strings.EqualFold(strings.TrimSpace(given), name) {
					return &postTag{id: tag.Get("id").Text(), name: given}, nil
				}
				seen[j.Line(given)]++
			}
		}
	}
	const most = 20
	names := byCount(seen)
	for i, one := range names[:min(most, len(names))] {
		names[i] = inList(one)
	}
	return nil, fmt.Errorf("tag: no post has the tag %s; tags of the newest posts: %s", input.Show(name), cmp.Or(legible.Commas(names[:min(most, len(names))]...), "none"))
}
