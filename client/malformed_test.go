package client

import (
	"strings"
	"testing"
	"time"
)

// A body that is no answer is told from the others of its kind: what it is decides who has to look where.
func TestWhatIsNoAnswerIsToldApart(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		"":                              "an empty body where JSON belongs",
		" \n":                           "an empty body where JSON belongs",
		`{"id":NaN}`:                    `invalid JSON: it goes wrong at byte 7, before "NaN}"`,
		`{"id":"1","title":"Dark mo`:    "JSON that breaks off after 26 bytes",
		`{"id":"1"`:                     "JSON that breaks off after 9 bytes",
		`)]}',` + "\n" + `{"id":"1"}`:   `something that is not JSON and begins with ")]}',`,
		"<!DOCTYPE html><title>Log in":  `something that is not JSON and begins with "`,
		"Not found":                     `something that is not JSON and begins with "Not found"`,
		`{"id":"1"} trailing`:           `invalid JSON: it goes wrong at byte 12, before "trailing"`,
		strings.Repeat("[", 20_000):     "invalid JSON: it goes wrong at byte 10001",
		"\x1f\x8b\x08binary\x00\x01":    "something that is not JSON and begins with ",
		`{"title":"` + "\x01" + `bad"}`: "invalid JSON: it goes wrong at byte ",
	} {
		e := outcome(&answer{status: 200, body: []byte(body)}, nil, scrubber{}, time.Now())
		if e == nil || e.Kind != KindBadResponse || !e.MaybeApplied || !strings.Contains(e.Message, want) {
			t.Errorf("%.40q: %v, want %s", body, e, want)
		}
	}
}
