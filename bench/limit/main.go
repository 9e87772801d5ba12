// Command limit is the yardstick of the benchmark: the least an MCP server built on mcp-go can be. It has one tool, which passes
// the body of the API's answer through untouched, and, like the product, links all three transports of the library.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
)

func main() {
	transport := flag.String("transport", "stdio", "stdio, http or sse")
	addr := flag.String("addr", "127.0.0.1:8080", "address of the http and sse transports")
	apiURL := flag.String("api-url", "", "address of the upstream")
	flag.Parse()
	if err := serve(context.Background(), *transport, *addr, newServer(*apiURL)); err != nil {
		_, _ = fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func serve(ctx context.Context, transport, addr string, s *server.MCPServer) error {
	switch transport {
	case "stdio":
		// The library's own limits, 5 workers and a queue of 100, would be measured otherwise.
		stdio := server.NewStdioServer(s)
		server.WithWorkerPoolSize(100)(stdio)
		server.WithQueueSize(1000)(stdio)
		return stdio.Listen(ctx, os.Stdin, os.Stdout)
	case "http":
		return server.NewStreamableHTTPServer(s).Start(addr)
	case "sse":
		return server.NewSSEServer(s).Start(addr)
	default:
		return fmt.Errorf("unknown transport %q", transport)
	}
}

func newServer(apiURL string) *server.MCPServer {
	// As in the product: the default transport keeps two idle connections and would dial anew for most calls at once.
	upstream := &http.Client{Transport: &http.Transport{MaxIdleConns: 256, MaxIdleConnsPerHost: 256}}
	s := server.NewMCPServer("limit", "0", server.WithToolCapabilities(false))
	s.AddTool(
		mcp.NewToolWithRawSchema("list_posts", "List posts.", []byte(`{"type":"object","properties":{"limit":{"type":"integer"}}}`)),
		func(ctx context.Context, _ mcp.CallToolRequest) (*mcp.CallToolResult, error) {
			body, err := get(ctx, upstream, apiURL+"/v2/posts?limit=10")
			if err != nil {
				return mcp.NewToolResultError(err.Error()), nil
			}
			return mcp.NewToolResultText(string(body)), nil
		},
	)
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
