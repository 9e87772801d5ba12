package doctor

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"featurebase-mcp/internal/shared"
)

const (
	oldestStore  = 6                     // major version, of Redis and Valkey
	slowStore    = 20 * time.Millisecond // for one call, of which a tool call makes several
	maxStoreSkew = 5 * time.Second
)

// Store is the store that replicas share.
type Store struct {
	Address string
	Secure  bool // TLS, or this machine
	Ask     func(ctx context.Context) (shared.Facts, error)
}

// examine reports what a server tells of itself.
func (s Store) examine(ctx context.Context) []Finding {
	f, err := s.Ask(ctx)
	if err != nil {
		return []Finding{{
			"store", Problem, "the store at " + s.Address + " does not answer: " + strings.TrimPrefix(err.Error(), shared.ErrAway.Error()+": "),
			"check the address, user and password, a firewall, and TLS (rediss://); until it answers, reads and plain writes work, and questions and plans do not",
		}}
	}
	all := []Finding{{Check: "store", Level: OK, Text: fmt.Sprintf("%s %s at %s", f.Product, f.Version, s.Address)}}
	note := func(check string, bad bool, level Level, good, text, next string) {
		if !bad {
			all = append(all, Finding{Check: check, Level: OK, Text: good})
			return
		}
		all = append(all, Finding{check, level, text, next})
	}
	major, _, _ := strings.Cut(f.Version, ".")
	n, _ := strconv.Atoi(major)
	note("store version", n < oldestStore, Warning, "new enough", "older than "+strconv.Itoa(oldestStore)+", which nobody has tried", "use Redis 6, Valkey 7 or newer")
	note("store memory", f.Evicts(), Problem, "nothing is dropped when it is full", "it drops keys when it is full ("+f.Policy+"): that a confirmation was used could be forgotten, and the rest of a plan",
		"set maxmemory-policy to noeviction, or use a server of its own")
	note("store security", !s.Secure, Warning, "TLS, or this machine", "the password of the store and what is sealed cross the network without TLS", "use rediss://")
	note("store clock", f.Ahead.Abs() > maxStoreSkew, Warning, "within 5 seconds of this machine's", fmt.Sprintf("it differs from this machine's by %v", f.Ahead.Abs().Round(time.Second)),
		"set the clocks, best by NTP: plans end by the one, and rates run by the other")
	note("store speed", f.Took > slowStore, Warning, f.Took.Round(10*time.Microsecond).String()+" for a call", f.Took.Round(time.Millisecond).String()+" for a call, which every request to Featurebase waits for",
		"use a store in the same zone")
	return all
}
