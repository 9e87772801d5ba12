package shared

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gomodule/redigo/redis"
)

// Timeout is the longest time of one call of the store, with the connection that it may need.
const Timeout = 250 * time.Millisecond

// Config is the configuration of a store that speaks RESP.
type Config struct {
	Address  Address
	Keys     *Keys
	Logger   *slog.Logger
	Observer Observer // nil: none
}

// Redis is a store that speaks RESP.
type Redis struct {
	nodes    *nodes
	keys     *Keys
	log      *slog.Logger
	observer Observer
	breaker  breaker
	seen     atomic.Int64
	end      context.CancelFunc
	running  sync.WaitGroup

	make, fields, swap, life, repeat, take, giveBack, present *redis.Script
}

// Open returns a store. It connects in the background, because the server has to start while the store is away.
func Open(cfg Config) *Redis {
	if cfg.Observer == nil {
		cfg.Observer = unobserved{}
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	s := &Redis{
		nodes: newNodes(cfg.Address, Timeout), keys: cfg.Keys, log: cfg.Logger, observer: cfg.Observer, breaker: breaker{observer: cfg.Observer},
		make: redis.NewScript(1, lifeOf+makeScript), fields: redis.NewScript(1, lifeOf+fieldsScript), swap: redis.NewScript(1, lifeOf+swapScript),
		life: redis.NewScript(1, lifeOf+"return life()"), take: redis.NewScript(1, takeScript), giveBack: redis.NewScript(1, giveBackScript),
		present: redis.NewScript(1, presentScript), repeat: redis.NewScript(1, repeatScript),
	}
	ctx, end := context.WithCancel(context.Background())
	s.end = end
	s.running.Go(func() { s.beat(ctx) })
	return s
}

// Close ends the connections, and what runs in the background.
func (s *Redis) Close() {
	s.end()
	s.running.Wait()
	s.nodes.close()
}

// Away reports whether the store has not answered lately.
func (s *Redis) Away() bool { return s.breaker.open() }

// do makes one call. Failures of the way to the store count for the breaker; what a server refuses, such as a write without memory, does not.
func (s *Redis) do(ctx context.Context, did, key string, run command) (any, error) {
	if s.breaker.open() {
		s.observer.StoreCall(did, 0, true)
		return nil, ErrAway
	}
	return s.try(ctx, did, key, run)
}

// try is do for who asks although the store is away.
func (s *Redis) try(ctx context.Context, did, key string, run command) (any, error) {
	begun := time.Now()
	limited, cancel := context.WithTimeout(ctx, Timeout)
	defer cancel()
	reply, err := s.nodes.do(limited, key, run)
	s.observer.StoreCall(did, time.Since(begun), err != nil)
	_, refused := errors.AsType[redis.Error](err)
	switch {
	case err != nil && ctx.Err() != nil: // the caller has left, which says nothing about the store
	case s.breaker.learn(err == nil || refused && !errors.Is(err, errNotServing), time.Now()):
		s.tell(ctx, err)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrAway, err)
	}
	return reply, nil
}

// tell logs that the store has gone away or has come back.
func (s *Redis) tell(ctx context.Context, err error) {
	if err == nil {
		s.log.InfoContext(ctx, "the shared store answers")
		return
	}
	s.log.WarnContext(ctx, "the shared store does not answer: reads and plain writes go on with a part of the rate limit; questions and plans wait for it", "error", err)
}

func script(s *redis.Script, arguments ...any) command {
	return func(ctx context.Context, c redis.Conn) (any, error) { return s.DoContext(ctx, c, arguments...) }
}

func plain(name string, arguments ...any) command {
	return func(ctx context.Context, c redis.Conn) (any, error) {
		return redis.DoContext(c, ctx, name, arguments...)
	}
}

// Mark implements Store.
func (s *Redis) Mark(ctx context.Context, key string, ttl time.Duration) (bool, error) {
	key = s.keys.name(key)
	reply, err := s.do(ctx, "mark", key, plain("SET", key, "1", "NX", "PX", ttl.Milliseconds()))
	return reply != nil, err
}

// Marked implements Store.
func (s *Redis) Marked(ctx context.Context, key string) (bool, error) {
	key = s.keys.name(key)
	return redis.Bool(s.do(ctx, "marked", key, plain("EXISTS", key)))
}

// Life implements Store.
func (s *Redis) Life(ctx context.Context, key string) (string, error) {
	key = s.keys.name(key)
	return redis.String(s.do(ctx, "life", key, script(s.life, key)))
}

// Make implements Store.
func (s *Redis) Make(ctx context.Context, key string, fields map[string][]byte, ttl time.Duration) error {
	key = s.keys.name(key)
	arguments := []any{key, ttl.Milliseconds()}
	for name, value := range fields {
		arguments = append(arguments, name, value)
	}
	made, err := redis.Bool(s.do(ctx, "make", key, script(s.make, arguments...)))
	if err == nil && !made {
		err = fmt.Errorf("%w: there is such a record", ErrAway)
	}
	return err
}

// Fields implements Store.
func (s *Redis) Fields(ctx context.Context, key string, names ...string) (map[string][]byte, error) {
	key = s.keys.name(key)
	arguments := []any{key}
	for _, name := range names {
		arguments = append(arguments, name)
	}
	pairs, err := redis.ByteSlices(s.do(ctx, "fields", key, script(s.fields, arguments...)))
	if err != nil {
		return nil, err
	}
	if len(pairs) == 0 {
		return nil, ErrGone
	}
	fields := map[string][]byte{}
	for i := 0; i+1 < len(pairs); i += 2 {
		fields[string(pairs[i])] = pairs[i+1]
	}
	delete(fields, lifeField)
	return fields, nil
}

// Swap implements Store.
func (s *Redis) Swap(ctx context.Context, key, field string, was, now []byte) (bool, error) {
	key = s.keys.name(key)
	done, err := redis.Int(s.do(ctx, "swap", key, script(s.swap, key, field, was, now)))
	if err == nil && done < 0 {
		err = ErrGone
	}
	return done > 0, err
}

// Drop implements Store.
func (s *Redis) Drop(ctx context.Context, key string) error {
	key = s.keys.name(key)
	_, err := s.do(ctx, "drop", key, plain("DEL", key))
	return err
}

// Repeat implements Store.
func (s *Redis) Repeat(ctx context.Context, key, what string, ttl time.Duration) (int, error) {
	key = s.keys.name(key)
	return redis.Int(s.do(ctx, "repeat", key, script(s.repeat, key, s.keys.Hash("repeat", what), ttl.Milliseconds())))
}

// Take implements Store.
func (s *Redis) Take(ctx context.Context, key string, n News, most time.Duration) (taken bool, wait time.Duration, err error) {
	key = s.keys.name(key)
	refused, plenty := 0, 0
	if n.Refused {
		refused = 1
	}
	if n.Plenty {
		plenty = 1
	}
	got, err := redis.Int64s(s.do(ctx, "take", key, script(s.take, key, n.Rate, n.Burst, most.Microseconds(), n.Good, refused, n.Window, n.Left.Microseconds(), plenty)))
	switch {
	case err != nil:
		return false, 0, err
	case len(got) != 2: //nolint:mnd // as the script answers
		return false, 0, fmt.Errorf("%w: it answered something else", ErrAway)
	}
	return got[0] == 1, time.Duration(got[1]) * time.Microsecond, nil
}

// GiveBack implements Store.
func (s *Redis) GiveBack(ctx context.Context, key string) error {
	key = s.keys.name(key)
	_, err := s.do(ctx, "give back", key, script(s.giveBack, key))
	return err
}

// Present implements Store.
func (s *Redis) Present(ctx context.Context, key, member string, within time.Duration) (int, error) {
	key = s.keys.name(key)
	return redis.Int(s.try(ctx, "present", key, script(s.present, key, member, within.Milliseconds())))
}

var _ Store = (*Redis)(nil)
