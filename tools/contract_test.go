package tools_test

import (
	stdcmp "cmp"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"featurebase-mcp/client"
	"featurebase-mcp/internal/contract"
	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/engine/enginetest"
	"featurebase-mcp/internal/input"
	"featurebase-mcp/internal/rawjson"
	"featurebase-mcp/tools"
	"featurebase-mcp/tools/planning"
	"featurebase-mcp/tools/workflow"
)

// The contract sweep holds every declaration against the API document, without a line per operation. What differs on purpose
// stands here, with its reason.

// oursAlone are arguments that the document does not know: they shape a call or its answer and are never sent as they are.
var oursAlone = []string{input.DetailArg, input.ClearArg, input.OffsetArg, input.HiddenArg, input.CompareArg}

// retyped are arguments that a model writes in another form than the API takes.
var retyped = map[string]string{
	"isDefault":    "true is its only value, which a schema of booleans cannot say in a form that all hosts take; the engine checks it",
	"baseRevision": "0 stands for null, since two types would be a type list, which hosts drop",

	"query":    "a flat list of clauses: the engine wraps it in the only group that the API accepts",
	"filters":  "a plain object: the document's groups are recursive, and a recursive schema is one that hosts drop; the engine checks it",
	"icon":     "the emoji or the name alone: which of the two it is can be seen, and the document's object would cost each user's context",
	"targetId": "without the bounds of an id: a collection may be given by its name",
	"tags":     "always a list of names: the API takes one string too, and two types would be a type list, which hosts drop",
}

// toolsets whose operations are declared so far.
func declared(op *contract.Operation) bool {
	return slices.ContainsFunc(tools.Inventory().Toolsets(), func(s *engine.Toolset) bool { return s.Name == op.Toolset })
}

func TestEveryOperationOfTheDeclaredToolsetsExists(t *testing.T) {
	t.Parallel()
	want := map[string]string{}
	for _, op := range contract.Load().Operations() {
		if declared(op) {
			want[enginetest.Snake(op.ID)] = op.Toolset
		}
	}
	got := map[string]string{}
	for _, set := range slices.DeleteFunc(tools.Inventory().Toolsets(), func(s *engine.Toolset) bool { return s == workflow.Toolset || s == planning.Toolset }) {
		for _, op := range set.Operations {
			if _, twice := got[op.Name]; twice {
				t.Errorf("%s is declared twice", op.Name)
			}
			got[op.Name] = set.Name
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// stricter are operations that the document calls writes and that are declared as taking away, with the reason.
var stricter = map[string]string{
	"block_contact":       "it takes a customer's voice away; unblock_contact gives it back",
	"unpublish_changelog": "it takes a changelog away from its readers; publish_changelog gives it back",
}

// mismatch returns how a declaration differs from the document, or "".
func mismatch(op *engine.Operation) string {
	c := enginetest.Contract(op)
	if c == nil {
		return "the document has no operation for " + op.Name
	}
	if got, want := enginetest.AnyHole.ReplaceAllString(op.Path, "{}"), enginetest.AnyHole.ReplaceAllString(c.Path, "{}"); got != want {
		return "path " + op.Path + ", the document has " + c.Path
	}
	type facts struct {
		Method, Effect                 string
		Reversible, Idempotent, Legacy bool
		AtLeastOne                     []any
	}
	var atLeastOne []any
	if c.Body["x-at-least-one-of"] != nil {
		for _, rule := range op.Rules {
			if rule.When == "" && rule.Need != "" {
				for name := range strings.SplitSeq(rule.Need, "|") {
					atLeastOne = append(atLeastOne, name)
				}
			}
		}
	}
	documented, _ := c.Body["x-at-least-one-of"].([]any)
	got := facts{op.Method, op.Effect.String(), op.Reversible, *tools.Inventory().Bare(op).Annotations.IdempotentHint, op.Legacy, atLeastOne}
	effect, reversible := c.Effect, c.Reversible
	if stricter[op.Name] != "" && effect == "write" {
		effect, reversible = "destructive", true
	}
	if diff := cmp.Diff(facts{c.Method, effect, reversible, c.Idempotent, c.Legacy, documented}, got); diff != "" {
		return diff
	}
	want := map[string]any{"type": "object", "required": []any{}, "properties": map[string]any{}} // of the checks; what of it is published, see publish_test.go
	names := enginetest.Holes(op, c)
	for _, p := range c.Parameters {
		name := p.Name
		if p.In == "path" {
			name = names[name]
		}
		expect(want, name, p.Schema, p.Required)
	}
	for _, header := range c.Headers {
		if header != "Idempotency-Key" || op.Key == "" {
			return "the document has the header " + header
		}
		expect(want, op.Key, map[string]any{"type": "string"}, false)
	}
	body := merged(c.Body)
	required, _ := body["required"].([]any)
	properties, _ := body["properties"].(map[string]any)
	for name, p := range properties {
		supplied := op.ActingAdmin != nil && op.ActingAdmin.Need == name // optional here: --acting-admin can stand in
		expect(want, name, p.(map[string]any), slices.Contains(required, any(name)) && !supplied)
	}
	var checked map[string]any
	if err := json.Unmarshal(rawjson.Encode(op.Input.Shape().Schema), &checked); err != nil {
		return err.Error()
	}
	have := outline(checked)
	for _, name := range oursAlone {
		delete(have["properties"].(map[string]any), name)
	}
	if diff := cmp.Diff(outline(want), have); diff != "" {
		return "document (-), declaration (+):\n" + diff
	}
	return ""
}

func TestDeclarationsMatchTheContract(t *testing.T) {
	t.Parallel()
	for _, op := range tools.Inventory().Endpoints() {
		t.Run(op.Name, func(t *testing.T) {
			t.Parallel()
			if diff := mismatch(op); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// The sweep above is worth as much as what it catches.
func TestTheSweepCatchesDamage(t *testing.T) {
	t.Parallel()
	type missing struct {
		PostID input.ObjectID `json:"postId"`
		input.Page
		input.Detail
		Surplus string `json:"surplus,omitempty"`
	}
	type optional struct {
		BoardID input.ObjectID `json:"boardId,omitempty"`
	}
	type unbounded struct {
		PostID input.ObjectID `json:"postId"`
		Limit  int            `json:"limit,omitempty"`
		Cursor string         `json:"cursor,omitempty"`
	}
	type enum struct {
		ContactType string `json:"contactType,omitempty" jsonschema:"enum=customer,enum=all"`
		Limit       int    `json:"limit,omitempty" jsonschema:"minimum=1,maximum=100"`
		Cursor      string `json:"cursor,omitempty" jsonschema:"maxLength=512"`
	}
	type anyLanguage struct {
		Emails []string `json:"emails" jsonschema:"minItems=1,maxItems=1000"`
		Locale string   `json:"locale,omitempty"`
	}
	type otherMap struct {
		Name         string `json:"name"`
		Description  string `json:"description,omitempty"`
		ParentID     string `json:"parentId,omitempty"`
		Icon         string `json:"icon,omitempty"`
		Translations map[input.Locale]struct {
			Title       string `json:"title,omitempty"`
			Description string `json:"description,omitempty"`
			Body        string `json:"body,omitempty"`
		} `json:"translations,omitempty"`
	}
	for _, tc := range []struct {
		name, tool string
		damage     func(*engine.Operation)
	}{
		{"an enum that is not published left out", "add_changelog_subscribers", func(op *engine.Operation) { op.Input = input.Args[anyLanguage]() }},
		{"other fields in a map", "create_collection", func(op *engine.Operation) { op.Input = input.Args[otherMap]() }},
		{"a wrong name", "get_board", func(op *engine.Operation) { op.Name = "fetch_board" }},
		{"a wrong path", "get_board", func(op *engine.Operation) { op.Path = "/v2/board/{boardId}" }},
		{"a wrong method", "update_post", func(op *engine.Operation) { op.Method = "PUT" }},
		{"a wrong effect", "delete_post", func(op *engine.Operation) { op.Effect = engine.Write }},
		{"a vote that looks final", "remove_post_voter", func(op *engine.Operation) { op.Reversible = false }},
		{"an old endpoint that looks current", "delete_comment_legacy", func(op *engine.Operation) { op.Legacy = false }},
		{"a repeatable post that is not", "create_post", func(op *engine.Operation) { op.Idempotent = true }},
		{"a rule left out", "create_comment", func(op *engine.Operation) { op.Rules = nil }},
		{"an argument too many", "list_post_voters", func(op *engine.Operation) { op.Input = input.Args[missing]() }},
		{"an argument too few", "list_posts", func(op *engine.Operation) { op.Input = tools.Inventory().Lookup("list_boards").Input }},
		{"a wrong required flag", "get_board", func(op *engine.Operation) { op.Input = input.Args[optional]() }},
		{"a bound left out", "list_post_voters", func(op *engine.Operation) { op.Input = input.Args[unbounded]() }},
		{"a value left out of an enum", "list_contacts", func(op *engine.Operation) { op.Input = input.Args[enum]() }},
	} {
		op := *tools.Inventory().Lookup(tc.tool)
		if diff := mismatch(&op); diff != "" {
			t.Fatalf("%s differs undamaged: %s", tc.tool, diff)
		}
		tc.damage(&op)
		if mismatch(&op) == "" {
			t.Errorf("%s goes unnoticed", tc.name)
		}
	}
}

// expect adds an argument of the document to the object that a declaration should publish.
func expect(object map[string]any, name string, schema map[string]any, required bool) {
	if retyped[name] != "" {
		schema = map[string]any{"type": "retyped"}
	}
	object["properties"].(map[string]any)[name] = schema
	if required {
		object["required"] = append(object["required"].([]any), name)
	}
}

// merged turns alternatives into one object, as a flat schema has to: the properties of all, required where all require it, and the
// values of all where each has its own. What goes with what is in the rules; TestWhatIsAcceptedFits holds these to the document.
func merged(schema map[string]any) map[string]any {
	alternatives, ok := schema["oneOf"].([]any)
	if !ok {
		return schema
	}
	properties, count := map[string]any{}, map[any]int{}
	for _, a := range alternatives {
		form := contract.Load().Resolve(a.(map[string]any))
		for name, p := range form["properties"].(map[string]any) {
			p := maps.Clone(contract.Load().Resolve(p.(map[string]any)))
			if only, isConst := p["const"]; isConst {
				p["enum"] = []any{only}
				delete(p, "const")
			}
			if before, seen := properties[name].(map[string]any); seen && p["enum"] != nil {
				p["enum"] = union(before["enum"].([]any), p["enum"].([]any))
			}
			properties[name] = p
		}
		required, _ := form["required"].([]any)
		for _, name := range required {
			count[name]++
		}
	}
	var required []any
	for name, n := range count {
		if n == len(alternatives) {
			required = append(required, name)
		}
	}
	return map[string]any{"type": "object", "properties": properties, "required": required}
}

func union(a, b []any) []any {
	out := slices.Clone(a)
	for _, v := range b {
		if !slices.Contains(out, v) {
			out = append(out, v)
		}
	}
	return out
}

// outline reduces a schema to what a declaration has to repeat: types, names, required, enums and bounds. Left out are words,
// defaults and formats (they cost each user's context and the names tell them), null (that is clear), and the deprecated
// snake_case values of enums.
func outline(schema map[string]any) map[string]any {
	schema = merged(contract.Load().Resolve(schema))
	out := map[string]any{}
	switch kind := schema["type"].(type) {
	case string:
		out["type"] = kind
	case []any:
		for _, k := range kind {
			if k != "null" {
				out["type"] = k
			}
		}
	}
	for _, bound := range []string{"minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems"} {
		if v, ok := schema[bound]; ok {
			out[bound] = v
		}
	}
	if only, ok := schema["const"]; ok {
		out["enum"] = []any{only}
	}
	if values, ok := schema["enum"].([]any); ok {
		out["enum"] = slices.DeleteFunc(slices.Clone(values), func(v any) bool {
			s, _ := v.(string)
			return strings.ContainsRune(s, '_') && strings.ContainsRune(s, ':')
		})
		slices.SortFunc(out["enum"].([]any), func(a, b any) int { return strings.Compare(a.(string), b.(string)) })
	}
	if items, ok := schema["items"].(map[string]any); ok {
		out["items"] = outline(items)
	}
	if values, ok := schema["additionalProperties"].(map[string]any); ok {
		if inner := outline(values); inner["type"] != nil { // free values have none
			out["additionalProperties"] = inner
		}
	}
	if properties, ok := schema["properties"].(map[string]any); ok {
		inner := map[string]any{}
		for name, p := range properties {
			inner[name] = map[string]any{"type": "retyped"}
			if retyped[name] == "" {
				inner[name] = outline(p.(map[string]any))
			}
		}
		out["properties"] = inner
	}
	required, _ := schema["required"].([]any)
	var names []string
	for _, name := range required {
		names = append(names, name.(string))
	}
	slices.Sort(names)
	if len(names) > 0 {
		out["required"] = names
	}
	return out
}

// neverEmptied are the fields that may be null in the document but that clear does not accept, with the reason.
var neverEmptied = map[string]string{
	"createdAt":             "when something began can be wrong, not unknown",
	"scheduledDate":         "null means now, and so does leaving it out",
	"sendEmail":             "null means false, and so does leaving it out",
	"sendStatusUpdateEmail": "null means false, and so does leaving it out",
	"commentsEnabled":       "on or off, and null is neither",
	"inReview":              "on or off, and null is neither",
	"isPinned":              "on or off, and null is neither",
	"isPrivate":             "on or off, and null is neither",
	"upvotes":               "a count, and none is 0",
	"downvotes":             "a count, and none is 0",
}

// What an update may send as null is what clear names. What a call that only creates may send as null is what it does not send.
func TestClearNamesWhatMayBeNull(t *testing.T) {
	t.Parallel()
	for _, op := range tools.Inventory().Endpoints() {
		if op.Effect == engine.Read || !*tools.Inventory().Bare(op).Annotations.IdempotentHint {
			continue
		}
		want, got := []string{}, []string{}
		body, _ := merged(enginetest.Contract(op).Body)["properties"].(map[string]any)
		for name, p := range body {
			if nullable(p.(map[string]any)) && neverEmptied[name] == "" {
				want = append(want, name)
			}
		}
		if sh := op.Input.Shape().Props[input.ClearArg]; sh != nil {
			got = slices.Clone(sh.Items.Enum)
		}
		slices.Sort(want)
		slices.Sort(got)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: what may be null in the document (-), what clear names (+):\n%s", op.Name, diff)
		}
	}
}

func nullable(schema map[string]any) bool {
	schema = contract.Load().Resolve(schema)
	if kinds, ok := schema["type"].([]any); ok {
		return slices.Contains(kinds, any("null"))
	}
	alternatives, _ := schema["anyOf"].([]any)
	return slices.ContainsFunc(alternatives, func(a any) bool { return a.(map[string]any)["type"] == "null" })
}

// A default that is published is the API's: an argument left out is not sent.
func TestDefaultsMatchTheContract(t *testing.T) {
	t.Parallel()
	compared := 0
	for _, op := range tools.Inventory().Endpoints() {
		c := enginetest.Contract(op)
		documented := map[string]any{}
		for _, p := range c.Parameters {
			documented[p.Name] = p.Schema["default"]
		}
		body, _ := c.Body["properties"].(map[string]any)
		for name, p := range body {
			documented[name] = contract.Load().Resolve(p.(map[string]any))["default"]
		}
		for name, prop := range op.Input.Shape().Props {
			if prop.Schema.Default == nil {
				continue
			}
			compared++
			if got, want := fmt.Sprint(prop.Schema.Default), fmt.Sprint(documented[name]); got != want {
				t.Errorf("%s: the default of %s is %s, the document has %s", op.Name, name, got, want)
			}
		}
	}
	if compared == 0 {
		t.Error("nothing to compare")
	}
}

func TestFilterFieldsMatchTheContract(t *testing.T) {
	t.Parallel()
	for _, op := range tools.Inventory().Endpoints() {
		c := enginetest.Contract(op)
		if len(c.SearchFields) == 0 {
			continue
		}
		if filter := op.Input.Shape().Props["filter"]; op.Preview != "" { // its operators are not published, so that the names stand in words
			for _, f := range c.SearchFields {
				if !strings.Contains(filter.Schema.Description, f.Name) {
					t.Errorf("%s: the filter does not name %s", op.Name, f.Name)
				}
			}
			continue
		}
		t.Run(op.Name, func(t *testing.T) {
			t.Parallel()
			var want []string
			for _, f := range c.SearchFields {
				kind, nullable := strings.CutSuffix(f.Type, "|null")
				field := f.Name
				if values, few := strings.CutPrefix(kind, "enum:"); few {
					field += ":" + values
				}
				switch kind {
				case "unix_seconds":
					field += ":date"
				case "number", "boolean", "any":
					field += ":" + kind
				}
				if nullable {
					field += "?"
				}
				want = append(want, field)
			}
			query := op.Input.Shape().Props["query"]
			if query == nil {
				t.Fatal("no query")
			}
			specials := regexp.MustCompile(`/\w+`)
			if diff := cmp.Diff(strings.Join(want, ","), specials.ReplaceAllString(query.Tag.Get("filters"), "")); diff != "" {
				t.Error(diff)
			}
			for i, f := range input.Filters(query.Tag) {
				documented := c.SearchFields[i].Operators // none for custom attributes
				if diff := cmp.Diff(slices.Sorted(slices.Values(documented)), slices.Sorted(slices.Values(f.Operators()))); diff != "" && len(documented) > 0 {
					t.Errorf("%s: %s", f.Name, diff)
				}
			}
			if *query.Schema.MinItems != 1 || *query.Schema.MaxItems != 15 {
				t.Error("an AND group has 1 to 15 clauses")
			}
		})
	}
}

// Every argument of every operation reaches the API in its place, and the document accepts what arrives.
func TestEveryArgumentArrives(t *testing.T) {
	t.Parallel()
	for _, op := range tools.Inventory().Endpoints() {
		for _, zero := range []bool{false, true} {
			name := op.Name + "/values"
			if zero {
				name = op.Name + "/zero values"
			}
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				c := enginetest.Contract(op)
				api := enginetest.NewAPI(t, 200, `{"id":"1"}`)
				seen := map[string]bool{input.ClearArg: true, input.CompareArg: true}
				for _, args := range enginetest.Samples(op, zero) {
					text, isError := enginetest.Call(t, api.Client(t), op.Name, string(rawjson.Encode(args)))
					if isError {
						t.Fatalf("%s\n%s", rawjson.Encode(args), text)
					}
					requests := api.Arrived()
					if op.Effect != engine.Read && len(requests) == 2 { // what was there before, or what became of it, is read for the receipt
						requests = slices.DeleteFunc(requests, func(r enginetest.Sent) bool { return r.Method == "GET" || strings.HasSuffix(r.Path, "/search") })
					}
					if len(requests) != 1 {
						t.Fatalf("%d requests arrived", len(requests))
					}
					compareWithContract(t, op, c, args, requests[0])
					for name := range args {
						seen[name] = true
					}
				}
				for _, name := range op.Input.Shape().Names {
					if !seen[name] {
						t.Errorf("%s was never sent", name)
					}
				}
			})
		}
	}
}

// An operation that was published after the pinned version is sent with one that its page offers, whatever the client's version is. One that took a
// field later is sent with the version that has it where a call gives it, or with the client's if that is later still. All others are sent with the client's.
func TestEachOperationIsSentWithItsVersion(t *testing.T) {
	t.Parallel()
	const pinned, latest = "2026-01-01.nova", "2026-09-03.pulsar"
	later, brought := 0, 0
	for _, op := range tools.Inventory().Endpoints() {
		c := enginetest.Contract(op)
		if (op.Version != "") != (c.Read != "") || op.Version != "" && (!slices.Contains(c.Versions, op.Version) || !slices.Contains(tools.Versions(), op.Version)) {
			t.Errorf("%s: version %q, the document offers %q", op.Name, op.Version, c.Versions)
		}
		since := map[string]string{}
		for _, b := range op.Brings() {
			since[b.Argument] = b.Version
		}
		if !maps.Equal(c.Since, since) {
			t.Errorf("%s: the document has fields of later versions %v, the declaration %v", op.Name, c.Since, since)
		}
		plain := enginetest.Sample(op, false)
		for argument := range since {
			delete(plain, argument)
		}
		if op.Version != "" {
			later++
		}
		for _, version := range []string{pinned, latest} {
			if sent, want := versionsOf(t, op, version, plain), stdcmp.Or(op.Version, version); len(sent) == 0 || slices.ContainsFunc(sent, func(v string) bool { return v != want }) {
				t.Errorf("%s is sent with %q, want %q", op.Name, sent, want)
			}
			for argument, first := range since {
				brought++
				sent := versionsOf(t, op, version, enginetest.Sample(op, false))
				if want := max(first, version); len(sent) == 0 || sent[len(sent)-1] != want {
					t.Errorf("%s with %s is sent with %q, want %q", op.Name, argument, sent, want)
				}
				if slices.ContainsFunc(sent[:len(sent)-1], func(v string) bool { return v != version }) {
					t.Errorf("%s: what is read before is asked for with %q, want %q", op.Name, sent, version)
				}
			}
		}
	}
	if later == 0 || brought == 0 {
		t.Errorf("%d operations have a version of their own, and %d arguments", later, brought)
	}
}

// versionsOf returns the versions of the requests of a call, of a client with this one.
func versionsOf(t *testing.T, op *engine.Operation, version string, arguments map[string]any) (sent []string) {
	t.Helper()
	record := enginetest.Wire(func(r *http.Request) (*http.Response, error) {
		if strings.HasPrefix(r.URL.Path, strings.Split(op.Path, "/{")[0]) {
			sent = append(sent, r.Header.Get("Featurebase-Version"))
		}
		return enginetest.Response(http.StatusOK, `{"id":"1"}`), nil
	})
	cfg := enginetest.Behind(record)
	cfg.Version = version
	c, err := client.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = enginetest.CallIn(t, enginetest.Permissive(c), op, string(rawjson.Encode(arguments)))
	return sent
}

func compareWithContract(t *testing.T, op *engine.Operation, c *contract.Operation, args map[string]any, got enginetest.Sent) {
	t.Helper()
	want := maps.Clone(args)
	for _, name := range oursAlone {
		delete(want, name)
	}
	path := op.Path
	for _, name := range enginetest.Holes(op, c) {
		path = strings.ReplaceAll(path, "{"+name+"}", fmt.Sprint(want[name]))
		delete(want, name)
	}
	if got.Method != c.Method || got.Path != path {
		t.Errorf("%s %s arrived, want %s %s", got.Method, got.Path, c.Method, path)
	}
	if op.Key != "" { // goes out as a header
		if !slices.Equal(c.Headers, []string{"Idempotency-Key"}) {
			t.Errorf("the document has the headers %q", c.Headers)
		}
		delete(want, op.Key)
	}
	inQuery := slices.ContainsFunc(c.Parameters, func(p contract.Parameter) bool { return p.In == "query" })
	if inQuery != (op.Method == http.MethodGet || op.InQuery) && len(c.Parameters) > 0 && op.Method != http.MethodGet {
		t.Errorf("InQuery is %v", op.InQuery)
	}
	place := slices.Sorted(maps.Keys(got.Query))
	if c.Method != "GET" && !op.InQuery {
		place = slices.Sorted(maps.Keys(got.Body))
	}
	if diff := cmp.Diff(slices.Sorted(maps.Keys(want)), place, cmp.Transformer("empty", func(s []string) []string { return append([]string{}, s...) })); diff != "" {
		t.Error(diff)
	}
	if c.Method == "GET" || op.InQuery {
		if problems := c.ValidateQuery(urlValues(got.Query)); len(problems) > 0 {
			t.Errorf("the document refuses the query %v: %v", got.Query, problems)
		}
		return
	}
	var body any = got.Body
	if got.Body == nil {
		body = nil
	}
	if problems := c.ValidateBody(body); len(problems) > 0 {
		t.Errorf("the document refuses the body %s: %v", rawjson.Encode(got.Body), problems)
	}
}

func urlValues(query map[string]string) url.Values {
	v := url.Values{}
	for name, value := range query {
		v.Set(name, value)
	}
	return v
}
