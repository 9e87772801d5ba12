//go:build unix

package shared_test

import (
	"bytes"
	"testing"
	"time"

	"featurebase-mcp/internal/shared"
	"featurebase-mcp/internal/shared/sharedtest"
)

func keys() *shared.Keys { return shared.NewKeys(bytes.Repeat([]byte("k"), 32)) }

func open(t *testing.T, address string) *shared.Redis {
	t.Helper()
	a, err := shared.ParseAddress("redis://" + address)
	if err != nil {
		t.Fatal(err)
	}
	s := shared.Open(shared.Config{Address: a, Keys: keys()})
	t.Cleanup(s.Close)
	return s
}

func TestMemoryKeepsTheContract(t *testing.T) {
	t.Parallel()
	m := sharedtest.NewMemory()
	sharedtest.Contract(t, m, m.Restart)
}

// A real server is killed and comes back with all that it had, from its file.
func TestRedisKeepsTheContract(t *testing.T) {
	t.Parallel()
	server := sharedtest.NewServer(t, "--appendonly", "yes", "--appendfsync", "always")
	s := open(t, server.Address)
	sharedtest.Contract(t, s, func() {
		server.Kill()
		server.Start()
		for { // the breaker has opened, if something else asked meanwhile
			if _, err := s.Marked(t.Context(), "anything"); err == nil {
				return
			}
			time.Sleep(10 * time.Millisecond)
		}
	})
}
