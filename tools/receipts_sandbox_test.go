package tools_test

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"featurebase-mcp/internal/app"
	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/engine/enginetest"
	"featurebase-mcp/internal/input"
	"featurebase-mcp/internal/rawjson"
	"featurebase-mcp/internal/sandbox"
	"featurebase-mcp/tools"
)

// written is a call that writes, and what a look over plain HTTP found afterwards.
type written struct {
	receipt map[string]json.RawMessage
	objects []map[string]json.RawMessage // the response, and the objects at the paths of the call
}

// write makes a call on a new sandbox, and reads what is stored without the tools. ok is false if the call is refused.
func write(t *testing.T, op *engine.Operation, arguments map[string]any) (w written, answer string, ok bool) {
	t.Helper()
	box := enginetest.Box(t, sandbox.Options{})
	var mu sync.Mutex
	var path string
	var response []byte
	record := enginetest.Wire(func(r *http.Request) (*http.Response, error) {
		res, err := box.Transport().RoundTrip(r)
		if err != nil || r.Method == http.MethodGet || strings.HasSuffix(r.URL.Path, "/search") {
			return res, err
		}
		mu.Lock()
		defer mu.Unlock()
		path = r.URL.Path
		response, err = io.ReadAll(res.Body)
		res.Body = io.NopCloser(bytes.NewReader(response))
		return res, err
	})
	host := enginetest.Start(t, app.Config{Client: enginetest.Behind(record), ActingAdmin: enginetest.ActingAdmin, AllowImpersonation: true, Confirm: engine.ConfirmNever})
	answer, isError := enginetest.Ask(t, host, op.Name, string(rawjson.Encode(arguments)))
	if isError || json.Unmarshal([]byte(answer), &w.receipt) != nil {
		return w, answer, false
	}
	mu.Lock()
	defer mu.Unlock()
	var made map[string]json.RawMessage
	_ = json.Unmarshal(response, &made)
	w.objects = append(w.objects, made)
	places := []string{}
	var id string
	if json.Unmarshal(made["id"], &id) == nil && op.Method == http.MethodPost {
		places = append(places, path+"/"+id)
	}
	for at := path; strings.Count(at, "/") > 2; at = at[:strings.LastIndex(at, "/")] {
		places = append(places, at)
	}
	for _, place := range places {
		if object := readPlainly(t, box, place); object != nil {
			w.objects = append(w.objects, object)
			break
		}
	}
	return w, answer, true
}

// readPlainly reads an object over HTTP, as the engine would not. It returns nil where there is none.
func readPlainly(t *testing.T, box *sandbox.Sandbox, path string) map[string]json.RawMessage {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://127.0.0.1"+path, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Featurebase-Version", "2026-01-01.nova")
	res, err := box.Transport().RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	var object map[string]json.RawMessage
	if err := json.NewDecoder(res.Body).Decode(&object); err != nil || res.StatusCode != http.StatusOK || object["data"] != nil {
		return nil
	}
	return object
}

// finders are the names of what a tool finds an id for.
func finders() []string {
	var names []string
	for _, op := range tools.Inventory().Endpoints() {
		for _, match := range regexp.MustCompile(`"<(\w+)>"`).FindAllStringSubmatch(op.Example, -1) {
			names = append(names, match[1])
		}
	}
	return append(names, "adminId", "teamId")
}

// valuesFor returns values for an argument, of which the sandbox may take one.
func valuesFor(t *testing.T, set *engine.Toolset, op *engine.Operation, name string, known []string) []any {
	t.Helper()
	sh := op.Input.Shape().Props[name]
	word := name
	for _, refs := range []engine.Refs{set.Refs, op.Refs} {
		if ref, ok := refs[name]; ok && !ref.Keys {
			for id := range strings.FieldsSeq(ref.Kind.IDs) {
				if slices.Contains(known, id) {
					word = id
				}
			}
		}
	}
	if !slices.Contains(known, word) {
		return []any{enginetest.SampleValue(sh, name, false), "2027-03-02T09:00:00Z", []any{"New"}, []any{"6702b1c49d3e5a7788990c01"}} // a segment of the seed, which no operation lists
	}
	var id any
	if err := json.Unmarshal([]byte(enginetest.Fill(t, `"<`+word+`>"`)), &id); err != nil {
		t.Fatal(err)
	}
	if sh.Items != nil {
		return []any{[]any{id}}
	}
	return []any{id}
}

// The receipt of a write has each field that the call set, as it is stored now, and nothing that is stored passes as only sent.
func TestReceiptsShowWhatIsStored(t *testing.T) {
	t.Parallel()
	known := finders()
	var mu sync.Mutex
	shown, refused := 0, []string{}
	t.Run("writes", func(t *testing.T) {
		for _, set := range tools.Inventory().Toolsets() {
			for _, op := range set.Operations {
				if op.Effect != engine.Write || op.Run != nil {
					continue
				}
				t.Run(op.Name, func(t *testing.T) {
					t.Parallel()
					var example map[string]any
					if err := json.Unmarshal([]byte(enginetest.Fill(t, op.Example)), &example); err != nil {
						t.Fatal(err)
					}
					for _, name := range op.Input.Shape().Names {
						if name == input.ClearArg || strings.Contains(op.Path, "{"+name+"}") {
							continue
						}
						values := []any{example[name]}
						if values[0] == nil {
							values = valuesFor(t, set, op, name, known)
						}
						var w written
						var answer string
						taken := slices.ContainsFunc(values, func(value any) (ok bool) {
							arguments := maps.Clone(example)
							arguments[name] = value
							w, answer, ok = write(t, op, arguments)
							return ok
						})
						mu.Lock()
						if taken {
							shown += w.check(t, op.Name, name, answer)
						} else {
							refused = append(refused, op.Name+"."+name+": "+answer)
						}
						mu.Unlock()
					}
				})
			}
		}
	})
	if t.Logf("%d arguments are shown as they are stored, %d are not taken:\n%s", shown, len(refused), strings.Join(refused, "\n")); shown < 150 || len(refused) > 23 {
		t.Errorf("%d shown and %d not taken is too few to tell", shown, len(refused))
	}
}

// check compares the receipt with what is stored, for one argument. It returns 1 if the argument is stored under its name.
func (w written) check(t *testing.T, tool, name, answer string) int {
	t.Helper()
	in := func(list string) bool { return bytes.Contains(w.receipt[list], []byte(`"`+name+`"`)) }
	for _, object := range w.objects {
		stored := object[name]
		if stored == nil || name == "id" { // the id of an answer is that of what was made, not the one of the call
			continue
		}
		if in("sent") {
			t.Errorf("%s: %s is stored as %.200s and is said to be sent only: %s", tool, name, stored, answer)
		}
		var text string
		_ = json.Unmarshal(stored, &text)
		switch isWhole := stored[0] == '"' && !strings.Contains(text, "<"); {
		case string(stored) == "null":
		case in("set"), in("unchanged"), w.receipt[name] != nil:
		case isWhole && text != "" && strings.Contains(answer, text[:min(len(text), len("2026-01-02"))]):
		case isWhole && text == "", stored[0] != '"' && strings.Contains(answer, ":"+string(stored)):
		default:
			t.Errorf("%s: %s is stored as %.200s and not shown: %s", tool, name, stored, answer)
		}
		return 1
	}
	return 0
}
