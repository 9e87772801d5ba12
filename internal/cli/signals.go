package cli

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

// ended is the error of a command that has already printed why it ends. Its value is the exit code.
type ended int

// Error implements error.
func (e ended) Error() string { return fmt.Sprintf("exit code %d", int(e)) }

// endings are the signals that end a command.
var endings = []os.Signal{os.Interrupt, syscall.SIGTERM}

// stopped is the cause of a context that was cancelled by a signal.
type stopped struct{ signal os.Signal }

// Error implements error.
func (s stopped) Error() string { return "stopped by a signal" }

// code returns the exit code that shells use for the signal, 130 for SIGINT and 143 for SIGTERM.
func (s stopped) code() ended {
	number, _ := s.signal.(syscall.Signal)
	return ended(128 + int(number))
}

// untilSignal returns a context that the first SIGINT or SIGTERM cancels, with the cause [stopped]. After that these signals have their default
// effect again, so that a second one ends the process at once.
func untilSignal(parent context.Context) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(parent)
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, endings...)
	go func() {
		defer signal.Stop(signals)
		select {
		case s := <-signals:
			signal.Stop(signals) // before the context ends: from then on a second signal may come
			cancel(stopped{s})
		case <-ctx.Done():
		}
	}()
	return ctx, func() { cancel(nil) }
}
