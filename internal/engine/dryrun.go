package engine

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strings"

	"featurebase-mcp/client"
	"featurebase-mcp/internal/input"
	"featurebase-mcp/internal/legible"
	"featurebase-mcp/internal/rawjson"
	"featurebase-mcp/internal/render"
)

// The most characters of one value, in the request and on either side of a change.
const (
	longestValue  = 400
	longestChange = 160
)

// rehearsal writes the answer to a write that is not sent: the request and, for an update, the changes.
type rehearsal struct {
	read   *Operation // the read of the object that the write changes; nil without a diff
	secret []string   // fields whose values are withheld
	marked bool       // the current values contain text by customers
	text   strings.Builder
}

// dryRun answers a write without sending it. The read for the diff is sent.
func (c *call) dryRun(ctx context.Context, req client.Request) answer {
	r := &rehearsal{}
	if c.op.Method == http.MethodPatch {
		r.read = c.Inventory.readerOf(c.op.Path)
	}
	r.secret = secretFields(c.op, r.read)
	fmt.Fprintf(&r.text, "Dry run: nothing was sent and nothing has changed. Without --dry-run, %s would send this:\n\n%s %s", c.op.Name, req.Method, req.Path)
	if req.Query != "" { // of a write whose arguments stand there
		r.text.WriteString("?" + req.Query)
	}
	r.text.WriteString("\n")
	if req.Version != "" || req.Since != "" { // not with the one that every other call is sent with
		fmt.Fprintf(&r.text, "Featurebase-Version: %s\n", c.Client.VersionOf(req))
	}
	if req.IdempotencyKey != "" {
		fmt.Fprintf(&r.text, "Idempotency-Key: %s\n", input.Show(req.IdempotencyKey))
	}
	r.body(members(req.Body))
	a := answer{Outcome: "dry_run"}
	switch {
	case r.read != nil:
		a.attempts, a.requestID = r.diff(ctx, c, req)
	case c.op.Method == http.MethodPatch:
		r.text.WriteString("\nNo diff: there is no operation that reads the current values.\n")
	}
	a.Text = strings.TrimSuffix(r.text.String(), "\n")
	if r.marked {
		a.Text = render.UntrustedMark + ": current values\n" + a.Text
	}
	return a
}

// secretFields returns the fields whose values the answers of these operations withhold.
func secretFields(ops ...*Operation) []string {
	var names []string
	for _, op := range ops {
		if op != nil && op.Output != nil {
			names = append(names, strings.Fields(op.Output.Secret)...)
		}
	}
	return names
}

// members decodes a JSON object. It returns nil for any other body.
func members(body []byte) map[string]any {
	v, err := rawjson.Decode(body)
	if err != nil {
		return nil
	}
	object, _ := v.(map[string]any)
	return object
}

// body writes one line for each field.
func (r *rehearsal) body(body map[string]any) {
	if body == nil {
		return
	}
	separator := "{\n"
	for _, name := range slices.Sorted(maps.Keys(body)) {
		value := rawjson.Encode(r.withhold(name, body[name]))
		fmt.Fprintf(&r.text, "%s  %s: %s", separator, rawjson.Encode(name), legible.Truncate(longestValue, []rune(string(value))))
		separator = ",\n"
	}
	if len(body) == 0 {
		r.text.WriteString("{}\n")
		return
	}
	r.text.WriteString("\n}\n")
}

// diff reads the current object, which is at the path of the request, and compares it with each field of the body. It returns the attempts
// and the request id of the read, for the log.
func (r *rehearsal) diff(ctx context.Context, c *call, req client.Request) (attempts int, requestID string) {
	res, err := c.current, error(nil)
	if res == nil {
		res, err = c.Client.Do(ctx, client.Request{Operation: r.read.Name, Method: r.read.Method, Path: req.Path, Safety: r.read.safety(), Version: r.read.Version})
	}
	if err != nil {
		failed := c.of(r.read, c.args.Wire).failed("No diff, since the current values could not be read", err)
		fmt.Fprintf(&r.text, "\n%s\n", failed.Text)
		return failed.attempts, failed.requestID
	}
	body, current := members(req.Body), members(res.Body)
	r.text.WriteString("\nCurrent value -> new value:\n")
	for _, name := range slices.Sorted(maps.Keys(body)) {
		fmt.Fprintf(&r.text, "%s: %s\n", name, r.change(name, current, body[name]))
	}
	return res.Attempts, res.RequestID
}

// change compares the new value of one field with the current one. For a secret it does not tell whether the value stays the same.
func (r *rehearsal) change(name string, current map[string]any, value any) string {
	after := r.withhold(name, value)
	to := string(rawjson.Encode(after))
	old, known := valueOf(name, current)
	if !known && r.read.Output != nil {
		old, known = r.further(name, current)
	}
	if !known {
		return fmt.Sprintf("(not shown by %s) -> %s", r.read.Name, legible.Truncate(longestChange, []rune(to)))
	}
	r.marked = r.marked || r.read.Output != nil && r.read.Output.Customer != ""
	if _, byName := value.([]any); byName {
		old = namesOf(old)
	}
	from, to := around(render.Unmark(legible.Visible(string(rawjson.Encode(r.withhold(name, old))))), to)
	if reflect.DeepEqual(old, value) && reflect.DeepEqual(value, after) {
		return to + " (unchanged)"
	}
	return from + " -> " + to
}

// further returns the value of an argument that stands inside another field of the object, as its view says.
func (r *rehearsal) further(name string, current map[string]any) (value any, known bool) {
	column, _ := r.read.Output.StoredColumn(name)
	if len(column.Path) < 2 {
		return nil, false
	}
	value = current
	for _, step := range column.Path {
		object, isObject := value.(map[string]any)
		if !isObject || step == "*" {
			return nil, false
		}
		value = object[step]
	}
	return value, true
}

// valueOf returns the value of a field in an object. A field such as statusId may be shown as status, an object with an id.
func valueOf(name string, object map[string]any) (any, bool) {
	if v, ok := object[name]; ok {
		return v, true
	}
	if inner, ok := strings.CutSuffix(name, "Id"); ok {
		referred, _ := object[inner].(map[string]any)
		id, ok := referred["id"]
		return id, ok
	}
	return nil, false
}

// namesOf replaces a list of objects by the list of their names, because tags are written by name and shown as objects. It returns any
// other value unchanged.
func namesOf(value any) any {
	list, ok := value.([]any)
	if !ok {
		return value
	}
	names := make([]any, len(list))
	for i, item := range list {
		object, _ := item.(map[string]any)
		if names[i] = object["name"]; names[i] == nil {
			return value
		}
	}
	return names
}

// withhold replaces the values of secret fields at any depth. The names of the fields inside a secret object stay, as in an answer.
func (r *rehearsal) withhold(name string, value any) any {
	secret := slices.Contains(r.secret, name)
	switch v := value.(type) {
	case map[string]any:
		shown := make(map[string]any, len(v))
		for field, inner := range v {
			shown[field] = r.withhold(field, inner)
			if secret {
				shown[field] = render.Withheld
			}
		}
		return shown
	case []any:
		shown := make([]any, len(v))
		for i, item := range v {
			shown[i] = r.withhold(name, item)
		}
		return shown
	default:
		if secret && v != nil {
			return render.Withheld
		}
		return v
	}
}

// around cuts two values to the place where they begin to differ, because long texts often differ only near the end.
func around(old, value string) (from, to string) {
	const before = 20
	a, b := []rune(old), []rune(value)
	same := 0
	for same < min(len(a), len(b)) && a[same] == b[same] {
		same++
	}
	start := same - before
	if start <= 0 || max(len(a), len(b)) <= longestChange {
		return legible.Truncate(longestChange, a), legible.Truncate(longestChange, b)
	}
	return "…" + legible.Truncate(longestChange, a[start:]), "…" + legible.Truncate(longestChange, b[start:])
}
