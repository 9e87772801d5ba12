package workflow

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"featurebase-mcp/internal/input"
	"featurebase-mcp/internal/names"
	"featurebase-mcp/internal/rawjson"
)

// postStatus is a status of posts.
type postStatus struct {
	id, name, kind string
	initial        bool // posts start with it
}

// postBoard is a board of posts.
type postBoard struct {
	id, name   string
	restricted bool // not every customer sees it
}

// status reads the status in a post or in the list of statuses.
func (j *work) status(v rawjson.Value) postStatus {
	return postStatus{j.lineOf(v, "id"), j.lineOf(v, "name"), j.lineOf(v, "type"), v.Get("isDefault").Bool()}
}

// called returns the name of a status, or its id where the name is missing.
func (s postStatus) called() string { return cmp.Or(s.name, s.id, "no status") }

// postBoards are the boards of an organization.
type postBoards []postBoard

// boards reads all boards.
func (j *work) boards(ctx context.Context) (postBoards, error) {
	c, err := j.List(ctx, "the boards", "list_boards", nil, names.Most)
	var all postBoards
	for _, item := range objects(c.Items) {
		board := rawjson.Repair(item)
		access := board.Get("access")
		all = append(all, postBoard{
			j.lineOf(board, "id"), j.lineOf(board, "name"), access.Get("adminOnly").Bool() || holdsAny(access, "allowedRoles", "segments"),
		})
	}
	return all, err
}

// find returns the board with an id. For an unknown id it returns a board with the id alone.
func (b postBoards) find(id string) postBoard {
	for _, board := range b {
		if board.id == id {
			return board
		}
	}
	return postBoard{id: id}
}

// check returns an error for an id that no board has. Without it, the answer about no board would read like one about a board without
// posts.
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

// called returns the name of a board, or its id where the name is missing.
func (b postBoard) called() string { return cmp.Or(b.name, b.id, "no board") }

// statuses reads all statuses of posts.
func (j *work) statuses(ctx context.Context) ([]postStatus, error) {
	c, err := j.List(ctx, "the post statuses", "list_post_statuses", nil, names.Most)
	var all []postStatus
	for _, item := range objects(c.Items) {
		all = append(all, j.status(rawjson.Repair(item)))
	}
	return all, err
}
