package app

import (
	"context"
	"time"

	"featurebase-mcp/client"
	"featurebase-mcp/internal/engine"
)

// Observer observes calls of tools and requests to Featurebase, for metrics and traces.
type Observer interface {
	client.Observer
	engine.Observer
}

// observers passes everything on to several observers.
type observers []Observer

// observersOf returns one observer for a list, or nil for an empty one, so that observing costs nothing without observers.
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

// Call passes a call on.
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

// Attempt passes a request on.
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

// Waited passes a wait on.
func (o observers) Waited(d time.Duration) {
	for _, one := range o {
		one.Waited(d)
	}
}
