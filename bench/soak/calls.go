package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"regexp"
	"sync"
	"time"

	"github.com/mark3labs/mcp-go/client"
	"github.com/mark3labs/mcp-go/mcp"
)

const (
	callsOfAClient = 100              // after which a client of HTTP goes and another comes
	longestCall    = 90 * time.Second // beyond the server's own deadline
	cancelledOf    = 50               // one call of so many is cancelled
)

// things are ids that the sandbox has.
type things struct{ posts, conversations, boards, admins []string }

var hexID = regexp.MustCompile(`"id":"([0-9a-f]{24})"`)

// look finds the things that calls are about.
func look(ctx context.Context, c *client.Client) (things, error) {
	var found things
	for _, list := range []struct {
		tool string
		id   *regexp.Regexp
		ids  *[]string
		args map[string]any
	}{
		{"list_posts", hexID, &found.posts, map[string]any{"limit": 50}},
		{"list_conversations", regexp.MustCompile(`"id":"(\d{3,10})"`), &found.conversations, map[string]any{"limit": 50}},
		{"list_boards", hexID, &found.boards, nil},
		{"list_admins", hexID, &found.admins, nil},
	} {
		a := call(ctx, c, list.tool, list.args, false)
		for _, id := range list.id.FindAllStringSubmatch(a.text, -1) {
			*list.ids = append(*list.ids, id[1])
		}
		if a.err != nil || a.isError || len(*list.ids) == 0 {
			return found, fmt.Errorf("%s: %w %.300s", list.tool, a.err, a.text)
		}
	}
	return found, nil
}

// answer is what came back.
type answer struct {
	text      string
	isError   bool
	cancelled bool
	err       error
}

// call makes a call, and cancels it after a short while if it should.
func call(ctx context.Context, c *client.Client, tool string, args map[string]any, cancel bool) answer {
	own, stop := context.WithTimeout(ctx, longestCall)
	defer stop()
	if cancel {
		var cut context.CancelFunc
		own, cut = context.WithTimeout(own, rand.N(20*time.Millisecond)) //nolint:gosec // chance is enough
		defer cut()
	}
	if args == nil {
		args = map[string]any{}
	}
	res, err := c.CallTool(own, mcp.CallToolRequest{Params: mcp.CallToolParams{Name: tool, Arguments: args}})
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

// makeCalls keeps the calls in flight until the end of a phase, and returns when all are answered.
func makeCalls(ctx context.Context, s settings, p *processes, found things, l *ledger, end time.Time) error {
	var workers sync.WaitGroup
	failures := make(chan error, s.inFlight)
	for n := range s.inFlight {
		w := &worker{things: found, ledger: l}
		workers.Go(func() {
			if n%2 == 0 {
				for time.Now().Before(end) && ctx.Err() == nil {
					w.next(ctx, p.overStdio)
				}
				return
			}
			for legacy := n%4 == 1; time.Now().Before(end) && ctx.Err() == nil; legacy = !legacy {
				if err := w.visit(ctx, p.httpURL, legacy, end); err != nil {
					failures <- err
					return
				}
			}
		})
	}
	workers.Wait()
	close(failures)
	return errors.Join(<-failures, ctx.Err())
}

// worker makes one call after another.
type worker struct {
	things
	ledger   *ledger
	comments []string // made by it, and to be deleted
}

// visit is a client of HTTP from its first message to its last.
func (w *worker) visit(ctx context.Context, url string, legacy bool, end time.Time) error {
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
	for range callsOfAClient {
		if !time.Now().Before(end) || ctx.Err() != nil {
			break
		}
		w.next(ctx, c)
	}
	return c.Close()
}

func pick(ids []string) string { return ids[rand.N(len(ids))] } //nolint:gosec // chance is enough

// reads are calls that change nothing, with a weight each. Those with words are wrong on purpose, and are to be answered by them.
var reads = []struct {
	weight int
	tool   string
	args   func(things) map[string]any
	words  string
}{
	{8, "list_posts", func(t things) map[string]any { return map[string]any{"limit": 10, "boardId": pick(t.boards)} }, ""},
	{2, "list_posts", func(things) map[string]any { return map[string]any{"limit": 50, "detail": "full"} }, ""},
	{6, "search_posts", func(things) map[string]any { return map[string]any{"search": "dark mode", "limit": 10} }, ""},
	{8, "get_post", func(t things) map[string]any { return map[string]any{"postId": pick(t.posts)} }, ""},
	{4, "get_conversation", func(t things) map[string]any { return map[string]any{"conversationId": pick(t.conversations)} }, ""},
	{3, "list_comments", func(t things) map[string]any { return map[string]any{"postId": pick(t.posts), "limit": 10} }, ""},
	{3, "search_contacts", func(things) map[string]any { return map[string]any{"limit": 10} }, ""},
	{3, "search_articles", func(things) map[string]any { return map[string]any{"search": "export", "limit": 5} }, ""},
	{2, "list_boards", func(things) map[string]any { return nil }, ""},
	{1, "get_post", func(things) map[string]any { return map[string]any{"postId": "000000000000000000000000"} }, "nothing has postId"},
	{1, "list_posts", func(things) map[string]any { return map[string]any{"limit": "ten"} }, "limit"},
	{1, "create_post", func(things) map[string]any { return map[string]any{"boardId": "No Such Board", "title": "Never made"} }, "no board is called"},
}

// next makes one call: a read, or a write in one case of seven.
func (w *worker) next(ctx context.Context, c *client.Client) {
	cancel := rand.N(cancelledOf) == 0 //nolint:gosec // chance is enough
	if rand.N(7) == 0 {                //nolint:gosec // chance is enough
		w.write(ctx, c, cancel)
		return
	}
	sum := 0
	for _, r := range reads {
		sum += r.weight
	}
	n := rand.N(sum) //nolint:gosec // chance is enough
	for _, r := range reads {
		if n -= r.weight; n < 0 {
			w.ledger.enter(r.tool, "", r.words, call(ctx, c, r.tool, r.args(w.things), cancel))
			return
		}
	}
}

// write makes a comment, a vote or a note, or deletes a comment that was made.
func (w *worker) write(ctx context.Context, c *client.Client, cancel bool) {
	if n := len(w.comments); n > 0 {
		id := w.comments[n-1]
		w.comments = w.comments[:n-1]
		w.ledger.enter("delete_comment", id, "", call(ctx, c, "delete_comment", map[string]any{"commentId": id}, cancel))
		return
	}
	mark := w.ledger.mark()
	var tool string
	var args map[string]any
	switch rand.N(8) { //nolint:gosec // chance is enough
	case 0:
		tool, args = "add_post_voter", map[string]any{"postId": pick(w.posts), "email": mark + "@example.com", "name": "Soak"}
	case 1:
		tool, args = "reply_to_conversation", map[string]any{
			"conversationId": pick(w.conversations), "type": "admin", "id": pick(w.admins), "messageType": "note", "bodyMarkdown": mark,
		}
	default:
		tool, args = "create_comment", map[string]any{"postId": pick(w.posts), "content": mark}
	}
	a := call(ctx, c, tool, args, cancel)
	if w.ledger.enter(tool, mark, "", a) == done && tool == "create_comment" {
		if id := hexID.FindStringSubmatch(a.text); id != nil {
			w.comments = append(w.comments, id[1])
		}
	}
}
