package workflow_test

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"featurebase-mcp/internal/app"
	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/engine/enginetest"
	"featurebase-mcp/internal/sandbox"
	"featurebase-mcp/tools"
)

// topicsOfSeed are the topics of the sandbox's posts, by title: each stands there in the words of several people.
func topicsOfSeed(t *testing.T) map[string]int {
	t.Helper()
	data, err := os.ReadFile("../../internal/sandbox/seed/posts.txt")
	if err != nil {
		t.Fatal(err)
	}
	topics := map[string]int{}
	n := 0
	for line := range strings.Lines(string(data)) {
		switch line = strings.TrimSpace(line); {
		case strings.HasPrefix(line, "# "):
			n++
		case line != "" && line[0] != '>' && line[0] != '"':
			topics[line] = n
		}
	}
	return topics
}

var similarRow = regexp.MustCompile(`(?m)^\[(\w+)\] score (\d\.\d\d)`)

// What is found for a post is about the same, and most of what is about the same is found: a topic's posts often share no word of their titles.
func TestSimilarPostsAreFound(t *testing.T) {
	t.Parallel()
	for _, seed := range []uint64{0, 3, 11} { // the thresholds were set on the first
		t.Run(strconv.FormatUint(seed, 10), func(t *testing.T) {
			t.Parallel()
			testSimilarPosts(t, seed)
		})
	}
}

func testSimilarPosts(t *testing.T, seed uint64) {
	t.Helper()
	server := enginetest.Start(t, app.Config{Sandbox: &app.Sandbox{Seed: seed}})
	topics := topicsOfSeed(t)
	posts := factsOf(t, sandbox.Options{Seed: seed}).posts
	topicOf := map[string]int{}
	for _, p := range posts {
		topicOf[p.ID] = topics[p.Title]
	}
	const every, mostTokens = 10, 1150
	var wanted, found, shown, longest int
	for i := 0; i < len(posts); i += every {
		answer, isError := enginetest.Ask(t, server, "find_similar_posts", `{"postId":"`+posts[i].ID+`"}`)
		if isError || strings.Contains(answer, "["+posts[i].ID+"]") {
			t.Fatal(answer)
		}
		if n := enginetest.Tokens(t, answer); n > mostTokens {
			t.Errorf("%d tokens:\n%s", n, answer)
		} else {
			longest = max(longest, n)
		}
		for _, p := range posts {
			if p.ID != posts[i].ID && topicOf[p.ID] == topicOf[posts[i].ID] {
				wanted++
			}
		}
		for _, row := range similarRow.FindAllStringSubmatch(answer, -1) {
			shown++
			if topicOf[row[1]] == topicOf[posts[i].ID] {
				found++
			}
		}
	}
	recall, precision := float64(found)/float64(wanted), float64(found)/float64(shown)
	t.Logf("%d tokens at most", longest)
	t.Logf("recall %.3f (%d of %d), precision %.3f (of %d)", recall, found, wanted, precision, shown)
	if recall < 0.66 || precision < 0.9 {
		t.Errorf("recall %.3f, precision %.3f", recall, precision)
	}
}

// One answer is for whatever can be compared, and what cannot be is said before anything is sent.
func TestAnyTextCanBeCompared(t *testing.T) {
	t.Parallel()
	server := enginetest.Start(t, app.Config{Sandbox: &app.Sandbox{}})
	post := func(title, content string) string {
		t.Helper()
		answer, isError := enginetest.Ask(t, server, "create_post", fmt.Sprintf(`{"boardId":"Bugs","title":%q,"content":%q}`, title, content))
		if isError {
			t.Fatal(answer)
		}
		return regexp.MustCompile(`"id":"(\w+)"`).FindStringSubmatch(answer)[1]
	}
	japanese := post("ダークモードに対応してほしい", "夜に使うと画面が明るすぎます。")
	russian := post("Выгрузка счетов в таблицу", "Бухгалтерии нужны все счета за месяц в одном файле.")
	bare := post("Zirconium export", "")
	emoji := post("🎉🎉", "")
	for _, tc := range []struct{ name, arguments, want string }{
		{"a script without spaces", `{"text":"ダークモードはありますか"}`, "\n[" + japanese + "] score "},
		{"another script, inflected", `{"text":"Нужна выгрузка счёта в таблицы"}`, "\n[" + russian + "] score "},
		{"a post without text", `{"postId":"` + bare + `"}`, "\nlooked at: "},
		{"a post without text is found", `{"text":"export of zirconium"}`, "\n[" + bare + "] score "},
		{"a post without words", `{"postId":"` + emoji + `"}`, "\nsimilar: unknown; the post has no words to compare by"},
		{"a long text", `{"text":"` + strings.Repeat("Our screens are bright at night and a dark theme of the operating system would help the late shift. ", 40) + `"}`, "\nlooked at: "},
		{"one long word", `{"text":"` + strings.Repeat("x", 5000) + `"}`, "\nsimilar: none; "},
		{"HTML", `{"text":"<p>Dark <b>theme</b> for the whole app</p><script>dark()</script>"}`, "  Dark theme for the whole app\n"},
		{"a board by its name", `{"text":"export csv","boardId":"bugs"}`, "CSV export puts everything in one column"},
		{"at most so many", `{"text":"invoice","limit":"1"}`, "\nlooked at: "},
	} {
		answer, isError := enginetest.Ask(t, server, "find_similar_posts", tc.arguments)
		if isError || !strings.Contains(answer, tc.want) || strings.Contains(answer, "Missing here") {
			t.Errorf("%s: no %q in %s", tc.name, tc.want, answer)
		}
	}
	for _, tc := range []struct{ arguments, want string }{
		{`{"text":"🎉🎉"}`, "find_similar_posts sent nothing: text: there are no words in it to compare by"},
		{`{}`, "give at least one of postId, text"},
		{`{"text":"a","postId":"` + bare + `"}`, "text: leave it out with postId"},
		{`{"postId":"6ae0e6df8c2fe90da8ffffff"}`, `find_similar_posts failed, since the post could not be had: nothing has postId "6ae0e6df8c2fe90da8ffffff" (HTTP 404, resource_not_found)`},
		{`{"text":"a","boardId":"Bug"}`, `did you mean "Bugs"?`},
	} {
		if answer, isError := enginetest.Ask(t, server, "find_similar_posts", tc.arguments); !isError || !strings.Contains(answer, tc.want) {
			t.Errorf("%s: no %q in %s", tc.arguments, tc.want, answer)
		}
	}
}

// Without the sample, the searches do; without any search, nothing was looked for.
func TestSimilarPostsAreFoundWithoutTheSample(t *testing.T) {
	t.Parallel()
	answer, isError := enginetest.Ask(t, startBroken(t, "GET /v2/posts"), "find_similar_posts", `{"text":"dark theme for the app at night"}`)
	for _, want := range []string{"  Dark theme for the whole app\n", "\nMissing here: the newest posts, the posts with most votes: Featurebase has a problem of its own"} {
		if isError || !strings.Contains(answer, want) {
			t.Errorf("no %q in %s", want, answer)
		}
	}
	answer, isError = enginetest.Ask(t, startBroken(t, "GET /v2/posts"), "find_similar_posts", `{"text":"dark mode"}`)
	if isError || !regexp.MustCompile(`(?m)^\[\w+\] score .*\n  Dark mode$`).MatchString(answer) {
		t.Errorf("the words that were searched for count for nothing among their own hits: %s", answer)
	}
	answer, isError = enginetest.Ask(t, startBroken(t, "POST /v2/posts/search"), "find_similar_posts", `{"text":"dark theme"}`)
	if !isError || !strings.HasPrefix(answer, "find_similar_posts failed, since the search could not be had: Featurebase has a problem of its own") {
		t.Error(answer)
	}
}

// A call that is cancelled ends with its requests, and says so.
func TestCancelledWorkflowsEnd(t *testing.T) {
	t.Parallel()
	for tool, arguments := range map[string]string{"find_similar_posts": `{"text":"dark mode"}`, "triage_queue": `{}`} {
		ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
		hang := hanging{cancel}
		c := enginetest.Client(t, enginetest.Behind(hang))
		answer := answerIn(ctx, t, engine.Env{Engine: &engine.Engine{Inventory: tools.Inventory()}, Account: engine.Account{Client: c}}, tool, arguments)
		if !strings.HasPrefix(answer, tool+" failed, since ") || strings.Contains(answer, "context") {
			t.Error(answer)
		}
	}
}

// hanging is a Featurebase that never answers; the call is cancelled when it is asked.
type hanging struct{ cancel context.CancelFunc }

func (h hanging) RoundTrip(r *http.Request) (*http.Response, error) {
	h.cancel()
	<-r.Context().Done()
	return nil, r.Context().Err()
}
