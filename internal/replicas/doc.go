// Package replicas holds tests alone: three processes of the built program, a real store, and a balancer that sends each request to the next of
// them. Whatever happens to the store, nothing is sent twice and nothing gets lost. The tests are built with the tag blackbox: make replicas.
//
//	world_test.go     the processes, and what stands between them: every request to Featurebase is recorded, every connection to the store can fail
//	client_test.go    clients of both eras of the protocol
//	sessions_test.go  sessions and questions across replicas
//	plans_test.go     plans that several replicas apply, one of which is killed
//	rate_test.go      the rate of all replicas together
//	load_test.go      how many calls replicas make, for docs/scale.md: go test -tags blackbox -run '^$' -bench . ./internal/replicas
//	chaos_test.go     the store killed, paused, emptied, full, slow, cut off from one replica; replicas restarted under load
package replicas
