//go:build !conformance

package app

import (
	"encoding/json"
	"regexp"
	"testing"
)

// fixture is how each name of what the conformance suite calls begins.
var fixture = regexp.MustCompile(`"(test_|test://|json_schema_2020)[^"]*"`)

// The product lists nothing that is for the conformance suite. That its code is not in the binary either is proved beside main.go.
func TestTheProductHasNoFixtures(t *testing.T) {
	h := serve(t, sandboxed())
	h.initialize("2025-11-25")
	for _, method := range []string{"tools/list", "prompts/list", "resources/list", "resources/templates/list"} {
		h.send(`{"jsonrpc":"2.0","id":1,"method":%q}`, method)
		list, err := json.Marshal(h.next())
		if err != nil {
			t.Fatal(err)
		}
		if found := fixture.Find(list); found != nil {
			t.Errorf("%s has %s", method, found)
		}
	}
}
