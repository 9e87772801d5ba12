package wire

import (
	"context"
	"sync"
)

// Quota bounds what all tenants have of something together, and what each of them has. A tenant is a caller, or the
// address of callers whose credentials nobody has confirmed. The tenant "" stands for all callers where they cannot be
// told apart, so only the bound on all applies to it.
type Quota struct {
	total, each int64

	mu    sync.Mutex
	used  int64
	by    map[string]int64
	freed chan struct{} // closed when something is given back; nil unless a tenant waits
}

// NewQuota returns a quota. A tenant never gets more than the total.
func NewQuota(total, each int64) *Quota {
	return &Quota{total: total, each: min(each, total), by: map[string]int64{}}
}

// Take takes n for a tenant and reports whether there was as much.
func (q *Quota) Take(tenant string, n int64) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.used+n > q.total || tenant != "" && q.by[tenant]+n > q.each {
		return false
	}
	q.add(tenant, n)
	return true
}

// Wait takes n for a tenant as soon as there is as much, or returns the error of ctx. A tenant that wants more than it
// can have waits until it has nothing else.
func (q *Quota) Wait(ctx context.Context, tenant string, n int64) (taken int64, err error) {
	n = min(n, q.each)
	for {
		freed := q.waiting() // asked for first, so that nothing is given back unnoticed
		if q.Take(tenant, n) {
			return n, nil
		}
		select {
		case <-freed:
		case <-ctx.Done():
			return 0, ctx.Err()
		}
	}
}

func (q *Quota) waiting() <-chan struct{} {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.freed == nil {
		q.freed = make(chan struct{})
	}
	return q.freed
}

// Force takes n beyond all bounds, for work that was admitted before and must go on.
func (q *Quota) Force(tenant string, n int64) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.add(tenant, n)
}

// Give gives back what was taken.
func (q *Quota) Give(tenant string, n int64) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.add(tenant, -n)
	if q.freed != nil {
		close(q.freed)
		q.freed = nil
	}
}

func (q *Quota) add(tenant string, n int64) {
	q.used += n
	if tenant == "" {
		return
	}
	if q.by[tenant] += n; q.by[tenant] == 0 {
		delete(q.by, tenant)
	}
}
