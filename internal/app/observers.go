package app

import (
	"context"
	"time"

	"featurebase-mcp/client"
	"featurebase-mcp/internal/engine"
)

// Observer follows calls of tools and requests to Featurebase, for metrics and traces.
type Observer interface {
	client.Observer
	engine.Observer
}

// observers tell each of several.
type observers []Observer

// observersOf is nil where nobody follows: then nothing is spent on it.
func observersOf(list []Observer) Observer {
	switch len(list) {
	case 0:
		return nil
	case 1:
		return list[0]
	default:
		return observers(list)
	}
}

// Call tells all of them of a call.
func (o observers) Call(ctx context.Context, tool string) (in context.Context, ended func(outcome string, answer int)) {
	ends := make([]func(string, int), len(o))
	for i, one := range o {
		ctx, ends[i] = one.Call(ctx, tool)
	}
	return ctx, func(outcome string, answer int) {
		for _, end := range ends {
			end(outcome, answer)
		}
	}
}

// Attempt tells all of them of a request.
func (o observers) Attempt(ctx context.Context, operation string, attempt int) (ended func(status int)) {
	ends := make([]func(int), len(o))
	for i, one := range o {
		ends[i] = one.Attempt(ctx, operation, attempt)
	}
	return func(status int) {
		for _, end := range ends {
			end(status)
		}
	}
}

// Waited tells all of them of a wait.
func (o observers) Waited(d time.Duration) {
	for _, one := range o {
		one.Waited(d)
	}
}
