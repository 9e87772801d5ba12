package sandbox

import (
	"io"
	"net/http"
	"strings"
	"testing"
)

func TestSmoke(t *testing.T) {
	s, _ := New(Options{NoAuth: true})
	do := func(m, p, b string) {
		r, _ := http.NewRequest(m, "http://x"+p, strings.NewReader(b))
		resp, err := s.Transport().RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		d, _ := io.ReadAll(resp.Body)
		end, _ := s.routes.match(m, r.URL.EscapedPath())
		if end != nil {
			if err := end.op.ValidateResponse(resp.StatusCode, d); err != nil {
				t.Error(err)
			}
		}
		t.Logf("%s %s %d %.300s", m, p, resp.StatusCode, d)
	}
	do("GET", "/v2/boards", "")
	do("GET", "/v2/posts?limit=2", "")
	do("GET", "/v2/contacts?limit=2", "")
	do("GET", "/v2/comments?limit=2", "")
	do("GET", "/v2/custom_fields", "")
	do("POST", "/v2/posts/search", `{"search":"dark mode"}`)
	b := text(s.store.kind("board").all[0], "id")
	do("POST", "/v2/posts", `{"boardId":"`+b+`","title":"Hello there","author":{"email":"x@y.example"},"tags":["a","mobile"]}`)
}
