package enginetest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	mcpclient "github.com/mark3labs/mcp-go/client"

	"featurebase-mcp/internal/app"
	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/input"
	"featurebase-mcp/internal/rawjson"
	"featurebase-mcp/internal/render"
	"featurebase-mcp/internal/sandbox"
	"featurebase-mcp/tools"
)

// Example is a call that works on a sandbox in its first state.
type Example struct {
	Op        *engine.Operation
	Arguments string // as JSON, with ids in place of the names in angle brackets
	Admin     string // the acting admin, where the operation demands one and the arguments name none
	Customer  bool   // the call is in a customer's name
}

// Examples returns the example of every operation.
func Examples(t testing.TB) []Example {
	t.Helper()
	var list []Example
	for _, op := range tools.Inventory().All() {
		e := Example{Op: op, Arguments: Fill(t, op.Example)}
		var arguments map[string]any
		if err := json.Unmarshal([]byte(e.Arguments), &arguments); err != nil {
			t.Fatalf("%s: the example %s: %v", op.Name, e.Arguments, err)
		}
		if r := op.ActingAdmin; r != nil && !input.Holds(r.Need, arguments) && (r.When == "" || input.Holds(r.When, arguments)) {
			e.Admin = ActingAdmin
		}
		e.Customer = op.Impersonates != "" && input.Holds(op.Impersonates, arguments)
		list = append(list, e)
	}
	return list
}

// In returns the options of a server on which the example works, and no more.
func (e Example) In(cfg app.Config) app.Config {
	cfg.ActingAdmin, cfg.AllowImpersonation = e.Admin, e.Customer
	if e.Op.Preview != "" && cfg.Confirm == "" { // it is refused where nobody can be asked
		cfg.Confirm = engine.ConfirmNever
	}
	return cfg
}

// Options are the differences between the servers that examples are called on.
type Options struct {
	Quirks, MaskEmails bool
	Budget             render.Budget
}

// Server returns a server with a sandbox in its first state, which permits no more than the example needs. Reads share one server, because
// they change nothing; each write has its own.
func (e Example) Server(t testing.TB, o Options) *mcpclient.Client {
	t.Helper()
	cfg := e.In(app.Config{Sandbox: &app.Sandbox{Quirks: o.Quirks}, MaskEmails: o.MaskEmails, Budget: o.Budget})
	if e.Op.Effect != engine.Read {
		return Start(t, cfg)
	}
	shared.Lock()
	defer shared.Unlock()
	key := sharedKey{o, e.Admin, e.Customer}
	if shared.servers[key] == nil {
		_, shared.servers[key] = start(t, cfg)
	}
	return shared.servers[key]
}

type sharedKey struct {
	Options
	admin    string
	customer bool
}

// shared are the servers for reads. They end with the process.
var shared = struct {
	sync.Mutex
	servers map[sharedKey]*mcpclient.Client
}{servers: map[sharedKey]*mcpclient.Client{}}

// Answer calls the tool and returns the text for the model.
func (e Example) Answer(t testing.TB, o Options) string {
	t.Helper()
	text, isError := Ask(t, e.Server(t, o), e.Op.Name, e.Arguments)
	text = planID.ReplaceAllString(text, "plan_example") // each plan has another one
	if isError || strings.TrimSpace(text) == "" {
		t.Fatalf("%s\n%s", e.Arguments, text)
	}
	return text
}

// Raw returns the API's response to the example, on a sandbox in its first state.
func (e Example) Raw(t testing.TB) []byte {
	t.Helper()
	box := unchanged()
	if e.Op.Effect != engine.Read {
		box = Box(t, sandbox.Options{})
	}
	path := regexp.MustCompile("^" + AnyHole.ReplaceAllString(e.Op.Path, "[^/]+") + "$")
	var mu sync.Mutex
	var body []byte
	record := Wire(func(r *http.Request) (*http.Response, error) {
		res, err := box.Transport().RoundTrip(r)
		if err != nil || r.Method != e.Op.Method || !path.MatchString(r.URL.Path) || isAnothers(e.Op, r.URL.Path) {
			return res, err
		}
		mu.Lock()
		defer mu.Unlock()
		body, err = io.ReadAll(res.Body)
		res.Body = io.NopCloser(bytes.NewReader(body))
		return res, err
	})
	if text, isError := Ask(t, Start(t, e.In(app.Config{Client: Behind(record)})), e.Op.Name, e.Arguments); isError {
		t.Fatalf("%s %s: %s", e.Op.Name, e.Arguments, text)
	}
	mu.Lock()
	defer mu.Unlock()
	return body
}

// isAnothers reports whether a path that could be one of an operation is that of another: statuses, where the number of a ticket stands.
func isAnothers(op *engine.Operation, path string) bool {
	return slices.ContainsFunc(tools.Inventory().Endpoints(), func(other *engine.Operation) bool {
		return other != op && other.Path == path && other.Method == op.Method
	})
}

// unchanged is a sandbox for reads.
var unchanged = sync.OnceValue(func() *sandbox.Sandbox {
	box, err := sandbox.New(sandbox.Options{NoAuth: true})
	if err != nil {
		panic(err) // the options are valid together
	}
	return box
})

var placeholder = regexp.MustCompile(`"<(\w+)>"`)

// found are the ids that replace the names in angle brackets, on a sandbox in its first state.
var found sync.Map

// planID matches the id of a plan.
var planID = regexp.MustCompile(`plan_[a-z0-9]{26}`)

// unplanned stands for the id of a plan: Ask replaces it by that of a plan on the server that it asks.
const unplanned = `"<planId>"`

// planned puts the id of a new plan into arguments.
func planned(t testing.TB, host *mcpclient.Client, arguments string) string {
	t.Helper()
	if !strings.Contains(arguments, unplanned) {
		return arguments
	}
	answer, _ := Ask(t, host, "plan_changes", tools.Inventory().Lookup("plan_changes").Example)
	return strings.ReplaceAll(arguments, unplanned, strconv.Quote(planID.FindString(answer)))
}

// Fill replaces the names in angle brackets by ids, except that of a plan.
func Fill(t testing.TB, example string) string {
	t.Helper()
	return placeholder.ReplaceAllStringFunc(example, func(match string) string {
		if match == unplanned {
			return match
		}
		name := placeholder.FindStringSubmatch(match)[1]
		id, ok := found.Load(name)
		if !ok {
			id = find(t, name)
			found.Store(name, id)
		}
		return string(id.(json.RawMessage))
	})
}

// elsewhere has the names that no row of a finder contains, with the tool whose example shows the value and its place in the answer.
var elsewhere = map[string]struct {
	tool string
	at   *regexp.Regexp
}{
	"attachedTagId":      {"get_conversation", regexp.MustCompile(`(?m)^tags: .*?"id":"(\w+)"`)},
	"conversationPartId": {"get_conversation", regexp.MustCompile(`(?m)^\[(\d+)\] [-\d :]*(?:admin|customer|lead)\b`)},
	"companyContactId":   {"list_company_contacts", regexp.MustCompile(`"id":"(\w+)"`)},
	"fromUrl":            {"list_redirect_rules", regexp.MustCompile(`"fromUrl":"([^"]+)"`)},
}

// unlisted has the ids that no tool lists, on a sandbox in its first state.
var unlisted = map[string]string{
	"specId":      "6a48f5c0ab9ef5c815000002",
	"operationId": "5b2f0c8f6f5d4e0b9a7c3d1e2f4a6b8c0d1e2f3a4b5c6d7e8f9a0b1c2d3e4f50",
}

// find returns the value for a name: the field of that name, or the id, in the first row with that field in the answer to the example of
// the name's finder.
func find(t testing.TB, name string) json.RawMessage {
	t.Helper()
	if id, ok := unlisted[name]; ok {
		return json.RawMessage(strconv.Quote(id))
	}
	if place, ok := elsewhere[name]; ok {
		text := show(t, place.tool, name)
		found := place.at.FindStringSubmatch(text)
		if found == nil {
			t.Fatalf("%s answers no %s: %s", place.tool, name, text)
		}
		return json.RawMessage(strconv.Quote(found[1]))
	}
	text := show(t, finder(t, name), name)
	var list struct {
		Data []map[string]json.RawMessage `json:"data"`
	}
	if err := json.Unmarshal([]byte(text), &list); err != nil {
		t.Fatalf("the tool that finds a %s answers no list: %s", name, text)
	}
	for _, field := range []string{name, "id"} {
		for _, row := range list.Data {
			if row[field] != nil {
				return row[field]
			}
		}
	}
	t.Fatalf("no row has a %s: %s", name, text)
	return nil
}

// finder returns the tool that finds an id, as a model learns it: from the words for a call with an unknown id.
func finder(t testing.TB, name string) string {
	t.Helper()
	nothing := Wire(func(*http.Request) (*http.Response, error) {
		return Response(http.StatusNotFound, `{"message":"Not found"}`), nil
	})
	says := regexp.MustCompile(`(\w+) finds the right ` + name + `\b`)
	for _, op := range tools.Inventory().Endpoints() {
		if !strings.Contains(op.Path, "{"+name+"}") {
			continue
		}
		text, _ := CallIn(t, Permissive(nothing.Client(t)), op, string(rawjson.Encode(Sample(op, false))))
		if said := says.FindStringSubmatch(text); said != nil {
			return said[1]
		}
	}
	t.Fatalf("no failure says what finds a %s", name)
	return ""
}

// show returns the answer to the example of the tool that shows the value for a name.
func show(t testing.TB, tool, name string) string {
	t.Helper()
	op := tools.Inventory().Lookup(tool)
	if op == nil {
		t.Fatalf("no tool finds a %s", name)
	}
	e := Example{Op: op, Arguments: Fill(t, op.Example)}
	return e.Answer(t, Options{})
}

// Command returns the example as a person types it.
func (e Example) Command(t testing.TB) string {
	t.Helper()
	if strings.Contains(e.Arguments, "'") {
		t.Errorf("%s: a shell would end the example at its apostrophe", e.Op.Name)
	}
	words := []string{"featurebase-mcp call --sandbox"}
	if e.Admin != "" {
		words = append(words, "--acting-admin "+e.Admin)
	}
	if e.Customer {
		words = append(words, "--allow-impersonation")
	}
	words = append(words, e.Op.Name)
	if e.Arguments != "{}" {
		words = append(words, fmt.Sprintf("'%s'", e.Arguments))
	}
	return strings.Join(words, " ")
}
