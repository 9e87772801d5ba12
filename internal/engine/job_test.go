package engine_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"featurebase-mcp/client"
	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/engine/enginetest"
	"featurebase-mcp/internal/input"
	"featurebase-mcp/tools"
	"featurebase-mcp/tools/workflow"
)

// working is a workflow for tests, of the reads it names.
func working(uses []string, run func(context.Context, *engine.Job) (string, error)) *engine.Operation {
	return &engine.Operation{Name: "test_job", Effect: engine.Read, Input: input.Args[struct{}](), Uses: uses, Run: run}
}

// A workflow can call what it says it uses and nothing else, so that leaving out an operation leaves out all that reads with it.
func TestJobsCallWhatTheyDeclare(t *testing.T) {
	t.Parallel()
	api := enginetest.NewAPI(t, http.StatusOK, `[]`)
	op := working([]string{"list_boards"}, func(ctx context.Context, j *engine.Job) (string, error) {
		_, err := j.Get(ctx, "the posts", "list_posts", nil)
		return "", err
	})
	if text, isError := enginetest.CallIn(t, engine.Env{Engine: &engine.Engine{Inventory: tools.Inventory()}, Account: engine.Account{Client: api.Client(t)}}, op, `{}`); !isError || len(api.Arrived()) != 0 {
		t.Errorf("%s", text)
	}
	for _, op := range workflow.Toolset.Operations {
		for _, name := range op.Uses {
			if used := tools.Inventory().Lookup(name); used == nil || used.Effect != engine.Read || used.Run != nil {
				t.Errorf("%s uses %s, which is no read of the API", op.Name, name)
			}
			selection := tools.Selection{Toolsets: []string{tools.AllTools}, Exclude: []string{name}}
			if off := selection.OffBy(op.Name); !strings.HasPrefix(off, "--exclude-tools") {
				t.Errorf("without %s, %s is on: %q", name, op.Name, off)
			}
		}
	}
}

// A part that fails or panics is named with its reason, and the others are given; progress counts all of them.
func TestAFailedPartIsNamed(t *testing.T) {
	t.Parallel()
	api := enginetest.NewAPI(t, http.StatusForbidden, `{"error":{"type":"authorization_error","code":"forbidden","message":"Members only"}}`)
	var mu sync.Mutex
	var steps []float64
	env := engine.Env{Engine: &engine.Engine{Inventory: tools.Inventory(), Progress: func(_ context.Context, done, total float64, what string) {
		mu.Lock()
		defer mu.Unlock()
		if steps = append(steps, done); total != 3 || what == "" {
			t.Errorf("step %v of %v: %q", done, total, what)
		}
	}}, Account: engine.Account{Client: api.Client(t)}}
	op := working([]string{"list_boards"}, func(ctx context.Context, j *engine.Job) (string, error) {
		err := j.All(ctx,
			engine.Part{What: "the boards", Do: func(ctx context.Context) error {
				_, err := j.List(ctx, "the boards", "list_boards", nil, 10)
				return err
			}},
			engine.Part{What: "the moon", Do: func(context.Context) error { panic("no moon") }},
			engine.Part{What: "the rest", Do: func(context.Context) error { return nil }},
		)
		return "the rest", err
	})
	text, isError := enginetest.CallIn(t, env, op, `{}`)
	if isError || !strings.HasPrefix(text, "the rest\nMissing here: the boards: ") || !strings.Contains(text, "Members only") || !strings.Contains(text, "Missing here: the moon: this server has a fault") {
		t.Error(text)
	}
	if slices.Sort(steps); !slices.Equal(steps, []float64{1, 2, 3}) {
		t.Errorf("progress %v", steps)
	}
}

// Cancelling a job ends the request that is on its way and sends no other.
func TestACancelledJobAsksNothingMore(t *testing.T) {
	t.Parallel()
	arrived := make(chan struct{}, 100)
	api := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		arrived <- struct{}{}
		<-r.Context().Done()
	}))
	t.Cleanup(api.Close)
	c, err := client.New(client.Config{BaseURL: api.URL, Key: "sk_test", Version: "v", Concurrency: 1})
	if err != nil {
		t.Fatal(err)
	}
	parts := slices.Repeat([]engine.Part{{What: "the boards", Do: nil}}, 20)
	op := working([]string{"list_boards"}, func(ctx context.Context, j *engine.Job) (string, error) {
		for i := range parts {
			parts[i].Do = func(ctx context.Context) error {
				_, err := j.Get(ctx, "the boards", "list_boards", nil)
				return err
			}
		}
		return "", j.All(ctx, parts...)
	})
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan engine.Outcome)
	go func() {
		ended <- op.RunIn(ctx, engine.Env{Engine: &engine.Engine{Inventory: tools.Inventory()}, Account: engine.Account{Client: c}}, input.Arguments{})
	}()
	<-arrived
	cancel()
	if a := <-ended; a.Succeeded() {
		t.Errorf("%+v", a)
	}
	if n := len(arrived); n != 0 {
		t.Errorf("%d more requests", n)
	}
}

// A part that takes all the time of the call is named, and what came in time is given.
func TestAPartThatHangsIsNamed(t *testing.T) {
	t.Parallel()
	hangs := enginetest.Wire(func(r *http.Request) (*http.Response, error) {
		<-r.Context().Done()
		return nil, r.Context().Err()
	})
	op := working([]string{"list_boards"}, func(ctx context.Context, j *engine.Job) (string, error) {
		return "the rest", j.All(ctx,
			engine.Part{What: "the boards", Do: func(ctx context.Context) error {
				_, err := j.Get(ctx, "the boards", "list_boards", nil)
				return err
			}},
			engine.Part{What: "the rest", Do: func(context.Context) error { return nil }},
		)
	})
	synctest.Test(t, func(t *testing.T) {
		env := engine.Env{Engine: &engine.Engine{Inventory: tools.Inventory(), Deadline: time.Minute}, Account: engine.Account{Client: hangs.Client(t)}}
		text, isError := enginetest.CallIn(t, env, op, `{}`)
		if isError || !strings.HasPrefix(text, "the rest\nMissing here: the boards: the time for the call ran out") {
			t.Error(text)
		}
	})
}

// A list whose pages have one item each and never end is not followed for ever.
func TestAListIsNotWalkedForEver(t *testing.T) {
	t.Parallel()
	asked := 0
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked++
		_, _ = fmt.Fprintf(w, `{"data":[{"id":"%d"}],"nextCursor":"%d"}`, asked, asked)
	}))
	t.Cleanup(api.Close)
	c, err := client.New(client.Config{BaseURL: api.URL, Key: "sk_test", Version: "v"})
	if err != nil {
		t.Fatal(err)
	}
	op := working([]string{"search_posts"}, func(ctx context.Context, j *engine.Job) (string, error) {
		c, err := j.List(ctx, "the posts", "search_posts", nil, 1000)
		return c.OfPosts(""), err
	})
	if a := op.RunIn(t.Context(), engine.Env{Engine: &engine.Engine{Inventory: tools.Inventory()}, Account: engine.Account{Client: c}}, input.Arguments{}); a.Text != "20 posts; there are more" || asked != engine.MaxPages {
		t.Errorf("%d requests: %s", asked, a.Text)
	}
}

// How much was looked at is said, whatever the API tells of the whole.
func TestAPartIsNeverTheWhole(t *testing.T) {
	t.Parallel()
	const items = `{"id":"1"},null,{"id":"2"},{"id":"3"}`
	for answer, want := range map[string]string{
		`[` + items + `]`: "all 3 posts",
		`{"data":[` + items + `],"nextCursor":null,"totalCount":3}`:                           "all 3 posts",
		`{"data":[` + items + `],"nextCursor":"a","totalCount":1340}`:                         "3 of 1,340 posts",
		`{"data":[` + items + `],"nextCursor":"a","totalCount":1000,"totalCountCapped":true}`: "3 of more than 1,000 posts",
		`[{"id":"1"}]`: "all 1 post",
		`{"data":[` + items + `],"nextCursor":"a"}`:                                                     "3 posts; there are more",
		`{"data":[` + strings.Repeat(`{"id":"4"},`, 9) + `{"id":"5"}],"nextCursor":"","totalCount":10}`: "4 of 10 posts",
	} {
		api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, answer) }))
		c, err := client.New(client.Config{BaseURL: api.URL, Key: "sk_test", Version: "v"})
		if err != nil {
			t.Fatal(err)
		}
		op := working([]string{"search_posts"}, func(ctx context.Context, j *engine.Job) (string, error) {
			c, err := j.List(ctx, "the posts", "search_posts", nil, 4)
			return c.OfPosts(""), err
		})
		if a := op.RunIn(t.Context(), engine.Env{Engine: &engine.Engine{Inventory: tools.Inventory()}, Account: engine.Account{Client: c}}, input.Arguments{}); a.Text != want {
			t.Errorf("%s\n%q, not %q", answer, a.Text, want)
		}
		api.Close()
	}
}

// A text that was not written for an answer, such as a Go error, is never shown.
func TestAJobShowsNoGoError(t *testing.T) {
	t.Parallel()
	op := working(nil, func(context.Context, *engine.Job) (string, error) {
		return "", &engine.JobError{Operation: "list_boards", What: "the boards", Wire: nil, Err: errors.New("dial tcp: secret")}
	})
	if a := op.RunIn(t.Context(), engine.Env{Engine: &engine.Engine{Inventory: tools.Inventory()}}, input.Arguments{}); a.Succeeded() || strings.Contains(a.Text, "secret") {
		t.Errorf("%+v", a)
	}
}
