package engine

import (
	"context"
	"fmt"
	"hash/maphash"
	"slices"
	"strconv"
	"sync"

	"featurebase-mcp/internal/rawjson"
)

const (
	mostRepeats = 256 // failed calls that are remembered
	tooOften    = 3   // number of equal failures from which on the answer states it
)

// Repeats counts calls that fail the same way repeatedly, because models repeat such calls without end. The tools of a server share one. It
// keeps hashes of the calls that failed last, never arguments, and the hashes include the caller, so that callers do not learn of each
// other's failures.
type Repeats struct {
	Shared Failures // nil: no other process serves the same callers

	seed maphash.Seed

	mu   sync.Mutex
	last []repeat // the newest failure is the last
}

// repeat is a call that failed.
type repeat struct {
	call, way uint64 // hashes: of caller, tool and arguments; of the outcome
	times     int
}

// Failures counts failures for all replicas of a server. What it is told of calls are words that it must not keep as they are.
type Failures interface {
	// Failed counts a failure, and returns how often in a row the call has failed in this way.
	Failed(ctx context.Context, call, way string) (times int, err error)
	// Passed forgets the failures of a call.
	Passed(ctx context.Context, call string)
}

// NewRepeats returns a counter without failures.
func NewRepeats() *Repeats { return &Repeats{seed: maphash.MakeSeed()} }

// notice counts the answer of a call. An answer that failed too often in the same way begins with a line that says so. A question counts
// neither as a failure nor as a success.
func (r *Repeats) notice(ctx context.Context, caller string, op *Operation, raw []byte, a answer) answer {
	if r == nil || a.Question != nil {
		return a
	}
	if times := r.count(ctx, caller, op, raw, a); times >= tooOften {
		a.Text = a.again(times) + "\n" + a.Text
	}
	return a
}

// count returns how often in a row the call has failed in this way, or 0 if it succeeded. Replicas add up their failures; a success counts where a
// failure of the call is known, because otherwise every call would ask the store.
func (r *Repeats) count(ctx context.Context, caller string, op *Operation, raw []byte, a answer) int {
	times, known := r.here(caller, op, raw, a)
	if r.Shared == nil {
		return times
	}
	switch call := caller + "\x00" + op.Name + "\x00" + string(sorted(raw)); {
	case times > 0:
		if all, err := r.Shared.Failed(ctx, call, a.Outcome+" "+strconv.Itoa(a.Status)+" "+a.code); err == nil {
			return max(times, all)
		}
	case known:
		r.Shared.Passed(ctx, call)
	}
	return times
}

// here is count for this process alone. It also reports whether a failure of the call was known before.
func (r *Repeats) here(caller string, op *Operation, raw []byte, a answer) (times int, known bool) {
	if a.succeeded() && r.none() {
		return 0, false
	}
	now := repeat{call: r.hash(caller, op.Name, string(sorted(raw))), way: r.hash(a.Outcome, strconv.Itoa(a.Status), a.code), times: 1}
	r.mu.Lock()
	defer r.mu.Unlock()
	i := slices.IndexFunc(r.last, func(p repeat) bool { return p.call == now.call })
	if i >= 0 {
		if r.last[i].way == now.way {
			now.times += r.last[i].times
		}
		r.last = slices.Delete(r.last, i, i+1)
	}
	if a.succeeded() {
		return 0, i >= 0
	}
	if len(r.last) == mostRepeats {
		r.last = slices.Delete(r.last, 0, 1)
	}
	r.last = append(r.last, now)
	return now.times, i >= 0
}

// none reports whether no failure is remembered. Then a successful call needs no hash.
func (r *Repeats) none() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.last) == 0
}

func (r *Repeats) hash(words ...string) uint64 {
	var h maphash.Hash
	h.SetSeed(r.seed)
	for _, word := range words {
		_, _ = h.WriteString(word) // never fails
		_ = h.WriteByte(0)
	}
	return h.Sum64()
}

// sorted returns JSON in a canonical form. It returns anything else unchanged.
func sorted(raw []byte) []byte {
	v, err := rawjson.Decode(raw)
	if err != nil {
		return raw
	}
	return rawjson.Encode(v)
}

// again says that repeating the call does not help.
func (a answer) again(times int) string {
	text := fmt.Sprintf("This call has failed %d times the same way", times)
	switch {
	case a.uncertain:
		return text + ", and each time the change may have been made. Do not repeat it: check first, then tell the user."
	case a.until == "":
		return text + ". Repeating it at once does not help: wait longer before the next attempt, or tell the user."
	default:
		return fmt.Sprintf("%s: it will not work until %s. Do not repeat it.", text, a.until)
	}
}
