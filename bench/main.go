// Command bench measures the server beside the least a server built on mcp-go can be ("the limit", in the directory of that name):
// both get the same requests, in turns, from the same load generator, and ask the same upstream on loopback.
//
//	go run ./bench           all of it, in some four minutes
//	go run ./bench -quick    a first impression
//	go run ./bench -callers  what a caller notices of another who is at its limit, alone
//	go run ./bench -metrics  what metrics cost, alone
//	go run ./bench -tokens   the tokens of the standard answers alone, which are the same in each run
//	go run ./bench -json     for programs, with the values of every round
//
// build.go builds the two programs and process.go runs them; posts.go, support.go, lookups.go and stub.go are the upstream, and
// upstream.go is its process; answers.go counts tokens; message.go is what little of
// JSON-RPC is needed; stdio.go and http.go are the load generators, callers.go has two callers share a server, and metrics.go
// has one server count and the other not; rounds.go is the order of the measurements, and results.go and
// report.go are what becomes of them. It needs Linux, whose /proc tells memory and processor time.
//
// What is measured, and how to read it: docs/performance.md.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"strings"
	"syscall"
	"time"
)

// longest is the time after which a run is given up, with all processes it has started.
const longest = 10 * time.Minute

// settings are the flags and what follows from them.
type settings struct {
	flags  string // as given
	given  string // a binary to measure instead of a fresh build
	json   bool
	tokens bool // count tokens alone
	shared bool // measure callers that share a server alone
	counts bool // measure what metrics cost alone
	procs  int  // GOMAXPROCS of each server

	pairs, rounds int
	blocks, block int // of single calls: how often they take turns, and how many calls in a row
	load          time.Duration
	limitedCalls  int
}

func parse(args []string) (settings, error) {
	s := settings{flags: strings.Join(args, " "), blocks: 12, block: 84, limitedCalls: 150}
	f := flag.NewFlagSet("bench", flag.ContinueOnError)
	f.StringVar(&s.given, "product", "", "measure this `binary` of the product; the default is to build one")
	f.BoolVar(&s.json, "json", false, "print JSON")
	f.BoolVar(&s.tokens, "tokens", false, "count the tokens of the standard answers and measure no time")
	f.BoolVar(&s.shared, "callers", false, "measure callers that share a server alone")
	f.BoolVar(&s.counts, "metrics", false, "measure what metrics cost alone")
	f.IntVar(&s.procs, "gomaxprocs", runtime.NumCPU(), "GOMAXPROCS of each server")
	f.IntVar(&s.pairs, "starts", 20, "paired starts")
	f.IntVar(&s.rounds, "rounds", 7, "rounds of calls, each in fresh processes")
	f.DurationVar(&s.load, "load", 2*time.Second, "time of each load with 32 calls in flight")
	quick := f.Bool("quick", false, "fewer and shorter rounds: a first impression")
	if err := f.Parse(args); err != nil {
		return s, err
	}
	if *quick {
		s.pairs, s.rounds, s.blocks, s.load, s.limitedCalls = min(s.pairs, 6), min(s.rounds, 2), 6, min(s.load, 500*time.Millisecond), 75
	}
	if f.NArg() > 0 || s.pairs < 1 || s.rounds < 1 || s.procs < 1 || s.load <= 0 {
		return s, errors.New("bench: expected flags alone, with values above zero")
	}
	if s.flags == "" {
		s.flags = "none"
	}
	return s, nil
}

func main() {
	if len(os.Args) == 2 && os.Args[1] == stubCommand {
		if err := serveStub(context.Background(), os.Stdin, os.Stdout); err != nil {
			_, _ = fmt.Fprintln(os.Stderr, "bench:", err)
			os.Exit(1)
		}
		return
	}
	s, err := parse(os.Args[1:])
	if err != nil {
		_, _ = fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	ctx, cancel := context.WithTimeout(ctx, longest)
	err = run(ctx, s)
	cancel()
	stop()
	if err != nil {
		_, _ = fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, s settings) error {
	dir, err := os.MkdirTemp("", "bench-*")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	programs, err := prepare(ctx, s, dir)
	if err != nil {
		return err
	}
	asked, err := startUpstream(ctx)
	if err != nil {
		return err
	}
	defer asked.close()
	b := &bench{settings: s, pair: programs, stub: asked}
	begin := time.Now()
	steps, transports := b.steps(ctx)
	for _, step := range steps {
		if err := step(ctx); err != nil {
			return err
		}
	}
	c := b.circumstances(transports)
	if s.json {
		return b.printJSON(os.Stdout, c, time.Since(begin))
	}
	return b.printTable(os.Stdout, c, time.Since(begin))
}

// steps are the measurements in their order, and the transports they use.
func (b *bench) steps(ctx context.Context) (steps []func(context.Context) error, transports []string) {
	transports = []string{"stdio"}
	if b.tokens {
		return []func(context.Context) error{b.answers}, transports
	}
	if b.shared {
		return []func(context.Context) error{b.callers}, []string{"http"}
	}
	if b.counts {
		return []func(context.Context) error{b.metrics}, []string{"http"}
	}
	steps = []func(context.Context) error{b.starts, b.sizes, b.stdio, b.limits}
	if servesHTTP(ctx, b.product) {
		steps, transports = append(steps, b.http, b.callers, b.metrics), append(transports, "http")
	}
	return append(steps, b.answers), transports
}
