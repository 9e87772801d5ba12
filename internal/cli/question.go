package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"
	"strings"
	"time"

	"golang.org/x/term"
)

// ask asks at the terminal and returns the line that is typed. A signal ends the wait.
func (e *environment) ask(ctx context.Context, question string) (string, error) {
	_, _ = io.WriteString(e.Err, question)
	return waitFor(ctx, func() (string, error) { return readLine(e.In) })
}

// askSecretly asks for a line that is not shown while it is typed.
func (e *environment) askSecretly(ctx context.Context, question string) (string, error) {
	f, ok := e.In.(*os.File)
	if !ok {
		return "", errors.New("nobody can be asked here")
	}
	terminal := int(f.Fd())
	before, err := term.GetState(terminal)
	if err != nil {
		return "", fmt.Errorf("the terminal: %w", err)
	}
	defer func() { _ = term.Restore(terminal, before) }() // a signal may come before the line has ended
	silenced := make(chan struct{})
	go func() { // the question comes when the terminal shows nothing any more: a key is pasted faster than that
		defer close(silenced)
		for range longestSilencing {
			if now, err := term.GetState(terminal); err != nil || !reflect.DeepEqual(now, before) {
				break
			}
			time.Sleep(time.Millisecond)
		}
		_, _ = io.WriteString(e.Err, question)
	}()
	typed, err := waitFor(ctx, func() (string, error) {
		line, err := term.ReadPassword(terminal)
		return string(line), err
	})
	<-silenced
	_, _ = io.WriteString(e.Err, "\n")
	return typed, err
}

// longestSilencing is how long a terminal may take to stop showing what is typed, in milliseconds.
const longestSilencing = 2000

// waitFor returns what a function returns, or the cause of the context if that ends first. The goroutine that waits for a line ends with the process.
func waitFor(ctx context.Context, read func() (string, error)) (string, error) {
	type result struct {
		line string
		err  error
	}
	done := make(chan result, 1)
	go func() {
		line, err := read()
		done <- result{line, err}
	}()
	select {
	case r := <-done:
		if errors.Is(r.err, io.EOF) {
			r.err = nil
		}
		return strings.TrimSpace(r.line), r.err
	case <-ctx.Done():
		return "", context.Cause(ctx)
	}
}

// readLine reads up to the end of a line, and no further: the next line may be the answer to another question.
func readLine(in io.Reader) (string, error) {
	var line []byte
	for one := make([]byte, 1); ; {
		n, err := in.Read(one)
		if n == 1 && one[0] == '\n' {
			return string(line), nil
		}
		line = append(line, one[:n]...)
		if err != nil {
			return string(line), err
		}
	}
}
