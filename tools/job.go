package tools

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"featurebase-mcp/client"
)

// job is one call of a workflow. It makes requests through declared operations only, so that no second place knows a path, and through the
// client's limits. Its answer is made of lines and Markdown, with the mark of untrusted text where it holds some.
type job struct {
	op   *Operation
	env  Env
	args arguments

	mu       sync.Mutex
	attempts int
	done     float64 // parts of the work that have ended
	total    float64 // parts that are known of
	missing  []gap
}

// gap is what failed for one reason: parts that an answer has to do without.
type gap struct{ what, why string }

// run makes the answer of a workflow. It fails as a whole only where its Run says so; parts that failed are named in the answer.
func (op *Operation) run(ctx context.Context, env Env, args arguments) answer {
	j := &job{op: op, env: env, args: args}
	text, err := op.Run(ctx, j)
	if failed, ok := errors.AsType[*jobError](err); ok {
		a := Lookup(failed.operation).failedAs(env, op.Name+" failed, since "+failed.what+" could not be had", failed.err, failed.wire)
		a.attempts = j.attempts
		return a
	}
	if err != nil {
		return invalid(op.problem(err.Error()))
	}
	parts := []string{text}
	for _, g := range j.missing {
		parts = append(parts, g.what+g.why)
	}
	return answer{text: strings.Join(parts, "\nMissing here: "), outcome: "ok", attempts: j.attempts}
}

// jobError is a request of a job that failed.
type jobError struct {
	operation string
	what      string // what it was made for: "the conversation"
	wire      map[string]any
	err       error
}

func (e *jobError) Error() string { return e.what + ": " + e.err.Error() }
func (e *jobError) Unwrap() error { return e.err }

// request is that of an operation the workflow says it uses. The arguments are in the API's form.
func (j *job) request(operation string, wire map[string]any) (client.Request, error) {
	if !slices.Contains(j.op.Uses, operation) {
		return client.Request{}, fmt.Errorf("%s does not say that it uses %s", j.op.Name, operation)
	}
	return Lookup(operation).request(wire)
}

// get makes one request and returns the API's answer. what says what for, in case it fails.
func (j *job) get(ctx context.Context, what, operation string, wire map[string]any) ([]byte, error) {
	req, err := j.request(operation, wire)
	if err == nil {
		var res *client.Response
		if res, err = j.send(ctx, req); err == nil {
			return res.Body, nil
		}
	}
	return nil, &jobError{operation, what, wire, err}
}

func (j *job) send(ctx context.Context, req client.Request) (*client.Response, error) {
	res, err := j.env.Client.Do(ctx, req)
	j.mu.Lock()
	defer j.mu.Unlock()
	if res != nil {
		j.attempts += res.Attempts
	} else if e, ok := errors.AsType[*client.Error](err); ok {
		j.attempts += e.Attempts
	}
	return res, err
}

// collection is what a job has read of a list.
type collection struct {
	items  []json.RawMessage
	whole  bool // there are no more
	total  int  // how many there are by the API's count; the number of items where it tells none
	capped bool // there are more than total
	told   bool // the API told total
}

// list walks the pages of a list or search, 100 items each, until it has most items, or all, or maxPages. What it has is returned also with
// an error.
func (j *job) list(ctx context.Context, what, operation string, wire map[string]any, most int) (collection, error) {
	page := map[string]any{}
	maps.Copy(page, wire)
	if Lookup(operation).Input.shape().props[limitArg] != nil {
		page[limitArg] = json.Number(strconv.Itoa(min(most, pageSize)))
	}
	var c collection
	req, err := j.request(operation, page)
	if err != nil {
		return c, &jobError{operation, what, wire, err}
	}
	pages := 0
	for p, err := range client.Pages(ctx, j.send, req, most) {
		if err != nil {
			return c, &jobError{operation, what, wire, err}
		}
		c.items = append(c.items, p.Items...)
		c.whole = p.Stop == client.StopEnd
		if p.Total != nil {
			c.total, c.capped, c.told = *p.Total, p.TotalCapped, true
		}
		if pages++; pages == maxPages {
			break
		}
	}
	if len(c.items) > most {
		c.items, c.whole = c.items[:most], false
	}
	if !c.told || c.total < len(c.items) {
		c.total = len(c.items)
	}
	return c, nil
}

const (
	pageSize = 100 // the most items of a page
	together = 8   // parts of one job at a time
)

// part is one of the things that a job does at the same time as others.
type part struct {
	what string // "the comments", said where it failed
	do   func(context.Context) error
}

// all does parts at the same time, a few at once, and reports progress. A part that failed is named in the answer, also one that took all
// the time of the call: what came in time is given. A job that was cancelled ends with an error that says so.
func (j *job) all(ctx context.Context, parts ...part) error {
	j.expect(len(parts))
	slots := make(chan struct{}, together)
	failures := make([]error, len(parts))
	var wg sync.WaitGroup
	for i, p := range parts {
		wg.Go(func() {
			select {
			case slots <- struct{}{}:
				defer func() { <-slots }()
			case <-ctx.Done(): // its first request says so
			}
			failures[i] = safely(ctx, p)
			j.ended(ctx, p.what)
		})
	}
	wg.Wait()
	for i, p := range parts {
		switch failed, ok := errors.AsType[*jobError](failures[i]); {
		case failures[i] == nil:
		case !cancelled(ctx):
			j.miss(p.what, failures[i])
		case ok:
			return failed
		}
	}
	if cancelled(ctx) {
		return ctx.Err()
	}
	return nil
}

// cancelled reports whether nobody waits for the answer any more.
func cancelled(ctx context.Context) bool { return errors.Is(ctx.Err(), context.Canceled) }

// half is a context with half of the time that is left, where more has to be done afterwards: it can do without what takes longer.
func half(ctx context.Context) (context.Context, context.CancelFunc) {
	end, ok := ctx.Deadline()
	if !ok {
		return context.WithCancel(ctx)
	}
	return context.WithDeadline(ctx, end.Add(-time.Until(end)/2))
}

// safely keeps a panic to its part: no caller stands above it that would.
func safely(ctx context.Context, p part) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("panic: %v", v)
		}
	}()
	return p.do(ctx)
}

// miss notes a part that the answer has to do without, and why; what several have in common is said once.
func (j *job) miss(what string, err error) {
	why := ": this server has a fault; its log has the reason."
	if failed, ok := errors.AsType[*jobError](err); ok {
		why = unmark(Lookup(failed.operation).failedAs(j.env, "", failed.err, failed.wire).text) // it may quote
	}
	what = unmark(what)
	j.mu.Lock()
	defer j.mu.Unlock()
	if i := slices.IndexFunc(j.missing, func(g gap) bool { return g.why == why }); i >= 0 {
		j.missing[i].what += ", " + what
		return
	}
	j.missing = append(j.missing, gap{what, why})
}

func (j *job) expect(parts int) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.total += float64(parts)
}

func (j *job) ended(ctx context.Context, what string) {
	j.mu.Lock()
	j.done++
	done, total := j.done, j.total
	j.mu.Unlock()
	if j.env.Progress != nil {
		j.env.Progress(ctx, done, total, what)
	}
}

// hint is words about a tool, where it is on.
func (j *job) hint(tool, words string) string {
	if j.env.off(tool) != "" {
		return ""
	}
	return words
}

// step is something that a tool can do next.
type step struct{ tool, does string }

// next is the line about what can be done, by the tools that are on; without one, nothing.
func (j *job) next(before string, steps ...step) string {
	var words []string
	for _, s := range steps {
		if j.env.off(s.tool) == "" {
			words = append(words, s.tool+" "+s.does)
		}
	}
	if len(words) == 0 {
		return ""
	}
	return "\nnext: " + before + strings.Join(words, "; ")
}

// now is the present of the organization, in UTC.
func (j *job) now() time.Time {
	if j.env.Now == nil {
		return time.Now().UTC()
	}
	return j.env.Now().UTC()
}

// text is what an answer shows of a text from the API: every such text passes here, and line is the same on one line.
func (j *job) text(s string) string {
	return (&writer{View: &plain, mask: j.env.MaskEmails}).text(s)
}

func (j *job) line(s string) string { return oneLine(j.text(s)) }

// marked begins an answer that holds customers' words in the places named.
func marked(places ...string) string { return untrusted + ": " + strings.Join(places, ", ") + "\n" }

// called returns the name of a thing of a kind, or its id where that is not known: no answer waits long for names.
func (j *job) called(ctx context.Context, k *kind, id string) string {
	if j.env.Names == nil || id == "" {
		return id
	}
	j.env.Names.complete(ctx, []*kind{k})
	if d, _ := j.env.Names.known(k); d != nil && d.byID[id] != "" {
		return j.line(d.byID[id])
	}
	return id
}

// decodeAll reads items into T. What is no T is left out, as null items are: the live API is loose about names, texts and dates.
func decodeAll[T any](items []json.RawMessage) []T {
	all := make([]T, 0, len(items))
	for _, item := range items {
		var v T
		if json.Unmarshal(bytes.TrimSpace(item), &v) == nil {
			all = append(all, v)
		}
	}
	return all
}
