package shared

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/gomodule/redigo/redis"
)

const (
	mostConnections = 64 // to one node
	mostIdle        = 16
	idleFor         = 2 * time.Minute
	mostRedirects   = 3
)

// nodes finds the node that holds a key, and keeps connections to each. Which slot of a cluster is where it learns from the answers of nodes that do
// not hold it, so that a single server and a cluster need no different setting.
type nodes struct {
	address Address
	timeout time.Duration

	mu    sync.Mutex
	pools map[string]*redis.Pool // by host:port; "" is what sentinels name
	slots map[int]string         // of a cluster: where a slot is
	first int                    // which of the nodes is asked where nothing is known
}

func newNodes(a Address, timeout time.Duration) *nodes {
	return &nodes{address: a, timeout: timeout, pools: map[string]*redis.Pool{}, slots: map[int]string{}}
}

// command is what is done on one connection.
type command func(ctx context.Context, c redis.Conn) (any, error)

// do runs a command on the node that holds a key.
func (n *nodes) do(ctx context.Context, key string, run command) (any, error) {
	node, asking := n.of(key), false
	for range mostRedirects {
		reply, err := n.on(ctx, node, run, asking)
		refusal, isRefusal := errors.AsType[redis.Error](err)
		switch {
		case err == nil:
			return reply, nil
		case !isRefusal:
			n.lost(node)
			return nil, err
		}
		words := strings.Fields(string(refusal))
		if len(words) == 0 {
			return nil, err
		}
		switch words[0] {
		case "MOVED", "ASK": // MOVED 3999 127.0.0.1:6381
			if len(words) < 3 { //nolint:mnd // the words of the protocol
				return nil, err
			}
			node, asking = words[2], words[0] == "ASK"
			if !asking {
				n.learn(key, node)
			}
		case "READONLY", "MASTERDOWN", "LOADING", "CLUSTERDOWN", "NOAUTH", "WRONGPASS": // not the master any more, not yet, or not for us
			n.lost(node)
			return nil, fmt.Errorf("%w: %w", errNotServing, err)
		default:
			return nil, err
		}
	}
	return nil, fmt.Errorf("%w: the nodes of the cluster do not agree where a key is", errNotServing)
}

// errNotServing is the failure of a server that answers, but does not serve.
var errNotServing = errors.New("the store does not serve")

func (n *nodes) on(ctx context.Context, node string, run command, asking bool) (any, error) {
	c, err := n.pool(node).GetContext(ctx)
	if err != nil {
		return nil, err
	}
	defer c.Close() //nolint:errcheck // it goes back to the pool
	if asking {
		if _, err := redis.DoContext(c, ctx, "ASKING"); err != nil {
			return nil, err
		}
	}
	return run(ctx, c)
}

// of returns the node that a key is on, as far as that is known.
func (n *nodes) of(key string) string {
	if n.address.Master != "" {
		return ""
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if len(n.slots) > 0 {
		if node := n.slots[slotOf(key)]; node != "" {
			return node
		}
	}
	return n.address.Nodes[n.first]
}

func (n *nodes) learn(key, node string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.slots[slotOf(key)] = node
}

// lost forgets what is known of a node that fails, with its connections: a failover may have put another one in its place.
func (n *nodes) lost(node string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if pool := n.pools[node]; pool != nil {
		_ = pool.Close()
		delete(n.pools, node)
	}
	for slot, at := range n.slots {
		if at == node {
			delete(n.slots, slot)
		}
	}
	if node == n.address.Nodes[n.first] {
		n.first = (n.first + 1) % len(n.address.Nodes)
	}
}

func (n *nodes) pool(node string) *redis.Pool {
	n.mu.Lock()
	defer n.mu.Unlock()
	pool := n.pools[node]
	if pool == nil {
		pool = &redis.Pool{
			MaxIdle: mostIdle, MaxActive: mostConnections, IdleTimeout: idleFor, Wait: true,
			DialContext: func(ctx context.Context) (redis.Conn, error) {
				if node == "" {
					return n.master(ctx)
				}
				return n.dial(ctx, node, n.address.Database)
			},
		}
		n.pools[node] = pool
	}
	return pool
}

func (n *nodes) close() {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, pool := range n.pools {
		_ = pool.Close()
	}
	clear(n.pools)
}

func (n *nodes) dial(ctx context.Context, node string, database int) (redis.Conn, error) {
	options := []redis.DialOption{
		redis.DialConnectTimeout(n.timeout), redis.DialReadTimeout(n.timeout), redis.DialWriteTimeout(n.timeout), redis.DialTLSHandshakeTimeout(n.timeout),
		redis.DialDatabase(database), redis.DialUsername(n.address.User), redis.DialPassword(n.address.Password),
	}
	if n.address.TLS {
		options = append(options, redis.DialUseTLS(true), redis.DialTLSConfig(tlsOf(node)))
	}
	return redis.DialContext(ctx, "tcp", node, options...)
}

// master asks the sentinels where the server is, and connects to it. What is no master (any more) is not taken: it would refuse every write.
func (n *nodes) master(ctx context.Context) (redis.Conn, error) {
	var failures []error
	for _, sentinel := range n.address.Nodes {
		c, err := n.dialSentinel(ctx, sentinel)
		if err != nil {
			failures = append(failures, err)
			continue
		}
		at, err := redis.Strings(redis.DoContext(c, ctx, "SENTINEL", "get-master-addr-by-name", n.address.Master))
		_ = c.Close()
		if err != nil || len(at) != 2 { //nolint:mnd // host and port
			failures = append(failures, fmt.Errorf("%s knows no server %q", sentinel, n.address.Master))
			continue
		}
		return n.dial(ctx, net.JoinHostPort(at[0], at[1]), n.address.Database)
	}
	return nil, errors.Join(failures...)
}

// dialSentinel connects to a sentinel. Sentinels have users of their own, or none; the password of the server is not shown to them.
func (n *nodes) dialSentinel(ctx context.Context, node string) (redis.Conn, error) {
	options := []redis.DialOption{redis.DialConnectTimeout(n.timeout), redis.DialReadTimeout(n.timeout), redis.DialWriteTimeout(n.timeout)}
	if n.address.TLS {
		options = append(options, redis.DialUseTLS(true), redis.DialTLSConfig(tlsOf(node)))
	}
	return redis.DialContext(ctx, "tcp", node, options...)
}

const (
	slots      = 16384
	polynomial = 0x1021 // of CRC16/XMODEM, by which a cluster spreads keys
)

// slotOf returns the slot of a key in a cluster. The keys of this package have no braces, so that all of a key counts.
func slotOf(key string) int {
	var crc uint16
	for i := range len(key) {
		crc ^= uint16(key[i]) << 8
		for range 8 {
			if crc&0x8000 != 0 {
				crc = crc<<1 ^ polynomial
			} else {
				crc <<= 1
			}
		}
	}
	return int(crc) % slots
}
