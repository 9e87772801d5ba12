//go:build conformance

package app

import (
	"github.com/mark3labs/mcp-go/server"

	"featurebase-mcp/internal/conformance"
)

// fixtures returns the options that the conformance suite needs.
func fixtures() []server.ServerOption { return conformance.Options() }
