package stdio

import (
	"bytes"
	"strings"
	"testing"

	"featurebase-mcp/internal/wire"
	"featurebase-mcp/internal/wire/wiretest"
)

// largeCall is one that needs room.
var largeCall = `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"echo","arguments":{"text":"` + strings.Repeat("x", 16<<10) + `"}}}`

// Large messages share the room for them, over all connections; small ones need none.
func TestLargeMessagesBeyondTheBoundAreRefused(t *testing.T) {
	t.Parallel()
	options := New(wiretest.NewServer(t, wiretest.Quiet()), Options{}).options
	room := options.Admission.Room("")
	room.Grow(wire.MaxLarge)
	var out bytes.Buffer
	c := newConnection(t.Context(), wiretest.NewServer(t, wiretest.Quiet()), &out, options)
	answer := func(line string) string {
		out.Reset()
		if _, busy := c.Handle(t.Context(), []byte(line)); busy != nil {
			return busy.Message
		}
		c.running.Wait()
		return out.String()
	}
	if got := answer(largeCall); !strings.Contains(got, "other large requests") {
		t.Errorf("a large message without room: %s", got)
	}
	if got := answer(wiretest.CallLine("1", "echo")); !strings.Contains(got, `"result"`) {
		t.Errorf("a small one: %s", got)
	}
	room.Free()
	for range 2 {
		if got := answer(largeCall); !strings.Contains(got, `"result"`) {
			t.Errorf("a large one with room: %.200s", got)
		}
	}
	if !options.Admission.Room("").Grow(wire.MaxLarge) {
		t.Error("the room of messages that were answered is not given back")
	}
}
