// Command featurebase-mcp is an MCP server for Featurebase. Everything it does is in internal/cli and below.
package main

import (
	"io"
	"log"
	"os"
	"runtime/debug"

	"featurebase-mcp/internal/cli"
)

// collectAt is how far the heap grows before it is collected, in percent of what was kept. With Go's own 100 the first collection falls into
// the start, which then takes a tenth longer; with 200 there is none, and half as many under load, for some megabytes at the peak.
const collectAt = 200

// enoughMemory is where the process stops to grow before the heap is collected, as far as it can. Honest work stays far below it, so that it
// costs nothing there; what a hostile answer keeps at once is about as much.
const enoughMemory = 64 << 20

func main() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(collectAt)
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(enoughMemory)
	}
	log.SetOutput(io.Discard) // of libraries: net/http writes there what a server sends unasked, with the key if that is what it sends
	os.Exit(cli.Run(cli.Process{Args: os.Args[1:], Environ: os.Environ(), In: os.Stdin, Out: os.Stdout, Err: os.Stderr}))
}
