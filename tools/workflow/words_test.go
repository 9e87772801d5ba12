package workflow_test

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"testing"

	"featurebase-mcp/internal/app"
	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/engine/enginetest"
	"featurebase-mcp/internal/sandbox"
	"featurebase-mcp/tools"
)

// No workflow sends a model to a tool that it cannot call, in whatever it finds.
func TestWorkflowsNameOnlyToolsThatAreOn(t *testing.T) {
	t.Parallel()
	box := enginetest.Box(t, sandbox.Options{})
	c := enginetest.Client(t, enginetest.Behind(box.Transport()))
	env := engine.Env{Engine: &engine.Engine{Inventory: tools.Inventory(), Now: box.Now}, Account: engine.Account{Client: c, Names: enginetest.Names(c)}}
	for _, tc := range []struct{ tool, arguments, names string }{
		{"triage_queue", `{"limit":1}`, "find_similar_posts update_post"},
		{"find_similar_posts", `{"text":"dark mode at night"}`, "add_post_voter create_comment"},
		{"find_similar_posts", `{"postId":"6ae0e6df8c2fe90da8000114"}`, "add_post_voter create_comment plan_changes update_post"},
		{"find_similar_posts", `{"text":"SSO"}`, "add_post_voter create_comment"},
		{"find_similar_posts", `{"text":"quantum tofu"}`, "create_post search_posts"},
		{"find_similar_posts", `{"text":"tofu","boardId":"5f5f5f5f5f5f5f5f5f5f5f5f"}`, "list_boards"},
		{"answer_from_help_center", `{"question":"What is the capital of France?"}`, ""},
		{"answer_from_help_center", `{"question":"VAT","helpCenterId":"nope"}`, "list_help_centers"},
		{"draft_changelog", `{"since":"2020-01-01"}`, "create_changelog create_comment list_post_voters plan_changes publish_changelog search_posts update_post"},
		{"support_report", `{}`, "awaiting_reply summarize_conversation"},
		{"survey_summary", `{}`, ""},
		{"feedback_report", `{}`, ""},
		{"summarize_conversation", `{"conversationId":"10001"}`, "get_conversation"},
		{"awaiting_reply", `{}`, "create_comment get_ticket reply_to_conversation reply_to_ticket summarize_conversation"},
		{"awaiting_reply", `{"channel":["posts"],"minDays":30}`, "create_comment"},
		{"rank_requests", `{}`, "list_post_voters"},
		{"rank_requests", `{"minVotes":9000}`, "search_posts"},
	} {
		for _, off := range []bool{false, true} {
			want := tc.names
			if env.OffBy = nil; off {
				env.OffBy, want = func(string) string { return "--toolsets" }, ""
			}
			answer := answerIn(context.WithoutCancel(t.Context()), t, env, tc.tool, tc.arguments)
			if got := strings.Join(toolsNamed(answer), " "); got != want {
				t.Errorf("%s %s, all other tools off: %v: names %q, not %q:\n%s", tc.tool, tc.arguments, off, got, want, answer)
			}
		}
	}
}

// toolsNamed are the tools that a text names, each once and sorted.
func toolsNamed(text string) []string {
	var named []string
	for _, op := range tools.Inventory().All() {
		if regexp.MustCompile(`\b` + op.Name + `\b`).MatchString(text) {
			named = append(named, op.Name)
		}
	}
	slices.Sort(named)
	return named
}

// A board that does not exist is refused and not reported as one without posts, and so is a question without words.
func TestWorkflowsRefuseWhatIsAboutNothing(t *testing.T) {
	t.Parallel()
	server := enginetest.Start(t, app.Config{Sandbox: &app.Sandbox{}})
	const none = `"boardId":"5f5f5f5f5f5f5f5f5f5f5f5f"`
	const refusal = ` sent nothing: boardId: no board has the id "5f5f5f5f5f5f5f5f5f5f5f5f"; valid: Feature requests, Bugs, `
	for _, tc := range []struct{ tool, arguments, want string }{
		{"triage_queue", `{` + none + `}`, "triage_queue" + refusal},
		{"feedback_report", `{` + none + `}`, "feedback_report" + refusal},
		{"rank_requests", `{` + none + `}`, "rank_requests" + refusal},
		{"rank_requests", `{"tag":"Teleport"}`, `rank_requests sent nothing: tag: no post of the 306 that were looked at has the tag "Teleport"; in use: API, Accessibility, `},
		{"answer_from_help_center", `{"question":" "}`, "answer_from_help_center sent nothing: question: there are no words in it to search for"},
		{"answer_from_help_center", `{"question":"🎉?"}`, "answer_from_help_center sent nothing: question: "},
	} {
		if answer, isError := enginetest.Ask(t, server, tc.tool, tc.arguments); !isError || !strings.HasPrefix(answer, tc.want) {
			t.Errorf("%s %s: %s", tc.tool, tc.arguments, answer)
		}
	}
	answer, isError := enginetest.Ask(t, server, "find_similar_posts", `{"text":"dark mode",`+none+`}`)
	if isError || !strings.Contains(answer, "\nsimilar: unknown; there is no post on this board, or no such board") || strings.Contains(answer, "create_post") {
		t.Error(answer)
	}
}
