package tools

import (
	"bytes"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"

	"featurebase-mcp/client"
)

// What a model reads when a call fails. Each cause has a sentence of its own that says what to do; the golden file is read in
// reviews as a model would read it.
func TestFailuresReadDifferently(t *testing.T) {
	t.Parallel()
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = closed.Close() // nobody listens there any more
	envelope := func(kind, code, message string) string {
		return fmt.Sprintf(`{"error":{"type":%q,"code":%q,"message":%q,"status":0}}`, kind, code, message)
	}
	const get, create = "get_post", "create_comment"
	arguments := map[string]string{get: `{"postId":"` + anID + `"}`, create: `{"content":"x","postId":"` + anID + `"}`, "search_posts": `{"search":"x"}`}
	var report strings.Builder
	seen := map[string]string{}
	for _, tc := range []struct {
		name, tool string
		status     int
		body       string
		cfg        func(*client.Config)
	}{
		{"no key", get, 200, `{}`, func(c *client.Config) { c.Key = "" }},
		{"wrong key", get, 403, `{"success":false,"message":"Invalid API Key"}`, nil},
		{"no permission", get, 403, envelope("authorization_error", "forbidden", "You need the manage_posts permission"), nil},
		{"not found", get, 404, envelope("invalid_request_error", "resource_not_found", "Post not found"), nil},
		{"not found, named in the body", create, 404, envelope("invalid_request_error", "resource_not_found", "Post not found"), nil},
		{"wrong address", get, 404, `<!DOCTYPE html><h1>Not Found</h1>`, nil},
		{"invalid", create, 400, `{"code":400,"message":"Validation error","details":[{"path":"content","message":"too long"}]}`, nil},
		{"invalid filter, told twice", "search_posts", 400, `{"error":{"code":"invalid_request","message":"Validation error: query.value.0.operator: not supported","status":400},"details":[{"path":"query.value.0.operator","message":"not supported"}]}`, nil},
		{"rate limited", get, 429, envelope("rate_limit_error", "rate_limited", "Too many requests"), nil},
		{"rate limited write", create, 429, envelope("rate_limit_error", "rate_limited", "Too many requests"), nil},
		{"server error", get, 500, envelope("api_error", "internal", "Something broke"), nil},
		{"server error after a write", create, 500, envelope("api_error", "internal", "Something broke"), nil},
		{"unreachable", get, 200, `{}`, func(c *client.Config) { c.BaseURL = "http://" + closed.Addr().String() }},
		{"no JSON", get, 200, `<html>Please log in</html>`, nil},
	} {
		api := newAPI(t, tc.status, tc.body)
		cfg := client.Config{BaseURL: api.URL, Key: "sk_secret_of_the_test", Version: "v"}
		if tc.cfg != nil {
			tc.cfg(&cfg)
		}
		c, err := client.New(cfg)
		if err != nil {
			t.Fatal(err)
		}
		text, isError := call(t, c, tc.tool, arguments[tc.tool])
		if !isError {
			t.Errorf("%s: not an error", tc.name)
		}
		if other := seen[text]; other != "" {
			t.Errorf("%s reads like %s: %s", tc.name, other, text)
		}
		seen[text] = tc.name
		for _, bad := range []string{"sk_secret", "127.0.0.1", "<", "dial", "EOF", "unmarshal", "%!"} {
			if strings.Contains(text, bad) {
				t.Errorf("%s shows %q: %s", tc.name, bad, text)
			}
		}
		fmt.Fprintf(&report, "%s (%s)\n    %s\n\n", tc.name, tc.tool, text)
	}
	golden(t, "failures.txt", []byte(report.String()))
}

// One line a call, with what somebody needs to find it again, and nothing of what was said.
func TestTheLogHasOneLineACallAndNoSecrets(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		status int
		want   []string
	}{
		{http.StatusOK, []string{`"level":"INFO"`, `"tool":"create_comment"`, `"outcome":"ok"`, `"attempts":1`, `"duration":`, `"request_id":"`}},
		{http.StatusForbidden, []string{`"level":"WARN"`, `"outcome":"forbidden"`, `"attempts":1`}},
	} {
		api := newAPI(t, tc.status, `{"id":"1","content":"answer text"}`)
		var log bytes.Buffer
		logger := slog.New(slog.NewJSONHandler(&log, nil))
		c, err := client.New(client.Config{BaseURL: api.URL, Key: "sk_secret_of_the_test", Version: "v", Logger: logger})
		if err != nil {
			t.Fatal(err)
		}
		env := Env{Client: c, Logger: logger, AllowImpersonation: true}
		if _, err := Lookup("create_comment").Handler(env)(t.Context(), request("create_comment", `{"content":"private words","postId":"p"}`)); err != nil {
			t.Fatal(err)
		}
		if lines := strings.Count(log.String(), "\n"); lines != 1 {
			t.Errorf("%d lines:\n%s", lines, log.String())
		}
		for _, want := range tc.want {
			if !strings.Contains(log.String(), want) {
				t.Errorf("%s is missing in %s", want, log.String())
			}
		}
		for _, bad := range []string{"sk_secret", "private words", "answer text"} {
			if strings.Contains(log.String(), bad) {
				t.Errorf("the log shows %q", bad)
			}
		}
	}
}

// A write that may have happened names the read that tells.
func TestACheckIsNamedForEveryWrite(t *testing.T) {
	t.Parallel()
	want := map[string]string{
		"create_post": "list_posts", "update_post": "get_post (postId \"" + anID + "\")", "add_post_voter": "list_post_voters",
		"create_comment": "list_comments", "block_contact": "get_contact (contactId \"" + anID + "\")", "upsert_contact": "list_contacts",
		"delete_comment_legacy": "the read tools of the same toolset",
	}
	for tool, check := range want {
		op := Lookup(tool)
		if got := op.checker(arguments{wire: sample(op, false)}); got != check {
			t.Errorf("%s: %s, want %s", tool, got, check)
		}
	}
}
