package engine

import (
	"hash/maphash"
	"maps"
	"slices"
	"sync"

	"featurebase-mcp/internal/rawjson"
)

// Verified is the answer to a question about figures, after a look at whether it is one to that question.
type Verified struct {
	Body    rawjson.Value // without what was not asked for
	Doubts  []string      // what is wrong with it, in words for the model
	Subject string        // what the figures count, such as a metric
	Figures string        // the figures themselves, if they are many enough that no two subjects have them by chance; else empty
}

// mostFigures is how many answers are remembered.
const mostFigures = 64

// Figures remembers what reports answered, because the API has been seen to give the figures of one metric for another, which nobody notices in a
// single answer. It keeps hashes, and the hashes include the caller.
type Figures struct {
	seed maphash.Seed

	mu   sync.Mutex
	last []figure // the newest is the last
}

// figure is an answer of a report.
type figure struct {
	question, answer uint64 // hashes: of caller and arguments without the subject; of the figures
	subject          string
}

// NewFigures returns a memory without answers.
func NewFigures() *Figures { return &Figures{seed: maphash.MakeSeed()} }

// alike keeps an answer and returns the other subjects that had the same figures for the same question.
func (f *Figures) alike(caller string, op *Operation, asked map[string]any, v Verified) []string {
	if f == nil || v.Figures == "" || v.Subject == "" {
		return nil
	}
	question := maps.Clone(asked)
	maps.DeleteFunc(question, func(_ string, value any) bool { return value == v.Subject })
	now := figure{f.hash(caller, op.Name, string(rawjson.Encode(question))), f.hash(v.Figures), v.Subject}
	f.mu.Lock()
	defer f.mu.Unlock()
	var same []string
	for _, past := range f.last {
		if past.question == now.question && past.answer == now.answer && past.subject != now.subject {
			same = append(same, past.subject)
		}
	}
	f.last = slices.DeleteFunc(f.last, func(past figure) bool { return past.question == now.question && past.subject == now.subject })
	if len(f.last) == mostFigures {
		f.last = slices.Delete(f.last, 0, 1)
	}
	f.last = append(f.last, now)
	return same
}

func (f *Figures) hash(words ...string) uint64 {
	var h maphash.Hash
	h.SetSeed(f.seed)
	for _, word := range words {
		_, _ = h.WriteString(word) // never fails
		_ = h.WriteByte(0)
	}
	return h.Sum64()
}
