package tools_test

import (
	"strings"
	"testing"

	"featurebase-mcp/internal/engine/enginetest"
	"featurebase-mcp/internal/golden"
	"featurebase-mcp/internal/render"
	"featurebase-mcp/tools"
)

// Every tool's example is called as a host would call it, on a sandbox in its first state. What a model reads is kept under
// testdata/examples, for the eyes.
func TestExamplesAreAnswered(t *testing.T) {
	t.Parallel()
	archives := map[string]*golden.Texts{}
	for _, set := range tools.Inventory().Toolsets() {
		archives[set.Name] = golden.Archive(t, "testdata/examples/"+set.Name+".txtar")
	}
	for _, e := range enginetest.Examples(t) {
		t.Run(e.Op.Name, func(t *testing.T) {
			t.Parallel()
			text := e.Answer(t, enginetest.Options{})
			const most = 4000 // characters of a golden file; the answers go on
			if long := []rune(text); len(long) > most {
				text = string(long[:most])
			}
			archives[tools.Inventory().ToolsetOf(e.Op.Name).Name].File(t, e.Op.Name, text)
		})
	}
}

// The live API has items that are null and objects that lost their name. No tool stumbles over them or shows them.
func TestExamplesAreAnsweredOddly(t *testing.T) {
	t.Parallel()
	for _, e := range enginetest.Examples(t) {
		t.Run(e.Op.Name, func(t *testing.T) {
			t.Parallel()
			if text := e.Answer(t, enginetest.Options{Quirks: true}); strings.Contains(text, "null") {
				t.Errorf("%s\n%s", e.Arguments, text)
			}
		})
	}
}

// With the least budget every example is still answered, within it.
func TestExamplesAreAnsweredWithinTheLeastBudget(t *testing.T) {
	t.Parallel()
	for _, e := range enginetest.Examples(t) {
		t.Run(e.Op.Name, func(t *testing.T) {
			t.Parallel()
			if text := e.Answer(t, enginetest.Options{Budget: render.LeastBudget}); len(text) > int(render.LeastBudget) {
				t.Errorf("%s: %d bytes\n%s", e.Arguments, len(text), text)
			}
		})
	}
}
