package tools_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"featurebase-mcp/internal/engine/enginetest"
	"featurebase-mcp/internal/rawjson"
	"featurebase-mcp/tools"
)

// paragraphs are what the bodies of posts are made of: the markup, entities and letters that customers' editors produce.
var paragraphs = []string{
	`<p>Every Monday I pull the open requests into a spreadsheet for our planning round, and every Monday I run into the same wall: the export stops at the first page. Could it take the filter that is on screen &amp; go through to the end?</p>`,
	`<p>What I would <strong>expect</strong> to find in the file:</p><ul><li>title and link of the post</li><li>status, board and <em>tags</em></li><li>number of voters, with the company of each</li></ul>`,
	`<p>We tried the workaround from <a href="https://help.example.com/en/articles/1042-export?ref=feedback&amp;lang=en">this article</a>, but it needs an admin, and our support people aren&#39;t admins.</p>`,
	`<blockquote><p>“If it takes longer than five minutes, nobody is going to do it.” — our head of support</p></blockquote>`,
	`<h3>Steps</h3><ol><li>Open <code>Settings → Data</code></li><li>Choose a range of more than 90 days</li><li>Press <strong>Export</strong> and wait</li></ol><p>The page says <code>Done</code>, the file ends in the middle of a line.</p>`,
	`<p>Für unser Team in Köln wäre außerdem ein Semikolon als Trennzeichen nötig; Excel öffnet die Datei sonst in einer einzigen Spalte. 🙏</p>`,
}

// postPage is a page of posts of 3 kB each, in the API's form.
func postPage(posts int) []byte {
	titles := []string{
		"Export everything that matches the filter", "Scheduled export to our storage bucket", "Dark theme that follows the system",
		"Merge companies that were imported twice", "Let voters choose what they are notified about",
	}
	people := []string{"Noor de Vries", "Henrik Castro", "Clara Petrov", "Mei Kowalski", "Sam O'Neill", "Aisha Vargas", "Tomás Herrera"}
	data := make([]any, posts)
	for i := range data {
		var content strings.Builder
		for n := i; content.Len() < 2000; n++ {
			content.WriteString(paragraphs[n%len(paragraphs)])
		}
		slug := fmt.Sprintf("%s-%d", strings.ToLower(strings.ReplaceAll(titles[i%len(titles)], " ", "-")), i)
		data[i] = map[string]any{
			"object": "post", "id": fmt.Sprintf("65f0c3a1b2d4e6f8091a%04x", 7919*i%65536), "title": titles[i%len(titles)], "slug": slug, "content": content.String(),
			"postUrl": "https://feedback.example.com/p/" + slug, "boardId": "65f0c3a1b2d4e6f8091b0001",
			"author": map[string]any{
				"id": fmt.Sprintf("65f0c3a1b2d4e6f8091c%04x", i), "name": people[i%len(people)], "email": "someone@example.com", "type": "customer",
				"profilePicture": "https://cdn.example.com/avatars/65f0c3a1.png",
			},
			"status": map[string]any{"object": "post_status", "id": "65f0c3a1b2d4e6f8091d0001", "name": "In Progress", "color": "#3b82f6", "type": "active", "isDefault": false},
			"tags": []any{
				map[string]any{"id": "65f0c3a1b2d4e6f8091e0001", "name": "Export", "color": "#84cc16"},
				map[string]any{"id": "65f0c3a1b2d4e6f8091e0002", "name": "Enterprise", "color": "#f97316"},
			},
			"upvotes": 128 - i, "commentCount": i % 9, "assigneeId": nil, "eta": nil, "opportunityAmount": nil,
			"access":       map[string]any{"userIds": []any{}, "companyExternalIds": []any{}},
			"customFields": map[string]any{"65f0c3a1b2d4e6f8091f0001": "Planning"},
			"features":     map[string]any{"commentsEnabled": true}, "integrations": map[string]any{"github": []any{}, "jira": []any{}},
			"inReview": false, "isPinned": i == 0, "createdAt": fmt.Sprintf("2026-03-%02dT09:30:00.000Z", 1+i%28), "updatedAt": "2026-03-09T16:05:12.000Z",
		}
	}
	return rawjson.Encode(map[string]any{"object": "list", "data": data, "nextCursor": "eyJrIjoiMjAyNi0wMy0wMlQwOTozMDowMFoifQ"})
}

// The lists that models ask for most cost what they should, on posts of 3 kB.
func TestPostsAreAffordable(t *testing.T) {
	t.Parallel()
	const most = 6200
	page := postPage(50)
	if size := len(page) / 50; size < 2900 || size > 3300 {
		t.Fatalf("the posts have %d bytes each", size)
	}
	answer := enginetest.Answer(t, tools.Inventory().Lookup("list_posts"), `{}`, page)
	if n := strings.Count(answer, `"id":`); n != 50 {
		t.Fatalf("%d rows: %s", n, answer)
	}
	if n := enginetest.Tokens(t, answer); n > most {
		t.Errorf("50 posts cost %d tokens, at most %d are meant", n, most)
	}
	const mostOfOne = 300 // besides the text
	var list struct {
		Data []json.RawMessage `json:"data"`
	}
	if err := json.Unmarshal(page, &list); err != nil {
		t.Fatal(err)
	}
	answer = enginetest.Answer(t, tools.Inventory().Lookup("get_post"), `{"postId":"`+enginetest.AnID+`"}`, list.Data[7])
	_, text, ok := strings.Cut(answer, "content:\n")
	if !ok || !strings.Contains(text, "Semikolon") {
		t.Fatalf("no text: %s", answer)
	}
	if n := enginetest.Tokens(t, answer) - enginetest.Tokens(t, text); n > mostOfOne {
		t.Errorf("a post costs %d tokens besides its text, at most %d are meant", n, mostOfOne)
	}
}
