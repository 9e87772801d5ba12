package wire

import "golang.org/x/sync/semaphore"

const (
	// MaxLarge is the size of the large messages served at once, in bytes together. Each is in memory several times while
	// mcp-go parses it.
	MaxLarge = 16 << 20
	// largeFrom is where a message counts as large. Smaller ones are bounded by their number.
	largeFrom = 16 << 10
)

// LargeMessages bounds the memory that large messages take. Connections share one.
type LargeMessages struct{ room *semaphore.Weighted }

// NewLargeMessages has room for one message of the limit at least.
func NewLargeMessages(limit int) *LargeMessages {
	return &LargeMessages{semaphore.NewWeighted(int64(max(MaxLarge, limit)))}
}

// Take makes room for a message of this size and returns what gives it back, or nil if there is none.
func (l *LargeMessages) Take(size int64) (give func()) {
	if size < largeFrom {
		return func() {}
	}
	if !l.room.TryAcquire(size) {
		return nil
	}
	return func() { l.room.Release(size) }
}
