package main

import (
	"context"
	"fmt"
	"strconv"

	"github.com/tiktoken-go/tokenizer"
)

// standard is one of the answers whose tokens are counted: those that support and triage read every day.
type standard struct {
	name      string
	operation string // of the API, whose answer body is
	endpoint  string // where the upstream gives it
	body      []byte
	tool      string
	arguments string
	most      float64 // tokens that the answer may have; 0 is no goal
}

// standards are deterministic, in the API's full form.
func standards() []standard {
	listed := func(size int, what, operation, path, tool string, items []any, most float64) standard {
		limit := strconv.Itoa(size)
		return standard{limit + " " + what, operation, "GET " + path + "?limit=" + limit, encodeList(items), tool, `{"limit":` + limit + `}`, most}
	}
	posts := func(size int, most float64) standard {
		return listed(size, "posts of 3 kB", "listPosts", "/v2/posts", "list_posts", many(size, newPost), most)
	}
	article := newArticle(0)
	return []standard{
		posts(pageSize, 0), posts(50, 5500), posts(100, 0),
		{"one post of 3 kB", "getPost", "GET /v2/posts/" + postID(0), encode(newPost(0)), "get_post", `{"postId":"` + postID(0) + `"}`, 0},
		{"one post, all but its text", "getPost", "GET /v2/posts/" + postID(1), encode(postWith(1, "")), "get_post", `{"postId":"` + postID(1) + `"}`, 300},
		{
			"10 hits of a search for articles", "searchArticles", "POST /v2/help_center/articles/search", encodeList(many(10, newArticle)),
			"search_articles", `{"search":"export","limit":10}`, 1000,
		},
		{"an article of 9 kB", "getArticle", fmt.Sprint("GET /v2/help_center/articles/", article["id"]), encode(article), "get_article", fmt.Sprintf(`{"articleId":%q}`, article["id"]), 0},
		{"a conversation of 24 parts", "getConversation", "GET /v2/conversations/10042", encode(newConversation()), "get_conversation", `{"conversationId":"10042"}`, 2000},
		listed(25, "contacts", "listContacts", "/v2/contacts", "list_contacts", many(25, newContact), 0),
		listed(25, "companies", "listCompanies", "/v2/companies", "list_companies", many(25, newCompany), 0),
	}
}

// pages is what the upstream answers, by method, path and limit.
func pages() map[string][]byte {
	served := map[string][]byte{}
	for _, s := range standards() {
		served[s.endpoint] = s.body
	}
	for _, l := range lookups() {
		served[l.endpoint] = l.body
	}
	return served
}

// answers counts the tokens of the standard answers of the product, and of what the API said: a server that passes it through would hand
// that to the model.
func (b *bench) answers(ctx context.Context) error {
	codec, err := tokenizer.Get(tokenizer.O200kBase)
	if err != nil {
		return err
	}
	server, err := b.all.start(ctx, "stdio", b.stub.url, "")
	if err != nil {
		return err
	}
	defer server.stop()
	client := newPipe(server, b.stub)
	if err := client.handshake(); err != nil {
		return server.explain(err)
	}
	for n, s := range standards() {
		result, err := client.ask(n+1, request(n+1, "tools/call", fmt.Sprintf(`{"name":%q,"arguments":%s}`, s.tool, s.arguments)))
		if err != nil {
			return server.explain(err)
		}
		said, err := textOf(result)
		if err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
		answer, err := codec.Count(said)
		if err != nil {
			return err
		}
		raw, err := codec.Count(string(s.body))
		if err != nil {
			return err
		}
		b.results.add("answers", tokensOf(s), float64(answer), float64(raw))
	}
	return nil
}
