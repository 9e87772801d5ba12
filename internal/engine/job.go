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
	"featurebase-mcp/internal/names"
	"featurebase-mcp/internal/render"
)

// Job is one call of a workflow. It makes requests only through declared operations, so that a path is declared once, and only within the
// client's limits. Its answer consists of lines and Markdown, and has the untrusted mark where it contains text by customers.
type Job struct {
	*call

	mu       sync.Mutex
	attempts int
	done     float64 // parts that have ended
	total    float64 // parts known so far
	Missing  []gap
	meta     map[string]any
}

// Tell gives a program that shows the result something besides the text. Models do not read it.
func (j *Job) Tell(name string, value any) {
	if j.meta == nil {
		j.meta = map[string]any{}
	}
	j.meta[name] = value
}

// Arguments returns the arguments of the call, in the API's form.
func (j *Job) Arguments() map[string]any { return j.args.Wire }

// gap names the parts that are missing in an answer for one reason.
type gap struct{ what, why string }

// run makes the answer of a workflow. The call fails only if Run returns an error; parts that failed are named in the answer.
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
	return answer{Text: strings.Join(parts, "\nMissing here: "), Outcome: "ok", attempts: j.attempts, meta: j.meta}
}

// JobError is the failure of a request of a job.
type JobError struct {
	Operation string
	What      string         // what was requested: "the conversation"
	Wire      map[string]any // the arguments in the API's form
	Err       error
}

// Error returns the text for logs. Models read the words of failed.
func (e *JobError) Error() string { return e.What + ": " + e.Err.Error() }

// Unwrap returns Err.
func (e *JobError) Unwrap() error { return e.Err }

// Gone reports whether the failure of a request is that the thing it asked for does not exist.
func Gone(err error) bool {
	failed, ok := errors.AsType[*client.Error](err)
	return ok && failed.Kind == client.KindNotFound
}

// request returns the request of an operation. It refuses one that the workflow does not declare in Uses. wire has the arguments in the
// API's form.
func (j *Job) request(operation string, wire map[string]any) (client.Request, error) {
	if !slices.Contains(j.op.Uses, operation) && (j.op.Adds == nil || !slices.Contains(j.op.Adds.Uses, operation)) {
		return client.Request{}, fmt.Errorf("%s does not say that it uses %s", j.op.Name, operation)
	}
	return requestOf(j.Inventory.Lookup(operation), wire)
}

// Get makes one request and returns the body of the response. what names what is requested, for the words of a failure. Every error is a
// *JobError.
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

// Look makes one request as Get does, and hands the body of the response to see, which must not keep any of it. So a job can look at many
// large objects without holding all of them.
func (j *Job) Look(ctx context.Context, what, operation string, wire map[string]any, see func(body []byte)) error {
	ctx, end := client.Holding(ctx)
	defer end()
	body, err := j.Get(ctx, what, operation, wire)
	if err == nil {
		see(body)
	}
	return err
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

// Collection is the part of a list that a job has read.
type Collection struct {
	Items  []json.RawMessage
	Whole  bool // Items is the whole list
	Total  int  // the number of items by the API's count, or len(Items) where the API returns none
	capped bool // the API stopped counting: there are more than Total
	told   bool // the API returned Total
}

// List reads the pages of a list or search, 100 items each, until it has most items, the whole list, or 20 pages. With an error, which is a
// *JobError, it returns the items read so far.
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
	// PageSize is how many items a page has, the most that the API allows.
	PageSize = 100
	maxPages = 20 // pages of a list; the bound ends a list whose small pages go on for ever
	together = 8  // parts of one job that run at the same time
)

// Part is a piece of a job that runs at the same time as others.
type Part struct {
	What string // names it in the answer if it fails: "the comments"
	Do   func(context.Context) error
}

// All runs the parts concurrently, eight at a time, and reports progress. The answer names each part that failed, also one that ran into
// the deadline, and goes on without it. All returns an error only for a cancelled call.
func (j *Job) All(ctx context.Context, parts ...Part) error {
	failures := j.atOnce(ctx, len(parts), func(i int) Part { return parts[i] })
	for i, p := range parts {
		switch failed, ok := errors.AsType[*JobError](failures[i]); {
		case failures[i] == nil:
		case !cancelled(ctx):
			if !ok { // the answer refers to the log
				j.Logger.ErrorContext(ctx, "a part of a job failed by a fault of this server", "tool", j.op.Name, "part", p.What, "error", failures[i])
			}
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

// Each runs n pieces of one part concurrently, eight at a time. The answer names the part once, with how many of its pieces failed, and goes
// on without these. Each returns an error only for a cancelled call.
func (j *Job) Each(ctx context.Context, what string, n int, do func(ctx context.Context, i int) error) error {
	failures := j.atOnce(ctx, n, func(i int) Part {
		return Part{What: what, Do: func(ctx context.Context) error { return do(ctx, i) }}
	})
	if cancelled(ctx) {
		return ctx.Err()
	}
	failures = slices.DeleteFunc(failures, func(err error) bool { return err == nil })
	if len(failures) == 0 {
		return nil
	}
	if n > 1 {
		what = fmt.Sprintf("%s (%d of %d requests)", what, len(failures), n)
	}
	j.miss(what, failures[0])
	return nil
}

// atOnce runs n parts, eight at the same time, and returns their errors.
func (j *Job) atOnce(ctx context.Context, n int, part func(i int) Part) []error {
	j.expect(n)
	slots := make(chan struct{}, together)
	failures := make([]error, n)
	var wg sync.WaitGroup
	for i := range n {
		p := part(i)
		wg.Go(func() {
			select {
			case slots <- struct{}{}:
				defer func() { <-slots }()
			case <-ctx.Done(): // the first request of the part fails
			}
			failures[i] = safely(ctx, p)
			j.ended(ctx, p.What)
		})
	}
	wg.Wait()
	return failures
}

// cancelled reports whether the client no longer waits for the answer.
func cancelled(ctx context.Context) bool { return errors.Is(ctx.Err(), context.Canceled) }

// HalfTime returns a context with half of the time that is left, for optional work that must leave time for the rest.
func HalfTime(ctx context.Context) (context.Context, context.CancelFunc) {
	end, ok := ctx.Deadline()
	if !ok {
		return context.WithCancel(ctx)
	}
	return context.WithDeadline(ctx, end.Add(-time.Until(end)/2))
}

// safely turns a panic of a part into its error. In the part's goroutine it would end the whole server.
func safely(ctx context.Context, p Part) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("panic: %v", v)
		}
	}()
	return p.Do(ctx)
}

// miss records a part that is missing in the answer, and why. Parts with the same reason share one line.
func (j *Job) miss(what string, err error) {
	why := ": this server has a fault; its log has the reason."
	if failed, ok := errors.AsType[*JobError](err); ok {
		why = render.Unmark(j.of(j.Inventory.Lookup(failed.Operation), failed.Wire).failed("", failed.Err).Text) // the text may quote the API
	}
	what = render.Unmark(what)
	j.mu.Lock()
	defer j.mu.Unlock()
	if i := slices.IndexFunc(j.Missing, func(g gap) bool { return g.why == why }); i >= 0 {
		if g := &j.Missing[i]; !strings.Contains(", "+g.what+", ", ", "+what+", ") {
			g.what += ", " + what
		}
		return
	}
	j.Missing = append(j.Missing, gap{what, why})
}

// Expect adds steps to the progress of the job, besides the parts of All.
func (j *Job) Expect(steps int) { j.expect(steps) }

// Ended reports a step as done.
func (j *Job) Ended(ctx context.Context, what string) { j.ended(ctx, what) }

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

// Hint returns the words if the tool is switched on, and an empty text otherwise.
func (j *Job) Hint(tool, words string) string {
	if j.off(tool) != "" {
		return ""
	}
	return words
}

// Step is a tool and what it does next.
type Step struct{ Tool, Does string }

// Next returns the line that suggests the tools that are switched on, or an empty text if none is.
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

// Now returns the current time, in UTC.
func (j *Job) Now() time.Time {
	if j.Engine.Now == nil {
		return time.Now().UTC()
	}
	return j.Engine.Now().UTC()
}

// Text cleans a text from the API for an answer. Every such text has to pass Text or Line, since it may contain a copy of the untrusted
// mark, invisible characters or e-mail addresses to mask.
func (j *Job) Text(s string) string {
	return (&render.Writer{View: &render.PlainView, Mask: j.MaskEmails}).Text(s)
}

// Line is Text for a title, a name or a tag, on one line and with Markdown's links and images broken.
func (j *Job) Line(s string) string {
	return legible.OneLine((&render.Writer{View: &render.PlainView, Mask: j.MaskEmails}).Words(s))
}

// Marked returns the first line of an answer that contains text by customers in the named places.
func Marked(places ...string) string {
	return render.UntrustedMark + ": " + strings.Join(places, ", ") + "\n"
}

// Called returns the name of a thing of a kind, or its id if the name is not available in time.
func (j *Job) Called(ctx context.Context, k *names.Kind, id string) string {
	if j.Names == nil || id == "" {
		return id
	}
	j.Names.Complete(ctx, []*names.Kind{k})
	d, _ := j.Names.Known(k)
	if name := d.Name(id); name != "" {
		return j.Line(name)
	}
	return id
}

// DecodeAll decodes the items into T. It skips items of another form and null items, because the live API is loose about the types of
// names, texts and dates.
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
