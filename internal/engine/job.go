package engine

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
	"featurebase-mcp/internal/input"
	"featurebase-mcp/internal/legible"
	"featurebase-mcp/internal/render"
)

// Job is one call of a workflow. It makes requests through declared operations only, so that no second place knows a path, and through the
// client's limits. Its answer is made of lines and Markdown, with the mark of untrusted text where it holds some.
type Job struct {
	*call

	mu       sync.Mutex
	attempts int
	done     float64 // parts of the work that have ended
	total    float64 // parts that are known of
	Missing  []gap
}

// Arguments are those of the call, in the API's form.
func (j *Job) Arguments() map[string]any { return j.args.Wire }

// gap is what failed for one reason: parts that an answer has to do without.
type gap struct{ what, why string }

// run makes the answer of a workflow. It fails as a whole only where its Run says so; parts that failed are named in the answer.
func (c *call) run(ctx context.Context) answer {
	j := &Job{call: c}
	text, err := c.op.Run(ctx, j)
	if failed, ok := errors.AsType[*JobError](err); ok {
		a := c.of(c.Inventory.Lookup(failed.Operation), failed.Wire).failed(c.op.Name+" failed, since "+failed.What+" could not be had", failed.Err)
		a.attempts = j.attempts
		return a
	}
	if err != nil {
		return *c.invalid(err.Error())
	}
	parts := []string{text}
	for _, g := range j.Missing {
		parts = append(parts, g.what+g.why)
	}
	return answer{Text: strings.Join(parts, "\nMissing here: "), Outcome: "ok", attempts: j.attempts}
}

// JobError is a request of a job that failed.
type JobError struct {
	Operation string
	What      string // what it was made for: "the conversation"
	Wire      map[string]any
	Err       error
}

func (e *JobError) Error() string { return e.What + ": " + e.Err.Error() }

func (e *JobError) Unwrap() error { return e.Err }

// request is that of an operation the workflow says it uses. The arguments are in the API's form.
func (j *Job) request(operation string, wire map[string]any) (client.Request, error) {
	if !slices.Contains(j.op.Uses, operation) {
		return client.Request{}, fmt.Errorf("%s does not say that it uses %s", j.op.Name, operation)
	}
	return requestOf(j.Inventory.Lookup(operation), wire)
}

// Get makes one request and returns the API's answer. what says what for, in case it fails.
func (j *Job) Get(ctx context.Context, what, operation string, wire map[string]any) ([]byte, error) {
	req, err := j.request(operation, wire)
	if err == nil {
		var res *client.Response
		if res, err = j.send(ctx, req); err == nil {
			return res.Body, nil
		}
	}
	return nil, &JobError{operation, what, wire, err}
}

func (j *Job) send(ctx context.Context, req client.Request) (*client.Response, error) {
	res, err := j.Client.Do(ctx, req)
	j.mu.Lock()
	defer j.mu.Unlock()
	if res != nil {
		j.attempts += res.Attempts
	} else if e, ok := errors.AsType[*client.Error](err); ok {
		j.attempts += e.Attempts
	}
	return res, err
}

// Collection is what a job has read of a list.
type Collection struct {
	Items  []json.RawMessage
	Whole  bool // there are no more
	Total  int  // how many there are by the API's count; the number of items where it tells none
	capped bool // there are more than total
	told   bool // the API told total
}

// List walks the pages of a list or search, 100 items each, until it has most items, or all, or maxPages. What it has is returned also with
// an error.
func (j *Job) List(ctx context.Context, what, operation string, wire map[string]any, most int) (Collection, error) {
	page := map[string]any{}
	maps.Copy(page, wire)
	if j.Inventory.Lookup(operation).Input.Shape().Props[input.LimitArg] != nil {
		page[input.LimitArg] = json.Number(strconv.Itoa(min(most, PageSize)))
	}
	var c Collection
	req, err := j.request(operation, page)
	if err != nil {
		return c, &JobError{operation, what, wire, err}
	}
	pages := 0
	for p, err := range client.Pages(ctx, j.send, req, most) {
		if err != nil {
			return c, &JobError{operation, what, wire, err}
		}
		c.Items = append(c.Items, p.Items...)
		c.Whole = p.Stop == client.StopEnd
		if p.Total != nil {
			c.Total, c.capped, c.told = *p.Total, p.TotalCapped, true
		}
		if pages++; pages == maxPages {
			break
		}
	}
	if len(c.Items) > most {
		c.Items, c.Whole = c.Items[:most], false
	}
	if !c.told || c.Total < len(c.Items) {
		c.Total = len(c.Items)
	}
	return c, nil
}

const (
	PageSize = 100 // the most items of a page
	together = 8   // parts of one job at a time
)

// Part is one of the things that a job does at the same time as others.
type Part struct {
	What string // "the comments", said where it failed
	Do   func(context.Context) error
}

// All does parts at the same time, a few at once, and reports progress. A part that failed is named in the answer, also one that took all
// the time of the call: what came in time is given. A job that was cancelled ends with an error that says so.
func (j *Job) All(ctx context.Context, parts ...Part) error {
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
			j.ended(ctx, p.What)
		})
	}
	wg.Wait()
	for i, p := range parts {
		switch failed, ok := errors.AsType[*JobError](failures[i]); {
		case failures[i] == nil:
		case !cancelled(ctx):
			j.miss(p.What, failures[i])
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
func HalfTime(ctx context.Context) (context.Context, context.CancelFunc) {
	end, ok := ctx.Deadline()
	if !ok {
		return context.WithCancel(ctx)
	}
	return context.WithDeadline(ctx, end.Add(-time.Until(end)/2))
}

// safely keeps a panic to its part: no caller stands above it that would.
func safely(ctx context.Context, p Part) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("panic: %v", v)
		}
	}()
	return p.Do(ctx)
}

// miss notes a part that the answer has to do without, and why; what several have in common is said once.
func (j *Job) miss(what string, err error) {
	why := ": this server has a fault; its log has the reason."
	if failed, ok := errors.AsType[*JobError](err); ok {
		why = render.Unmark(j.of(j.Inventory.Lookup(failed.Operation), failed.Wire).failed("", failed.Err).Text) // it may quote
	}
	what = render.Unmark(what)
	j.mu.Lock()
	defer j.mu.Unlock()
	if i := slices.IndexFunc(j.Missing, func(g gap) bool { return g.why == why }); i >= 0 {
		j.Missing[i].what += ", " + what
		return
	}
	j.Missing = append(j.Missing, gap{what, why})
}

func (j *Job) expect(parts int) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.total += float64(parts)
}

func (j *Job) ended(ctx context.Context, what string) {
	j.mu.Lock()
	j.done++
	done, total := j.done, j.total
	j.mu.Unlock()
	if j.Progress != nil {
		j.Progress(ctx, done, total, what)
	}
}

// Hint is words about a tool, where it is on.
func (j *Job) Hint(tool, words string) string {
	if j.off(tool) != "" {
		return ""
	}
	return words
}

// Step is something that a tool can do next.
type Step struct{ Tool, Does string }

// Next is the line about what can be done, by the tools that are on; without one, nothing.
func (j *Job) Next(before string, steps ...Step) string {
	var words []string
	for _, s := range steps {
		if j.off(s.Tool) == "" {
			words = append(words, s.Tool+" "+s.Does)
		}
	}
	if len(words) == 0 {
		return ""
	}
	return "\nnext: " + before + strings.Join(words, "; ")
}

// Now is the present of the organization, in UTC.
func (j *Job) Now() time.Time {
	if j.Engine.Now == nil {
		return time.Now().UTC()
	}
	return j.Engine.Now().UTC()
}

// Text is what an answer shows of a text from the API: every such text passes here, and line is the same on one line.
func (j *Job) Text(s string) string {
	return (&render.Writer{View: &render.PlainView, Mask: j.MaskEmails}).Text(s)
}

func (j *Job) Line(s string) string {
	return legible.OneLine((&render.Writer{View: &render.PlainView, Mask: j.MaskEmails}).Words(s))
}

// Marked begins an answer that holds customers' words in the places named.
func Marked(places ...string) string {
	return render.UntrustedMark + ": " + strings.Join(places, ", ") + "\n"
}

// Called returns the name of a thing of a kind, or its id where that is not known: no answer waits long for names.
func (j *Job) Called(ctx context.Context, k *Kind, id string) string {
	if j.Names == nil || id == "" {
		return id
	}
	j.Names.complete(ctx, []*Kind{k})
	if d, _ := j.Names.known(k); d != nil && d.ByID[id] != "" {
		return j.Line(d.ByID[id])
	}
	return id
}

// DecodeAll reads items into T. What is no T is left out, as null items are: the live API is loose about names, texts and dates.
func DecodeAll[T any](items []json.RawMessage) []T {
	all := make([]T, 0, len(items))
	for _, item := range items {
		var v T
		if json.Unmarshal(bytes.TrimSpace(item), &v) == nil {
			all = append(all, v)
		}
	}
	return all
}
