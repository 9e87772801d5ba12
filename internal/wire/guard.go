package wire

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"runtime/debug"
	"strings"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
)

// Guard returns the server option that goes around every tool, resource and prompt handler. Pass it before other
// middleware, so that it is the outermost; mcp-go's own recovery options are not needed then.
//
//   - A panic, or an error that is not a [CodedError], ends that call alone. The client gets a general sentence and a
//     reference: as an isError result from a tool, as error -32603 otherwise. The log gets the reference and the details.
//   - A [CodedError] reaches the client with its own code and data.
//   - [Progress] works inside.
func Guard(logger *slog.Logger) server.ServerOption {
	g := guard{log: logger}
	options := []server.ServerOption{
		server.WithToolHandlerMiddleware(g.tool),
		server.WithResourceHandlerMiddleware(g.resource),
		server.WithPromptHandlerMiddleware(g.prompt),
	}
	return func(s *server.MCPServer) {
		for _, option := range options {
			option(s)
		}
	}
}

// Parker is a session that keeps the large parts of a tool's result from mcp-go, which would encode them twice, with HTML
// escapes. The transport puts them back into the answer.
type Parker interface {
	// Park keeps the result and returns what mcp-go may see of it.
	Park(result *mcp.CallToolResult) *mcp.CallToolResult
}

// park returns the result that mcp-go gets.
func park(ctx context.Context, result *mcp.CallToolResult) *mcp.CallToolResult {
	if p, ok := server.ClientSessionFromContext(ctx).(Parker); ok && result != nil {
		return p.Park(result)
	}
	return result
}

type guard struct {
	log *slog.Logger
}

func (g guard) tool(next server.ToolHandlerFunc) server.ToolHandlerFunc {
	return func(ctx context.Context, request mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		result, fault := protect(ctx, g.log, "Tool "+request.Params.Name, request.Params.Meta,
			func(ctx context.Context) (*mcp.CallToolResult, error) { return next(ctx, request) })
		switch {
		case fault == nil:
			return park(ctx, result), nil
		case fault.deliberate:
			return nil, fault.CodedError
		}
		return park(ctx, mcp.NewToolResultError(fault.Message)), nil
	}
}

func (g guard) resource(next server.ResourceHandlerFunc) server.ResourceHandlerFunc {
	return func(ctx context.Context, request mcp.ReadResourceRequest) ([]mcp.ResourceContents, error) {
		contents, fault := protect(ctx, g.log, "Resource "+request.Params.URI, request.Params.Meta,
			func(ctx context.Context) ([]mcp.ResourceContents, error) { return next(ctx, request) })
		if fault != nil {
			return nil, fault.CodedError
		}
		return contents, nil
	}
}

func (g guard) prompt(next server.PromptHandlerFunc) server.PromptHandlerFunc {
	return func(ctx context.Context, request mcp.GetPromptRequest) (*mcp.GetPromptResult, error) {
		result, fault := protect(ctx, g.log, "Prompt "+request.Params.Name, request.Params.Meta,
			func(ctx context.Context) (*mcp.GetPromptResult, error) { return next(ctx, request) })
		if fault != nil {
			return nil, fault.CodedError
		}
		return result, nil
	}
}

// fault says, in words for the client, why a handler has no result.
type fault struct {
	*CodedError
	deliberate bool // the handler chose the words
}

// protect runs a handler.
func protect[R any](
	ctx context.Context, log *slog.Logger, what string, meta *mcp.Meta, handler func(context.Context) (R, error),
) (result R, failure *fault) {
	defer func() {
		if v := recover(); v != nil {
			failure = &fault{CodedError: Panicked(ctx, log, what, v)}
		}
	}()
	ctx, finish := withProgress(ctx, meta)
	defer finish()
	result, err := handler(ctx)
	if err == nil {
		return result, nil
	}
	if coded, ok := carry(ctx, err); ok {
		return result, &fault{CodedError: coded, deliberate: true}
	}
	if ctx.Err() != nil {
		return result, &fault{CodedError: &CodedError{
			Code:    mcp.INTERNAL_ERROR,
			Message: what + " was cancelled before it finished. Check what it has done before calling it again.",
		}}
	}
	reference := newReference()
	log.ErrorContext(ctx, "handler failed", "in", what, "reference", reference, "error", err)
	return result, &fault{CodedError: internalError(what, reference)}
}

// Panicked logs the value of a panic under a reference and returns the error that tells the client of the reference
// alone. It has to be called by the deferred function that recovered.
func Panicked(ctx context.Context, log *slog.Logger, where string, value any) *CodedError {
	reference := newReference()
	log.ErrorContext(ctx, "panic", "in", where, "reference", reference, "panic", fmt.Sprint(value), "stack", string(debug.Stack()))
	return internalError(where, reference)
}

// Unwritable logs why a request has no answer that can be written, and returns the error to answer with.
func Unwritable(log *slog.Logger, err error) *CodedError {
	reference := newReference()
	log.Error("request has no answer that can be written", "reference", reference, "error", err)
	return internalError("The request", reference)
}

// internalError tells a client of a fault inside the server.
func internalError(what, reference string) *CodedError {
	return &CodedError{
		Code: mcp.INTERNAL_ERROR,
		Message: what + " failed because of a fault inside this server. Do not retry unchanged: it would fail again, and " +
			"it may have taken effect. Report reference " + reference + "; the server's log has the details under it.",
	}
}

// newReference returns a short random name for one fault.
func newReference() string { return strings.ToLower(rand.Text()[:10]) }
