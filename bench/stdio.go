package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"time"
)

// pipe is a client on the standard streams of a server.
type pipe struct {
	in     io.Writer
	out    *bufio.Reader
	asked  *upstream // what the server asks, for the checks
	nextID int
}

func newPipe(s *process, asked *upstream) *pipe {
	return &pipe{in: s.stdin, out: bufio.NewReaderSize(s.stdout, 4<<20), asked: asked}
}

// read returns the next answer. The result is valid until the next read.
func (p *pipe) read() (id int, result []byte, err error) {
	line, err := p.out.ReadSlice('\n')
	if err != nil {
		return 0, nil, fmt.Errorf("read an answer: %w", err)
	}
	return response(line)
}

// ask sends one request and returns its result, with nothing else in flight.
func (p *pipe) ask(id int, line []byte) ([]byte, error) {
	if _, err := p.in.Write(line); err != nil {
		return nil, err
	}
	got, result, err := p.read()
	if err == nil && got != id {
		err = fmt.Errorf("request %d was answered with the id %d", id, got)
	}
	return result, err
}

// handshake returns once initialize is answered.
func (p *pipe) handshake() error {
	_, err := p.ask(0, request(0, "initialize", initializeParams))
	return err
}

// tools completes the handshake, lists the tools and returns their number.
func (p *pipe) tools() (int, error) {
	if _, err := io.WriteString(p.in, initialized); err != nil {
		return 0, err
	}
	result, err := p.ask(1, request(1, "tools/list", ""))
	if err != nil {
		return 0, err
	}
	return checkTools(result)
}

// warmUp makes calls whose answers are decoded and checked in full.
func (p *pipe) warmUp(_ context.Context, calls int) error {
	for range calls {
		result, err := p.ask(p.nextID, listPosts(p.nextID))
		if err != nil {
			return err
		}
		p.nextID++
		if err := checkFully(result, p.asked.ids); err != nil {
			return err
		}
	}
	return nil
}

// call times one call.
func (p *pipe) call(context.Context) (time.Duration, error) {
	line := listPosts(p.nextID)
	begin := time.Now()
	result, err := p.ask(p.nextID, line)
	took := time.Since(begin)
	p.nextID++
	if err != nil {
		return 0, err
	}
	return took, checkQuickly(result, p.asked.ids[pageSize-1])
}

// load keeps inFlight calls going until the time is over or, unless it is 0, the number of calls is reached. It returns the calls that
// were answered, those after the time not counted.
func (p *pipe) load(_ context.Context, inFlight, most int, d time.Duration) (calls int, took time.Duration, err error) {
	open := map[int]bool{}
	begin := time.Now()
	send := func() error {
		open[p.nextID] = true
		_, err := p.in.Write(listPosts(p.nextID)) // never blocks: what is in flight fits into the pipe
		p.nextID++
		return err
	}
	for range inFlight {
		if err := send(); err != nil {
			return 0, 0, err
		}
	}
	for len(open) > 0 {
		id, result, err := p.read()
		if err != nil {
			return 0, 0, err
		}
		if !open[id] {
			return 0, 0, fmt.Errorf("an answer to %d, which is not in flight", id)
		}
		delete(open, id)
		if err := checkQuickly(result, p.asked.ids[pageSize-1]); err != nil {
			return 0, 0, err
		}
		now := time.Since(begin)
		if now > d {
			continue // the rest is only awaited
		}
		calls, took = calls+1, now
		if most == 0 || calls+len(open) < most {
			if err := send(); err != nil {
				return 0, 0, err
			}
		}
	}
	return calls, took, nil
}

// burst sends calls at once and a ping behind them. It returns the time until the last call, and until the ping, was answered.
func (p *pipe) burst(calls int) (all, ping time.Duration, err error) {
	var lines []byte
	first := p.nextID
	for range calls {
		lines = append(lines, listPosts(p.nextID)...)
		p.nextID++
	}
	begin := time.Now()
	if _, err := p.in.Write(lines); err != nil {
		return 0, 0, err
	}
	pinged := time.Now()
	if _, err := p.in.Write(request(pingID, "ping", "")); err != nil {
		return 0, 0, err
	}
	answered := make([]bool, calls)
	for range calls + 1 {
		id, result, err := p.read()
		if err != nil {
			return 0, 0, err
		}
		if id == pingID {
			ping = time.Since(pinged)
			continue
		}
		if n := id - first; n < 0 || n >= calls || answered[n] {
			return 0, 0, fmt.Errorf("an answer to %d, which is not in flight", id)
		}
		answered[id-first] = true
		if err := checkQuickly(result, p.asked.ids[pageSize-1]); err != nil {
			return 0, 0, err
		}
	}
	return time.Since(begin), ping, nil
}
