//go:build conformance

package conformance

import (
	"context"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"featurebase-mcp/internal/wire"
)

const (
	// pause is what the suite wants between two log messages.
	pause = 50 * time.Millisecond
	// unthrottled is a pause after which wire.Progress sends each report.
	unthrottled = 120 * time.Millisecond
)

// addNotifying adds the tools that notify the client: of their own progress, and of lists that change.
func addNotifying(s *server.MCPServer) {
	s.AddTool(mcp.NewTool("test_tool_with_logging", mcp.WithDescription("Logs three messages.")),
		logging("Tool execution started", "Tool processing data", "Tool execution completed"))
	s.AddTool(mcp.NewTool("test_logging_tool", mcp.WithDescription("Logs a message, to a client that asked for it.")),
		logging("Tool execution started"))
	s.AddTool(mcp.NewTool("test_tool_with_progress", mcp.WithDescription("Reports its progress three times.")),
		func(ctx context.Context, _ mcp.CallToolRequest) (*mcp.CallToolResult, error) {
			for _, done := range []float64{0, 50, 100} {
				wire.Progress(ctx, done, 100, "working")
				time.Sleep(unthrottled)
			}
			return mcp.NewToolResultText("Tool with progress executed successfully"), nil
		})
	s.AddTool(mcp.NewTool("test_trigger_tool_change", mcp.WithDescription("Changes the list of tools.")),
		func(context.Context, mcp.CallToolRequest) (*mcp.CallToolResult, error) {
			const name = "test_added_tool"
			s.AddTool(mcp.NewTool(name, mcp.WithDescription("Was added.")), logging())
			s.DeleteTools(name)
			return mcp.NewToolResultText("The list of tools has changed."), nil
		})
	s.AddTool(mcp.NewTool("test_trigger_prompt_change", mcp.WithDescription("Changes the list of prompts.")),
		func(context.Context, mcp.CallToolRequest) (*mcp.CallToolResult, error) {
			const name = "test_added_prompt"
			s.AddPrompt(mcp.NewPrompt(name, mcp.WithPromptDescription("Was added.")), says(mcp.NewTextContent("Added.")))
			s.DeletePrompts(name)
			return mcp.NewToolResultText("The list of prompts has changed."), nil
		})
}

// logging returns a handler that logs the messages, where the client wants to hear of them.
func logging(messages ...string) server.ToolHandlerFunc {
	return func(ctx context.Context, _ mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		for i, message := range messages {
			if i > 0 {
				time.Sleep(pause)
			}
			note := mcp.NewLoggingMessageNotification(mcp.LoggingLevelInfo, "conformance", message)
			if err := server.ServerFromContext(ctx).SendLogMessageToClient(ctx, note); err != nil {
				return nil, err
			}
		}
		return mcp.NewToolResultText("Tool with logging executed successfully"), nil
	}
}
