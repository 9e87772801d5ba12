//go:build conformance

package app

import (
	"github.com/mark3labs/mcp-go/server"

	"featurebase-mcp/internal/conformance"
)

// fixtures are what the conformance suite calls.
func fixtures() []server.ServerOption { return conformance.Options() }
