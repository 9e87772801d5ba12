package wire_test

import (
	"bytes"
	"context"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mark3labs/mcp-go/mcp"

	"featurebase-mcp/internal/wire"
)

func TestATenantGetsItsShareAndLeavesTheRest(t *testing.T) {
	t.Parallel()
	q := wire.NewQuota(8, 3)
	for tenant, want := range map[string]int{"a": 3, "b": 3} {
		got := 0
		for q.Take(tenant, 1) {
			got++
		}
		if got != want {
			t.Errorf("%s got %d, want %d", tenant, got, want)
		}
	}
	if q.Take("c", 3) || !q.Take("c", 2) {
		t.Error("the total does not hold")
	}
	q.Give("a", 3)
	if !q.Take("d", 3) || q.Take("a", 1) {
		t.Error("what was given back is not there, or more than that")
	}
	q.Force("d", 1)
	if q.Give("d", 2); q.Take("d", 2) {
		t.Error("what was taken beyond the bound does not count")
	}
	all := wire.NewQuota(8, 3)
	if !all.Take("", 8) || all.Take("", 1) {
		t.Error("callers that cannot be told apart do not share all")
	}
}

func TestAQuotaIsGivenToThoseWhoWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const total, each, waiters = 10, 4, 100
		q := wire.NewQuota(total, each)
		var used, most atomic.Int64
		var all sync.WaitGroup
		for i := range waiters {
			all.Go(func() {
				n, err := q.Wait(t.Context(), string(rune('a'+i%5)), int64(1+i%6))
				if err != nil {
					t.Error(err)
				}
				if now := used.Add(n); now > most.Load() {
					most.Store(now)
				}
				time.Sleep(time.Second)
				used.Add(-n)
				q.Give(string(rune('a'+i%5)), n)
			})
		}
		all.Wait()
		if most.Load() > total || !q.Take("", total) {
			t.Errorf("%d of %d were used at once", most.Load(), total)
		}
		ended, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := q.Wait(ended, "a", 1); err == nil {
			t.Error("the wait did not end with its context")
		}
	})
}

func TestAnnouncedBytesTakeNoRoom(t *testing.T) {
	t.Parallel()
	a := wire.NewAdmission(10, 4<<20)
	var rooms []*wire.Room
	for range 100 {
		room := a.Room("a")
		if !room.Grow(10_000) {
			t.Fatal("a small message needs room")
		}
		rooms = append(rooms, room)
	}
	grown := 0
	for _, room := range rooms {
		if room.Grow(1 << 20) {
			grown++
		}
	}
	if grown != 7 {
		t.Errorf("%d messages of a mebibyte had room, want 7", grown)
	}
	if !a.Room("b").Grow(4 << 20) {
		t.Error("another tenant has no room")
	}
	for _, room := range rooms {
		room.Free()
	}
	if !a.Room("a").Grow(8 << 20) {
		t.Error("the room is not given back")
	}
}

func TestAQuestionHoldsNoPlace(t *testing.T) {
	t.Parallel()
	const requests = 8
	a := wire.NewAdmission(requests, 1)
	places := func() (n int) {
		var taken []*wire.Place
		for p := a.Enter("a"); p != nil; p = a.Enter("a") {
			taken = append(taken, p)
		}
		for _, p := range taken {
			p.Leave()
		}
		return len(taken)
	}
	whole := places()
	var answers []func()
	for {
		p := a.Enter("a")
		if p == nil {
			t.Fatal("questions hold all places")
		}
		answered, err := p.Ask()
		if err != nil {
			p.Leave()
			break
		}
		answers = append(answers, func() {
			answered()
			p.Leave()
		})
	}
	if len(answers) != whole {
		t.Errorf("%d questions at once, want %d", len(answers), whole)
	}
	if got := places(); got != whole {
		t.Errorf("%d places are left beside the questions, want %d", got, whole)
	}
	for _, answered := range answers {
		answered()
	}
	if got := places(); got != whole {
		t.Errorf("%d places are left in the end, want %d", got, whole)
	}
}

// Messages that wait for room are not kept encoded, and get it when others were written.
func TestUnwrittenMessagesWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := wire.NewAdmission(1, 1)
		message := strings.Repeat("x", 3<<20)
		var sent []func()
		encode := func(ctx context.Context, tenant string) bool {
			var buffer bytes.Buffer
			written, err := a.Encode(ctx, tenant, &buffer, message)
			if err != nil {
				if buffer.Len() > 0 || buffer.Cap() > 0 {
					t.Error("a message waits encoded")
				}
				return false
			}
			if buffer.Len() != len(message)+len("\"\"\n") {
				t.Errorf("%d bytes", buffer.Len())
			}
			sent = append(sent, written)
			return true
		}
		patient := func(tenant string) bool {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			return encode(ctx, tenant)
		}
		for i, want := range []bool{true, true, false} { // of 8 MiB
			if got := patient("a"); got != want {
				t.Errorf("message %d of a tenant that reads none is encoded: %v", i+1, got)
			}
		}
		if !patient("b") {
			t.Error("another tenant waits for it")
		}
		time.AfterFunc(time.Minute, sent[0])
		if !encode(t.Context(), "a") {
			t.Error("the message does not follow when there is room")
		}
	})
}

func TestASessionKeepsLittleOfWhatAClientSaysOfItself(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("é", 1<<20)
	got := wire.Brief(mcp.Implementation{Name: long, Version: long, Title: long, Description: long, WebsiteURL: long, Icons: []mcp.Icon{{Src: long}}})
	if len(got.Name) > 200 || len(got.Version) > 200 || got.Title != "" || got.Description != "" || got.WebsiteURL != "" || len(got.Icons) > 0 {
		t.Errorf("%.300v", got)
	}
	if !strings.HasPrefix(long, got.Name) || got.Name == "" {
		t.Errorf("the name became %q", got.Name)
	}
}
