package engine

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"featurebase-mcp/internal/input"
	"featurebase-mcp/internal/legible"
	"featurebase-mcp/internal/rawjson"
)

// Audit writes the trail of writes as JSON lines: one line before a write is sent and one with its outcome, joined by the id of the call. A
// missing second line means that the write was cut off. If the first line cannot be written, the write is not sent, so the trail misses
// none. The lines contain no bodies and no keys.
type Audit struct {
	now func() time.Time

	mu     sync.Mutex
	out    io.Writer
	broken bool          // the last line may be incomplete
	open   int           // writes whose second line is not written yet
	whole  chan struct{} // closed when open reaches zero; nil while nobody waits
}

// NewAudit returns a trail that appends to out.
func NewAudit(out io.Writer) *Audit { return &Audit{now: time.Now, out: out} }

// auditLine is one line of the trail.
type auditLine struct {
	Time      string            `json:"time"`
	Call      string            `json:"call"`
	Caller    string            `json:"caller,omitempty"`
	Plan      string            `json:"plan,omitempty"` // the plan that the write is a row of
	Row       int               `json:"row,omitempty"`
	Tool      string            `json:"tool"`
	Targets   map[string]string `json:"targets,omitempty"` // the ids among the arguments
	Outcome   string            `json:"outcome"`           // "sending", or the outcome of the call
	Uncertain bool              `json:"mayBeApplied,omitempty"`
	Made      string            `json:"made,omitempty"` // the id of the object that the write made or changed
	Status    int               `json:"status,omitempty"`
	RequestID string            `json:"requestId,omitempty"`
}

// sending is the outcome of a write that is about to be sent.
const sending = "sending"

// begin writes the line before a write. After an error the write must not be sent, and end must not be called.
func (a *Audit) begin(line auditLine) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if err := a.append(line); err != nil {
		return err
	}
	a.open++
	return nil
}

// end writes the line with the outcome of a write.
func (a *Audit) end(line auditLine) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	err := a.append(line)
	if a.open--; a.open == 0 && a.whole != nil {
		close(a.whole)
		a.whole = nil
	}
	return err
}

// Wait waits until every write has both of its lines, or until ctx is done. Call it before closing the writer: a cancelled call may still
// have its second line to write.
func (a *Audit) Wait(ctx context.Context) {
	a.mu.Lock()
	if a.open == 0 {
		a.mu.Unlock()
		return
	}
	if a.whole == nil {
		a.whole = make(chan struct{})
	}
	whole := a.whole
	a.mu.Unlock()
	select {
	case <-whole:
	case <-ctx.Done():
	}
}

// append writes one line. The caller holds the lock, so that the times in the trail are in order.
func (a *Audit) append(line auditLine) error {
	line.Time = a.now().UTC().Format(time.RFC3339Nano)
	text, err := json.Marshal(line)
	if err != nil {
		return err
	}
	var out bytes.Buffer
	if a.broken {
		out.WriteByte('\n')
	}
	out.Write(text)
	out.WriteByte('\n')
	_, err = a.out.Write(out.Bytes())
	a.broken = err != nil
	return err
}

// audited sends a write between the two lines of the trail. It only sends where there is no trail, and for reads.
func (c *call) audited(ctx context.Context, send func() (answer, []byte)) answer {
	if c.Audit == nil || c.op.Effect == Read {
		a, _ := send()
		return a
	}
	line := auditLine{Call: strings.ToLower(rand.Text()[:12]), Caller: c.caller(ctx), Plan: c.trail.plan, Row: c.trail.row, Tool: c.op.Name, Targets: targets(c.args.Wire), Outcome: sending}
	if err := c.Audit.begin(line); err != nil {
		return answer{
			Text: c.op.Name + " sent nothing: the audit log cannot be written, and no write is made without it. Do not retry: " +
				"the user has to look after the file of --audit-log, such as its disk and its permissions.",
			Outcome: "refused", until: "the audit log can be written", err: fmt.Errorf("audit log: %w", err),
		}
	}
	line.Outcome, line.Uncertain = panicked, true // overwritten below unless send panics
	defer func() {
		if err := c.Audit.end(line); err != nil {
			c.Logger.ErrorContext(ctx, "the outcome of a write is not in the audit log", "tool", c.op.Name, "call", line.Call, "outcome", line.Outcome, "error", err)
		}
	}()
	a, body := send()
	line.Outcome, line.Uncertain, line.Status, line.RequestID = a.Outcome, a.uncertain, a.Status, a.requestID
	if a.succeeded() {
		line.Made = rawjson.Value(body).Get("id").Text()
	}
	return a
}

// targets returns the ids and addresses among the arguments, keyed by their paths: the objects and people that a write is about.
func targets(wire map[string]any) map[string]string {
	ids := map[string]string{}
	var walk func(path string, object map[string]any)
	walk = func(path string, object map[string]any) {
		for name, value := range object {
			inner, nested := value.(map[string]any)
			switch {
			case nested:
				walk(input.JoinPath(path, name), inner)
			case slices.Contains([]string{"ticketNumber", "ids", "email", "emails", "contactEmail"}, name) || isID(name):
				if value != nil {
					ids[input.JoinPath(path, name)] = target(value)
				}
			}
		}
	}
	walk("", wire)
	return ids
}

// target returns an id, or the first 20 items of a list and the number of the others. The bounds keep the line short however large the call
// is, and the number shows that the list is incomplete.
func target(value any) string {
	const longest, most = 200, 20
	list, ok := value.([]any)
	if !ok {
		return legible.Truncate(longest, []rune(strings.Trim(string(rawjson.Encode(value)), `"`)))
	}
	texts := make([]string, 0, most)
	for _, item := range list[:min(len(list), most)] {
		texts = append(texts, target(item))
	}
	text := strings.Join(texts, ", ")
	if more := len(list) - most; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}
