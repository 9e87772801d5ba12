package tools_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/engine/enginetest"
	"featurebase-mcp/internal/golden"
	"featurebase-mcp/internal/render"
	"featurebase-mcp/tools"
)

// What the tools may cost the context of every user, in tokens and in tools: some hosts stop at 40.
const (
	maxTokensOfAll      = 14000 + maxTokensOfTraining
	maxTokensOfTraining = 900 // what training data cost, which came after the others
	maxTokensByDefault  = 5300
	maxToolsByDefault   = 38
	maxToolsShown       = 40 // with the tool for panels, which the others do not count
	maxTokensForPanels  = 50
)

// tokensOf counts what tools.Tokens returns.
func tokensOf(t *testing.T, op *engine.Operation) int {
	t.Helper()
	return enginetest.Tokens(t, op.Name+"\n"+op.Describe()+"\n"+string(tools.Inventory().Schema(op, false)))
}

func TestTokensAreFresh(t *testing.T) {
	t.Parallel()
	var lines strings.Builder
	for _, op := range tools.Inventory().All() {
		n := tokensOf(t, op)
		fmt.Fprintln(&lines, op.Name, n)
		if tools.Tokens(op) != n && !*golden.Update {
			t.Errorf("%s costs %d tokens and is said to cost %d", op.Name, n, tools.Tokens(op))
		}
	}
	golden.File(t, "tokens.txt", lines.String())
}

// The instructions are in every context too.
func TestInstructionsAreShort(t *testing.T) {
	t.Parallel()
	const most = 400
	text, err := os.ReadFile(filepath.Join("..", "internal", "app", "instructions.md"))
	if err != nil {
		t.Fatal(err)
	}
	n := enginetest.Tokens(t, string(text))
	if t.Logf("%d tokens of %d", n, most); n > most || !strings.Contains(string(text), render.UntrustedMark) {
		t.Errorf("%d tokens, at most %d are meant; and the mark has to be explained: %s", n, most, text)
	}
}

func TestToolsKeepTheirBudgets(t *testing.T) {
	t.Parallel()
	all, byDefault, count := 0, 0, 0
	for _, op := range tools.Inventory().All() {
		n := tokensOf(t, op)
		if op.Preview == "" {
			all += n
		}
		if op.Default {
			byDefault += n
			count++
		}
	}
	// Hosts keep the tool for panels from their models. In one that does not, it costs this much more.
	click := engine.Click(nil).Tool
	forPanels := enginetest.Tokens(t, click.Name+"\n"+click.Description+"\n"+string(click.RawInputSchema))
	if forPanels > maxTokensForPanels || count+1 > maxToolsShown {
		t.Errorf("with the tool for panels: %d tools of %d; it costs %d tokens of %d", count+1, maxToolsShown, forPanels, maxTokensForPanels)
	}
	t.Logf("the tool for panels: %d tokens of %d", forPanels, maxTokensForPanels)
	t.Logf("all %d tools: %d tokens of %d; default %d tools: %d of %d", len(tools.Inventory().All()), all, maxTokensOfAll, count, byDefault, maxTokensByDefault)
	if all > maxTokensOfAll || byDefault > maxTokensByDefault || count > maxToolsByDefault {
		t.Errorf("all tools: %d tokens of %d; by default: %d tokens of %d in %d tools of %d",
			all, maxTokensOfAll, byDefault, maxTokensByDefault, count, maxToolsByDefault)
	}
}
