package httptransport

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/mark3labs/mcp-go/server"

	"featurebase-mcp/internal/wire/wiretest"
)

// FuzzHTTP posts arbitrary bodies, to a session and in protocol 2026-07-28. Whatever they are, the response is one JSON document or a stream of
// messages, and no fault of the server.
func FuzzHTTP(f *testing.F) {
	for _, seed := range []string{
		"", " ", "{}", "[]", "null", "{\"id\":\"\xff\"}", `{"jsonrpc":"2.0","id":1,"method":"ping"}`, wiretest.Initialize, wiretest.CallLine("1", "echo"), wiretest.CallLine(`"\ud800"`, "none"),
		`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"echo","arguments":{"text":7},` + wiretest.ModernMeta + `}}`,
		`{"jsonrpc":"2.0","id":1,"method":"server/discover","params":{` + wiretest.ModernMeta + `}}`, `{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"cursor":"x"}}`,
		`{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}`, `{"jsonrpc":"2.0","id":1,"result":{}}`,
		`{"jsonrpc":"2.0","id":1,"error":{"code":"x"}}`, `{"jsonrpc":"2.0","id":1,"method":"resources/read","params":{"uri":"x"}}`,
	} {
		f.Add(true, "tools/call", "echo", []byte(seed))
		f.Add(false, "", "", []byte(seed))
	}
	f.Fuzz(func(t *testing.T, modern bool, method, name string, body []byte) {
		if bytes.Contains(body, []byte("subscriptions/listen")) {
			t.Skip("stays open")
		}
		h := New(wiretest.NewServer(t, wiretest.Quiet()), Options{})
		defer func() { _ = h.streamable.Shutdown(context.WithoutCancel(t.Context())) }()
		headers := wiretest.ModernHeaders(method, name)
		if !modern {
			headers = []string{server.HeaderKeySessionID, ownSessions{sessions: h.sessions}.Generate()}
		}
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "http://localhost"+pathMCP, bytes.NewReader(body))
		r.Header.Set("Content-Type", typeJSON)
		r.Header.Set("Accept", typeJSON+", "+typeEvents)
		for i := 0; i < len(headers); i += 2 {
			r.Header[http.CanonicalHeaderKey(headers[i])] = headers[i+1 : i+2]
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code >= http.StatusInternalServerError {
			t.Errorf("%d %s", w.Code, w.Body)
		}
		switch kind := w.Header().Get("Content-Type"); {
		case w.Body.Len() == 0, strings.HasPrefix(kind, "text/plain"): // accepted, or refused by mcp-go in words
		case kind == typeEvents:
			for event := range strings.SplitSeq(strings.TrimSuffix(w.Body.String(), eventEnd), eventEnd) {
				if data, ok := strings.CutPrefix(event, eventStart); !ok || !json.Valid([]byte(data)) {
					t.Errorf("event %q", event)
				}
			}
		default:
			if kind != typeJSON || !json.Valid(w.Body.Bytes()) {
				t.Errorf("%s: %q", kind, w.Body)
			}
		}
	})
}
