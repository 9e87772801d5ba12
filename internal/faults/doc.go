// Package faults holds tests alone: the program that is shipped, with a real client, against an API that does everything wrong. Whatever the fault,
// a call ends within its deadline, no write is made twice, nothing that was done is called undone, the key is nowhere, and the process stays below
// 200 MB and serves the next call. The tests are built with the tag blackbox: make blackbox.
//
//	faults_test.go    each fault with each kind of call, and testdata/faults.txt: what a model reads then, and how many requests arrived
//	rows_test.go      the table of faults
//	walks_test.go     its rows for workflows, which read many lists
//	upstream_test.go  the API
//	server_test.go    the process under test
//	kill_test.go      a process that is killed while it applies a plan
//	peaks_test.go     the answers that cost most memory, each with a process of its own: -v prints the ten worst
package faults
