package engine_test

import (
	"net/http"
	"strings"
	"testing"

	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/input"
	"featurebase-mcp/internal/names"
	"featurebase-mcp/internal/render"
	"featurebase-mcp/tools"
)

func TestDeclarationsAreWellFormed(t *testing.T) {
	t.Parallel()
	if err := tools.Inventory().Check(); err != nil {
		t.Error(err)
	}
}

// Every form has its slips, and each is found with the literal that it is in.
func TestSlipsInDeclarationsAreFound(t *testing.T) {
	t.Parallel()
	type arguments struct {
		Kind  string `json:"kind,omitempty" jsonschema:"enum=a,enum=b"`
		Quiet bool   `json:"quiet,omitempty"`
	}
	type odd struct {
		Query input.Clauses `json:"query,omitempty" filters:"state:opne"`
	}
	thing := &names.Kind{Word: "thing", IDs: "thingId", Find: "find_things"}
	for _, tc := range []struct {
		about, want string
		slip        func(*engine.Operation)
	}{
		{"a condition on nothing", `test_op, Rules[0]: no argument is called "kinds"`, func(op *engine.Operation) { op.Rules = []input.Rule{{When: "kinds=a", Need: "quiet"}} }},
		{"a value that is none", `test_op, Rules[0]: kind is never "c"; valid: a, b`, func(op *engine.Operation) { op.Rules = []input.Rule{{When: "kind=c", Need: "quiet"}} }},
		{"a need of nothing", `test_op, Rules[0]: no argument is called "loud"`, func(op *engine.Operation) { op.Rules = []input.Rule{{Need: "quiet|loud"}} }},
		{"a refusal of nothing", `test_op, Rules[0]: no argument is called "x"`, func(op *engine.Operation) { op.Rules = []input.Rule{{Refuse: "x"}} }},
		{"a notice that never goes", `test_op, Notifies[0]: quiet is never "no"; valid: true, false`, func(op *engine.Operation) {
			op.Notifies = []engine.Notice{{When: "kind|quiet=no", To: "all"}}
		}},
		{"who speaks", `test_op, Impersonates: no argument is called "author"`, func(op *engine.Operation) { op.Impersonates = "author" }},
		{"a later argument that is none", `test_op, Later: no argument is called "loud"`, func(op *engine.Operation) { op.Later = "loud=2026-08-19.orbit" }},
		{"a version without a date", `test_op, Later: "orbit" is not a version`, func(op *engine.Operation) { op.Later = "kind=orbit" }},
		{"a version without a name", `test_op, Later: "2026-08-19" is not a version`, func(op *engine.Operation) { op.Later = "kind=2026-08-19" }},
		{"an argument without a version", `test_op, Later: "kind=2026-08-19.orbit|quiet" is not argument=version`, func(op *engine.Operation) { op.Later = "kind=2026-08-19.orbit|quiet" }},
		{"about what is not read", `test_op, About: no read is called "get_thing"`, func(op *engine.Operation) { op.About = "kind=get_thing" }},
		{"used, and not there", `test_op, Uses: no read is called "nothing"`, func(op *engine.Operation) { op.Uses = []string{"nothing"} }},
		{"shown by a write", `test_op, ShownBy: no read is called "test_op"`, func(op *engine.Operation) { op.ShownBy = "test_op" }},
		{"a reference of nothing", `test_op, Refs[thingId]: neither an argument nor a filter`, func(op *engine.Operation) { op.Refs = engine.Refs{"thingId": {Kind: thing}} }},
		{"an admin of no kind", `test_op, ActingAdmin: no Ref says of which kind kind is`, func(op *engine.Operation) { op.ActingAdmin = &input.Rule{Need: "kind"} }},
		{"a form that nothing writes", `test_op, Output: Row: b has the unknown form "dates"`, func(op *engine.Operation) { op.Output = &render.View{Row: "a b|dates"} }},
		{"a column twice", `test_op, Output: Lines has a twice`, func(op *engine.Operation) { op.Output = &render.View{Lines: "a b a=c"} }},
		{"a filter of no kind", `test_op, Input: query: filter "state" has the kind "opne"`, func(op *engine.Operation) { op.Input = input.Args[odd]() }},
		{"a kind that nothing finds", `kind thing, Find: no read is called "find_things"`, func(*engine.Operation) {}},
	} {
		op := &engine.Operation{Name: "test_op", Effect: engine.Write, Method: http.MethodPost, Path: "/v2/things", Input: input.Args[arguments]()}
		tc.slip(op)
		err := engine.NewInventory(nil, []*names.Kind{thing}, &engine.Toolset{Name: "test", Operations: []*engine.Operation{op}}).Check()
		if err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: %v, want %s", tc.about, err, tc.want)
		}
	}
}
