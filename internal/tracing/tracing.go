//go:build otel

// Package tracing exports traces of calls over OTLP/HTTP in builds with the tag otel. Other builds contain none of it.
//
// Only the standard variables configure it: OTEL_EXPORTER_OTLP_ENDPOINT or OTEL_EXPORTER_OTLP_TRACES_ENDPOINT switches it on, and
// OTEL_SERVICE_NAME, OTEL_RESOURCE_ATTRIBUTES, OTEL_TRACES_SAMPLER, OTEL_EXPORTER_OTLP_HEADERS and the others have their specified meaning.
// A call continues the trace that its client names in _meta (traceparent). Spans contain tools, outcomes and statuses, but no arguments,
// texts, ids or keys. Featurebase gets no trace headers.
package tracing

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/resource"
	"go.opentelemetry.io/otel/sdk/trace"
	spans "go.opentelemetry.io/otel/trace"
)

// Tracer makes a span for each call and for each request to Featurebase.
type Tracer struct {
	provider *trace.TracerProvider
	tracer   spans.Tracer
	context  propagation.TraceContext
}

// New returns a tracer, or nil if the standard variables name no endpoint. It makes no connection yet.
func New(ctx context.Context, name, version string) (*Tracer, error) {
	if os.Getenv("OTEL_EXPORTER_OTLP_ENDPOINT") == "" && os.Getenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") == "" {
		return nil, nil //nolint:nilnil // none is a valid configuration
	}
	exporter, err := otlptracehttp.New(ctx)
	if err != nil {
		return nil, fmt.Errorf("OTLP exporter: %w", err)
	}
	about, err := resource.New(ctx,
		resource.WithAttributes(attribute.String("service.name", name), attribute.String("service.version", version)),
		resource.WithFromEnv(), // takes precedence
	)
	if err != nil {
		return nil, fmt.Errorf("OTEL_RESOURCE_ATTRIBUTES: %w", err)
	}
	provider := trace.NewTracerProvider(trace.WithBatcher(exporter), trace.WithResource(about))
	return &Tracer{provider: provider, tracer: provider.Tracer(name)}, nil
}

// Close sends the remaining spans until ctx is done.
func (t *Tracer) Close(ctx context.Context) error { return t.provider.Shutdown(ctx) }

// Call starts the span of a tool call. ended ends it.
func (t *Tracer) Call(ctx context.Context, tool string) (in context.Context, ended func(outcome string, answer int)) {
	ctx, span := t.tracer.Start(ctx, "tools/call "+tool, spans.WithSpanKind(spans.SpanKindServer),
		spans.WithAttributes(attribute.String("mcp.method.name", string(mcp.MethodToolsCall)), attribute.String("gen_ai.tool.name", tool)))
	return ctx, func(outcome string, answer int) {
		span.SetAttributes(attribute.String("featurebase.outcome", outcome), attribute.Int("featurebase.answer.bytes", answer))
		if outcome != "ok" && outcome != "dry_run" {
			span.SetStatus(codes.Error, outcome)
		}
		span.End()
	}
}

// Attempt starts the span of a request to Featurebase. ended ends it.
func (t *Tracer) Attempt(ctx context.Context, operation string, attempt int) (ended func(status int)) {
	_, span := t.tracer.Start(ctx, operation, spans.WithSpanKind(spans.SpanKindClient))
	if attempt > 1 {
		span.SetAttributes(attribute.Int("http.request.resend_count", attempt-1))
	}
	return func(status int) {
		const firstFailure = 400
		switch {
		case status == 0:
			span.SetStatus(codes.Error, "no answer")
		case status >= firstFailure:
			span.SetStatus(codes.Error, "")
		}
		if status != 0 {
			span.SetAttributes(attribute.Int("http.response.status_code", status))
		}
		span.End()
	}
}

// Waited does nothing: the gap between the spans of a call and its request shows the wait.
func (t *Tracer) Waited(time.Duration) {}

// ExtractMeta returns a context that continues the trace in the _meta of a client's request.
func (t *Tracer) ExtractMeta(ctx context.Context, meta *mcp.Meta) context.Context {
	if meta == nil {
		return ctx
	}
	carrier := propagation.MapCarrier{}
	for _, field := range t.context.Fields() {
		if value, ok := meta.AdditionalFields[field].(string); ok {
			carrier[field] = value
		}
	}
	return t.context.Extract(ctx, carrier)
}

// InjectMeta returns meta unchanged, because no request of the server to its clients belongs to a trace.
func (t *Tracer) InjectMeta(_ context.Context, meta *mcp.Meta) *mcp.Meta { return meta }
