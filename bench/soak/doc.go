// Package soak holds a long test: the server under mixed calls, with an API that fails. Whether it stays as it was is what it says: goroutines, heap and open
// files, no error that no fault explains, and every write accounted for. A server on stdio and one on HTTP, which are the product with a window (server/),
// have 32 calls in flight, from clients of both protocol eras. HTTP clients come and go, some calls are cancelled, and some are wrong on purpose. Ten times
// nothing is in flight, and what a server still has then must not grow. It needs Linux (/proc) and loopback.
//
//	go test -run TestSoak -v -timeout 0 ./bench/soak -soak 30m    (make soak)
//
//	soak_test.go     the run and the verdict
//	calls_test.go    the mix of calls
//	ledger_test.go   the account of calls and writes
//	api_test.go      the API: the sandbox, with faults
//	servers_test.go  the servers, and what they have at one moment
package soak
