// Command featurebase-mcp is an MCP server for Featurebase. Everything it does is in internal/cli and below.
package main

import (
	"io"
	"log"
	"os"
	"runtime/debug"

	"featurebase-mcp/internal/cli"
)

// collectAt is the growth of the heap before it is collected, in percent of what was kept. With Go's default of 100 the first collection falls
// into the start, which then takes a tenth longer. With 200 there is none at the start and half as many under load, for some more megabytes.
const collectAt = 200

// enoughMemory is the memory from which the heap is collected as often as needed. Honest work stays far below it and pays nothing. A hostile
// answer keeps about as much at once.
const enoughMemory = 64 << 20

func main() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(collectAt)
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(enoughMemory)
	}
	log.SetOutput(io.Discard) // net/http logs what a server sends unasked, and that may hold the key
	os.Exit(cli.Run(cli.Process{Name: os.Args[0], Args: os.Args[1:], Environ: os.Environ(), In: os.Stdin, Out: os.Stdout, Err: os.Stderr}))
}
