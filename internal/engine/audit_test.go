package engine_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/engine/enginetest"
	"featurebase-mcp/internal/rawjson"
	"featurebase-mcp/tools"
)

// trail collects the lines of an audit log, and fails from the nth write on.
type trail struct {
	strings.Builder
	lines, failing int
}

func (t *trail) Write(p []byte) (int, error) {
	if t.lines++; t.failing > 0 && t.lines >= t.failing {
		n, _ := t.Builder.Write(p[:len(p)/2])
		return n, errors.New("no space left on device")
	}
	return t.Builder.Write(p)
}

// read returns the lines.
func (t *trail) read(test *testing.T) []engine.AuditLine {
	test.Helper()
	var lines []engine.AuditLine
	for text := range strings.Lines(t.String()) {
		var line engine.AuditLine
		if err := json.Unmarshal([]byte(text), &line); err != nil {
			test.Fatalf("%q: %v", text, err)
		}
		lines = append(lines, line)
	}
	return lines
}

// Every write of the inventory leaves two lines, with who, what and to which ids, and none of its texts; reads leave none.
func TestEveryWriteIsOnTheTrail(t *testing.T) {
	t.Parallel()
	api := enginetest.NewAPI(t, http.StatusOK, `{"id":"64b0c2f19d3e5a7788990011","title":"Secret words"}`)
	for _, op := range tools.Inventory().Endpoints() {
		out := &trail{}
		env := engine.Env{Engine: &engine.Engine{Inventory: tools.Inventory(), AllowImpersonation: true, ActingAdmin: engine.ActingAs(anID), Audit: engine.NewAudit(out), CallerName: func(context.Context) string { return "caller-1" }}, Account: engine.Account{Client: api.Client(t)}}
		arguments := string(rawjson.Encode(enginetest.Sample(op, true)))
		if text, isError := enginetest.CallIn(t, env, op, arguments); isError {
			t.Errorf("%s: %s", op.Name, text)
			continue
		}
		lines := out.read(t)
		if op.Effect == engine.Read {
			if len(lines) > 0 {
				t.Errorf("%s reads and is on the trail: %v", op.Name, lines)
			}
			continue
		}
		if len(lines) != 2 || lines[0].Call != lines[1].Call || lines[0].Outcome != engine.Sending || lines[1].Outcome != "ok" {
			t.Errorf("%s: %+v", op.Name, lines)
			continue
		}
		for _, line := range lines {
			if line.Tool != op.Name || line.Caller != "caller-1" || line.Time == "" {
				t.Errorf("%s: %+v", op.Name, line)
			}
		}
		for part := range strings.SplitSeq(op.Path, "/") {
			if name, ok := engine.Hole(part); ok && lines[0].Targets[name] == "" {
				t.Errorf("%s: %s is not on the trail: %+v", op.Name, name, lines[0])
			}
		}
		if lines[1].Made == "" {
			t.Errorf("%s: not what was made: %+v", op.Name, lines[1])
		}
		if strings.Contains(out.String(), "Secret words") || strings.Contains(out.String(), "sk_test") {
			t.Errorf("%s: more than ids: %s", op.Name, out)
		}
	}
}

// A write whose first line cannot be written is not sent. One whose second line cannot be written was sent, and is answered.
func TestNoTrailNoWrite(t *testing.T) {
	t.Parallel()
	api := enginetest.NewAPI(t, http.StatusOK, `{"id":"1"}`)
	out := &trail{failing: 1}
	env := engine.Env{Engine: &engine.Engine{Inventory: tools.Inventory(), Audit: engine.NewAudit(out)}, Account: engine.Account{Client: api.Client(t)}}
	op, arguments := tools.Inventory().Lookup("delete_post"), `{"postId":"64b0c2f19d3e5a7788990011"}`
	text, isError := enginetest.CallIn(t, env, op, arguments)
	if !isError || !strings.Contains(text, "delete_post sent nothing: the audit log cannot be written") || len(api.Arrived()) != 0 {
		t.Errorf("%v %s", isError, text)
	}
	out.failing = 0
	if text, isError := enginetest.CallIn(t, env, op, arguments); isError || len(api.Writes()) != 1 {
		t.Errorf("after the log works again: %s", text)
	}
	if whole := strings.Split(strings.TrimSpace(out.String()), "\n"); len(whole) != 3 || !json.Valid([]byte(whole[1])) || !json.Valid([]byte(whole[2])) {
		t.Errorf("a half line has to end before the next: %q", whole)
	}
	out.failing = out.lines + 2
	if text, isError := enginetest.CallIn(t, env, op, arguments); isError || len(api.Writes()) != 1 {
		t.Errorf("the outcome could not be noted: %s", text)
	}
}

// The trail states how a write failed, and whether it may have been made.
func TestFailedWritesAreOnTheTrail(t *testing.T) {
	t.Parallel()
	out := &trail{}
	api := enginetest.NewAPI(t, http.StatusInternalServerError, `{}`)
	if text, isError := enginetest.CallIn(t, engine.Env{Engine: &engine.Engine{Inventory: tools.Inventory(), Audit: engine.NewAudit(out)}, Account: engine.Account{Client: api.Client(t)}}, tools.Inventory().Lookup("create_comment"), `{"content":"x","postId":"p"}`); !isError {
		t.Fatal(text)
	}
	lines := out.read(t)
	if len(lines) != 2 || lines[1].Outcome == "ok" || lines[1].Status != http.StatusInternalServerError || !lines[1].Uncertain || lines[1].Made != "" {
		t.Errorf("%+v", lines)
	}
}

// A fault in this program has its line too: the write may have been made.
func TestAWriteThatPanicsIsOnTheTrail(t *testing.T) {
	t.Parallel()
	out := &trail{}
	audit := engine.NewAudit(out)
	func() {
		defer func() { _ = recover() }()
		tools.Inventory().Lookup("delete_post").Audited(t.Context(), engine.Env{Engine: &engine.Engine{Inventory: tools.Inventory(), Audit: audit}}, nil, func() (engine.Outcome, []byte) { panic("a fault") })
	}()
	if lines := out.read(t); len(lines) != 2 || lines[1].Outcome != engine.Panicked || !lines[1].Uncertain || lines[0].Call != lines[1].Call {
		t.Errorf("%+v", lines)
	}
	audit.Wait(t.Context()) // for nothing
}

// The file of a trail is closed after Wait, so that the line about a write that comes back late is not lost.
func TestTheEndOfTheTrailIsWaitedFor(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		out := &trail{}
		audit := engine.NewAudit(out)
		audit.Wait(t.Context())
		var calls sync.WaitGroup
		late := make(chan struct{})
		for range 3 {
			calls.Go(func() {
				tools.Inventory().Lookup("delete_post").Audited(t.Context(), engine.Env{Engine: &engine.Engine{Inventory: tools.Inventory(), Audit: audit}}, nil, func() (engine.Outcome, []byte) {
					<-late
					return engine.Outcome{Outcome: "ok"}, nil
				})
			})
		}
		synctest.Wait()
		impatient, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		audit.Wait(impatient)
		if impatient.Err() == nil {
			t.Error("it did not wait")
		}
		close(late)
		audit.Wait(t.Context())
		if lines := out.read(t); len(lines) != 6 {
			t.Errorf("%+v", lines)
		}
		calls.Wait()
	})
}

// A call about many names them all, or how many it leaves out.
func TestTheTrailNamesAllTargets(t *testing.T) {
	t.Parallel()
	api := enginetest.NewAPI(t, http.StatusOK, `{"id":"1"}`)
	many := make([]string, 1000)
	for i := range many {
		many[i] = fmt.Sprintf("reader%d@example.com", i)
	}
	for arguments, want := range map[string]string{
		`{"emails":["a@x.example","b@x.example"]}`:             "a@x.example, b@x.example",
		string(rawjson.Encode(map[string]any{"emails": many})): "reader19@example.com and 980 more",
	} {
		out := &trail{}
		env := engine.Env{Engine: &engine.Engine{Inventory: tools.Inventory(), Audit: engine.NewAudit(out)}, Account: engine.Account{Client: api.Client(t)}}
		if text, isError := enginetest.CallIn(t, env, tools.Inventory().Lookup("remove_changelog_subscribers"), arguments); isError {
			t.Fatal(text)
		}
		if got := out.read(t)[0].Targets["emails"]; !strings.HasSuffix(got, want) || len(got) > 1000 {
			t.Errorf("%s", got)
		}
	}
}
