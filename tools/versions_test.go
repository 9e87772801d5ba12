package tools_test

import (
	"testing"

	"featurebase-mcp/internal/app"
	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/engine/enginetest"
	"featurebase-mcp/internal/rawjson"
	"featurebase-mcp/internal/sandbox"
	"featurebase-mcp/tools"
)

// further are calls whose answers or requests differ by version, besides the examples: tool, arguments and whether it is refused.
var further = []struct {
	tool, arguments string
	refused         bool
}{
	{"create_changelog", `{"title":"Dark","markdownContent":"Dark.","translations":{"de":{"title":"Dunkel","markdownContent":"Die App ist **dunkel**."}}}`, false},
	{"update_changelog", `{"changelogId":"<changelogId>","translations":{"de":{"title":"Dunkel","htmlContent":"<p>Dunkel.</p>"}}}`, false},
	{"update_changelog", `{"changelogId":"<changelogId>","title":"Darker","translations":{"de":{"title":"Dunkel"}}}`, true}, // no text in a new language
	{"create_changelog", `{"title":"Dark","markdownContent":"Dark.","allowedSegmentIds":["6702b1c49d3e5a7788990c01"]}`, false},
	{"create_changelog", `{"title":"Dark","markdownContent":"Dark.","allowedSegmentIds":["6702b1c49d3e5a77889900ff"]}`, true},
	{"update_changelog", `{"changelogId":"<changelogId>","allowedSegmentIds":["6702b1c49d3e5a77889900ff"]}`, true},
	{"update_changelog", `{"changelogId":"<changelogId>","categories":["Nothing of this name"]}`, true},
	{"get_conversation", `{"conversationId":"10078"}`, false}, // the bot answers with a source
	{"redact_conversation_part", `{"conversationId":"10078","conversationPartId":"500715","type":"conversation_part"}`, false},
	{"redact_conversation_part", `{"conversationId":"10071","conversationPartId":"500681","type":"conversation_part"}`, true}, // a note
}

// Whatever version the workspace is asked in, each tool says the same: where an answer has another form, the receipt is the same all the same.
func TestToolsAnswerAlikeInEachVersion(t *testing.T) {
	t.Parallel()
	unchanged := enginetest.Box(t, sandbox.Options{}) // for reads
	box := func(op *engine.Operation) *sandbox.Sandbox {
		if op.Effect == engine.Read {
			return unchanged
		}
		return enginetest.Box(t, sandbox.Options{})
	}
	for _, e := range enginetest.Examples(t) {
		if e.Op.Run == nil {
			t.Run(e.Op.Name, func(t *testing.T) {
				t.Parallel()
				alike(t, e.Op.Name, e.Arguments, false, e.In, func() *sandbox.Sandbox { return box(e.Op) })
			})
		}
	}
	for _, f := range further {
		op := tools.Inventory().Lookup(f.tool)
		t.Run(f.tool+" "+f.arguments, func(t *testing.T) {
			t.Parallel()
			alike(t, f.tool, enginetest.Fill(t, f.arguments), f.refused, func(cfg app.Config) app.Config { return cfg }, func() *sandbox.Sandbox { return box(op) })
		})
	}
}

// alike makes a call in each version, on a sandbox each.
func alike(t *testing.T, tool, arguments string, refused bool, in func(app.Config) app.Config, box func() *sandbox.Sandbox) {
	t.Helper()
	want := ""
	for _, version := range tools.Versions()[1:] { // the first one is older than what the tools are declared for
		cfg := app.Config{Client: enginetest.Behind(box().Transport())}
		cfg.Client.Version = version
		answer, isError := enginetest.Ask(t, enginetest.Start(t, in(cfg)), tool, arguments)
		if isError != refused {
			t.Fatalf("%s: %s", version, answer)
		}
		did := rawjson.Value(answer).Get("did").Text()
		switch {
		case want == "":
			want = answer
		case answer == want:
		case did == "" || did != rawjson.Value(want).Get("did").Text():
			t.Errorf("%s: %s\nbefore: %s", version, answer, want)
		}
	}
}
