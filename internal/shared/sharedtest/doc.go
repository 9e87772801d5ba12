// Package sharedtest has what the tests of shared state share.
//
//	memory.go    a store in this process, which shows what any store has to do
//	contract.go  what both it and a real server have to do
//	redis.go     a real server on a free port
package sharedtest
