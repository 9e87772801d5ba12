package cli

import (
	"log/slog"
	"os"
	"time"

	"github.com/lmittmann/tint"
	"golang.org/x/term"
)

// logger returns the logger and a function that closes its file. Logs never go to standard output, which belongs to the protocol.
func (e *environment) logger() (*slog.Logger, func(), error) {
	out, closeLog := e.Err, func() {}
	if name := e.flags.LogFile; name != "" {
		f, err := appendTo("--log-file", name)
		if err != nil {
			return nil, nil, err
		}
		out, closeLog = f, func() { _ = f.Close() }
	}
	var level slog.Level
	if err := level.UnmarshalText([]byte(e.flags.LogLevel)); err != nil {
		return nil, nil, usageError{err}
	}
	format := e.flags.LogFormat
	if format == "auto" {
		format = "json"
		if isTerminal(out) {
			format = "text"
		}
	}
	if format == "text" {
		return slog.New(tint.NewTextHandler(out, &tint.Options{Level: level, TimeFormat: time.TimeOnly, NoColor: !showsColors(out)})), closeLog, nil
	}
	return slog.New(slog.NewJSONHandler(out, &slog.HandlerOptions{Level: level, ReplaceAttr: readableDurations})), closeLog, nil
}

// readableDurations writes durations as 18.83ms in place of 18827426.
func readableDurations(_ []string, a slog.Attr) slog.Attr {
	if a.Value.Kind() == slog.KindDuration {
		a.Value = slog.StringValue(a.Value.Duration().Round(time.Microsecond).String())
	}
	return a
}

// isTerminal reports whether a stream is a terminal.
func isTerminal(stream any) bool {
	f, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}
