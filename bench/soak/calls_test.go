package soak

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mark3labs/mcp-go/client"
	"github.com/mark3labs/mcp-go/mcp"
)

const (
	callsOfAClient = 100              // after which a client of HTTP goes and another comes
	longestCall    = 90 * time.Second // beyond the server's own deadline
	cancelledOf    = 50               // one call of so many is cancelled
)

// calls are made by their weight. In the arguments, a word in capitals stands for one of its ids, and MARK for what makes a write like no other. Those with
// words are wrong on purpose, and are to be answered by them.
var calls = []struct {
	weight                 int
	tool, arguments, words string
}{
	{8, "list_posts", `{"limit":10,"boardId":"BOARD"}`, ""},
	{2, "list_posts", `{"limit":50,"detail":"full"}`, ""},
	{6, "search_posts", `{"search":"dark mode","limit":10}`, ""},
	{8, "get_post", `{"postId":"POST"}`, ""},
	{4, "get_conversation", `{"conversationId":"CONVERSATION"}`, ""},
	{3, "list_comments", `{"postId":"POST","limit":10}`, ""},
	{3, "search_contacts", `{"limit":10}`, ""},
	{3, "search_articles", `{"search":"export","limit":5}`, ""},
	{2, "list_boards", `{}`, ""},
	{1, "get_post", `{"postId":"000000000000000000000000"}`, "nothing has postId"},
	{1, "list_posts", `{"limit":"ten"}`, "limit"},
	{1, "create_post", `{"boardId":"No Such Board","title":"Never made"}`, "no board is called"},
	{1, "add_post_voter", `{"postId":"POST","email":"MARK@example.com","name":"Soak"}`, ""},
	{1, "reply_to_conversation", `{"conversationId":"CONVERSATION","type":"admin","id":"ADMIN","messageType":"note","bodyMarkdown":"MARK"}`, ""},
	{5, "create_comment", `{"postId":"POST","content":"MARK"}`, ""},
}

var hexID = regexp.MustCompile(`"id":"([0-9a-f]{24})"`)

// look finds what the words in capitals stand for.
func look(t *testing.T, c *client.Client) map[string][]string {
	t.Helper()
	found := map[string][]string{}
	for word, tool := range map[string]string{"POST": "list_posts", "CONVERSATION": "list_conversations", "BOARD": "list_boards", "ADMIN": "list_admins"} {
		id := hexID
		if word == "CONVERSATION" {
			id = regexp.MustCompile(`"id":"(\d{3,10})"`)
		}
		a := call(t.Context(), c, tool, `{}`, false)
		for _, of := range id.FindAllStringSubmatch(a.text, -1) {
			found[word] = append(found[word], of[1])
		}
		if a.err != nil || a.isError || len(found[word]) == 0 {
			t.Fatalf("%s: %v %.300s", tool, a.err, a.text)
		}
	}
	return found
}

// answer is what came back.
type answer struct {
	text      string
	isError   bool
	cancelled bool
	err       error
}

// call makes a call, and cancels it after a short while if it should.
func call(ctx context.Context, c *client.Client, tool, arguments string, cancel bool) answer {
	longest := longestCall
	if cancel {
		longest = rand.N(20 * time.Millisecond)
	}
	own, stop := context.WithTimeout(ctx, longest)
	defer stop()
	res, err := c.CallTool(own, mcp.CallToolRequest{Params: mcp.CallToolParams{Name: tool, Arguments: json.RawMessage(arguments)}})
	if err != nil {
		return answer{err: err, cancelled: cancel && own.Err() != nil}
	}
	if len(res.Content) != 1 {
		return answer{err: fmt.Errorf("%d contents", len(res.Content))}
	}
	text, ok := res.Content[0].(mcp.TextContent)
	if !ok {
		return answer{err: errors.New("a content that is no text")}
	}
	return answer{text: text.Text, isError: res.IsError}
}

// worker makes one call after another.
type worker struct {
	found    map[string][]string
	ledger   *ledger
	going    func() bool // whether there is time for another call
	comments []string    // made by it, and to be deleted
}

// makeCalls keeps the calls in flight until the end of a phase, and returns when all are answered.
func makeCalls(t *testing.T, overStdio *client.Client, url string, found map[string][]string, l *ledger, end time.Time) {
	t.Helper()
	var workers sync.WaitGroup
	going := func() bool { return time.Now().Before(end) && t.Context().Err() == nil && !t.Failed() }
	for n := range inFlight {
		w := &worker{found: found, ledger: l, going: going}
		workers.Go(func() {
			for visits := n / 2; going(); visits++ {
				if n%2 == 0 {
					w.next(t.Context(), overStdio)
				} else if err := w.visit(t.Context(), url, visits%2 == 0); err != nil {
					t.Error(err)
				}
			}
		})
	}
	workers.Wait()
	if t.Failed() {
		t.FailNow()
	}
}

// visit is a client of HTTP from its first message to its last.
func (w *worker) visit(ctx context.Context, url string, legacy bool) error {
	c, err := client.NewStreamableHttpClient(url)
	if err != nil {
		return err
	}
	version := mcp.LATEST_PROTOCOL_VERSION
	if legacy {
		version = mcp.LATEST_LEGACY_PROTOCOL_VERSION
	}
	if err := errors.Join(c.Start(ctx), initialize(ctx, c, version)); err != nil {
		return fmt.Errorf("a new client of HTTP: %w", err)
	}
	for n := 0; n < callsOfAClient && w.going(); n++ {
		w.next(ctx, c)
	}
	return c.Close()
}

// next makes one call of the mix. A comment that was made is deleted by the next one.
func (w *worker) next(ctx context.Context, c *client.Client) {
	cancel := rand.N(cancelledOf) == 0
	if n := len(w.comments); n > 0 {
		id := w.comments[n-1]
		w.comments = w.comments[:n-1]
		w.ledger.enter("delete_comment", id, "", call(ctx, c, "delete_comment", fmt.Sprintf(`{"commentId":%q}`, id), cancel))
		return
	}
	sum := 0
	for _, of := range calls {
		sum += of.weight
	}
	n, chosen := rand.N(sum), calls[0]
	for _, chosen = range calls {
		if n -= chosen.weight; n < 0 {
			break
		}
	}
	arguments, mark := chosen.arguments, ""
	for word, ids := range w.found {
		arguments = strings.Replace(arguments, word, ids[rand.N(len(ids))], 1)
	}
	if strings.Contains(arguments, "MARK") {
		mark = w.ledger.mark()
		arguments = strings.Replace(arguments, "MARK", mark, 1)
	}
	a := call(ctx, c, chosen.tool, arguments, cancel)
	if w.ledger.enter(chosen.tool, mark, chosen.words, a) == done && chosen.tool == "create_comment" {
		if id := hexID.FindStringSubmatch(a.text); id != nil {
			w.comments = append(w.comments, id[1])
		}
	}
}
