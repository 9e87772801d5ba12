package workflow

import (
	"cmp"
	"context"
	"fmt"
	"slices"
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

// How much is read and shown to find a tag.
const (
	tagSearched = 500 // posts among which a tag is looked for
	tagsNamed   = 30  // tags that the refusal of an unknown one names
)

// tag finds a tag of posts by its name or id. The API has no list of tags and searches by their ids alone, so the id is read from a post that
// has the tag: from one that the API finds by the name, or else, where the name may be written otherwise or has a comma, from those with the most votes.
// An empty name is no tag.
func (j *work) tag(ctx context.Context, name string) (*postTag, error) {
	if name = strings.TrimSpace(name); name == "" {
		return nil, nil //nolint:nilnil // no tag is asked for
	}
	if input.IsHex24(name) {
		return &postTag{id: name}, nil
	}
	used := map[string]int{}
	looked := 0
	for _, read := range []func() (engine.Collection, error){
		func() (engine.Collection, error) {
			return j.List(ctx, "the tag", "list_posts", map[string]any{"tags": []any{name}, "inReview": true}, 1)
		},
		func() (engine.Collection, error) {
			return j.searchPosts(ctx, "the tags of posts", inOrder("upvotes:desc"), tagSearched)
		},
	} {
		c, err := read()
		if err != nil {
			return nil, err
		}
		looked = len(c.Items)
		for _, item := range objects(c.Items) {
			for tag := range rawjson.Repair(item).Items("tags") {
				given := tag.Get("name").Text()
				if strings.EqualFold(strings.TrimSpace(given), name) {
					return &postTag{id: tag.Get("id").Text(), name: given}, nil
				}
				used[inList(j.Line(given))]++
			}
		}
	}
	names := byCount(used)
	names = slices.Sorted(slices.Values(names[:min(tagsNamed, len(names))]))
	return nil, fmt.Errorf("tag: no post of the %d that were looked at has the tag %s; in use: %s", looked, input.Show(name), cmp.Or(legible.Commas(names...), "none"))
}
