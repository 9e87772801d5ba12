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

// Whatever version the workspace is asked in, each tool says the same: where an answer has another form, the receipt is the same all the same.
func TestToolsAnswerAlikeInEachVersion(t *testing.T) {
	t.Parallel()
	unchanged := enginetest.Box(t, sandbox.Options{}) // for reads
	for _, e := range enginetest.Examples(t) {
		if e.Op.Run != nil {
			continue
		}
		t.Run(e.Op.Name, func(t *testing.T) {
			t.Parallel()
			want := ""
			for _, version := range tools.Versions()[1:] { // the first one is older than what the tools are declared for
				box := unchanged
				if e.Op.Effect != engine.Read {
					box = enginetest.Box(t, sandbox.Options{})
				}
				cfg := app.Config{Client: enginetest.Behind(box.Transport())}
				cfg.Client.Version = version
				answer, isError := enginetest.Ask(t, enginetest.Start(t, e.In(cfg)), e.Op.Name, e.Arguments)
				if isError {
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
		})
	}
}
