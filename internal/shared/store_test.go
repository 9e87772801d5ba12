//go:build unix

package shared_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/gomodule/redigo/redis"

	"featurebase-mcp/client"
	"featurebase-mcp/internal/shared"
	"featurebase-mcp/internal/shared/sharedtest"
)

// Neither API keys nor addresses, nonces or ids can be read in the store.
func TestTheStoreKnowsNoKey(t *testing.T) {
	t.Parallel()
	ctx, server := t.Context(), sharedtest.NewServer(t)
	s := open(t, server.Address)
	const key = "sk_live_0123456789"
	turns := shared.TurnsOf(s, keys(), "https://do.featurebase.app", key)
	if taken, _, err := turns.Take(ctx, client.News{Rate: 1, Burst: 1}, 0); !taken || err != nil {
		t.Fatal(taken, err)
	}
	if other, _, err := shared.TurnsOf(s, keys(), "https://do.featurebase.app", "sk_live_other").Take(ctx, client.News{Rate: 1, Burst: 1}, 0); !other || err != nil {
		t.Errorf("another key has the same bucket: %v", err)
	}
	if _, err := (shared.Spent{Store: s}).Spend(ctx, "a nonce", time.Minute); err != nil {
		t.Fatal(err)
	}
	all := sharedtest.Dump(t, server)
	for _, secret := range []string{key, "0123456789", "do.featurebase.app", "a nonce"} {
		if bytes.Contains(all, []byte(secret)) {
			t.Errorf("%q can be read in the store", secret)
		}
	}
}

// A clock that goes back fills no bucket and keeps nobody waiting for longer than a window of the API.
func TestAClockThatGoesBack(t *testing.T) {
	t.Parallel()
	ctx, server := t.Context(), sharedtest.NewServer(t)
	s := open(t, server.Address)
	news := shared.News{Rate: 1, Burst: 2}
	for range 2 {
		if taken, _, err := s.Take(ctx, "bucket", news, 0); !taken || err != nil {
			t.Fatal(taken, err)
		}
	}
	ahead := news
	ahead.Window, ahead.Left = 0, time.Minute
	if taken, _, err := s.Take(ctx, "bucket", ahead, 0); taken || err != nil {
		t.Fatal(taken, err)
	}
	names, err := redis.Strings(server.Do("KEYS", "*"))
	if err != nil {
		t.Fatal(err)
	}
	const hour = 3_600_000_000
	for _, name := range names { // the clock goes back by an hour: what is kept is an hour ahead
		for _, field := range []string{"at", "halved", "ends"} {
			if kind, _ := redis.String(server.Do("TYPE", name)); kind != "hash" {
				continue
			}
			was, err := redis.Float64(server.Do("HGET", name, field))
			if err != nil {
				t.Fatal(err)
			}
			if _, err := server.Do("HSET", name, field, int64(was)+hour); err != nil {
				t.Fatal(err)
			}
		}
	}
	taken, wait, err := s.Take(ctx, "bucket", news, time.Hour)
	if taken || wait > 61*time.Second || err != nil {
		t.Errorf("taken %v, wait %v, %v", taken, wait, err)
	}
	news.Plenty = true
	if taken, wait, err := s.Take(ctx, "bucket", news, time.Hour); !taken || wait <= 0 || wait > time.Second || err != nil {
		t.Errorf("taken %v, wait %v, %v: the hour has filled the bucket, or emptied it", taken, wait, err)
	}
}

// watched follows what is told of a store.
type watched struct{ away chan bool }

func (watched) StoreCall(string, time.Duration, bool) {}
func (w watched) StoreAway(away bool)                 { w.away <- away }
func (watched) Replicas(int)                          {}

// A store that does not answer is left alone: calls fail at once, until it is found to be back.
func TestAStoreThatIsAwayIsLeftAlone(t *testing.T) {
	t.Parallel()
	ctx, server := t.Context(), sharedtest.NewServer(t)
	address, err := shared.ParseAddress("redis://" + server.Address)
	if err != nil {
		t.Fatal(err)
	}
	w := watched{make(chan bool, 10)}
	s := shared.Open(shared.Config{Address: address, Keys: keys(), Observer: w})
	defer s.Close()
	if _, err := s.Marked(ctx, "a"); err != nil {
		t.Fatal(err)
	}
	server.Pause()
	for !s.Away() {
		if _, err := s.Marked(ctx, "a"); !errors.Is(err, shared.ErrAway) {
			t.Fatalf("a store that is paused answered: %v", err)
		}
	}
	begun := time.Now()
	for range 100 {
		if _, err := s.Marked(ctx, "a"); !errors.Is(err, shared.ErrAway) {
			t.Fatal(err)
		}
	}
	if took := time.Since(begun); took > shared.Timeout {
		t.Errorf("100 calls of a store that is away took %v: they wait for it", took)
	}
	server.Resume()
	if !<-w.away || <-w.away {
		t.Error("it was not told that the store went away and came back")
	}
	if _, err := s.Marked(ctx, "a"); err != nil {
		t.Errorf("the store is back: %v", err)
	}
}

// A wrong password is a store that is away, and not shown.
func TestAWrongPassword(t *testing.T) {
	t.Parallel()
	server := sharedtest.NewServer(t)
	for _, rule := range [][]any{{"SETUSER", "ann", "on", ">right", "~*", "+@all"}, {"SETUSER", "default", "off"}} {
		if _, err := server.Do("ACL", rule...); err != nil {
			t.Fatal(err)
		}
	}
	for login, works := range map[string]bool{"ann:right@": true, "ann:wrong-password@": false, "": false} {
		address, err := shared.ParseAddress("redis://" + login + server.Address)
		if err != nil {
			t.Fatal(err)
		}
		s := shared.Open(shared.Config{Address: address, Keys: keys()})
		defer s.Close()
		_, err = s.Marked(t.Context(), "a")
		if (err == nil) != works || err != nil && strings.Contains(err.Error(), "wrong-password") {
			t.Errorf("%q: %v", login, err)
		}
	}
}
