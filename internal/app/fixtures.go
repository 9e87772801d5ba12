//go:build !conformance

package app

import "github.com/mark3labs/mcp-go/server"

// fixtures are what a build with the tag conformance adds to the server. This one adds nothing.
func fixtures() []server.ServerOption { return nil }
