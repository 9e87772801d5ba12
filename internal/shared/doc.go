// Package shared keeps what several replicas of the server have to agree on, in a store that speaks RESP: Redis, Valkey, or a managed cache.
//
//	shared.go     what a store can do: the interface
//	redis.go      a store that speaks RESP; scripts.go has what it does in one step
//	nodes.go      which node a key is on: one server, what sentinels name, or a cluster
//	address.go    the address of a store
//	breaker.go    a store that does not answer is left alone until it does
//	replicas.go   how many replicas there are
//	facts.go      what a server tells of itself
//	keys.go       the keys of a deployment: what they sign, seal and name
//	clicks.go     calls that wait for a click in a panel
//	spent.go      confirmations that were used
//	plans.go      plans and their progress
//	turns.go      the rate limit of an API key
//
// The store may lose everything at any time, and what a restart of it brings back may be old. So a record is bound to the life of the server that
// holds it, and one that has lived through a restart is gone. What is written is sealed, or hashed under a key of the deployment. API keys,
// answers of Featurebase, and what tells callers apart are never in it.
package shared
