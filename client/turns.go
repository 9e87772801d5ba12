package client

import (
	"context"
	"time"

	"golang.org/x/time/rate"
)

// Turns is a bucket that the processes with one API key share. It is called by several goroutines at a time.
type Turns interface {
	// Take asks for the turn of one request. It may go after the wait. A wait longer than most is told and not reserved.
	Take(ctx context.Context, news News, most time.Duration) (taken bool, wait time.Duration, err error)
	// GiveBack returns a turn that is not used.
	GiveBack(ctx context.Context)
	// Processes is how many processes there were when that was last known, at least one.
	Processes() int
}

// News is the limit of one process, and what the API has told that process since it last asked for a turn.
type News struct {
	Rate  float64 // requests a second
	Burst int     // requests that may go at once after a pause

	Good    int           // answers that were no refusals
	Refused bool          // the API refused a request and did not say how long to wait
	Window  float64       // requests a second that make the window of the API last for Left
	Left    time.Duration // until the window ends; 0: nothing was told
	Plenty  bool          // the window lasts at the full rate
}

// next asks for the turn of one request in the shared bucket, or, where that cannot be reached, in a part of it that is this process's alone.
func (p *pace) next(ctx context.Context, now time.Time, most time.Duration) (turn, time.Duration) {
	if p.turns == nil {
		return p.take(now)
	}
	taken, wait, err := p.turns.Take(ctx, p.tell(now), max(0, most))
	switch {
	case err != nil:
		p.goAlone(now)
		return p.take(now)
	case taken:
		p.together()
		return turn{shared: p.turns}, wait
	default:
		return turn{}, max(wait, time.Millisecond)
	}
}

// tell returns the news, which are old from then on.
func (p *pace) tell(now time.Time) News {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := p.news
	n.Rate, n.Burst = p.rate, p.burst
	if n.Left > 0 {
		n.Left = max(time.Millisecond, p.windowEnd.Sub(now))
	}
	p.news = News{}
	return n
}

// note adds to the news what an answer told of the window. The caller holds the lock.
func (p *pace) note(now time.Time) {
	if now.Before(p.windowEnd) {
		p.news.Window, p.news.Left, p.news.Plenty = p.window, p.windowEnd.Sub(now), false
	}
}

// goAlone begins with an empty bucket, because nobody knows what is left in the shared one.
func (p *pace) goAlone(now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.parts = float64(p.turns.Processes())
	if p.alone {
		return
	}
	p.alone = true
	p.limiter = rate.NewLimiter(rate.Limit(p.rate/p.parts), max(1, int(float64(p.burst)/p.parts)))
	p.limiter.AllowN(now, p.limiter.Burst())
}

func (p *pace) together() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.alone = false
}
