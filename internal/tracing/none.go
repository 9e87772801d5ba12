//go:build !otel

// Package tracing exports traces of calls over OTLP/HTTP, in builds with the tag otel. This is a build without it.
package tracing
