//go:build !otel

package cli

import (
	"context"

	"featurebase-mcp/internal/app"
)

// trace does nothing in a build without the tag otel.
func trace(context.Context, *app.Config) (func(context.Context), error) {
	return func(context.Context) {}, nil
}
