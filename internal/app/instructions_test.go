package app

import (
	"fmt"
	"strings"
	"testing"

	"featurebase-mcp/internal/prose"
	"featurebase-mcp/tools"
	"featurebase-mcp/tools/kind"
)

// With every tool on nothing is left out.
func TestTheInstructionsAreWhole(t *testing.T) {
	all := tools.Selection{Toolsets: []string{tools.AllTools}}
	if got := instructionsFor(all.OffBy); got != instructions {
		t.Errorf("got\n%s\nwant\n%s", got, instructions)
	}
}

// No instructions name a tool that is off, and all of them are whole sentences.
func TestTheInstructionsNameOnlyToolsThatAreOn(t *testing.T) {
	selections := []tools.Selection{{}, {ReadOnly: true}, {Exclude: []string{"search_posts"}}}
	for _, op := range tools.Inventory().All() {
		selections = append(selections, tools.Selection{Toolsets: []string{"none"}, Tools: []string{op.Name}})
	}
	for _, selection := range selections {
		got := instructionsFor(selection.OffBy)
		for _, word := range prose.Words(got) {
			if selection.OffBy(word) != "" {
				t.Errorf("%+v: names %s:\n%s", selection, word, got)
			}
		}
		for line := range strings.SplitSeq(strings.TrimSpace(got), "\n") {
			if line != "" && !strings.HasSuffix(line, ".") || strings.Contains(line, "()") || strings.HasPrefix(line, "- (") {
				t.Errorf("%+v: no sentence: %q", selection, line)
			}
		}
		if !strings.Contains(got, "Do not repeat a call that says it cannot.") {
			t.Errorf("%+v: what has nothing to do with tools is gone:\n%s", selection, got)
		}
	}
}

// A server tells the instructions of its own selection, sends models only to its own tools, and notices what is repeated.
func TestFailuresKnowTheServer(t *testing.T) {
	cfg := sandboxed()
	cfg.Selection = tools.Selection{Toolsets: []string{"none"}, Tools: []string{"get_post", "list_boards"}}
	h := serve(t, cfg)
	if got := fmt.Sprint(h.initialize("2025-11-25")["instructions"]); !strings.Contains(got, "(list_boards") || strings.Contains(got, "create_post") {
		t.Errorf("instructions: %s", got)
	}
	const missing = `{"postId":"64b0c2f19d3e5a77889900ff"}`
	for id := 1; id <= 3; id++ {
		h.call(id, "get_post", missing)
		got := text(h.next())
		if !strings.Contains(got, "ask the user for the right postId (the tool that finds it is switched off by --toolsets none; --tools search_posts would add it)") {
			t.Error(got)
		}
		if told := strings.HasPrefix(got, "This call has failed 3 times the same way: it will not work until the arguments change."); told != (id == 3) {
			t.Errorf("call %d: %s", id, got)
		}
	}
}

// The sentence about names has every kind whose name works as an id.
func TestInstructionsNameTheKindsThatGoByName(t *testing.T) {
	t.Parallel()
	for _, k := range kind.All() {
		if word := strings.TrimPrefix(strings.TrimPrefix(k.Word, "post "), "ticket "); k.List != "" && k.Most == 0 && !strings.Contains(instructions, word) {
			t.Errorf("no word about %s", k.Plural)
		}
	}
}
