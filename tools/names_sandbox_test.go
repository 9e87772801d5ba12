package tools_test

import (
	"regexp"
	"strings"
	"testing"

	"featurebase-mcp/internal/app"
	"featurebase-mcp/internal/engine/enginetest"
	"featurebase-mcp/tools"
)

// A model that has never seen an id files a post, finds it and hands over a conversation, by names alone.
func TestNamesWorkAllTheWay(t *testing.T) {
	t.Parallel()
	host := enginetest.Start(t, app.Config{Sandbox: &app.Sandbox{}, Selection: tools.Selection{Toolsets: []string{"all"}}})
	created, isError := enginetest.Ask(t, host, "create_post", `{"boardId":"bugs","statusId":"in progress","assigneeId":"nora lindqvist","title":"Clock runs backwards"}`)
	if isError || !strings.Contains(created, `"status":"In progress"`) || !strings.Contains(created, `"boardId":"Bugs (`) {
		t.Fatal(created)
	}
	id := regexp.MustCompile(`"id":"(\w+)"`).FindStringSubmatch(created)[1]
	if post, _ := enginetest.Ask(t, host, "get_post", `{"postId":"`+id+`"}`); !strings.Contains(post, "\nassigneeId: Nora Lindqvist (") {
		t.Error(post)
	}
	for _, step := range []struct{ tool, arguments, want string }{
		{"search_posts", `{"query":[{"field":"boardId","operator":"IN","value":["Bugs"]},{"field":"assigneeId","operator":"=","value":"nora@plumline.example"}]}`, "Clock runs backwards"},
		{"update_conversation", `{"conversationId":"10083","adminAssigneeId":"Ben Castellano","teamAssigneeId":"engineering"}`, `"teamAssigneeId":"Engineering (`},
		{"search_conversations", `{"query":[{"field":"teamAssigneeId","operator":"=","value":"Engineering"},{"field":"tagIds","operator":"=","value":"billing"}]}`, `"adminAssigneeId":"Ben Castellano"`},
		{"list_tickets", `{"statusIds":["In progress"],"ticketCategoryIds":["support request"]}`, `"assigneeId":"Tomasz Wilk"`},
		{"search_articles", `{"query":[{"field":"parent_id","operator":"=","value":"getting started"}]}`, `"collectionId":"Getting started"`},
	} {
		if text, isError := enginetest.Ask(t, host, step.tool, step.arguments); isError || !strings.Contains(text, step.want) {
			t.Errorf("%s %s: %s", step.tool, step.arguments, text)
		}
	}
}
