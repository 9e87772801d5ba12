package gosdk

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// A target is a way to start the program.
type target struct {
	flags     []string
	variables []string // NAME=value
}

var sandboxed = target{flags: []string{"--sandbox", "--log-level=error"}}

// command is the program with a command line, and with no FEATUREBASE_ variable but the target's: a developer's key never takes part.
func (to target) command(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	binary := os.Getenv("FEATUREBASE_MCP_BIN")
	if binary == "" {
		t.Fatal("FEATUREBASE_MCP_BIN has to name the binary under test")
	}
	cmd := exec.CommandContext(bounded(t), binary, append(args, to.flags...)...)
	for _, variable := range os.Environ() {
		if !strings.HasPrefix(variable, "FEATUREBASE_") {
			cmd.Env = append(cmd.Env, variable)
		}
	}
	cmd.Env = append(cmd.Env, to.variables...)
	cmd.Stderr = t.Output()
	return cmd
}

// A carrier makes the program ready for connections, and gives one way to it after the other.
type carrier struct {
	name string
	open func(*testing.T, target) (dial func() mcp.Transport)
}

var carriers = []carrier{
	{"stdio", func(t *testing.T, to target) func() mcp.Transport {
		return func() mcp.Transport { return &mcp.CommandTransport{Command: to.command(t, "stdio")} }
	}},
	{"Streamable HTTP", func(t *testing.T, to target) func() mcp.Transport {
		url := serve(t, to)
		return func() mcp.Transport { return &mcp.StreamableClientTransport{Endpoint: url + "/mcp"} }
	}},
	{"SSE", func(t *testing.T, to target) func() mcp.Transport {
		url := serve(t, to)
		return func() mcp.Transport { return &mcp.SSEClientTransport{Endpoint: url + "/sse"} }
	}},
}
