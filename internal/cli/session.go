package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"

	mcpclient "github.com/mark3labs/mcp-go/client"
	"github.com/mark3labs/mcp-go/client/transport"
	"github.com/mark3labs/mcp-go/mcp"

	"featurebase-mcp/internal/app"
	"featurebase-mcp/internal/wire/stdio"
)

// connect connects a client and the server by two pipes, as a host does. The client passes questions to the asker, which may be nil.
func (e *environment) connect(ctx context.Context, a *app.App, logger *slog.Logger, asker *terminal) (*mcpclient.Client, func(), error) {
	toServer, fromClient := io.Pipe()
	toClient, fromServer := io.Pipe()
	served := make(chan struct{})
	go func() {
		defer close(served)
		_ = stdio.New(a.MCP, stdio.Options{Logger: logger, Grace: e.flags.DrainTimeout}).Serve(ctx, toServer, fromServer)
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

// inProcess starts a server and a client in this process, calls do with the client, and closes both.
func (e *environment) inProcess(ctx context.Context, cfg app.Config, do func(*mcpclient.Client) error) error {
	connected := context.WithoutCancel(ctx) // a signal ends the request, and its cancellation has to reach the server
	e.flags.AuditLog = ""                   // nothing is written
	a, logger, closeLog, err := e.build(connected, cfg, e.callLogger)
	if err != nil {
		return err
	}
	defer closeLog()
	client, disconnect, err := e.connect(connected, a, logger, nil)
	if err == nil {
		err = do(client)
		disconnect()
	}
	return e.closeApp(connected, a, err)
}

// said returns an error with the words of the server alone, without the prefix that the client's library adds.
func said(err error) error {
	for _, kind := range []error{mcp.ErrInvalidParams, mcp.ErrInternalError, mcp.ErrResourceNotFound, mcp.ErrInvalidRequest} {
		if text, ok := strings.CutPrefix(err.Error(), kind.Error()+": "); ok {
			return errors.New(text)
		}
	}
	return err
}
