package engine_test

import (
	"encoding/json"
	"net/url"
	"path"
	"strings"
	"testing"

	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/engine/enginetest"
	"featurebase-mcp/internal/rawjson"
	"featurebase-mcp/tools"
)

// Whatever is given as an id stays in its place of the path, as it was given, for everybody who reads the path on its way.
func FuzzPaths(f *testing.F) {
	for _, id := range []string{
		anID, "17", "", ".", "..", "../boards", "a/b", `a\b`, "a?b=c", "a#b", "a;b", "a b", "%2e%2e", "%2f", "%00", "\x00", "\u202e", "ünï", "a\r\nHost: b", "//x.example", "{id}", "\xff",
		strings.Repeat("x", 5000),
	} {
		f.Add(uint8(0), id)
		f.Add(uint8(40), id)
	}
	var withHoles []*engine.Operation
	for _, op := range tools.Inventory().All() {
		if strings.Contains(op.Path, "{") {
			withHoles = append(withHoles, op)
		}
	}
	f.Fuzz(func(t *testing.T, which uint8, id string) {
		op := withHoles[int(which)%len(withHoles)]
		given := enginetest.Sample(op, false)
		for part := range strings.SplitSeq(op.Path, "/") {
			if name, isHole := engine.Hole(part); isHole {
				given[name] = id
			}
		}
		arguments, err := op.Read(rawjson.Encode(given))
		if err != nil {
			if strings.TrimSpace(err.Error()) == "" {
				t.Error("refused without a word")
			}
			return
		}
		r, err := op.Request(arguments.Wire)
		if err != nil {
			return
		}
		u, err := url.Parse("https://api.example" + r.Path)
		if err != nil || u.Host != "api.example" || u.RawQuery != "" || u.Fragment != "" || u.EscapedPath() != r.Path || path.Clean(u.Path) != u.Path {
			t.Fatalf("%q makes the path %q: %v", id, r.Path, err)
		}
		want, got := strings.Split(op.Path, "/"), strings.Split(r.Path, "/")
		if len(want) != len(got) {
			t.Fatalf("%s: %s", op.Path, r.Path)
		}
		for i, part := range want {
			segment, err := url.PathUnescape(got[i])
			name, isHole := engine.Hole(part)
			if isHole {
				part, _ = arguments.Wire[name].(string)
				if n, ok := arguments.Wire[name].(json.Number); ok {
					part = n.String()
				}
			}
			if err != nil || segment != part {
				t.Errorf("%q in place of %q: %v", segment, part, err)
			}
		}
	})
}
