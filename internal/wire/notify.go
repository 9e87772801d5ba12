package wire

import (
	"context"
	"errors"
	"time"

	"github.com/mark3labs/mcp-go/server"
)

const (
	firstNotifyRetry = time.Millisecond
	lastNotifyRetry  = 50 * time.Millisecond
)

// Notify sends a notification to the client of the request in ctx, before the request's result. Where mcp-go would
// drop it because the client reads too slowly, Notify waits, until ctx is done. What is sent after the result is lost.
func Notify(ctx context.Context, method string, params map[string]any) error {
	s := server.ServerFromContext(ctx)
	if s == nil {
		return server.ErrNoActiveSession
	}
	for pause := firstNotifyRetry; ; pause = min(2*pause, lastNotifyRetry) {
		err := s.SendNotificationToClient(ctx, method, params)
		if !errors.Is(err, server.ErrNotificationChannelBlocked) {
			return err
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
