// Package bench holds the benchmarks of the built program, where users feel it: over pipes and HTTP. Most of them measure "the limit" (limit/) beside it,
// the least that a server on mcp-go can be, in turns. How to read the figures: docs/performance.md.
//
//	go test -run '^$' -bench . -benchtime 1x ./bench    (make bench)
//	go test -run '^$' -bench Start -benchtime 1x ./bench -rounds 100
//
//	bench_test.go     what is measured
//	figures_test.go   what becomes of the values: medians, and their ratios
//	servers_test.go   the programs, each built once and started as often as needed
//	clients_test.go   clients over pipes and HTTP, which check each answer
//	upstream_test.go  the API that both servers ask
//
// It needs Linux, whose /proc tells memory and processor time.
package bench
