// Command featurebase-mcp is an MCP server for Featurebase. Everything it does is in internal/cli and below.
package main

import (
	"os"

	"featurebase-mcp/internal/cli"
)

func main() {
	os.Exit(cli.Run(cli.Process{Args: os.Args[1:], Environ: os.Environ(), In: os.Stdin, Out: os.Stdout, Err: os.Stderr}))
}
