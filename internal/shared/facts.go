package shared

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/gomodule/redigo/redis"
)

// Facts are what a server tells of itself.
type Facts struct {
	Product string // Redis or Valkey
	Version string
	Memory  int64         // the most it may take, in bytes; 0: there is no limit
	Policy  string        // what it does at that limit
	Ahead   time.Duration // how far its clock is ahead of ours
	Took    time.Duration // for one call
}

// Evicts reports whether the server drops what it should keep when its memory is full.
func (f Facts) Evicts() bool { return f.Memory > 0 && f.Policy != "" && f.Policy != "noeviction" }

// Facts asks the server that holds a key.
func (s *Redis) Facts(ctx context.Context) (Facts, error) {
	key := s.keys.name("facts")
	if _, err := s.try(ctx, "facts", key, plain("PING")); err != nil { // it may have to connect first
		return Facts{}, err
	}
	begun := time.Now()
	clock, err := redis.Int64s(s.try(ctx, "facts", key, plain("TIME")))
	took := time.Since(begun)
	if err != nil || len(clock) != 2 { //nolint:mnd // seconds and microseconds
		return Facts{}, err
	}
	text, err := redis.String(s.try(ctx, "facts", key, plain("INFO")))
	if err != nil {
		return Facts{}, err
	}
	told := map[string]string{}
	for line := range strings.Lines(text) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), ":")
		told[name] = value
	}
	f := Facts{
		Product: "Redis", Version: told["redis_version"], Policy: told["maxmemory_policy"], Took: took,
		Ahead: time.UnixMicro(clock[0]*1e6 + clock[1]).Sub(begun.Add(took / 2)), //nolint:mnd // the middle of the call
	}
	if version := told["valkey_version"]; version != "" {
		f.Product, f.Version = "Valkey", version
	}
	f.Memory, _ = strconv.ParseInt(told["maxmemory"], 10, 64) // managed servers may hide it
	return f, nil
}
