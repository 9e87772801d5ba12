package resources_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"featurebase-mcp/client"
	"featurebase-mcp/internal/app"
	"featurebase-mcp/internal/golden"
	"featurebase-mcp/tools"
)

var templates = []string{
	"featurebase://boards/{boardId}", "featurebase://boards/{boardId}/posts", "featurebase://changelogs/{changelogId}", "featurebase://posts/{postId}",
	"featurebase://collections/{collectionId}", "featurebase://articles/{articleId}", "featurebase://conversations/{conversationId}", "featurebase://contacts/{contactId}",
}

var static = []string{"featurebase://boards", "featurebase://changelogs", "featurebase://help-center"}

// fill puts a value into the address of a template, as clients do.
func fill(template, value string) string {
	return regexp.MustCompile(`\{\w+\}`).ReplaceAllLiteralString(template, url.PathEscape(value))
}

func holeOf(template string) string { return regexp.MustCompile(`\w+Id`).FindString(template) }

// Each template is completed, and what completes it leads to something: over both transports, in both eras. Single objects are the text
// of the tool that gets them. The first of each is kept under testdata, for the eyes.
func TestWhatCompletesATemplateCanBeRead(t *testing.T) {
	t.Parallel()
	old, recent := serve(t, sandboxed()), serveHTTP(t, sandboxed())
	if got := old.templates(); !slices.Equal(got, templates) {
		t.Fatalf("templates %v", got)
	}
	for _, template := range templates {
		for name, h := range map[string]*host{"stdio": old, "HTTP": recent} {
			completion := h.values(template).Result.Completion
			total := len(completion.Values)
			if completion.HasMore {
				total = 0 // how many there are is not known
			}
			if len(completion.Values) < 4 || completion.Total != total {
				t.Errorf("%s, %s: %d values, %d in all, more: %v", name, template, len(completion.Values), completion.Total, completion.HasMore)
			}
			for _, value := range completion.Values[:4] {
				text := h.text(fill(template, value))
				if want, ok := tool(h, template, value); ok && !strings.HasPrefix(text, want) {
					t.Errorf("%s, %s: not what the tool answers:\n%s\n%s", name, value, text, want)
				}
			}
		}
		value := old.values(template).Result.Completion.Values[0]
		golden.File(t, goldenFile(template), beginning(old.text(fill(template, value))))
	}
	for _, uri := range static {
		text := old.text(uri)
		golden.File(t, goldenFile(uri), beginning(text))
		for _, link := range regexp.MustCompile(`\(featurebase://[^)]+\)`).FindAllString(text, 3) {
			old.text(strings.Trim(link, "()"))
		}
	}
}

// An address reads in parts, each with a share of the budget. The shares are its own: what is read afterwards has the whole budget again.
func TestReadingAgainAnswersTheSame(t *testing.T) {
	t.Parallel()
	cfg := sandboxed()
	cfg.Budget = 24_000
	h := serve(t, cfg)
	uri := fill("featurebase://boards/{boardId}/posts", h.values("featurebase://boards/{boardId}").Result.Completion.Values[0])
	first, before := h.text(uri), h.text("featurebase://help-center")
	for range 3 {
		for _, value := range h.values("featurebase://collections/{collectionId}").Result.Completion.Values[:3] {
			h.text(fill("featurebase://collections/{collectionId}", value))
		}
		if again := h.text(uri); again != first {
			t.Fatalf("read again:\n%s\nread first:\n%s", beginning(again), beginning(first))
		}
	}
	if after := h.text("featurebase://help-center"); after != before {
		t.Errorf("the help center reads differently now:\n%s", beginning(after))
	}
}

// tool asks the tool that gets a single object, with the value of a completion as it is.
func tool(h *host, template, value string) (text string, ok bool) {
	if strings.HasSuffix(template, "/posts") {
		return "", false
	}
	name := "get_" + strings.TrimSuffix(holeOf(template), "Id")
	a := h.ask("tools/call", fmt.Sprintf(`"name":%q,"arguments":{%q:%s}`, name, holeOf(template), quoted(value)))
	return a.Result.Content[0].Text, true
}

func goldenFile(uri string) string {
	return "testdata/" + strings.NewReplacer("featurebase://", "", "/", "_", "{", "", "}", "").Replace(uri) + ".md"
}

func beginning(text string) string {
	const most = 3000 // characters of a golden file; the texts go on
	if long := []rune(text); len(long) > most {
		text = string(long[:most])
	}
	return text + "\n"
}

// The list shows what a person can pick, in an order that does not change, and all of it can be read.
func TestTheListShowsWhatThereIs(t *testing.T) {
	t.Parallel()
	h := serve(t, sandboxed())
	for era, meta := range eras {
		h.meta = meta
		got := h.entries().Result
		if era == "2026-07-28" && got.CacheScope != "private" {
			t.Errorf("cache scope %q", got.CacheScope)
		}
		counts := map[string]int{}
		for _, r := range got.Resources {
			kind, _, single := strings.Cut(strings.TrimPrefix(r.URI, "featurebase://"), "/")
			if single {
				counts[kind]++
			} else if !slices.Contains(static, r.URI) {
				t.Errorf("%s", r.URI)
			}
			a := r.Annotations
			if r.Name == "" || r.Title == "" || r.MIMEType != "text/markdown" || !slices.Equal(a.Audience, []string{"user", "assistant"}) || a.Priority == 0 {
				t.Errorf("%+v", r)
			}
			if kind == "changelogs" && single && a.LastModified == "" {
				t.Errorf("%s does not say when it was changed", r.Name)
			}
			h.text(r.URI)
		}
		if counts["boards"] != 10 || counts["changelogs"] != 20 || counts["collections"] != 14 {
			t.Errorf("%s: %v", era, counts)
		}
		if first := h.list()[:3]; !slices.Equal(first, static) {
			t.Errorf("first come %v", first)
		}
		if again := serve(t, sandboxed()).entries().uris(); !slices.Equal(again, h.list()) {
			t.Errorf("another order: %v", again)
		}
	}
}

// Whatever is wrong upstream, the list is not: it has what stands for itself. Nothing is asked for before it is.
func TestTheListDoesNotNeedTheAPI(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	for name, handler := range map[string]http.HandlerFunc{
		"slow":      func(http.ResponseWriter, *http.Request) { <-release },
		"failing":   func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) },
		"forbidden": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) },
		"senseless": func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, `{"data":[null,7,{"id":5},{"name":"x"}]}`)
		},
	} {
		t.Run(name, func(t *testing.T) {
			var api upstream
			h := serve(t, api.config(t, handler))
			if name == "slow" {
				t.Cleanup(func() { close(release) })
			}
			h.ask("tools/list", "")
			h.templates()
			if paths := api.arrived(); len(paths) > 0 {
				t.Errorf("before the list, %v", paths)
			}
			if got := h.list(); !slices.Equal(got, static) {
				t.Errorf("%v", got)
			}
			if got := h.complete("featurebase://posts/{postId}", "postId", "a"); got.Error != nil || got.Result.Completion.Values == nil || len(got.Result.Completion.Values) > 0 {
				t.Errorf("completion: %+v", got)
			}
			var paths []string
			eventually(t, func() ([]string, bool) {
				paths = append(paths, api.arrived()...)
				return paths, slices.Contains(paths, "/v2/boards") && slices.Contains(paths, "/v2/posts")
			})
		})
	}
	t.Run("without a key", func(t *testing.T) {
		h := serve(t, app.Config{Client: client.Config{BaseURL: "https://do.featurebase.app"}})
		if got := h.list(); !slices.Equal(got, static) {
			t.Errorf("%v", got)
		}
		if got := h.read("featurebase://boards").Error; got == nil || got.Code != -32603 || !strings.Contains(got.Message, "FEATUREBASE_API_KEY") {
			t.Errorf("%+v", got)
		}
	})
}

// One request serves the list and the completions for a minute.
func TestNamesAreAskedForOnce(t *testing.T) {
	t.Parallel()
	var api upstream
	h := serve(t, api.config(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, `{"data":[]}`) }))
	for range 3 {
		h.list()
		h.complete("featurebase://boards/{boardId}", "boardId", "x")
		h.complete("featurebase://changelogs/{changelogId}", "changelogId", "x")
	}
	if paths := api.arrived(); len(paths) != 3 {
		t.Errorf("%v", paths)
	}
}

// What is not there is said with the code of the client's era, and with the address.
func TestWhatIsNotThere(t *testing.T) {
	t.Parallel()
	over := map[string]*host{"stdio": serve(t, sandboxed()), "HTTP": serveHTTP(t, sandboxed())}
	for name, h := range over {
		for era, meta := range eras {
			code := map[string]int{"2025-11-25": -32002, "2026-07-28": -32602}[era]
			if name == "HTTP" && era == "2025-11-25" {
				continue // needs a session, and the same handler answers
			}
			h.meta = meta
			for uri, says := range map[string]string{
				"featurebase://posts/000000000000000000000000":        "search_posts finds the right postId",
				"featurebase://posts/6ae58a8a":                        "ids are 24 hex digits",
				"featurebase://boards/Bug":                            `did you mean "Bugs"?`,
				"featurebase://boards/Bug/posts":                      `did you mean "Bugs"?`,
				"featurebase://collections/1":                         "list_collections",
				"featurebase://conversations/1":                       "search_conversations",
				"featurebase://conversations/abc":                     "search_conversations finds the right conversationId",
				"featurebase://boards/000000000000000000000000/posts": "list_boards finds the right boardId",
				"featurebase://boards/%2e%2e":                         "",
				"featurebase://boards/..%2Fposts":                     "",
				"featurebase://boards/a%2Fposts":                      "",
				"featurebase://boards/%252e%252e":                     "no board is called",
				"featurebase://boards/%zz":                            "",
				"featurebase://boards//posts":                         "",
				"featurebase://boards/":                               "",
				"featurebase://boards/Bugs/voters":                    "",
				"featurebase://boards/Bugs/posts/1":                   "",
				"featurebase://board":                                 "",
				"file:///etc/passwd":                                  "",
				"featurebase://contacts/" + strings.Repeat("a", 9000): "",
			} {
				got := h.read(uri).Error
				if got == nil || got.Code != code || got.Data.URI != uri || !strings.HasPrefix(got.Message, "Resource not found: "+uri) || !strings.Contains(got.Message, says) {
					t.Errorf("%s, %s, %.60s: %+v", name, era, uri, got)
				}
			}
		}
	}
}

// An id in an address is decoded once, and one that is a name is looked up.
func TestNamesInAddresses(t *testing.T) {
	t.Parallel()
	h := serve(t, sandboxed())
	byID := h.text("featurebase://boards/64b921c0d0013bb2e0000001")
	for _, uri := range []string{"featurebase://boards/Feature%20requests", "featurebase://boards/feature%20REQUESTS", "featurebase://boards/x%20(64b921c0d0013bb2e0000001)"} {
		if got := h.text(uri); got != byID {
			t.Errorf("%s: %s", uri, got)
		}
	}
	if got := h.text("featurebase://boards/Bugs/posts"); !strings.Contains(got, "50 of 56 posts, newest first.") {
		t.Error(got)
	}
}

// A failure of the API has the words of the tool.
func TestFailuresAreInWords(t *testing.T) {
	t.Parallel()
	for status, says := range map[int]string{403: "get_post failed", 500: "get_post failed", 402: "get_post failed"} {
		var api upstream
		h := serve(t, api.config(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }))
		for _, meta := range eras {
			h.meta = meta
			got := h.read("featurebase://posts/64b921c0d0013bb2e0000001").Error
			if got == nil || got.Code != -32603 || !strings.Contains(got.Message, says) || !strings.Contains(got.Message, strconv.Itoa(status)) {
				t.Errorf("%d: %+v", status, got)
			}
		}
	}
}

// The live API has items that are null and objects without names. Nothing stumbles over them.
func TestResourcesOfAnOddAPI(t *testing.T) {
	t.Parallel()
	cfg := sandboxed()
	cfg.Sandbox.Quirks = true
	h := serve(t, cfg)
	uris := h.entries().uris()
	for _, template := range templates {
		values := h.values(template).Result.Completion.Values
		for _, value := range values {
			uris = append(uris, fill(template, value))
		}
	}
	for _, uri := range uris {
		if a := h.read(uri); a.Error == nil && (strings.Contains(a.Result.Contents[0].Text, "null") || a.Result.Contents[0].Text == "") {
			t.Errorf("%s: %s", uri, a.Result.Contents[0].Text)
		} else if a.Error != nil {
			t.Errorf("%s: %s", uri, a.Error.Message)
		}
	}
}

// A resource is there where its toolset is, unless what it reads with is excluded.
func TestResourcesFollowTheTools(t *testing.T) {
	t.Parallel()
	everything := slices.Concat(static, templates)
	without := func(words ...string) []string {
		return slices.DeleteFunc(slices.Clone(everything), func(uri string) bool {
			return slices.ContainsFunc(words, func(word string) bool { return strings.Contains(uri, word) })
		})
	}
	for name, c := range map[string]struct {
		selection tools.Selection
		want      []string
	}{
		"default":              {tools.Selection{}, everything},
		"read-only":            {tools.Selection{Toolsets: []string{tools.AllTools}, ReadOnly: true}, everything},
		"none":                 {tools.Selection{Toolsets: []string{"none"}}, nil},
		"one tool of a set":    {tools.Selection{Toolsets: []string{"none"}, Tools: []string{"get_board"}}, []string{"featurebase://boards/{boardId}"}},
		"a set of writes":      {tools.Selection{Toolsets: []string{"none"}, Tools: []string{"create_post"}, ReadOnly: true}, nil},
		"an excluded reader":   {tools.Selection{Exclude: []string{"get_conversation", "search_posts"}}, without("conversations", "}/posts")},
		"an excluded writer":   {tools.Selection{Exclude: []string{"create_post"}}, everything},
		"the inbox and no one": {tools.Selection{Toolsets: []string{"conversations"}}, []string{"featurebase://conversations/{conversationId}"}},
	} {
		cfg := sandboxed()
		cfg.Selection = c.selection
		h := serve(t, cfg)
		listed := slices.DeleteFunc(h.list(), func(uri string) bool { return !slices.Contains(static, uri) })
		if got := slices.Concat(listed, h.templates()); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v", name, got)
		}
		for _, uri := range everything {
			a := h.read(fill(uri, "1"))
			gone := a.Error != nil && a.Error.Message == "Resource not found: "+fill(uri, "1")
			if gone == slices.Contains(c.want, uri) {
				t.Errorf("%s: %s can be read: %v", name, uri, !gone)
			}
			if hole := holeOf(uri); hole != "" {
				if a := h.complete(uri, hole, ""); (a.Error == nil) != slices.Contains(c.want, uri) {
					t.Errorf("%s: %s can be completed: %v", name, uri, a.Error == nil)
				}
			}
		}
	}
	cfg := sandboxed()
	cfg.Selection.Exclude = []string{"list_changelogs"}
	h := serve(t, cfg)
	uris := eventually(t, func() (string, bool) {
		uris := strings.Join(h.list(), " ")
		return uris, strings.Contains(uris, "collections/")
	})
	if strings.Contains(uris, "changelogs") {
		t.Errorf("without list_changelogs: %s", uris)
	}
}

// What begins as typed comes first, then what has it inside; ids complete, too. No more than 100, and the answer says how many there are.
func TestCompletions(t *testing.T) {
	t.Parallel()
	var boards []map[string]string
	add := func(name string) {
		boards = append(boards, map[string]string{"id": fmt.Sprintf("64b921c0d0013bb2e%07d", len(boards)), "name": name})
	}
	for _, name := range []string{"Old ideas", "Ideas", "Twin", "Twin", "Bugs/Issues", "64b921c0d0013bb2e0000000", "..", " ", "Überstunden"} {
		add(name)
	}
	for i := range 150 {
		add(fmt.Sprintf("Many %d", i))
	}
	body, err := json.Marshal(boards)
	if err != nil {
		t.Fatal(err)
	}
	var api upstream
	h := serve(t, api.config(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/v2/boards" {
			_, _ = w.Write(body)
			return
		}
		_, _ = fmt.Fprintf(w, `{"id":%q}`, strings.TrimPrefix(r.URL.Path, "/v2/boards/"))
	}))
	const template = "featurebase://boards/{boardId}"
	h.values(template)
	for typed, want := range map[string][]string{
		"id":      {"Ideas", "Old ideas"},
		"IDEAS":   {"Ideas", "Old ideas"},
		"OLD i":   {"Old ideas"},
		"twin":    {"Twin (64b921c0d0013bb2e0000002)", "Twin (64b921c0d0013bb2e0000003)"},
		"bugs":    {"Bugs Issues (64b921c0d0013bb2e0000004)"},
		"0000000": {"Old ideas", "64b921c0d0013bb2e0000000 (64b921c0d0013bb2e0000005)"},
		"UBER":    {"Überstunden"},
		"über":    {"Überstunden"},
		"zz":      {},
	} {
		got := h.complete(template, "boardId", typed).Result.Completion
		if !slices.Equal(got.Values, want) || got.Total != len(want) || got.HasMore {
			t.Errorf("%q: %+v", typed, got)
		}
	}
	for name, id := range map[string]string{"Ideas": "01", "Twin (64b921c0d0013bb2e0000003)": "03", "Bugs Issues (64b921c0d0013bb2e0000004)": "04", "64b921c0d0013bb2e0000000 (64b921c0d0013bb2e0000005)": "05"} {
		if got := h.text(fill(template, name)); got != "id: 64b921c0d0013bb2e00000"+id {
			t.Errorf("%s: %s", name, got)
		}
	}
	if got := h.complete(template, "boardId", "many").Result.Completion; len(got.Values) != 100 || got.Total != 150 || !got.HasMore {
		t.Errorf("%d values of %d, more: %v", len(got.Values), got.Total, got.HasMore)
	}
	prompt := h.ask("completion/complete", `"ref":{"type":"ref/prompt","name":"prioritize_board"},"argument":{"name":"board","value":"old"}`)
	if got := prompt.Result.Completion.Values; !slices.Equal(got, []string{"Old ideas"}) {
		t.Errorf("the argument of a prompt: %v", got)
	}
	for _, c := range []struct{ uri, name, says string }{
		{"featurebase://zzz/{boardId}", "boardId", "Unknown resource"},
		{"featurebase://boards", "boardId", "nothing to complete"},
		{template, "postId", "it has boardId"},
	} {
		if got := h.complete(c.uri, c.name, "").Error; got == nil || got.Code != -32602 || !strings.Contains(got.Message, c.says) {
			t.Errorf("%s %s: %+v", c.uri, c.name, got)
		}
	}
}

// What else a server offers stays in its lists, and can be read.
func TestResourcesOfOthersStay(t *testing.T) {
	t.Parallel()
	cfg := sandboxed()
	cfg.Options = []server.ServerOption{func(s *server.MCPServer) {
		read := func(_ context.Context, request mcp.ReadResourceRequest) ([]mcp.ResourceContents, error) {
			return []mcp.ResourceContents{mcp.TextResourceContents{URI: request.Params.URI, MIMEType: "text/markdown", Text: "theirs"}}, nil
		}
		s.AddResource(mcp.NewResource("test://one", "one"), read)
		s.AddResourceTemplate(mcp.NewResourceTemplate("test://some/{id}", "some"), read)
	}}
	h := serve(t, cfg)
	if uris := h.list(); uris[len(uris)-1] != "test://one" || uris[0] != static[0] {
		t.Errorf("%v", uris)
	}
	if uris := h.templates(); !slices.Equal(uris, append(slices.Clone(templates), "test://some/{id}")) {
		t.Errorf("%v", uris)
	}
	for _, uri := range []string{"test://one", "test://some/7"} {
		if got := h.text(uri); got != "theirs" {
			t.Errorf("%s: %s", uri, got)
		}
	}
}
