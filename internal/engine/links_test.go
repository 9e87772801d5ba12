package engine_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"featurebase-mcp/client"
	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/engine/enginetest"
	"featurebase-mcp/internal/input"
	"featurebase-mcp/internal/names"
	"featurebase-mcp/internal/rawjson"
	"featurebase-mcp/internal/sandbox"
	"featurebase-mcp/tools"
	"featurebase-mcp/tools/kind"
)

// noting is a sandbox that notes what arrives.
type noting struct {
	engine.Env
	mu   sync.Mutex
	sent []string
}

func newNoting(t *testing.T) *noting {
	t.Helper()
	box := enginetest.Box(t, sandbox.Options{})
	r := &noting{}
	c := enginetest.Wire(func(req *http.Request) (*http.Response, error) {
		var body []byte
		if req.Body != nil {
			body, _ = io.ReadAll(req.Body)
			req.Body = io.NopCloser(strings.NewReader(string(body)))
		}
		r.mu.Lock()
		r.sent = append(r.sent, strings.TrimSuffix(req.Method+" "+req.URL.RequestURI()+" "+string(body), " "))
		r.mu.Unlock()
		return box.Transport().RoundTrip(req)
	}).Client(t)
	r.Env = enginetest.Permissive(c)
	admin, err := engine.NewActingAdmin(kind.Admin, enginetest.ActingAdmin)
	if err != nil {
		t.Fatal(err)
	}
	r.ActingAdmin = admin
	r.Names = enginetest.Names(c)
	return r
}

// call calls a tool and returns what arrived at the API.
func (r *noting) call(t *testing.T, op *engine.Operation, arguments string) (text string, isError bool, sent []string) {
	t.Helper()
	text, isError = enginetest.CallIn(t, r.Env, op, arguments)
	r.mu.Lock()
	defer r.mu.Unlock()
	sent, r.sent = r.sent, nil
	return text, isError, sent
}

// get returns an object of the sandbox.
func (r *noting) get(t *testing.T, path string) rawjson.Value {
	t.Helper()
	res, err := r.Client.Do(t.Context(), client.Request{Operation: "test", Method: http.MethodGet, Path: path, Safety: client.Read})
	if err != nil {
		t.Fatal(err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.sent = nil
	return rawjson.Value(res.Body)
}

// pointers are what people have of an object in the place of its id: links, slugs, titles.
func (r *noting) pointers(t *testing.T, k *names.Kind, id string) []string {
	t.Helper()
	fields := map[*names.Kind]struct {
		path   string
		fields []string
	}{
		kind.Post:       {"/v2/posts/", []string{"postUrl", "slug", "title"}},
		kind.Changelog:  {"/v2/changelogs/", []string{"url", "slug", "title"}},
		kind.Article:    {"/v2/help_center/articles/", []string{"featurebaseUrl", "externalUrl", "slug", "title"}},
		kind.Collection: {"/v2/help_center/collections/", []string{"featurebaseUrl", "externalUrl", "slug", "name"}},
		kind.Ticket:     {"/v2/tickets/", []string{"ticketUrl"}},
		kind.Contact:    {"/v2/contacts/", []string{"email", "name"}},
		kind.Company:    {"/v2/companies/", []string{"name"}},
	}[k]
	if fields.path == "" {
		return nil
	}
	object := r.get(t, fields.path+id)
	var list []string
	for _, name := range fields.fields {
		text := object.Get(name).Text()
		if text == "" {
			t.Fatalf("the %s %s has no %s", k.Word, id, name)
		}
		list = append(list, text)
		if u, err := url.Parse(text); err == nil && u.Host != "" {
			list = append(list, text+"?lang=en#comments", "https://"+u.Host+"/xx"+u.Path, strings.TrimPrefix(text, "https://"), text[strings.LastIndexByte(text, '/')+1:])
		}
	}
	return list
}

// In every operation whose example has the id of something with an address or a slug, both do what the id does: the same request is made.
func TestALinkOrASlugDoesWhatTheIDDoes(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	tried, ambiguous := map[*names.Kind]int{}, 0
	t.Run("all", func(t *testing.T) {
		for _, e := range enginetest.Examples(t) {
			if e.Op.Run != nil {
				continue
			}
			t.Run(e.Op.Name, func(t *testing.T) {
				t.Parallel()
				for _, m := range pointed(t, e) {
					r := newNoting(t)
					texts := r.pointers(t, m.kind, m.id)
					_, failed, want := r.call(t, e.Op, e.Arguments)
					if e.Op.Effect != engine.Read { // each write needs a sandbox in its first state
						texts = slices.Compact(append(texts[:min(1, len(texts)):1], texts[len(texts)-1:]...))
					}
					for _, text := range texts {
						if m.slugs && !input.IsLink(text) {
							continue
						}
						if e.Op.Effect != engine.Read {
							r = newNoting(t)
						}
						answer, isError, got := r.call(t, e.Op, m.with(t, text))
						mu.Lock()
						tried[m.kind]++
						if several := strings.Contains(answer, "give the id of one: ") && strings.Contains(answer, m.id); isError && several {
							ambiguous++
							isError, got = false, want
						}
						mu.Unlock()
						if failed || isError || own(e.Op, m.id, got) == "" || own(e.Op, m.id, want) != own(e.Op, m.id, got) {
							t.Errorf("%s: %q sends %v, the id sends %v: %s", m.name, text, got, want, answer)
						}
					}
				}
			})
		}
	})
	for _, k := range []*names.Kind{kind.Post, kind.Changelog, kind.Article, kind.Collection, kind.Ticket, kind.Contact, kind.Company} {
		if tried[k] == 0 {
			t.Errorf("no argument was tried with the address or name of a %s", k.Word)
		}
	}
	if ambiguous == 0 {
		t.Error("no name was ambiguous")
	}
}

// pointedAt is an argument of an example that has the id of an object.
type pointedAt struct {
	kind      *names.Kind
	name, id  string
	slugs     bool // the API takes slugs itself
	arguments string
}

func (p pointedAt) with(t *testing.T, text string) string {
	t.Helper()
	var args map[string]any
	if err := json.Unmarshal([]byte(p.arguments), &args); err != nil {
		t.Fatal(err)
	}
	if list, ok := args[p.name].([]any); ok {
		list[0] = text
	} else {
		args[p.name] = text
	}
	return string(rawjson.Encode(args))
}

// pointed returns the arguments of an example that hold ids of objects with addresses or slugs.
func pointed(t *testing.T, e enginetest.Example) []pointedAt {
	t.Helper()
	args, err := e.Op.Read([]byte(e.Arguments))
	if err != nil {
		t.Fatal(err)
	}
	var list []pointedAt
	for name, ref := range tools.Inventory().RefsOf(e.Op) {
		id := fmt.Sprint(args.Wire[name])
		if ref, ok := ref.In(args.Wire); ok && args.Wire[name] != nil && ref.Kind.Links != nil && ref.Kind.IsID(id) {
			list = append(list, pointedAt{ref.Kind, name, id, ref.Slugs, e.Arguments})
		}
	}
	return list
}

// own is the last request of an operation with an id, behind those that look something up.
func own(op *engine.Operation, id string, sent []string) string {
	path := regexp.MustCompile("^" + op.Method + " " + enginetest.AnyHole.ReplaceAllString(op.Path, "[^/? ]+") + `(\?| |$)`)
	last := ""
	for _, s := range sent {
		if path.MatchString(s) && strings.Contains(s, id) {
			last = s
		}
	}
	return last
}
