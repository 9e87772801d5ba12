package wire

import "golang.org/x/sync/semaphore"

const (
	// MaxLarge is how many bytes the large messages that are served at once may have together. While mcp-go parses a
	// message, it is in memory several times.
	MaxLarge = 16 << 20
	// largeFrom is the size from which a message counts as large. Smaller messages are bounded by their number.
	largeFrom = 16 << 10
)

// LargeMessages bounds the memory that large messages take. Connections share one.
type LargeMessages struct{ room *semaphore.Weighted }

// NewLargeMessages makes room for one message of the limit at least.
func NewLargeMessages(limit int) *LargeMessages {
	return &LargeMessages{semaphore.NewWeighted(int64(max(MaxLarge, limit)))}
}

// Take takes room for a message of this size. It returns a function that gives the room back, or nil if there is no room.
func (l *LargeMessages) Take(size int64) (give func()) {
	if size < largeFrom {
		return func() {}
	}
	if !l.room.TryAcquire(size) {
		return nil
	}
	return func() { l.room.Release(size) }
}
