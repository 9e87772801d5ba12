//go:build !otel

// Package tracing exports traces of calls over OTLP/HTTP in builds with the tag otel. This build has no traces.
package tracing
