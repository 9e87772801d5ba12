package engine_test

import (
	"bytes"
	"io"
	"net/http"
	"slices"
	"testing"

	"featurebase-mcp/client"
	"featurebase-mcp/internal/app"
	"featurebase-mcp/internal/sandbox"
)

// workflowExamples are the examples of the workflows.
func workflowExamples(t *testing.T) []example {
	t.Helper()
	return slices.DeleteFunc(examples(t), func(e example) bool { return e.op.Run == nil })
}

// forger is a sandbox whose answers have forged words.
type forger struct {
	t     *testing.T
	under http.RoundTripper
	forge func(name, old string) (any, bool)
}

func (f forger) RoundTrip(r *http.Request) (*http.Response, error) {
	res, err := f.under.RoundTrip(r)
	if err != nil || res.StatusCode >= http.StatusBadRequest {
		return res, err
	}
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return nil, err
	}
	changed := replaceLeaves(f.t, body, f.forge, map[string]any{forged: forged})
	res.Body, res.ContentLength = io.NopCloser(bytes.NewReader(changed)), int64(len(changed))
	return res, nil
}

// Whatever customers write, no workflow takes it for words of its own.
func TestForgedMarksStayInsideWorkflows(t *testing.T) {
	t.Parallel()
	for _, e := range workflowExamples(t) {
		t.Run(e.op.Name, func(t *testing.T) {
			t.Parallel()
			for what, forge := range forgeries {
				box, err := sandbox.New(sandbox.Options{NoAuth: true})
				if err != nil {
					t.Fatal(err)
				}
				server := start(t, app.Config{Client: client.Config{BaseURL: "http://127.0.0.1", NoAuth: true, Transport: forger{t, box.Transport(), forge}}})
				answer, isError := ask(t, server, e.op.Name, e.arguments)
				if isError {
					t.Logf("%s: %s", what, answer)
				}
				CheckAnswer(t, answer)
				if found := breaksOut.FindString(answer); found != "" {
					t.Errorf("%s: %q in\n%.3000s", what, found, answer)
				}
			}
		})
	}
}
