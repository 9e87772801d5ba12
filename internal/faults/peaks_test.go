//go:build blackbox

package faults

import (
	"bufio"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/mark3labs/mcp-go/mcp"
)

// feast is an answer that costs as much as it can, and who reads it.
type feast struct {
	name   string
	tool   string
	args   map[string]any
	uri    string // of a resource, instead of a tool
	status int    // 0 is 200
	calls  int    // at once; 0 is one
	body   func(*bufio.Writer)
}

const (
	largest = 31 << 20 // bytes: the most that is read is 32 MiB
	usual   = 1 << 20  // bytes: several answers of that size are kept at once
)

// repeated writes the same again and again, up to a length.
func repeated(begin, more, end string, length int) func(*bufio.Writer) {
	return func(w *bufio.Writer) {
		_, _ = w.WriteString(begin)
		for n := len(begin) + len(end); n+len(more) <= length; n += len(more) {
			if _, err := w.WriteString(more); err != nil {
				return
			}
		}
		_, _ = w.WriteString(end)
	}
}

// counted writes ever new values, by a format for their number, up to a length and a number.
func counted(begin, format, end string, length, most int) func(*bufio.Writer) {
	return func(w *bufio.Writer) {
		_, _ = w.WriteString(begin)
		for i, n := 0, len(begin)+len(end)+100; n < length && i < most; i++ {
			more, err := fmt.Fprintf(w, format, i)
			if err != nil {
				return
			}
			n += more
		}
		_, _ = w.WriteString(end)
	}
}

// inTurn writes the one and the other.
func inTurn(bodies ...func(*bufio.Writer)) func(*bufio.Writer) {
	var n atomic.Int32
	return func(w *bufio.Writer) { bodies[int(n.Add(1))%len(bodies)](w) }
}

// feasts are the worst that was found, each for another part of the work.
func feasts() []feast {
	const (
		many    = 490_000 // values: the most is 500,000
		content = `{"object":"post","id":"1","title":"Dark mode","content":"`
		thread  = `{"object":"conversation","id":"7","conversationParts":[{}`
		message = thread + `,{"id":"1","partType":"user_msg","author":{"type":"customer"},`
	)
	get := func(name string, body func(*bufio.Writer)) feast {
		return feast{name: "a post, " + name, tool: "get_post", args: map[string]any{"postId": "64b0c2f19d3e5a7710000000"}, body: body}
	}
	list := func(name string, body func(*bufio.Writer)) feast {
		return feast{name: "posts, " + name, tool: "list_posts", args: map[string]any{"limit": 10}, body: body}
	}
	talk := func(name string, body func(*bufio.Writer)) feast {
		return feast{name: "a conversation, " + name, tool: "get_conversation", args: map[string]any{"conversationId": "7"}, body: body}
	}
	texts := counted(`{"id":"1","more":["a"`, `,"%060d"`, "]}", largest, many)
	attributes := counted(content+"<p ", "a%d ", `>after</p>"}`, usual, largest)
	all := []feast{
		get("a data: image", repeated(content+`<img src=\"data:image/png;base64,`, "iVBORw0KGgo/AAAA", `\">after"}`, largest)),
		get("words for a picture", repeated(content+`<img src='a.png' alt='`, "words ", `'>after"}`, largest)),
		get("words for many pictures", repeated(content, `<img src='a.png' alt='words'>`, `"}`, largest)),
		get("pictures", repeated(content, "<img src=a>", `"}`, largest)),
		get("an address", repeated(content+`<a href=\"https://a.example/`, "words", `\">after</a>"}`, largest)),
		get("attributes", counted(content+"<p ", "a%d ", `>after</p>"}`, largest, largest)),
		get("cells", repeated(content+"<table>", "<td>", `"}`, largest)),
		get("lines", repeated(content, `x\n`, `"}`, largest)),
		get("breaks", repeated(content, "a<br>", `"}`, largest)),
		get("a title of quotes", repeated(`{"id":"1","title":"`, `\"`, `"}`, largest)),
		get("a title that is not UTF-8", repeated(`{"id":"1","title":"`, "a\xff", `"}`, largest)),
		get("names of fields", counted(`{"id":"1"`, `,"%d":1`, "}", largest, many)),
		get("long names of fields", counted(`{"id":"1"`, `,"%060d":1`, "}", largest, many)),
		get("texts", texts),
		get("ids", counted(`{"id":"1"`, `,"boardId":"%048d"`, "}", largest, many)),
		get("ten million values", repeated(`{"id":"1","more":[1`, ",1", "]}", largest)),
		get("the key", repeated(`{"id":"1","title":"`, theKey+" ", `"}`, largest)),
		list("a million of them", repeated(`{"data":[{}`, ",{}", "]}", largest)),
		list("almost as many as are read", counted(`{"data":[{}`, `,{"title":"%048d"}`, "]}", largest, many/2)),
		list("a text without gaps", repeated(`{"data":[{"id":"1","content":"<p>`, "x", `"}]}`, largest)),
		talk("parts", counted(thread, `,{"id":"1","partType":"user_msg","author":{"type":"customer"},"bodyHtml":"%0200d"}`, "]}", largest, many/6)),
		talk("names", counted(thread, `,{"author":{"id":"%[1]d","name":"%[1]d"}}`, "]}", largest, many/4)),
		talk("lines of Markdown", repeated(message+`"bodyMarkdown":"`, `* a\n`, `"}]}`, largest)),
		talk("as much Markdown as is parsed", repeated(message+`"bodyMarkdown":"`, "[a", `"}]}`, 60<<10)),
		{
			name: "articles of many words", tool: "answer_from_help_center", args: map[string]any{"question": "What word is it?"},
			body: counted(`{"data":[{"id":"7","title":"word","body":"`, "w%d ", `"}]}`, largest, largest),
		},
		{
			name: "posts to compare", tool: "find_similar_posts", args: map[string]any{"text": "A dark mode"},
			body: counted(`{"data":[{}`, `,{"id":"%d","title":"A%[1]d"}`, "]}", largest, many/3),
		},
		{
			name: "posts to count", tool: "feedback_report", args: map[string]any{"startDate": "2026-01-05", "endDate": "2026-01-11"},
			body: counted(`{"data":[{}`, `,{"id":"%d","title":"A%[1]d","createdAt":"2026-01-07T12:00:00.000Z"}`, "]}", largest, many/4),
		},
		{
			name: "a name of an admin", tool: "search_conversations", args: looking.arguments(""),
			body: repeated(`{"data":[{"id":"1","name":"`, "word ", `"}]}`, largest),
		},
		{name: "boards as a resource", uri: "featurebase://boards", body: counted(`[{}`, `,{"id":"1","name":"%040d"}`, "]", largest, many/3)},
		{name: "a refusal", tool: "list_boards", args: map[string]any{}, status: http.StatusBadRequest, body: repeated(`{"message":"`, "word ", `"}`, largest)},
		{name: "a failure", tool: "list_boards", args: map[string]any{}, status: http.StatusInternalServerError, body: repeated(`{"message":"`, "word ", `"}`, largest)},
	}
	plan := func(name string, rows int, body func(*bufio.Writer)) feast {
		changes := make([]any, rows)
		for i := range changes {
			changes[i] = map[string]any{"tool": "update_conversation", "arguments": map[string]any{"conversationId": strconv.Itoa(i + 1), "title": "Planned"}}
		}
		return feast{name: fmt.Sprintf("a plan over %d conversations, %s", rows, name), tool: "plan_changes", args: map[string]any{"changes": changes}, body: body}
	}
	all = append(all,
		plan("large", 8, counted(thread, `,{"id":"1","partType":"user_msg","author":{"type":"customer"},"bodyHtml":"%0200d"}`, "]}", largest, many/6)),
		plan("usual", 200, counted(thread, `,{"id":"1","partType":"user_msg","author":{"type":"customer"},"bodyHtml":"%0200d"}`, "]}", usual, many/6)))
	atOnce := func(f feast) feast {
		f.name, f.calls = "eight calls at once: "+f.name, 8
		return f
	}
	crowd := func(f feast) feast {
		f.name, f.calls = "24 calls at once: "+f.name, 24
		return f
	}
	return append(all,
		atOnce(all[0]), atOnce(all[5]), atOnce(all[20]), atOnce(all[len(all)-3]), atOnce(all[len(all)-5]),
		atOnce(list("many in little", repeated(`{"data":[{}`, ",{}", "]}", usual))),
		atOnce(get("names in little", counted(`{"id":"1"`, `,"%d":1`, "}", usual, many))),
		atOnce(talk("events in little", repeated(thread, ",{}", "]}", usual))),
		crowd(get("attributes in little", attributes)),
		crowd(get("texts, and attributes in little", inTurn(texts, attributes))),
	)
}

// Whatever an answer is made of, and whoever reads it, the process stays small. Each answer has a process for itself, so that its peak is known:
// -v shows the worst.
func TestPeaks(t *testing.T) {
	t.Parallel()
	if raced {
		t.Skip("the race detector takes memory, too")
	}
	binary := build(t)
	type result struct {
		name string
		peak int
	}
	var mu sync.Mutex
	var results []result
	t.Run("feasts", func(t *testing.T) {
		for _, f := range feasts() {
			t.Run(f.name, func(t *testing.T) {
				t.Parallel()
				peak := f.peak(t, binary)
				if peak > mostMemory {
					t.Errorf("the server took %d MB, at most %d are allowed", peak, mostMemory)
				}
				mu.Lock()
				defer mu.Unlock()
				results = append(results, result{f.name, peak})
			})
		}
	})
	slices.SortStableFunc(results, func(a, b result) int { return b.peak - a.peak })
	for _, r := range results[:min(10, len(results))] {
		t.Logf("%d MB at its peak: %s", r.peak, r.name)
	}
}

// peak serves an answer to calls of a server of its own, and returns the most memory that it took.
func (f feast) peak(t *testing.T, binary string) int {
	t.Helper()
	up := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "application/json")
		out := io.Writer(w)
		if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
			w.Header().Set("Content-Encoding", "gzip")
			z, _ := gzip.NewWriterLevel(w, gzip.BestSpeed)
			defer func() { _ = z.Close() }()
			out = z
		}
		w.WriteHeader(max(f.status, http.StatusOK))
		b := bufio.NewWriterSize(out, 1<<16)
		f.body(b)
		_ = b.Flush()
	}))
	defer up.Close()
	s := serve(t, binary, up.URL, "--timeout", "10m", "--deadline", "10m", "--retries", "0") // however long it takes on a busy machine
	var calls sync.WaitGroup
	for range max(f.calls, 1) {
		calls.Go(func() {
			if err := f.read(t.Context(), s); err != nil {
				t.Error(err)
			}
		})
	}
	calls.Wait()
	peak := s.peak(t)
	s.leave(t)
	return peak
}

// read makes a call or reads a resource. What is refused in words is no error.
func (f feast) read(ctx context.Context, s *server) error {
	if f.uri == "" {
		_, _, err := s.call(ctx, f.tool, f.args)
		return err
	}
	_, err := s.ReadResource(ctx, mcp.ReadResourceRequest{Params: mcp.ReadResourceParams{URI: f.uri}})
	if err != nil && strings.Contains(err.Error(), "list_boards failed: ") {
		return nil
	}
	return err
}
