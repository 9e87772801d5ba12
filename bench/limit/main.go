// Command limit is the yardstick of the benchmark: the least an MCP server built on mcp-go can be. Its two tools
// pass the body of the API's answer through untouched. Like the product, it links all three transports of the library.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
)

func main() {
	if err := run(context.Background(), os.Args[1:]); err != nil {
		_, _ = fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// run serves a transport, which is the first argument as it is the product's first.
func run(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("limit", flag.ContinueOnError)
	addr := flags.String("addr", "", "address of the http and sse transports")
	apiURL := flags.String("api-url", "", "address of the upstream")
	if len(args) == 0 {
		return errors.New("expected stdio, http or sse")
	}
	if err := flags.Parse(args[1:]); err != nil {
		return err
	}
	s := newServer(*apiURL)
	var handler http.Handler
	switch args[0] {
	case "stdio":
		// The library's own limits, 5 workers and a queue of 100, would be measured otherwise.
		stdio := server.NewStdioServer(s)
		server.WithWorkerPoolSize(100)(stdio)
		server.WithQueueSize(1000)(stdio)
		return stdio.Listen(ctx, os.Stdin, os.Stdout)
	case "http":
		handler = server.NewStreamableHTTPServer(s)
	case "sse":
		handler = server.NewSSEServer(s)
	default:
		return fmt.Errorf("unknown transport %q", args[0])
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", *addr)
	if err != nil {
		return err
	}
	_, _ = fmt.Fprintf(os.Stdout, "limit at http://%s/mcp\n", listener.Addr())
	return http.Serve(listener, handler) //nolint:gosec // on loopback, for as long as it is measured
}

func newServer(apiURL string) *server.MCPServer {
	// As in the product: the default transport keeps two idle connections and would dial anew for most calls at once.
	upstream := &http.Client{Transport: &http.Transport{MaxIdleConns: 256, MaxIdleConnsPerHost: 256}}
	s := server.NewMCPServer("limit", "0", server.WithToolCapabilities(false))
	pass := func(name, schema string, path func(mcp.CallToolRequest) string) {
		s.AddTool(mcp.NewToolWithRawSchema(name, "Posts.", []byte(schema)), func(ctx context.Context, r mcp.CallToolRequest) (*mcp.CallToolResult, error) {
			body, err := get(ctx, upstream, apiURL+path(r))
			if err != nil {
				return mcp.NewToolResultError(err.Error()), nil
			}
			return mcp.NewToolResultText(string(body)), nil
		})
	}
	pass("list_posts", `{"type":"object","properties":{"limit":{"type":"integer"}}}`, func(mcp.CallToolRequest) string { return "/v2/posts?limit=10" })
	pass("get_post", `{"type":"object","properties":{"postId":{"type":"string"}}}`, func(r mcp.CallToolRequest) string { return "/v2/posts/" + r.GetString("postId", "") })
	return s
}

func get(ctx context.Context, c *http.Client, url string) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return nil, err
	}
	res, err := c.Do(req)
	if err != nil {
		return nil, err
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("upstream answered %s", res.Status)
	}
	return io.ReadAll(res.Body)
}
