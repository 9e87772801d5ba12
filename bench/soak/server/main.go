// Command server is the product with a window: the same cli.Run as main.go's, and the profiles of net/http/pprof on the Unix socket that
// SOAK_PROFILES names. The product itself has no such window.
package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	_ "net/http/pprof" //nolint:gosec // on a socket in a directory of the soak's own
	"os"
	"time"

	"featurebase-mcp/internal/cli"
)

func main() {
	listener, err := (&net.ListenConfig{}).Listen(context.Background(), "unix", os.Getenv("SOAK_PROFILES"))
	if err != nil {
		_, _ = fmt.Fprintln(os.Stderr, "soak: SOAK_PROFILES:", err)
		os.Exit(2)
	}
	profiles := &http.Server{ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = profiles.Serve(listener) }()
	os.Exit(cli.Run(cli.Process{Args: os.Args[1:], Environ: os.Environ(), In: os.Stdin, Out: os.Stdout, Err: os.Stderr}))
}
