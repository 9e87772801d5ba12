package main

import (
	"context"
	"errors"
	"time"
)

const (
	// What a caller may do here: four times the default, so that a round is short.
	callerRate, callerBurst = 100, 20
	// honestPace is below it: this caller never waits for its limit.
	honestPace  = 80
	honestCalls = 100 // alone, and as many beside the other

	honestKey, greedyKey = "sk_honest", "sk_greedy"
)

// callers compares the tail of one caller alone with that beside another who keeps asking for more than its limit allows. Each has a key of
// its own and asks the same server.
func (b *bench) callers(ctx context.Context) error {
	for round := range b.rounds {
		if err := b.callersRound(ctx, round); err != nil {
			return err
		}
	}
	return nil
}

func (b *bench) callersRound(ctx context.Context, round int) error {
	addr, err := freeAddr(ctx)
	if err != nil {
		return err
	}
	server, err := b.perCaller.start(ctx, "http", b.stub.url, addr)
	if err != nil {
		return err
	}
	defer server.kill()
	honest, err := connect(ctx, addr, honestKey, b.stub)
	if err != nil {
		return server.explain(err)
	}
	greedy, err := connect(ctx, addr, greedyKey, b.stub)
	if err != nil {
		return server.explain(err)
	}
	if err := honest.warmUp(ctx, callerBurst); err != nil {
		return server.explain(err)
	}
	var beside, alone float64
	err = sides(round, func(side int) (err error) {
		if side == 1 {
			alone, err = honest.paced(ctx)
			return err
		}
		busy, stop := context.WithCancel(ctx)
		ended := make(chan error, 1)
		go func() {
			_, _, err := greedy.load(busy, inFlight, 0, longest)
			ended <- err
		}()
		beside, err = honest.paced(ctx)
		stop()
		if failed := <-ended; !errors.Is(failed, context.Canceled) {
			err = errors.Join(err, failed)
		}
		return err
	})
	if err != nil {
		return server.explain(err)
	}
	b.results.add("", callersTail, beside, alone)
	return nil
}

// paced makes calls one after the other, honestPace a second, and returns the tail of their times in seconds.
func (e *endpoint) paced(ctx context.Context) (float64, error) {
	turn := time.NewTicker(time.Second / honestPace)
	defer turn.Stop()
	took := make([]float64, 0, honestCalls)
	for range honestCalls {
		<-turn.C
		d, err := e.call(ctx)
		if err != nil {
			return 0, err
		}
		took = append(took, d.Seconds())
	}
	return tail(took), nil
}
