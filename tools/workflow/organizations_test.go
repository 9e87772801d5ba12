package workflow_test

import (
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	mcpclient "github.com/mark3labs/mcp-go/client"

	"featurebase-mcp/internal/app"
	"featurebase-mcp/internal/engine/enginetest"
	"featurebase-mcp/internal/sandbox"
)

// What the answers of workflows are held to: everything there is, read over plain HTTP, with no code of the tools.

// sampled is a sandbox to ask in both ways: through a server, and over plain HTTP.
type sampled struct {
	app.Sandbox
	now time.Time
}

// organizations are the shipped one and others: other dice, the ends of months, years and summer time.
var organizations = []sampled{
	{app.Sandbox{}, time.Date(2026, time.November, 1, 12, 0, 0, 0, time.UTC)},
	at(1, time.Date(2025, time.April, 6, 15, 59, 59, 0, time.UTC)),
	at(2, time.Date(2024, time.February, 29, 23, 30, 0, 0, time.UTC)),
	at(3, time.Date(2027, time.January, 1, 0, 0, 0, 0, time.UTC)),
	at(77, time.Date(2025, time.October, 26, 1, 15, 0, 0, time.UTC)),
}

func at(seed uint64, clock time.Time) sampled {
	return sampled{app.Sandbox{Seed: seed, Clock: clock}, clock}
}

// inEveryOrganization runs a test that asks a server and compares with what there is.
func inEveryOrganization(t *testing.T, test func(t *testing.T, f *facts, server *mcpclient.Client)) {
	t.Helper()
	for _, o := range organizations {
		t.Run(o.now.Format(time.DateOnly), func(t *testing.T) {
			t.Parallel()
			test(t, factsOf(t, sandbox.Options{Seed: o.Seed, Clock: o.Clock}), enginetest.Start(t, app.Config{Sandbox: &o.Sandbox}))
		})
	}
}

// facts is all that an organization has of what the workflows count.
type facts struct {
	t      *testing.T
	base   string
	now    time.Time
	boards map[string]rawBoard
	status map[string]rawStatus
	posts  []rawPost

	comments []rawRemark
}

type rawBoard struct {
	ID     string
	Name   string
	Access struct{ AdminOnly bool }
}

type rawStatus struct {
	ID, Name, Type string
	IsDefault      bool
}

type rawPost struct {
	ID, Title, PostURL, BoardID string
	Content                     string
	Author                      *rawAuthor
	Upvotes, CommentCount       int
	CreatedAt, UpdatedAt        time.Time
	InReview                    bool
	AssigneeID                  *string
	Status                      struct {
		ID        string
		IsDefault bool
	}
	Tags   []struct{ Name string }
	Access struct{ UserIDs, CompanyExternalIDs []string }
}

type rawRemark struct {
	ID, PostID, Content                    string
	CreatedAt                              time.Time
	IsPrivate, InReview, IsSpam, IsDeleted bool
	Author                                 struct{ Type string }
}

// factsOf reads everything from the address of a sandbox.
func factsOf(t *testing.T, options sandbox.Options) *facts {
	t.Helper()
	options.NoAuth = true
	box, err := sandbox.New(options)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(box)
	t.Cleanup(server.Close)
	f := &facts{t: t, base: server.URL, now: box.Now(), boards: map[string]rawBoard{}, status: map[string]rawStatus{}}
	for _, b := range everything[rawBoard](f, "/v2/boards", nil) {
		f.boards[b.ID] = b
	}
	for _, s := range everything[rawStatus](f, "/v2/post_statuses", nil) {
		f.status[s.ID] = s
	}
	f.posts = everything[rawPost](f, "/v2/posts", url.Values{"inReview": {"true"}})
	f.comments = everything[rawRemark](f, "/v2/comments", url.Values{"privacy": {"all"}, "sortBy": {"new"}})
	return f
}

// everything follows a list to its end.
func everything[T any](f *facts, path string, query url.Values) []T {
	f.t.Helper()
	var all []T
	for cursor := ""; ; {
		target := f.base + path
		if path != "/v2/boards" && path != "/v2/post_statuses" { // these have no pages
			q := url.Values{"limit": {"100"}}
			maps.Copy(q, query)
			if cursor != "" {
				q.Set("cursor", cursor)
			}
			target += "?" + q.Encode()
		}
		r, err := http.NewRequestWithContext(f.t.Context(), http.MethodGet, target, nil)
		if err != nil {
			f.t.Fatal(err)
		}
		res, err := http.DefaultTransport.RoundTrip(r)
		if err != nil {
			f.t.Fatal(err)
		}
		body, err := io.ReadAll(res.Body)
		_ = res.Body.Close()
		if err != nil || res.StatusCode != http.StatusOK {
			f.t.Fatalf("%s: %v, %d %s", target, err, res.StatusCode, body)
		}
		var page struct {
			Data       []T
			NextCursor string
		}
		into := any(&page)
		if body[0] == '[' {
			into = &page.Data
		}
		if err := json.Unmarshal(body, into); err != nil {
			f.t.Fatalf("%s: %v", target, err)
		}
		all = append(all, page.Data...)
		if cursor = page.NextCursor; cursor == "" {
			return all
		}
	}
}
