// Command soak runs the server for a long time under mixed calls, with faults, and says whether it stays as it was: goroutines, heap and file
// descriptors, no error that no fault explains, and every write accounted for in the sandbox's journal.
//
//	go run ./bench/soak -time 30m      (make soak)
//
// Three processes are built and started: the sandbox, a server on stdio and one on HTTP, which are the product with a window (server). 32 calls
// are in flight, half of them over stdio by one connection, half over HTTP by clients that come and go, of both protocol eras; some calls are
// cancelled and some are wrong on purpose. The time is cut into phases. Between two of them nothing is in flight, and what a server still has
// then (processes.go) must not grow. calls.go is the mix, ledger.go the account of writes, report.go the verdict.
//
// It needs Linux (/proc) and loopback, and ends by itself, shortly after its time. The exit code is 1 if anything was found.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"
)

const (
	phases = 10
	// settling is how long after a phase a server may take to let go of what the calls had: writes that outlive a cancellation have 10 s.
	settling = 15 * time.Second
	// ending is for building, settling and reading the journal.
	ending = 10 * time.Minute
)

type settings struct {
	time     time.Duration
	inFlight int
	faults   float64
}

func main() {
	var s settings
	flag.DurationVar(&s.time, "time", 30*time.Minute, "how long calls are made")
	flag.IntVar(&s.inFlight, "inflight", 32, "calls in flight, half of them over stdio, half over HTTP")
	flag.Float64Var(&s.faults, "faults", 0.05, "share of the requests to the API that go wrong")
	flag.Parse()
	if flag.NArg() > 0 || s.time < phases*time.Second || s.inFlight < 4 || s.faults < 0 || s.faults > 0.5 {
		_, _ = fmt.Fprintln(os.Stderr, "soak: expected -time of at least 10s, -inflight of at least 4 and -faults from 0 to 0.5")
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	ctx, cancel := context.WithTimeout(ctx, s.time+ending)
	err := run(ctx, s)
	cancel()
	stop()
	if err != nil {
		_, _ = fmt.Fprintln(os.Stderr, "soak:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, s settings) (err error) {
	dir, err := os.MkdirTemp("", "soak-*")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	p, err := start(ctx, dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.stop()) }()
	found, err := look(ctx, p.overStdio)
	if err != nil {
		return err
	}
	if err := p.sandbox.fail(ctx, s.faults); err != nil {
		return err
	}
	r := &report{settings: s}
	l := newLedger()
	begin := time.Now()
	for range phases {
		if err := makeCalls(ctx, s, p, found, l, time.Now().Add(s.time/phases)); err != nil {
			return err
		}
		sampled, err := p.settled(ctx)
		if err != nil {
			return err
		}
		r.add(time.Since(begin), l.calls(), sampled)
	}
	if err := p.sandbox.fail(ctx, 0); err != nil {
		return err
	}
	made, requests, err := p.sandbox.journal(ctx)
	if err != nil {
		return err
	}
	return r.verdict(os.Stdout, l, made, requests)
}
