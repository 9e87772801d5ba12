//go:build !conformance

package app

import "github.com/mark3labs/mcp-go/server"

// fixtures returns the options that a build with the tag conformance adds to the server. This build adds none.
func fixtures() []server.ServerOption { return nil }
