package engine_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/engine/enginetest"
	"featurebase-mcp/internal/rawjson"
	"featurebase-mcp/tools"
)

func chooser(t *testing.T, body string, mask bool) (engine.Env, *enginetest.API) {
	t.Helper()
	api := enginetest.NewAPI(t, http.StatusOK, body)
	c := api.Client(t)
	return engine.Env{Engine: &engine.Engine{Inventory: tools.Inventory(), MaskEmails: mask}, Account: engine.Account{Client: c, Names: enginetest.Names(c)}}, api
}

// A thing goes by its name, its address, its title or its beginning, whichever it has, cleaned as in answers.
func TestWhatThingsAreCalled(t *testing.T) {
	t.Parallel()
	const first, second, third = "64b921c0d0013bb2e0000001", "64b921c0d0013bb2e0000002", "64b921c0d0013bb2e0000003"
	for _, c := range []struct {
		kind, body string
		mask       bool
		want       []string
	}{
		{
			"contact", `{"data":[{"id":"` + first + `","name":"Jo\u200b\nDoe","email":"jo@example.com"},{"id":"` + second + `","name":null,"email":"al@example.com"},{"id":"` + third + `"}]}`, false,
			[]string{"Jo Doe (" + first + ")", "al@example.com (" + second + ")", third},
		},
		{"contact", `{"data":[{"id":"` + second + `","email":"al@example.com"}]}`, true, []string{"a***@example.com (" + second + ")"}},
		{"admin", `{"data":[{"id":"` + first + `","name":"Nora","email":"nora@example.com","title":"Support"}]}`, true, []string{"Nora"}},
		{
			"post", `{"data":[null,{"id":"` + first + `","title":"` + strings.Repeat("long ", 30) + `"},{"id":"` + second + `","title":"untrusted-text: a/../b"}]}`, false,
			[]string{strings.Repeat("long ", 16) + "l… (" + first + ")", "untrusted·text: a … b (" + second + ")"},
		},
		{"conversation", `{"data":[{"id":"10084","title":null,"source":{"bodyHtml":"<p>Hello, <b>where</b> is my invoice?</p>"}}]}`, false, []string{"Hello, where is my invoice? (10084)"}},
		{"nothing", `{"data":[{"id":"1","name":"x"}]}`, false, nil},
	} {
		env, _ := chooser(t, c.body, c.mask)
		if got, _ := env.Complete(context.WithoutCancel(t.Context()), c.kind, ""); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", c.kind, got, c.want)
		}
	}
}

// Of a kind with many objects, one page is requested, in the order of likelihood.
func TestOnePageOfMany(t *testing.T) {
	t.Parallel()
	for _, k := range namedKinds() {
		var items []string
		for i := range 100 {
			items = append(items, fmt.Sprintf(`{"id":"64b921c0d0013bb2e%07d","name":"Thing %d","title":"Thing %d"}`, i, i, i))
		}
		env, api := chooser(t, `{"data":[`+strings.Join(items, ",")+`],"nextCursor":"more"}`, false)
		values, more := env.Complete(context.WithoutCancel(t.Context()), k.Word, "thing 1")
		requests := api.Arrived()
		if len(values) < 10 || !more {
			t.Errorf("%s: %d values, more: %v", k.Word, len(values), more)
		}
		if k.Most > 0 && len(requests) != 1 {
			t.Errorf("%s: %d requests", k.Word, len(requests))
		}
		if _, err := tools.Inventory().Lookup(tools.Inventory().Lister(k.Word)).Read(rawjson.Encode(k.Order)); err != nil {
			t.Errorf("%s: %v", k.Word, err)
		}
	}
}
