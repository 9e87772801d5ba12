package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
)

const (
	pageSize = 10   // posts of one answer
	postSize = 3000 // bytes of one post, as JSON
)

// paragraphs are what the bodies of posts are made of: the markup, entities and letters that customers' editors produce.
var paragraphs = []string{
	`<p>Every Monday I pull the open requests into a spreadsheet for our planning round, and every Monday I run into the same wall: the export stops at the first page. Could it take the filter that is on screen &amp; go through to the end?</p>`,
	`<p>What I would <strong>expect</strong> to find in the file:</p><ul><li>title and link of the post</li><li>status, board and <em>tags</em></li><li>number of voters, with the company of each</li></ul>`,
	`<p>We tried the workaround from <a href="https://help.example.com/en/articles/1042-export?ref=feedback&amp;lang=en">this article</a>, but it needs an admin, and our support people aren&#39;t admins.</p>`,
	`<blockquote><p>“If it takes longer than five minutes, nobody is going to do it.” — our head of support</p></blockquote>`,
	`<h3>Steps</h3><ol><li>Open <code>Settings → Data</code></li><li>Choose a range of more than 90 days</li><li>Press <strong>Export</strong> and wait</li></ol><p>The page says <code>Done</code>, the file ends in the middle of a line.</p>`,
	`<p><img src="https://cdn.example.com/uploads/7f3c/screenshot-2.png" alt="Export dialog with an empty progress bar" width="1280" height="720"></p>`,
	`<p>Für unser Team in Köln wäre außerdem ein Semikolon als Trennzeichen nötig; Excel öffnet die Datei sonst in einer einzigen Spalte. 🙏</p>`,
	`<pre><code class="language-csv">id,title,upvotes
4711,"Dark theme, please",128
</code></pre><p>Commas inside of titles are quoted correctly, by the way. Thank you for that!</p>`,
}

var titles = []string{
	"Export everything that matches the filter", "Scheduled export to our storage bucket", "Dark theme that follows the system",
	"Merge companies that were imported twice", "Let voters choose what they are notified about",
}

// encodePosts returns one page of posts in the shape of the API, and the ids of the posts in their order.
func encodePosts(size int) (page []byte, ids []string) {
	for n := range size {
		ids = append(ids, postID(n))
	}
	return encodeList(many(size, newPost)), ids
}

func postID(n int) string { return fmt.Sprintf("65f0c3a1b2d4e6f8091a%04x", n) }

// newPost returns a post whose body is as long as it takes to make postSize.
func newPost(n int) map[string]any {
	return grow(postSize, func(size int) map[string]any { return postWith(n, text(n, size)) })
}

// grow returns what build makes of the shortest body that brings it to a size in JSON.
func grow(size int, build func(bodySize int) map[string]any) map[string]any {
	return build(size - len(encode(build(0))))
}

// text returns paragraphs, from the nth on, of at least size bytes in JSON.
func text(n, size int) string {
	var body strings.Builder
	for i := n; size > 0; i++ {
		paragraph := paragraphs[i%len(paragraphs)]
		body.WriteString(paragraph)
		size -= len(encode(paragraph)) - len(`""`)
	}
	return body.String()
}

// postWith returns a post with a body.
func postWith(n int, content string) map[string]any {
	slug := fmt.Sprintf("%s-%d", strings.ToLower(strings.ReplaceAll(titles[n%len(titles)], " ", "-")), n)
	return map[string]any{
		"object": "post", "id": postID(n), "title": titles[n%len(titles)], "slug": slug, "content": content,
		"postUrl": "https://feedback.example.com/p/" + slug, "boardId": "65f0c3a1b2d4e6f8091b0001",
		"author": map[string]any{
			"id": "65f0c3a1b2d4e6f8091c0001", "name": "Noor de Vries", "email": "noor@example.com", "type": "customer",
			"profilePicture": "https://cdn.example.com/avatars/65f0c3a1.png",
		},
		"status": map[string]any{
			"object": "post_status", "id": "65f0c3a1b2d4e6f8091d0001", "name": "In Progress", "color": "#3b82f6", "type": "active",
			"isDefault": false,
		},
		"tags": []any{
			map[string]any{"id": "65f0c3a1b2d4e6f8091e0001", "name": "Export", "color": "#84cc16"},
			map[string]any{"id": "65f0c3a1b2d4e6f8091e0002", "name": "Enterprise", "color": "#f97316"},
		},
		"upvotes": 128 - n, "commentCount": n, "assigneeId": nil, "eta": nil, "opportunityAmount": nil,
		"access":       map[string]any{"userIds": []any{}, "companyExternalIds": []any{}},
		"customFields": map[string]any{"65f0c3a1b2d4e6f8091f0001": "Planning"},
		"features":     map[string]any{"commentsEnabled": true},
		"integrations": map[string]any{
			"clickup": []any{}, "devops": []any{}, "github": []any{}, "hubspot": []any{}, "jira": []any{}, "linear": []any{}, "salesforce": []any{},
		},
		"inReview": false, "isPinned": n == 0, "createdAt": "2026-03-02T09:30:00.000Z", "updatedAt": "2026-03-09T16:05:12.000Z",
	}
}

// encodeList returns a page that is not the last one.
func encodeList(items []any) []byte {
	return encode(map[string]any{"object": "list", "data": items, "nextCursor": "eyJrIjoiMjAyNi0wMy0wMlQwOTozMDowMFoifQ"})
}

// encode leaves markup as it is, as the API does. All that it is given can be encoded.
func encode(v any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic(err)
	}
	return bytes.TrimSpace(b.Bytes())
}
