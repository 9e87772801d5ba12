package client

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
)

// A slot goes to who asked for it first, but for those who have given theirs back for a while.
func TestSlotsComeInOrder(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		all := &slots{free: 1}
		holder, back := &slot{of: all}, &slot{of: all}
		noError(t, back.take(t.Context()))
		back.give()
		noError(t, holder.take(t.Context()))
		var came order
		var waiting sync.WaitGroup
		for _, who := range []struct {
			name string
			slot *slot
		}{{"first", &slot{of: all}}, {"second", &slot{of: all}}, {"back", back}} {
			waiting.Go(func() {
				if err := who.slot.take(t.Context()); err != nil {
					t.Error(err)
				}
				came.add(who.name)
				who.slot.give()
			})
			synctest.Wait()
		}
		holder.give()
		holder.give() // which it does not have any more
		waiting.Wait()
		if got := came.take(); got != "back first second" {
			t.Errorf("they came in the order %s", got)
		}
		if all.free != 1 {
			t.Errorf("%d slots are free of one", all.free)
		}
	})
}

// A slot that comes in the moment in which its caller leaves goes to the next one.
func TestASlotIsNotLostToACallerWhoLeaves(t *testing.T) {
	t.Parallel()
	for i := range 200 {
		all := &slots{free: 1}
		holder, leaver := &slot{of: all}, &slot{of: all}
		noError(t, holder.take(t.Context()))
		ctx, cancel := context.WithCancel(t.Context())
		var left sync.WaitGroup
		left.Go(func() {
			if leaver.take(ctx) == nil {
				leaver.give()
			}
		})
		for waits := false; !waits; {
			all.mu.Lock()
			waits = len(all.line) == 1
			all.mu.Unlock()
		}
		if i%2 == 0 {
			holder.give()
			cancel()
		} else {
			cancel()
			holder.give()
		}
		left.Wait()
		if all.free != 1 {
			t.Fatalf("%d slots are free of one", all.free)
		}
	}
}
