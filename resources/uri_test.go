package resources

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/mark3labs/mcp-go/mcp"

	"featurebase-mcp/client"
	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/wire"
	"featurebase-mcp/tools"
)

// Each row of the table reads with operations that are there and only read, takes ids that can be completed, and is found by its own address.
func TestTheTableIsWhole(t *testing.T) {
	t.Parallel()
	for _, r := range table {
		if r.name == "" || r.title == "" || !strings.HasSuffix(r.description, ".") || r.priority <= 0 || r.priority > 1 {
			t.Errorf("%+v", r)
		}
		for _, p := range r.parts {
			if op := tools.Inventory().Lookup(p.operation); op == nil || op.Effect != engine.Read {
				t.Errorf("%s reads with %s", r.uri, p.operation)
			}
		}
		for _, hole := range r.holes() {
			if op := tools.Inventory().Lookup(tools.Inventory().Lister(kindOf(hole))); op == nil {
				t.Errorf("%s: nothing completes %s", r.uri, hole)
			}
		}
		if found, _, ok := find(r.fill("1")); !ok || found != r {
			t.Errorf("%s leads to %v", r.fill("1"), found)
		}
	}
	for _, l := range listed {
		for _, uri := range l.uris {
			if r := lookup(uri); r == nil || !slices.Contains(r.holes(), l.kind+"Id") {
				t.Errorf("%s is listed as a %s", uri, l.kind)
			}
		}
	}
}

// The reference has a row for each.
func TestTheReferenceHasAllResources(t *testing.T) {
	t.Parallel()
	reference, err := os.ReadFile("../docs/reference.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range table {
		if row := "\n| `" + r.uri + "` | " + r.description + " |\n"; strings.Count(string(reference), row) != 1 {
			t.Errorf("docs/reference.md lacks%s", row)
		}
	}
	if n := strings.Count(string(reference), "\n| `"+scheme); n != len(table) {
		t.Errorf("%d rows for %d resources", n, len(table))
	}
}

// Clients escape more or less. All of these are one id.
func TestEscapes(t *testing.T) {
	t.Parallel()
	for _, uri := range []string{
		"featurebase://posts/Dark%20mode%2C%20%C3%BC%20(64b921c0d0013bb2e0000001)",
		"featurebase://posts/Dark%20mode%2c%20%c3%bc%20%2864b921c0d0013bb2e0000001%29",
		"featurebase://posts/Dark mode, ü (64b921c0d0013bb2e0000001)",
	} {
		_, values, ok := find(uri)
		if got := values["postId"]; !ok || got != "Dark mode, ü (64b921c0d0013bb2e0000001)" {
			t.Errorf("%s: %q", uri, got)
		}
	}
	if got := escape("a b+ü/(x)"); got != "a%20b%2B%C3%BC%2F%28x%29" {
		t.Error(got)
	}
}

// recorder is an API that knows nothing and notes what is asked for.
type recorder struct{ paths []string }

func (r *recorder) RoundTrip(req *http.Request) (*http.Response, error) {
	r.paths = append(r.paths, req.URL.EscapedPath())
	return &http.Response{
		StatusCode: http.StatusNotFound, Header: http.Header{"Content-Type": {"application/json"}}, Request: req,
		Body: io.NopCloser(strings.NewReader(`{"error":{"type":"invalid_request_error","code":"resource_not_found","message":"Not found","status":404}}`)),
	}, nil
}

// Whatever an address holds, it reaches no other place of the API than its resource does, and what is answered is a result or an error
// with a code.
func FuzzAddresses(f *testing.F) {
	for _, seed := range []string{
		"featurebase://boards", "featurebase://boards/../../v2/admins", "featurebase://posts/%2e%2e%2fadmins", "featurebase://changelogs/..;/x", "featurebase://changelogs/a%00b",
		"featurebase://changelogs/%25%32%65", "featurebase://articles/10021301?state=draft", "featurebase://conversations/1%23", "featurebase://contacts/{contactId}",
		"featurebase://changelogs/x\\..\\y", "featurebase://boards/(64b921c0d0013bb2e0000001)", "featurebase://boards/\xff", "FEATUREBASE://boards", "",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, uri string) {
		api := &recorder{}
		c, err := client.New(client.Config{BaseURL: "http://127.0.0.1", NoAuth: true, Version: "v", Transport: api})
		if err != nil {
			t.Fatal(err)
		}
		env := engine.Env{Engine: &engine.Engine{Inventory: tools.Inventory(), Logger: slog.New(slog.DiscardHandler)}, Account: engine.Account{Client: c}} // without names: all is an id or refused
		s := New(tools.Inventory(), func(context.Context) (engine.Env, error) { return env, nil }, func(context.Context, string) bool { return true })
		request := mcp.ReadResourceRequest{Params: mcp.ReadResourceParams{URI: uri, Arguments: map[string]any{requestedURI: uri}}}
		_, err = s.read(t.Context(), request)
		coded, ok := errors.AsType[*wire.CodedError](err)
		if !ok || coded.Message == "" {
			t.Fatalf("%q: %v", uri, err)
		}
		r, _, found := find(uri)
		if !found && len(api.paths) > 0 {
			t.Fatalf("%q is no resource, and asked for %v", uri, api.paths)
		}
		for _, path := range api.paths {
			if !slices.ContainsFunc(r.parts, func(p part) bool { return leads(tools.Inventory().Lookup(p.operation).Path, path) }) {
				t.Errorf("%q asked for %s", uri, path)
			}
		}
	})
}

// leads reports whether a path of a request is one of an operation's.
func leads(template, path string) bool {
	want, got := strings.Split(template, "/"), strings.Split(path, "/")
	if len(want) != len(got) {
		return false
	}
	for i := range want {
		if strings.HasPrefix(want[i], "{") && got[i] != "" && got[i] != "." && !strings.Contains(got[i], "..") {
			continue
		}
		if want[i] != got[i] {
			return false
		}
	}
	return true
}
