package engine

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"

	"featurebase-mcp/internal/input"
	"featurebase-mcp/internal/rawjson"
	"featurebase-mcp/internal/render"
)

// A glimpse is the one read that a write may make besides, so that its receipt can say what was there before, or what the response leaves out.
//
//   - An update and an upsert look before, at what they change; a delete looks before, because nothing can be read afterwards.
//   - Another write, whose response does not name the object that it is about, looks after: at the post of a vote, at a published changelog.
//   - Threads are not read, since they can be megabytes: of a conversation and a ticket the receipt shows what the response has.
//   - What the caller may not read with a tool is not read here either, and nothing is read twice: what the call had to read on the way serves.
//
// A read that fails never fails the write.
type glimpse struct {
	read   *Operation
	body   rawjson.Value // the object; nil where there is none or it could not be read
	failed bool
	after  bool
}

// The bounds of the read: a part of the time that the call has left, so that the write has nearly all of it.
const (
	glimpseTime = 5 * time.Second // of a call without a deadline
	glimpsePart = 12
)

// timeToGlance is how long the read may take.
func timeToGlance(ctx context.Context) time.Duration {
	if end, ok := ctx.Deadline(); ok {
		return time.Until(end) / glimpsePart
	}
	return glimpseTime
}

// view returns the view of the object.
func (g *glimpse) view() *render.View { return cmp.Or(g.read.Output, &render.PlainView) }

// lookBefore reads the object that the call is about to change or delete. It returns nil where no read before is due.
func (c *call) lookBefore(ctx context.Context) *glimpse {
	read, wire := c.Inventory.objectBefore(c.op, c.args.Wire)
	if read == nil {
		return nil
	}
	g := &glimpse{read: read}
	if c.current != nil {
		g.body = rawjson.Repair(c.current.Body)
		return g
	}
	return c.glance(ctx, g, wire)
}

// lookAfter reads the object that a write was about, where the response does not name it and no read was made before.
func (c *call) lookAfter(ctx context.Context, response rawjson.Value) *glimpse {
	if slices.ContainsFunc(titleFields, func(name string) bool { return response.Get(name).Text() != "" }) {
		return nil
	}
	read, wire := c.Inventory.subject(c.op, c.args.Wire)
	if read == nil || isThread(read) {
		return nil
	}
	return c.glance(ctx, &glimpse{read: read, after: true}, wire)
}

// glance makes the read. It returns nil if the caller may not read the object.
func (c *call) glance(ctx context.Context, g *glimpse, wire map[string]any) *glimpse {
	if !c.reads(g.read.Name) {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, timeToGlance(ctx))
	defer cancel()
	if g.read.draftsOnDemand() { // what an update changes is the draft
		wire["state"] = "draft"
	}
	req, err := requestOf(g.read, wire)
	if err != nil {
		return nil
	}
	req.Once = true // the write must not wait for it, and how often it is asked must not depend on the clock
	res, err := c.Client.Do(ctx, req)
	if err != nil {
		g.failed = true
		return g
	}
	g.body = rawjson.Repair(res.Body)
	if render.IsList(g.body) {
		list := g.body
		g.body = nil
		for item := range list.Items("data") {
			if item.Kind() == rawjson.Object && g.body == nil {
				g.body = item
			}
		}
	}
	return g
}

// objectBefore returns the read that shows what a call is about to change or delete, and its arguments.
func (inv *Inventory) objectBefore(op *Operation, wire map[string]any) (read *Operation, args map[string]any) {
	if f := op.Finds; f != nil {
		for _, by := range f.By {
			if id := wire[by.Argument]; id != nil {
				clause := map[string]any{"field": by.Filter, "operator": "=", "value": id}
				return inv.Lookup(f.With), map[string]any{"query": map[string]any{"operator": "AND", "value": []any{clause}}, input.LimitArg: json.Number("1")}
			}
		}
	}
	switch atPath := op.Method == http.MethodPatch || op.Method == http.MethodDelete && strings.HasSuffix(op.Path, "}"); {
	case atPath && inv.readerOf(op.Path) != nil:
		read = inv.readerOf(op.Path)
		args = pick(wire, read.holes())
	case op.About != "" && (atPath || op.Method == http.MethodDelete || op.Overwrites):
		read, args = inv.subject(op, wire)
	}
	if read == nil || isThread(read) {
		return nil, nil
	}
	return read, args
}

// isThread reports whether a read answers a whole thread.
func isThread(read *Operation) bool { return read.Output != nil && read.Output.Parts != "" }
