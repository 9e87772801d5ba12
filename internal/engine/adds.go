package engine

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"time"

	"featurebase-mcp/internal/legible"
	"featurebase-mcp/internal/rawjson"
	"featurebase-mcp/internal/render"
)

// Addition completes what a read answers with facts that take further requests, such as the revenue behind a conversation.
type Addition struct {
	Uses []string // the operations that it may call; it does without those that the caller may not read
	// Do returns the response with the facts. It adds them to the rows from first on, which the answer shows.
	Do func(ctx context.Context, j *Job, body []byte, first int) []byte
}

// addedPatience is how much longer than for names an answer waits for facts that are added. It goes on without those that do not come.
const addedPatience = 4

// completed returns a response with the facts that its operation adds. With detail full, rows are shown as the API has them, and an outline
// shows none of the facts.
func (c *call) completed(ctx context.Context, body []byte) (_ []byte, attempts int) {
	adds := c.op.Adds
	if adds == nil || c.args.Detail == "full" || c.outline != nil && render.IsList(body) {
		return body, 0
	}
	if c.Names != nil {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, max(time.Second, min(addedPatience*c.Names.Patience, time.Minute)))
		defer cancel()
	}
	j := &Job{call: c}
	body = adds.Do(ctx, j, body, c.args.Place.Skip)
	if len(j.Missing) > 0 {
		whys := make([]string, len(j.Missing))
		for i, g := range j.Missing {
			whys[i] = legible.OneLine(g.what + g.why)
		}
		body = WithMember(body, "missing", rawjson.AppendString(nil, strings.Join(whys, " ")))
	}
	return body, j.attempts
}

// May reports whether the job may read with an operation that completes rows.
func (j *Job) May(operation string) bool { return j.Names != nil && j.reads(operation) }

// WithMember adds a member to the object that a document is, behind the others.
func WithMember(body []byte, name string, value []byte) []byte {
	end := bytes.LastIndexByte(body, '}')
	if end < 0 {
		return body
	}
	out := slices.Concat(body[:end], []byte(","), rawjson.AppendString(nil, name), []byte(":"), value, body[end:])
	if before := bytes.TrimSpace(body[:end]); len(before) > 0 && before[len(before)-1] == '{' {
		out = slices.Delete(out, end, end+1)
	}
	return out
}
