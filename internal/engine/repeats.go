package engine

import (
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
	seed maphash.Seed

	mu   sync.Mutex
	last []repeat // the newest failure is the last
}

// repeat is a call that failed.
type repeat struct {
	call, way uint64 // hashes: of caller, tool and arguments; of the outcome
	times     int
}

// NewRepeats returns a counter without failures.
func NewRepeats() *Repeats { return &Repeats{seed: maphash.MakeSeed()} }

// notice counts the answer of a call. An answer that failed too often in the same way begins with a line that says so. A question counts
// neither as a failure nor as a success.
func (r *Repeats) notice(caller string, op *Operation, raw []byte, a answer) answer {
	if r == nil || a.Question != nil {
		return a
	}
	if times := r.count(caller, op, raw, a); times >= tooOften {
		a.Text = a.again(times) + "\n" + a.Text
	}
	return a
}

// count returns how often in a row the call has failed in this way, or 0 if it succeeded.
func (r *Repeats) count(caller string, op *Operation, raw []byte, a answer) int {
	if a.succeeded() && r.none() {
		return 0
	}
	now := repeat{call: r.hash(caller, op.Name, string(sorted(raw))), way: r.hash(a.Outcome, strconv.Itoa(a.Status), a.code), times: 1}
	r.mu.Lock()
	defer r.mu.Unlock()
	if i := slices.IndexFunc(r.last, func(p repeat) bool { return p.call == now.call }); i >= 0 {
		if r.last[i].way == now.way {
			now.times += r.last[i].times
		}
		r.last = slices.Delete(r.last, i, i+1)
	}
	if a.succeeded() {
		return 0
	}
	if len(r.last) == mostRepeats {
		r.last = slices.Delete(r.last, 0, 1)
	}
	r.last = append(r.last, now)
	return now.times
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
