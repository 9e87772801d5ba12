package doctor

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"featurebase-mcp/internal/shared"
)

func TestTheStoreIsExamined(t *testing.T) {
	t.Parallel()
	good := shared.Facts{Product: "Valkey", Version: "8.1.1", Memory: 1 << 28, Policy: "noeviction", Took: time.Millisecond}
	for name, c := range map[string]struct {
		change func(*shared.Facts)
		secure bool
		check  string // of the only finding that is not OK
		level  Level
		text   string
	}{
		"as it should be":       {func(*shared.Facts) {}, true, "", OK, ""},
		"without a limit":       {func(f *shared.Facts) { f.Memory, f.Policy = 0, "allkeys-lru" }, true, "", OK, ""},
		"drops keys":            {func(f *shared.Facts) { f.Policy = "volatile-lru" }, true, "store memory", Problem, "volatile-lru"},
		"old":                   {func(f *shared.Facts) { f.Version = "5.0.14" }, true, "store version", Warning, "older than 6"},
		"in the clear":          {func(*shared.Facts) {}, false, "store security", Warning, "without TLS"},
		"a clock that is ahead": {func(f *shared.Facts) { f.Ahead = time.Minute }, true, "store clock", Warning, "1m0s"},
		"a clock that is late":  {func(f *shared.Facts) { f.Ahead = -time.Minute }, true, "store clock", Warning, "1m0s"},
		"far away":              {func(f *shared.Facts) { f.Took = 80 * time.Millisecond }, true, "store speed", Warning, "80ms"},
	} {
		f := good
		c.change(&f)
		found := Store{Address: "rediss://store:6379", Secure: c.secure, Ask: func(context.Context) (shared.Facts, error) { return f, nil }}.examine(t.Context())
		if len(found) != 6 {
			t.Errorf("%s: %d findings", name, len(found))
		}
		for _, finding := range found {
			if want := map[bool]Level{true: c.level, false: OK}[finding.Check == c.check]; finding.Level != want {
				t.Errorf("%s: %+v", name, finding)
			}
			if finding.Check == c.check && (!strings.Contains(finding.Text, c.text) || finding.Next == "") {
				t.Errorf("%s: %+v", name, finding)
			}
		}
	}
	away := Store{Address: "redis://store:6379", Ask: func(context.Context) (shared.Facts, error) {
		return shared.Facts{}, fmt.Errorf("%w: connection refused", shared.ErrAway)
	}}.examine(t.Context())
	if len(away) != 1 || away[0].Level != Problem || !strings.HasSuffix(away[0].Text, "does not answer: connection refused") {
		t.Errorf("%+v", away)
	}
}
