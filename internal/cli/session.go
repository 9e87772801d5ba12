package cli

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"strings"

	mcpclient "github.com/mark3labs/mcp-go/client"
	"github.com/mark3labs/mcp-go/client/transport"
	"github.com/mark3labs/mcp-go/mcp"

	"featurebase-mcp/internal/app"
	"featurebase-mcp/internal/wire"
)

// connect joins a client and the server by two pipes, as a host would. The client asks its user if there is one.
func (e *environment) connect(ctx context.Context, a *app.App, logger *slog.Logger, asker *terminal) (*mcpclient.Client, func(), error) {
	toServer, fromClient := io.Pipe()
	toClient, fromServer := io.Pipe()
	served := make(chan struct{})
	go func() {
		defer close(served)
		_ = wire.NewStdio(a.MCP, wire.StdioOptions{Logger: logger, Grace: e.flags.DrainTimeout}).Serve(ctx, toServer, fromServer)
		_ = fromServer.Close()
	}()
	var options []mcpclient.ClientOption
	if asker != nil {
		options = append(options, mcpclient.WithElicitationHandler(asker))
	}
	client := mcpclient.NewClient(transport.NewIO(toClient, fromClient, io.NopCloser(strings.NewReader(""))), options...)
	disconnect := func() {
		_ = client.Close()
		_ = fromClient.Close()
		<-served
	}
	if err := client.Start(ctx); err != nil {
		disconnect()
		return nil, nil, fmt.Errorf("start: %w", err)
	}
	_, err := client.Initialize(ctx, mcp.InitializeRequest{Params: mcp.InitializeParams{
		ProtocolVersion: mcp.LATEST_PROTOCOL_VERSION,
		ClientInfo:      mcp.Implementation{Name: app.Name + " call", Version: version()},
	}})
	if err != nil {
		disconnect()
		return nil, nil, fmt.Errorf("initialize: %w", err)
	}
	return client, disconnect, nil
}
