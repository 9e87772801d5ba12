package tools

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mark3labs/mcp-go/mcp"

	"featurebase-mcp/client"
)

// request is a call as a transport hands it over.
func request(tool, arguments string) mcp.CallToolRequest {
	return mcp.CallToolRequest{Params: mcp.CallToolParams{Name: tool, RawArguments: json.RawMessage(arguments)}}
}

const benchArguments = `{"search":"dark mode","query":[{"field":"createdAt","operator":">","value":"2026-01-01"},{"field":"boardId","operator":"IN","value":["64b0c2f19d3e5a7788990022"]}],"sort":"upvotes:desc","limit":10}`

// page10 is a page of ten posts of 3 kB.
func page10(b *testing.B) []byte {
	b.Helper()
	raw, err := os.ReadFile(filepath.Join("testdata", "responses", "post.json"))
	if err != nil {
		b.Fatal(err)
	}
	var post map[string]any
	if err := json.Unmarshal(raw, &post); err != nil {
		b.Fatal(err)
	}
	post["content"] = "<p>" + strings.Repeat("Dark mode would help our <b>night shift</b>. ", 35) + "</p>"
	posts := make([]any, 10)
	for i := range posts {
		posts[i] = post
	}
	return encode(map[string]any{"object": "list", "data": posts, "nextCursor": "abc"})
}

func BenchmarkArguments(b *testing.B) {
	op := Lookup("search_posts")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := op.read([]byte(benchArguments)); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkRequest(b *testing.B) {
	op := Lookup("search_posts")
	args, err := op.read([]byte(benchArguments))
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := op.request(args.wire); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkView(b *testing.B) {
	op, body := Lookup("list_posts"), page10(b)
	for _, detail := range []string{"concise", "full"} {
		b.Run(detail, func(b *testing.B) {
			b.SetBytes(int64(len(body)))
			b.ReportAllocs()
			for b.Loop() {
				op.render(body, arguments{detail: detail}, Env{})
			}
		})
	}
}

func BenchmarkFailure(b *testing.B) {
	op := Lookup("get_post")
	err := &client.Error{Kind: client.KindNotFound, Status: 404, Code: "resource_not_found", Message: "Post not found"}
	args := arguments{wire: map[string]any{"postId": anID}}
	b.ReportAllocs()
	for b.Loop() {
		op.failed(Env{}, err, args)
	}
}

func BenchmarkSchemas(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if len(Args[searchPosts]().Schema()) == 0 {
			b.Fatal("no schema")
		}
	}
}
