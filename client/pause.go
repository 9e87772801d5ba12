package client

import (
	"math"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"time"
)

const (
	// window is how long the API counts requests before it starts anew.
	window = time.Minute
	// longestTold caps what an answer may say, before a number becomes a duration that overflows.
	longestTold = 24 * time.Hour

	firstBackOff = 500 * time.Millisecond
	lastBackOff  = 8 * time.Second
)

// told is how long an answer asks to wait, 0 if it does not. For a 429 the end of the window is an answer
// too.
func told(ans *answer, now time.Time) time.Duration {
	if pause := toldPause(ans.header, now); pause > 0 {
		return pause
	}
	if ans.status == http.StatusTooManyRequests {
		left, _ := resetIn(ans.header, now)
		return left
	}
	return 0
}

// toldPause reads Retry-After-Ms and Retry-After. What is no number, not positive or a date gone by counts
// as not told.
func toldPause(h http.Header, now time.Time) time.Duration {
	if ms, ok := positive(h.Get("Retry-After-Ms")); ok {
		return duration(ms, time.Millisecond)
	}
	value := h.Get("Retry-After")
	if seconds, ok := positive(value); ok {
		return duration(seconds, time.Second)
	}
	if date, err := http.ParseTime(value); err == nil {
		return min(longestTold, max(0, date.Sub(serverTime(h, now))))
	}
	return 0
}

// resetIn reads X-RateLimit-Reset, whose unit is not documented: seconds left, or the time of the reset in
// seconds or milliseconds since 1970. An answer that does not lie within the next window is not believed.
func resetIn(h http.Header, now time.Time) (time.Duration, bool) {
	n, ok := positive(h.Get("X-Ratelimit-Reset"))
	if !ok {
		return 0, false
	}
	left := duration(n, time.Second)
	if n > 1e11 { // as seconds that were the year 5138
		n /= 1000
	}
	if n > 1e8 { // as seconds left that were three years
		left = time.Duration((n - float64(serverTime(h, now).Unix())) * float64(time.Second))
	}
	// A clock that shows whole seconds may be one behind.
	if left <= 0 || left > window+time.Second {
		return 0, false
	}
	return left, true
}

// serverTime is the time by the clock of the API, against which its dates are meant. This machine's own may
// be wrong.
func serverTime(h http.Header, now time.Time) time.Time {
	if date, err := http.ParseTime(h.Get("Date")); err == nil {
		return date
	}
	return now
}

func positive(s string) (float64, bool) {
	n, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
	return n, err == nil && n > 0 && !math.IsInf(n, 0)
}

// duration is n units, capped while it is still a float.
func duration(n float64, unit time.Duration) time.Duration {
	return time.Duration(min(n*float64(unit), float64(longestTold)))
}

// backOff is the pause before the attempt after the given one, when the API named none: a random time up to
// a bound that doubles. Callers that failed together do not come back together.
func backOff(attempt int) time.Duration {
	bound := lastBackOff
	if doublings := attempt - 1; doublings < 4 {
		bound = firstBackOff << max(0, doublings)
	}
	return rand.N(bound) + 1 //nolint:gosec // spreading load needs no secret randomness
}
