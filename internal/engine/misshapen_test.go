package engine_test

import (
	"net/http"
	"strings"
	"testing"

	"featurebase-mcp/internal/engine/enginetest"
)

// A successful response without an object or a list is a failure of a read, and leaves open whether a write was made.
func TestASuccessThatSaysNothingIsNone(t *testing.T) {
	t.Parallel()
	for _, body := range []string{`null`, `7`, `"x"`, `{}`, `true`} {
		api := enginetest.NewAPI(t, http.StatusOK, body)
		for _, tool := range []string{"get_post", "list_posts", "search_posts", "list_boards"} {
			arguments := map[string]string{"get_post": `{"postId":"` + anID + `"}`}[tool]
			text, isError := enginetest.Call(t, api.Client(t), tool, arguments)
			if !isError || !strings.Contains(text, "Featurebase answered "+body+" where an object or a list belongs") {
				t.Errorf("%s after %s: %s", tool, body, text)
			}
		}
		text, isError := enginetest.Call(t, api.Client(t), "update_post", `{"postId":"`+anID+`","title":"Hello"}`)
		if !isError || !strings.Contains(text, "The change may have been made all the same: get_post (postId ") || !strings.Contains(text, "Do not retry before that is known") {
			t.Errorf("update_post after %s: %s", body, text)
		}
	}
	for tool, arguments := range map[string]string{"delete_post": `{"postId":"` + anID + `"}`, "attach_contact_to_company": `{"companyId":"c1","contactId":"` + anID + `"}`} {
		if text, isError := enginetest.Call(t, enginetest.NewAPI(t, http.StatusOK, `{}`).Client(t), tool, arguments); isError && tool == "delete_post" {
			t.Errorf("%s: %s", tool, text)
		}
		if text, isError := enginetest.Call(t, enginetest.NewAPI(t, http.StatusNoContent, "").Client(t), tool, arguments); isError && tool == "delete_post" {
			t.Errorf("%s without a body: %s", tool, text)
		}
	}
}
