package loglimit

import (
	"errors"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestLinesAndValuesAreBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var log strings.Builder
		limited := New(slog.New(slog.NewTextHandler(&log, nil)))
		long := strings.Repeat("é", 30_000)
		for range 1000 {
			limited.With("origin", long).Warn("refused", "host", long, "error", errors.New(long), "port", 80)
		}
		if lines := strings.Count(log.String(), "\n"); lines != burst {
			t.Errorf("%d lines at once", lines)
		}
		if size := log.Len() / burst; size > 4*longestValue {
			t.Errorf("a line of %d bytes: %s", size, log.String()[:size])
		}
		log.Reset()
		time.Sleep(pause)
		limited.Warn("refused")
		limited.Warn("refused")
		if got := log.String(); strings.Count(got, "\n") != 1 || !strings.Contains(got, "lines_left_out_before=980") {
			t.Errorf("a second later: %s", got)
		}
	})
}

func TestShortLinesStayAsTheyAre(t *testing.T) {
	t.Parallel()
	var plain, limited strings.Builder
	options := &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}}
	for log, to := range map[*slog.Logger]*strings.Builder{
		slog.New(slog.NewTextHandler(&plain, options)): &plain, New(slog.New(slog.NewTextHandler(&limited, options))): &limited,
	} {
		log.WithGroup("g").With("a", 1).Info("hello", "b", "two", "c", errors.New("three"), "d", []int{4})
		if to.Len() == 0 {
			t.Error("nothing was logged")
		}
	}
	if plain.String() != limited.String() {
		t.Errorf("%s in place of %s", limited.String(), plain.String())
	}
}
