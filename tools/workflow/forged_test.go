package workflow_test

import (
	"bytes"
	"io"
	"net/http"
	"slices"
	"testing"

	"featurebase-mcp/internal/app"
	"featurebase-mcp/internal/engine/enginetest"
	"featurebase-mcp/internal/sandbox"
)

// workflowExamples are the examples of the workflows.
func workflowExamples(t *testing.T) []enginetest.Example {
	t.Helper()
	return slices.DeleteFunc(enginetest.Examples(t), func(e enginetest.Example) bool { return e.Op.Run == nil })
}

// forger is a sandbox whose answers have forged words.
type forger struct {
	t     *testing.T
	under http.RoundTripper
	forge enginetest.Forgery
	more  map[string]any // members that each object gets besides
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
	changed := enginetest.ReplaceLeaves(f.t, body, f.forge, f.more)
	res.Body, res.ContentLength = io.NopCloser(bytes.NewReader(changed)), int64(len(changed))
	return res, nil
}

// Whatever customers write, no workflow takes it for words of its own.
func TestForgedMarksStayInsideWorkflows(t *testing.T) {
	t.Parallel()
	for _, e := range workflowExamples(t) {
		t.Run(e.Op.Name, func(t *testing.T) {
			t.Parallel()
			for what, forge := range enginetest.Forgeries {
				server := enginetest.Start(t, app.Config{Client: enginetest.Behind(forger{t, enginetest.Box(t, sandbox.Options{}).Transport(), forge, map[string]any{enginetest.Forged: enginetest.Forged}})})
				answer, isError := enginetest.Ask(t, server, e.Op.Name, e.Arguments)
				if isError {
					t.Logf("%s: %s", what, answer)
				}
				enginetest.CheckAnswer(t, answer)
				if found := enginetest.BreaksOut.FindString(answer); found != "" {
					t.Errorf("%s: %q in\n%.3000s", what, found, answer)
				}
			}
		})
	}
}
