//go:build otel

package cli

import (
	"context"

	"github.com/mark3labs/mcp-go/server"

	"featurebase-mcp/internal/app"
	"featurebase-mcp/internal/tracing"
)

// trace adds tracing to the server when the standard variables ask for it. It returns a function that sends the last spans.
func trace(ctx context.Context, cfg *app.Config) (func(context.Context), error) {
	tracer, err := tracing.New(ctx, app.Name, cfg.Version)
	if err != nil || tracer == nil {
		return func(context.Context) {}, err
	}
	cfg.Observers = append(cfg.Observers, tracer)
	cfg.Options = append(cfg.Options, server.WithMetaPropagator(tracer))
	return func(ctx context.Context) { _ = tracer.Close(ctx) }, nil
}
