package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// shortLoads is how often each of the two servers is loaded in a round. They take turns, so that whatever else the machine does meets both:
// what is looked for is a few hundredths.
const shortLoads = 16

// metrics compares calls a second with metrics on and off, over HTTP.
func (b *bench) metrics(ctx context.Context) error {
	for round := range b.rounds {
		if err := b.metricsRound(ctx, round); err != nil {
			return err
		}
	}
	return nil
}

func (b *bench) metricsRound(ctx context.Context, round int) error {
	metricsAddr, err := freeAddr(ctx)
	if err != nil {
		return err
	}
	var servers [2]*process
	var clients [2]*endpoint
	for i, p := range []program{b.product.with("--metrics-addr", metricsAddr), b.product} {
		addr, err := freeAddr(ctx)
		if err != nil {
			return err
		}
		if servers[i], err = p.start(ctx, "http", b.stub.url, addr); err != nil {
			return err
		}
		defer servers[i].kill()
		if clients[i], err = connect(ctx, addr, "", b.stub); err != nil {
			return servers[i].explain(err)
		}
		if err := clients[i].warmUp(ctx, warmCalls); err != nil {
			return servers[i].explain(err)
		}
	}
	var calls, seconds, busy [2]float64
	for turn := range shortLoads {
		err := sides(round+turn, func(side int) error {
			before, err := servers[side].cpu()
			if err != nil {
				return err
			}
			n, took, err := clients[side].load(ctx, inFlight, 0, b.load/4)
			if err != nil {
				return servers[side].explain(err)
			}
			after, err := servers[side].cpu()
			calls[side] += float64(n)
			seconds[side] += took.Seconds()
			busy[side] += (after - before).Seconds()
			return err
		})
		if err != nil {
			return err
		}
	}
	b.results.add("", metricsRate, calls[0]/seconds[0], calls[1]/seconds[1])
	b.results.add("metrics", metricsCPU, busy[0]/calls[0], busy[1]/calls[1])
	return clients[0].counted(ctx, metricsAddr, int(calls[0])+warmCalls)
}

// counted makes sure that a server has counted at least so many calls. Those after the end of a load are counted as well.
func (e *endpoint) counted(ctx context.Context, metricsAddr string, calls int) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+metricsAddr+"/metrics", http.NoBody)
	if err != nil {
		return err
	}
	res, err := e.client.Do(req)
	if err != nil {
		return err
	}
	text, err := io.ReadAll(res.Body)
	_ = res.Body.Close()
	if err != nil {
		return err
	}
	const name = `featurebase_mcp_calls_total{tool="list_posts",outcome="ok"} `
	_, line, _ := strings.Cut(string(text), name)
	counted := 0
	if _, err := fmt.Sscan(line, &counted); err != nil || counted < calls {
		return fmt.Errorf("%d calls were answered, and the metrics have %d (%w)", calls, counted, err)
	}
	return nil
}
