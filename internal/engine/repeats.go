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
	mostRepeats = 256 // calls that are remembered
	tooOften    = 3   // failures of the same call in the same way, from which on it is said
)

// Repeats notices calls that fail the same way again and again, because models repeat them without end. The tools of a server share one.
// It keeps hashes, never arguments, of the calls that failed last. Callers who share a server do not hear of each other's.
type Repeats struct {
	seed maphash.Seed

	mu   sync.Mutex
	last []repeat // the one that failed last at the end
}

// repeat is a call that failed.
type repeat struct {
	call, way uint64 // hashes of caller, tool and arguments, and of what it came to
	times     int
}

// NewRepeats remembers nothing yet.
func NewRepeats() *Repeats { return &Repeats{seed: maphash.MakeSeed()} }

// notice counts the answer of a call. One that failed too often in the same way says so first. A question is neither a failure nor a success.
func (r *Repeats) notice(caller string, op *Operation, raw []byte, a answer) answer {
	if r == nil || a.Question != nil {
		return a
	}
	if times := r.count(caller, op, raw, a); times >= tooOften {
		a.Text = a.again(times) + "\n" + a.Text
	}
	return a
}

// count returns how often in a row the call has failed in this way, 0 for one that succeeded.
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

// none spares the calls of a server where nothing fails.
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

// sorted is JSON without the differences that mean nothing. What is not JSON stays as it is.
func sorted(raw []byte) []byte {
	v, err := rawjson.Decode(raw)
	if err != nil {
		return raw
	}
	return rawjson.Encode(v)
}

// again says what repeating the call comes to.
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
