package tools_test

import (
	"slices"
	"strings"
	"testing"

	"featurebase-mcp/internal/engine"
	"featurebase-mcp/tools"
)

func exposed(s tools.Selection) []string {
	var names []string
	for _, set := range s.Exposed() {
		for _, op := range set.Operations {
			names = append(names, op.Name)
		}
	}
	return names
}

// What each combination of settings exposes, by example, and which setting is named for what it leaves out.
func TestSelectionsCombine(t *testing.T) {
	t.Parallel()
	const byToolsets = "--toolsets "
	for _, tc := range []struct {
		name string
		tools.Selection
		on  string
		off map[string]string
	}{
		{"nothing said is the default set", tools.Selection{}, "list_boards search_posts create_post create_comment upsert_contact", map[string]string{
			"get_board": "--toolsets default; --tools get_board would add it", "delete_post": byToolsets, "delete_comment_legacy": byToolsets,
		}},
		{"the default set by name", tools.Selection{Toolsets: []string{"default"}}, "list_boards create_post", map[string]string{"get_board": byToolsets}},
		{"one toolset, without what is old", tools.Selection{Toolsets: []string{"comments"}}, "get_comment delete_comment create_comment", map[string]string{
			"delete_comment_legacy": "--toolsets comments; --tools delete_comment_legacy would add it", "list_boards": byToolsets,
		}},
		{"the default set and a toolset", tools.Selection{Toolsets: []string{"default", "boards"}}, "get_board search_posts", map[string]string{
			"delete_post": "--toolsets default,boards; --tools delete_post would add it",
		}},
		{"all", tools.Selection{Toolsets: []string{"all"}}, "get_board delete_post delete_comment_legacy", nil},
		{"all and more", tools.Selection{Toolsets: []string{"boards", "all"}}, "get_board delete_comment_legacy", nil},
		{"none", tools.Selection{Toolsets: []string{"none"}}, "", map[string]string{"list_boards": "--toolsets none; --tools list_boards would add it"}},
		{"a single tool", tools.Selection{Toolsets: []string{"none"}, Tools: []string{"delete_post"}}, "delete_post", map[string]string{"get_post": byToolsets}},
		{"an old tool by its name", tools.Selection{Tools: []string{"delete_comment_legacy"}}, "delete_comment_legacy list_boards", nil},
		{"a tool that is there anyway", tools.Selection{Tools: []string{"list_boards"}}, "list_boards", nil},
		{"all but one", tools.Selection{Toolsets: []string{"all"}, Exclude: []string{"delete_post"}}, "get_post delete_comment", map[string]string{
			"delete_post": "--exclude-tools",
		}},
		{"added and excluded", tools.Selection{Tools: []string{"get_board"}, Exclude: []string{"get_board"}}, "list_boards", map[string]string{
			"get_board": "--exclude-tools",
		}},
		{"excluding what is not there", tools.Selection{Exclude: []string{"get_board"}}, "list_boards", map[string]string{"get_board": "--exclude-tools"}},
		{"read-only", tools.Selection{Toolsets: []string{"all"}, ReadOnly: true}, "list_boards search_posts", map[string]string{
			"create_post": "--read-only", "delete_post": "--read-only", "remove_post_voter": "--read-only",
		}},
		{"read-only wins over a name", tools.Selection{Tools: []string{"create_post", "get_board"}, ReadOnly: true}, "get_board", map[string]string{
			"create_post": "--read-only",
		}},
		{"read-only is told before the rest", tools.Selection{Exclude: []string{"delete_post"}, ReadOnly: true, NoDestructive: true}, "get_post", map[string]string{
			"delete_post": "--read-only",
		}},
		{"no-destructive, reversible or not", tools.Selection{Toolsets: []string{"all"}, NoDestructive: true}, "create_post add_post_voter", map[string]string{
			"delete_post": "--no-destructive", "remove_post_voter": "--no-destructive", "delete_comment_legacy": "--no-destructive",
		}},
		{"no-destructive wins over a name", tools.Selection{Tools: []string{"delete_post"}, NoDestructive: true}, "create_post", map[string]string{
			"delete_post": "--no-destructive",
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			if err := tc.Check(); err != nil {
				t.Fatal(err)
			}
			got := exposed(tc.Selection)
			for name := range strings.FieldsSeq(tc.on) {
				if by := tc.OffBy(name); by != "" || !slices.Contains(got, name) {
					t.Errorf("%s is off, by %q", name, by)
				}
			}
			for name, want := range tc.off {
				if by := tc.OffBy(name); !strings.HasPrefix(by, want) || slices.Contains(got, name) {
					t.Errorf("%s is off by %q, want %q", name, by, want)
				}
			}
			if tc.on == "" && len(got) > 0 {
				t.Errorf("%v", got)
			}
		})
	}
}

func TestSelectionsHoldForEveryOperation(t *testing.T) {
	t.Parallel()
	all := tools.Selection{Toolsets: []string{tools.AllTools}}
	var documented, previews []string
	for _, op := range tools.Inventory().All() {
		if op.Preview == "" {
			documented = append(documented, op.Name)
		} else {
			previews = append(previews, op.Name)
		}
	}
	if got := exposed(all); !slices.Equal(got, documented) || len(previews) != 23 {
		t.Errorf("all is %d of %d operations, and there are %d previews", len(got), len(documented), len(previews))
	}
	if got := exposed(tools.Selection{Toolsets: []string{"help-center-api", "outbound"}}); !slices.Equal(got, previews) {
		t.Errorf("the toolsets of previews expose %q", got)
	}
	all.NoDestructive = true
	for _, name := range exposed(all) {
		if tools.Inventory().Lookup(name).Effect == engine.Destroy {
			t.Errorf("--no-destructive exposes %s", name)
		}
	}
	all.ReadOnly = true
	for _, name := range exposed(all) {
		if tools.Inventory().Lookup(name).Effect != engine.Read {
			t.Errorf("--read-only exposes %s", name)
		}
	}
	for _, set := range tools.Inventory().Toolsets() {
		for _, name := range exposed(tools.Selection{Toolsets: []string{set.Name}}) {
			if !slices.ContainsFunc(set.Operations, func(op *engine.Operation) bool { return op.Name == name && !op.Legacy }) {
				t.Errorf("--toolsets %s exposes %s", set.Name, name)
			}
		}
	}
	if by := (tools.Selection{ReadOnly: true}).OffBy("no_such_tool"); by != "" {
		t.Errorf("an operation that is not there is off by %s", by)
	}
}

// Some hosts stop at 40 tools, and nothing is deleted that nobody asked for.
func TestTheDefaultSetIsSmallAndDeletesNothing(t *testing.T) {
	t.Parallel()
	const most = 38
	names := exposed(tools.Selection{})
	if len(names) == 0 || len(names) > most {
		t.Errorf("%d tools, at most %d", len(names), most)
	}
	for _, name := range names {
		if op := tools.Inventory().Lookup(name); op.Effect == engine.Destroy || op.Legacy {
			t.Errorf("%s is in the default set", name)
		}
	}
}

func TestSelectionsOfWhatIsNotThereAreRefused(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		tools.Selection
		want string
	}{
		{tools.Selection{Toolsets: []string{"default", "coments"}}, `--toolsets: unknown toolset "coments"; did you mean "comments"?`},
		{tools.Selection{Toolsets: []string{"Boards"}}, `--toolsets: unknown toolset "Boards"; did you mean "boards"?`},
		{tools.Selection{Toolsets: []string{"zzzzzz"}}, `--toolsets: unknown toolset "zzzzzz"; valid: default, all, none, boards, posts,`},
		{tools.Selection{Toolsets: []string{"none", "boards"}}, `--toolsets: none stands alone`},
		{tools.Selection{Tools: []string{"get_bord"}}, `--tools: unknown tool "get_bord"; did you mean "get_board"?`},
		{tools.Selection{Tools: []string{"zzzzzz"}}, `--tools: unknown tool "zzzzzz"; featurebase-mcp tools --toolsets all lists them`},
		{tools.Selection{Exclude: []string{"deletePost"}, ReadOnly: true}, `--exclude-tools: unknown tool "deletePost"; did you mean "delete_post"?`},
	} {
		if err := tc.Check(); err == nil || !strings.HasPrefix(err.Error(), tc.want) {
			t.Errorf("%+v: %v, want %s", tc.Selection, err, tc.want)
		}
	}
}
