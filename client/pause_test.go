package client

import (
	"net/http"
	"testing"
	"time"
)

func FuzzPause(f *testing.F) {
	for _, s := range []string{"", "0", "1", "-1", "NaN", "Inf", "1e309", "1e18", "0x10", "60", "61", "1800000030", "1800000030000", "Fri, 15 Jan 2027 08:00:30 GMT", " 5 ", "5s"} {
		f.Add(s, s, s, "")
		f.Add(s, "", s, "Fri, 15 Jan 2027 08:00:00 GMT")
	}
	now := time.Unix(1_800_000_000, 0)
	f.Fuzz(func(t *testing.T, after, ms, reset, date string) {
		h := http.Header{"Retry-After": {after}, "Retry-After-Ms": {ms}, "X-Ratelimit-Reset": {reset}, "Date": {date}}
		if pause := toldPause(h, now); pause < 0 || pause > longestTold {
			t.Errorf("a pause of %v", pause)
		}
		if left, known := resetIn(h, now); known != (left > 0) || left > window+time.Second {
			t.Errorf("a window that ends in %v, known %v", left, known)
		}
		if pause := told(&answer{status: 429, header: h}, now); pause < 0 || pause > longestTold {
			t.Errorf("told %v", pause)
		}
	})
}

func TestResetIsReadInEveryUnit(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_800_000_000, 0)
	tests := []struct {
		name  string
		value string
		date  string
		want  time.Duration // 0: not known
	}{
		{"seconds left", "42", "", 42 * time.Second},
		{"fractions of a second left", "0.5", "", 500 * time.Millisecond},
		{"epoch seconds", "1800000042", "", 42 * time.Second},
		{"epoch milliseconds", "1800000042500", "", 42500 * time.Millisecond},
		{"epoch seconds by a clock an hour behind", "1799996442", "Fri, 15 Jan 2027 07:00:00 GMT", 42 * time.Second},
		{"a whole window", "60", "", time.Minute},
		{"more than a window", "3600", "", 0},
		{"a time gone by", "1799999999", "", 0},
		{"a time far ahead", "1900000000", "", 0},
		{"zero", "0", "", 0},
		{"negative", "-3", "", 0},
		{"not a number", "NaN", "", 0},
		{"a date", "Fri, 15 Jan 2027 08:00:42 GMT", "", 0},
		{"absent", "", "", 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			left, known := resetIn(http.Header{"X-Ratelimit-Reset": {tt.value}, "Date": {tt.date}}, now)
			if left != tt.want || known != (tt.want > 0) {
				t.Errorf("got %v, %v, want %v", left, known, tt.want)
			}
		})
	}
}

func TestBackOffDoublesUpToItsBound(t *testing.T) {
	t.Parallel()
	bounds := map[int]time.Duration{1: 500 * time.Millisecond, 2: time.Second, 3: 2 * time.Second, 4: 4 * time.Second, 5: 8 * time.Second, 6: 8 * time.Second, 1000: 8 * time.Second}
	for attempt, bound := range bounds {
		most := time.Duration(0)
		for range 2000 {
			pause := backOff(attempt)
			if pause <= 0 || pause > bound {
				t.Fatalf("the pause after attempt %d is %v, want within %v", attempt, pause, bound)
			}
			most = max(most, pause)
		}
		if most < bound*9/10 {
			t.Errorf("the longest of 2000 pauses after attempt %d is %v, want near %v", attempt, most, bound)
		}
	}
}
