//go:build blackbox && unix

package replicas

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// traffic is what clients do all the time: reads, plain writes, and deletes that they confirm.
type traffic struct {
	w       *world
	posts   []string // that are deleted, one after the other
	stop    context.CancelFunc
	running sync.WaitGroup

	mu         sync.Mutex
	complaints []string
	done       map[string]bool // texts that were written, by whether the answer said so
	reads      int
	questions  int
	refused    int
	slowest    time.Duration
	n          atomic.Int64
}

func (w *world) traffic(posts []string) *traffic {
	ctx, stop := context.WithCancel(w.t.Context())
	tr := &traffic{w: w, posts: posts, stop: stop, done: map[string]bool{}}
	s := begin(ctx, w.t, w.url, ann)
	for range 2 {
		tr.running.Go(func() { tr.loop(ctx, func() { tr.read(ctx, s) }) })
		tr.running.Go(func() { tr.loop(ctx, func() { tr.write(ctx) }) })
	}
	tr.running.Go(func() { tr.loop(ctx, func() { tr.question(ctx) }) })
	return tr
}

func (tr *traffic) loop(ctx context.Context, do func()) {
	for ctx.Err() == nil {
		do()
		select {
		case <-ctx.Done():
		case <-time.After(20 * time.Millisecond):
		}
	}
}

func (tr *traffic) complain(ctx context.Context, format string, args ...any) {
	if ctx.Err() != nil {
		return // the end of the test
	}
	tr.mu.Lock()
	defer tr.mu.Unlock()
	tr.complaints = append(tr.complaints, fmt.Sprintf(format, args...))
}

func (tr *traffic) took(begun time.Time) {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	tr.slowest = max(tr.slowest, time.Since(begun))
}

func (tr *traffic) read(ctx context.Context, s *session) {
	begun := time.Now()
	if m, err := s.call(ctx, "list_boards", `{}`); err != nil || !m.fine() {
		tr.complain(ctx, "a read: %v %s", err, m.text())
	}
	tr.took(begun)
	tr.mu.Lock()
	defer tr.mu.Unlock()
	tr.reads++
}

func (tr *traffic) write(ctx context.Context) {
	n := tr.n.Add(1)
	text := fmt.Sprintf("written %d.", n)
	begun := time.Now()
	m, err := modern(context.WithoutCancel(ctx), tr.w.url, ann, "upsert_contact", fmt.Sprintf(`{"email":"c%d@example.org","name":"%s"}`, n, text), "", false)
	if err != nil || !m.fine() {
		tr.complain(ctx, "a write: %v %s", err, m.text())
	}
	tr.took(begun)
	tr.mu.Lock()
	defer tr.mu.Unlock()
	tr.done[text] = err == nil && m.fine()
}

// question deletes a post, which is asked about. It may be refused in words; then nothing was sent.
func (tr *traffic) question(ctx context.Context) {
	tr.mu.Lock()
	if len(tr.posts) == 0 {
		tr.mu.Unlock()
		return
	}
	id := tr.posts[0]
	tr.mu.Unlock()
	m, _, err := confirmed(context.WithoutCancel(ctx), tr.w.url, ann, "delete_post", `{"postId":"`+id+`"}`)
	switch {
	case err != nil:
		tr.complain(ctx, "a question: %v", err)
	case m.fine():
		tr.mu.Lock()
		tr.posts, tr.questions = tr.posts[1:], tr.questions+1
		tr.mu.Unlock()
		if n := tr.w.api.writes(id); n != 1 {
			tr.complain(ctx, "a delete was sent %d times", n)
		}
	case strings.Contains(m.text(), "sent nothing"):
		tr.mu.Lock()
		tr.refused++
		tr.mu.Unlock()
		if n := tr.w.api.writes(id); n != 0 {
			tr.complain(ctx, "a delete that was refused was sent %d times: %s", n, m.text())
		}
	default:
		tr.complain(ctx, "a question: %s", m.text())
	}
}

func (tr *traffic) answered() (questions, refused int) {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	return tr.questions, tr.refused
}

// end ends the traffic and looks at what came of it.
func (tr *traffic) end(t *testing.T) {
	t.Helper()
	tr.stop()
	tr.running.Wait()
	for _, c := range tr.complaints[:min(5, len(tr.complaints))] {
		t.Error(c)
	}
	if more := len(tr.complaints) - 5; more > 0 {
		t.Errorf("and %d more", more)
	}
	for text, done := range tr.done {
		if n := tr.w.api.writes(`"` + text + `"`); n > 1 || done && n != 1 {
			t.Errorf("%q was sent %d times, and the answer said done: %v", text, n, done)
		}
	}
	t.Logf("%d reads, %d writes, %d deletes, %d refused in words; the slowest took %v", tr.reads, len(tr.done), tr.questions, tr.refused, tr.slowest.Round(time.Millisecond))
	if tr.reads == 0 || len(tr.done) == 0 || tr.questions == 0 {
		t.Error("there was no traffic")
	}
}

// Whatever happens to the store, reads and plain writes go on, what has to be confirmed is made once or refused in words, and all of it comes back by
// itself within five seconds.
func TestTheStoreFails(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		begin, end func(w *world)
		refuses    bool // questions are refused meanwhile
	}{
		"killed":  {func(w *world) { w.store.Kill() }, func(w *world) { w.store.Start() }, true},
		"paused":  {func(w *world) { w.store.Pause() }, func(w *world) { w.store.Resume() }, true},
		"emptied": {func(w *world) { _, _ = w.store.Do("FLUSHALL") }, func(w *world) { w.store.Kill(); w.store.Start() }, false},
		"full":    {func(w *world) { _, _ = w.store.Do("CONFIG", "SET", "maxmemory", "1") }, func(w *world) { _, _ = w.store.Do("CONFIG", "SET", "maxmemory", "0") }, true},
		"slow": {func(w *world) {
			for _, r := range w.replicas {
				r.line.set(false, 2*time.Second)
			}
		}, func(w *world) {
			for _, r := range w.replicas {
				r.line.set(false, 0)
			}
		}, true},
		"partitioned": {func(w *world) { w.replicas[1].line.set(true, 0) }, func(w *world) { w.replicas[1].line.set(false, 0) }, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			tr := w.traffic(w.posts(90))
			more := func(within time.Duration, what string) {
				t.Helper()
				before, _ := tr.answered()
				eventually(t, within, what, func() bool { now, _ := tr.answered(); return now > before })
			}
			more(patience, "a question is answered before")
			c.begin(w)
			if c.refuses {
				eventually(t, patience, "a question is refused in words", func() bool { _, n := tr.answered(); return n > 0 })
			}
			time.Sleep(3 * time.Second) // some traffic without the store
			c.end(w)
			more(5*time.Second, "a question is answered after")
			tr.end(t)
		})
	}
}

// Replicas are restarted one after the other under load, and nobody notices.
func TestARollingRestart(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	tr := w.traffic(w.posts(90))
	for _, r := range w.replicas {
		time.Sleep(500 * time.Millisecond)
		r.signal(syscall.SIGTERM)
		r.start()
	}
	time.Sleep(500 * time.Millisecond)
	tr.end(t)
}
