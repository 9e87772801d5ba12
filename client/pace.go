package client

import (
	"context"
	"net/http"
	"strconv"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

const (
	// lowWater is the number of remaining requests below which they are spread over a whole window although
	// its end is not known.
	lowWater = 60
	// slowest bounds how far 429 answers without further word slow the pace down, as a share of its rate.
	slowest = 1.0 / 16
	// climb is the share of its rate that the pace wins back with each good answer.
	climb = 0.01
)

// pace is the token bucket, slowed down by what the API tells. Where processes share one bucket, this one is for when that cannot be reached.
type pace struct {
	turns Turns // nil: there is no other process

	mu      sync.Mutex
	limiter *rate.Limiter
	rate    float64 // of all processes
	burst   int
	parts   float64 // how many processes there are, as far as is known
	alone   bool    // the shared bucket could not be reached
	news    News    // since the last turn

	share  float64   // of rate; below 1 after a 429 that did not say how long to wait
	halved time.Time // when share last fell

	window    float64   // requests a second that make the API's window last, until windowEnd
	windowEnd time.Time // zero: the window lasts at the full rate
}

func newPace(perSecond float64, burst int) *pace {
	return &pace{limiter: rate.NewLimiter(rate.Limit(perSecond), burst), rate: perSecond, burst: burst, parts: 1, share: 1}
}

// turn is a place in the bucket. Without one the caller asks again after its wait.
type turn struct {
	reservation *rate.Reservation
	shared      Turns // not nil: the place is in the bucket that processes share
}

func (t turn) granted() bool { return t.reservation != nil || t.shared != nil }

// giveBack returns the token of a turn that is not used.
func (t turn) giveBack(ctx context.Context) {
	switch {
	case t.shared != nil:
		t.shared.GiveBack(context.WithoutCancel(ctx))
	case t.reservation != nil:
		t.reservation.Cancel()
	}
}

// take asks for the turn of one request, and how long until it.
func (p *pace) take(now time.Time) (turn, time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.apply(now)
	left := p.windowEnd.Sub(now)
	if left > 0 && p.window == 0 {
		return turn{}, left
	}
	r := p.limiter.ReserveN(now, 1)
	wait := r.DelayFrom(now)
	if left > 0 && wait > left {
		// The slow pace ends with the window, and with it the reason for so long a wait.
		r.CancelAt(now)
		return turn{}, left
	}
	return turn{reservation: r}, wait
}

// learn reads what an answer tells about the limits of the API.
func (p *pace) learn(ans *answer, now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	left, resets := resetIn(ans.header, now)
	if remaining, err := strconv.Atoi(ans.header.Get("X-Ratelimit-Remaining")); err == nil && remaining >= 0 {
		p.windowEnd, p.news.Plenty = time.Time{}, true
		switch {
		case resets && float64(remaining) < p.rate*left.Seconds():
			p.window, p.windowEnd = float64(remaining)/left.Seconds(), now.Add(left)
		case !resets && remaining < lowWater:
			// Never quite zero: only an answer can tell that a new window has begun.
			p.window, p.windowEnd = float64(max(remaining, lowWater/10))/window.Seconds(), now.Add(window)
		}
		p.note(now)
	}
	switch {
	case ans.status < http.StatusBadRequest:
		p.share = min(1, p.share+climb)
		p.news.Good++
	case ans.status == http.StatusTooManyRequests && toldPause(ans.header, now) == 0 && !resets && now.Sub(p.halved) >= time.Second:
		// Requests in flight together are refused together: they count once.
		p.share, p.halved = max(p.share/2, slowest), now
		p.news.Refused = true
	}
	p.apply(now)
}

// apply sets the bucket to the lower of the two paces, or to the part of it that is this process's.
func (p *pace) apply(now time.Time) {
	whole := p.rate / p.parts
	limit, burst := whole*p.share, max(1, int(float64(p.burst)/p.parts))
	if now.Before(p.windowEnd) && p.window/p.parts < limit {
		limit = p.window / p.parts
	}
	if limit < whole {
		burst = max(1, min(burst, int(limit))) // what was saved up is not spent at once
	}
	if p.limiter.Limit() != rate.Limit(limit) {
		p.limiter.SetLimitAt(now, rate.Limit(limit))
	}
	if p.limiter.Burst() != burst {
		p.limiter.SetBurstAt(now, burst)
	}
}
