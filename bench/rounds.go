package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"
)

const (
	inFlight   = 32
	burstCalls = 200
	burstDelay = 100 * time.Millisecond
	warmCalls  = 200
)

// bench is one run: the two programs, what they ask, and what was found.
type bench struct {
	settings
	pair
	stub    *upstream
	results results
}

// sides calls f for both programs, the one that is first taking turns.
func sides(round int, f func(side int) error) error { return turns(round, 2, f) }

// turns calls f for each of some programs, the one that is first taking turns.
func turns(round, programs int, f func(which int) error) error {
	for i := range programs {
		if err := f((i + round) % programs); err != nil {
			return err
		}
	}
	return nil
}

// programs returns the two in the order of the columns.
func (b *bench) programs() [2]program { return [2]program{b.product, b.limit} }

// sizes compares the binaries.
func (b *bench) sizes(context.Context) error {
	var size [2]float64
	for i, p := range b.programs() {
		info, err := os.Stat(p.path)
		if err != nil {
			return err
		}
		size[i] = float64(info.Size())
	}
	b.results.add("", binarySize, size[0], size[1])
	return nil
}

// starts compares fresh processes from their start to the list of their tools: the product as it is, and with all its tools.
func (b *bench) starts(ctx context.Context) error {
	const warmUps = 2 // bring the binaries into the page cache
	byDefault, withAll := startMeasuresOf("default tools", 20e6, 0), startMeasuresOf("all tools", 22e6, 0.015)
	programs := [...]program{b.product, b.all, b.limit}
	for round := range warmUps + b.pairs {
		var s [len(programs)]startup
		err := turns(round, len(programs), func(which int) (err error) {
			s[which], err = b.start(ctx, programs[which])
			return err
		})
		if err != nil {
			return err
		}
		if round < warmUps {
			continue
		}
		limit := s[2]
		byDefault.add(&b.results, "default", s[0], limit)
		withAll.add(&b.results, "all", s[1], limit)
	}
	return nil
}

// startup is what one start has shown, in seconds and bytes.
type startup struct{ initialized, listed, cpu, tools, memory float64 }

func (b *bench) start(ctx context.Context, p program) (startup, error) {
	var s startup
	begin := time.Now()
	server, err := p.start(ctx, "stdio", b.stub.url, "")
	if err != nil {
		return s, err
	}
	client := newPipe(server, b.stub)
	err = client.handshake()
	s.initialized = time.Since(begin).Seconds()
	if err == nil {
		var n int
		n, err = client.tools()
		s.listed, s.tools = time.Since(begin).Seconds(), float64(n)
	}
	if err == nil {
		s.memory, _, err = server.memory()
	}
	err = server.explain(err)
	s.cpu = server.stop().Seconds()
	return s, err
}

// stdio compares the servers on their standard streams, in processes of their own each round.
func (b *bench) stdio(ctx context.Context) error {
	for round := range b.rounds {
		if err := b.stdioRound(ctx, round); err != nil {
			return err
		}
	}
	return nil
}

func (b *bench) stdioRound(ctx context.Context, round int) error {
	var servers [2]*process
	var pipes [2]*pipe
	for i, p := range b.programs() {
		server, err := p.start(ctx, "stdio", b.stub.url, "")
		if err != nil {
			return err
		}
		defer server.stop()
		servers[i], pipes[i] = server, newPipe(server, b.stub)
	}
	explained := func(f func(side int) error) error {
		return sides(round, func(side int) error { return servers[side].explain(f(side)) })
	}

	err := explained(func(side int) error {
		if err := pipes[side].handshake(); err != nil {
			return err
		}
		_, err := pipes[side].tools()
		return err
	})
	if err != nil {
		return err
	}

	clients := [2]caller{pipes[0], pipes[1]}
	if err := explained(func(side int) error { return clients[side].warmUp(ctx, warmCalls) }); err != nil {
		return err
	}
	if err := b.calls(ctx, "stdio", round, clients, servers); err != nil {
		return err
	}
	if err := b.bursts(ctx, explained, pipes); err != nil {
		return err
	}
	var peak [2]float64
	err = explained(func(side int) (err error) {
		_, peak[side], err = servers[side].memory()
		return err
	})
	b.results.add("", peakMemory, peak[0], peak[1])
	return err
}

// bursts compares many calls at once to a slow upstream.
func (b *bench) bursts(ctx context.Context, explained func(func(side int) error) error, pipes [2]*pipe) error {
	if err := b.stub.delay(ctx, burstDelay); err != nil {
		return err
	}
	var all, ping [2]time.Duration
	err := explained(func(side int) (err error) {
		all[side], ping[side], err = pipes[side].burst(burstCalls)
		return err
	})
	b.results.add("", burstTime, all[0].Seconds(), all[1].Seconds())
	b.results.add("", burstPing, ping[0].Seconds(), ping[1].Seconds())
	return errors.Join(err, b.stub.delay(ctx, 0))
}

// caller is a client of either transport.
type caller interface {
	warmUp(ctx context.Context, calls int) error
	call(ctx context.Context) (time.Duration, error)
	load(ctx context.Context, inFlight, most int, d time.Duration) (calls int, took time.Duration, err error)
}

// calls compares the latency of single calls, then the rate of many.
func (b *bench) calls(ctx context.Context, transport string, round int, clients [2]caller, servers [2]*process) error {
	m := measuresOf(transport)
	took, direct, err := b.latencies(ctx, clients)
	if err != nil {
		return err
	}
	base := median(direct)
	b.results.add(transport, m.raw, median(took[0]), median(took[1]))
	b.results.add(transport, m.rawTail, tail(took[0]), tail(took[1]))
	b.results.add(transport, m.added, median(took[0])-base, median(took[1])-base)
	b.results.add(transport, m.addedTail, tail(took[0])-base, tail(took[1])-base)

	var rate, cpu [2]float64
	err = sides(round, func(side int) error {
		busy, err := servers[side].cpu()
		if err != nil {
			return err
		}
		before, err := b.stub.served(ctx)
		if err != nil {
			return err
		}
		n, took, err := clients[side].load(ctx, inFlight, 0, b.load)
		if err != nil {
			return servers[side].explain(err)
		}
		after, err := servers[side].cpu()
		if err != nil {
			return err
		}
		served, err := b.stub.served(ctx)
		if err != nil {
			return err
		}
		if served -= before; served < n || served > n+inFlight {
			return fmt.Errorf("%d calls made %d requests: expected one each", n, served)
		}
		rate[side], cpu[side] = float64(n)/took.Seconds(), (after-busy).Seconds()/float64(served)
		return nil
	})
	b.results.add(transport, m.throughput, rate[0], rate[1])
	b.results.add(transport, m.cpu, cpu[0], cpu[1])
	return err
}

// latencies returns the times of single calls to each server, and of requests without a server between, in seconds. They come in
// blocks that take turns, so that whatever else the machine does meets all three. Every other turn goes backwards: in a circle each
// would always follow the same one, which is worth some hundredths.
func (b *bench) latencies(ctx context.Context, clients [2]caller) (took [2][]float64, direct []float64, err error) {
	for n := range b.blocks {
		for i := range 3 {
			which := (i + n) % 3
			if n%2 == 1 {
				which = 2 - which
			}
			for range b.block {
				var d time.Duration
				if which == 2 {
					d, err = b.stub.roundTrip(ctx)
				} else {
					d, err = clients[which].call(ctx)
				}
				if err != nil {
					return took, direct, err
				}
				if which == 2 {
					direct = append(direct, d.Seconds())
				} else {
					took[which] = append(took[which], d.Seconds())
				}
			}
		}
	}
	return took, direct, nil
}

// limits runs the product as users do, with its limits on: what it must not be faster than.
func (b *bench) limits(ctx context.Context) error {
	server, err := b.limited.start(ctx, "stdio", b.stub.url, "")
	if err != nil {
		return err
	}
	defer server.stop()
	client := newPipe(server, b.stub)
	if err := client.handshake(); err != nil {
		return server.explain(err)
	}
	n, took, err := client.load(ctx, inFlight, b.limitedCalls, 30*time.Second)
	if err != nil {
		return server.explain(err)
	}
	b.results.addAlone("stdio", limitedRate, float64(n)/took.Seconds())
	return nil
}

// http compares the servers on Streamable HTTP.
func (b *bench) http(ctx context.Context) error {
	for round := range b.rounds {
		if err := b.httpRound(ctx, round); err != nil {
			return err
		}
	}
	return nil
}

func (b *bench) httpRound(ctx context.Context, round int) error {
	var servers [2]*process
	var clients [2]caller
	for i, p := range b.programs() {
		addr, err := freeAddr(ctx)
		if err != nil {
			return err
		}
		server, err := p.start(ctx, "http", b.stub.url, addr)
		if err != nil {
			return err
		}
		defer server.kill()
		client, err := connect(ctx, addr, "", b.stub)
		if err != nil {
			return server.explain(err)
		}
		if err := client.warmUp(ctx, warmCalls); err != nil {
			return server.explain(err)
		}
		servers[i], clients[i] = server, client
	}
	return b.calls(ctx, "http", round, clients, servers)
}
