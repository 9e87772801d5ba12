package engine_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"featurebase-mcp/client"
	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/input"
	"featurebase-mcp/internal/rawjson"
	"featurebase-mcp/tools"
)

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
	return rawjson.Encode(map[string]any{"object": "list", "data": posts, "nextCursor": "abc"})
}

func BenchmarkArguments(b *testing.B) {
	op := tools.Inventory().Lookup("search_posts")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := op.Read([]byte(benchArguments)); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkRequest(b *testing.B) {
	op := tools.Inventory().Lookup("search_posts")
	args, err := op.Read([]byte(benchArguments))
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := op.Request(args.Wire); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkView(b *testing.B) {
	op, body := tools.Inventory().Lookup("list_posts"), page10(b)
	for _, detail := range []string{"concise", "full"} {
		b.Run(detail, func(b *testing.B) {
			b.SetBytes(int64(len(body)))
			b.ReportAllocs()
			for b.Loop() {
				op.RenderIn(body, input.Arguments{Detail: detail}, engine.Env{Engine: &engine.Engine{Inventory: tools.Inventory()}})
			}
		})
	}
}

func BenchmarkFailure(b *testing.B) {
	op := tools.Inventory().Lookup("get_post")
	err := &client.Error{Kind: client.KindNotFound, Status: 404, Code: "resource_not_found", Message: "Post not found"}
	args := input.Arguments{Wire: map[string]any{"postId": anID}}
	b.ReportAllocs()
	for b.Loop() {
		op.Failed(engine.Env{Engine: &engine.Engine{Inventory: tools.Inventory()}}, err, args)
	}
}
