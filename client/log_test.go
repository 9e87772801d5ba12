package client

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"strings"
	"testing"
)

func TestLogHasALinePerAttemptAndNoSecrets(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	c, _ := onSocket(t, func(cfg *Config) {
		cfg.Logger = slog.New(slog.NewJSONHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug}))
	}, reply(429, `{"message":"hush-body"}`, "Retry-After-Ms", "1", "X-Request-Id", "r1"), reply(200, `{"a":"hush-answer"}`, "X-Request-Id", "r2"))
	r := search
	r.Query, r.Body = "email=hush-query", []byte(`{"search":"hush-request"}`)
	_, err := c.Do(t.Context(), r)
	noError(t, err)

	if text := out.String(); strings.Contains(text, "hush") || strings.Contains(text, testKey) {
		t.Errorf("a secret in the log:\n%s", text)
	}
	var lines []map[string]any
	for line := range strings.Lines(out.String()) {
		var fields map[string]any
		noError(t, json.Unmarshal([]byte(line), &fields))
		lines = append(lines, fields)
	}
	if len(lines) != 3 {
		t.Fatalf("%d lines, want an attempt, a decision and an attempt:\n%s", len(lines), out.String())
	}
	want := []map[string]any{
		{"level": "DEBUG", "msg": "api attempt", "operation": "search_posts", "method": "POST", "path": "/v2/posts/search", "attempt": 1., "status": 429., "request_id": "r1"},
		{"level": "INFO", "msg": "api call is repeated", "reason": "rate limited, not applied", "kind": "rate_limited", "attempt": 1., "pause": 1e6},
		{"level": "DEBUG", "msg": "api attempt", "attempt": 2., "status": 200., "request_id": "r2"},
	}
	for i, fields := range want {
		for name, value := range fields {
			if lines[i][name] != value {
				t.Errorf("line %d has %s %v, want %v", i, name, lines[i][name], value)
			}
		}
	}
	if _, ok := lines[0]["duration"]; !ok {
		t.Error("an attempt without its duration")
	}
}
