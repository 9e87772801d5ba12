package app

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"featurebase-mcp/internal/caller"
	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/wire"
	"featurebase-mcp/tools"
)

// The headers with which a request gives up tools.
const (
	readOnlyHeader = "X-Featurebase-Read-Only"
	toolsetsHeader = "X-Featurebase-Toolsets"
)

// Limits parses the headers with which a request gives up tools. It returns an error for a header that it does not understand, because
// ignoring a limit would leave more allowed than was meant.
func Limits(header http.Header) ([]caller.Limit, error) {
	var limits []caller.Limit
	for _, value := range header.Values(readOnlyHeader) {
		switch strings.ToLower(strings.TrimSpace(value)) {
		case "true":
			limits = append(limits, caller.Limit{ReadOnly: true})
		case "false":
		default:
			return nil, fmt.Errorf("%s: expected true or false, got %q", readOnlyHeader, value)
		}
	}
	if values := header.Values(toolsetsHeader); len(values) > 0 {
		limit := caller.Limit{}
		for name := range strings.SplitSeq(strings.Join(values, ","), ",") {
			if name = strings.TrimSpace(name); name != "" {
				limit.Toolsets = append(limit.Toolsets, name)
			}
		}
		if limit.Toolsets == nil {
			return nil, fmt.Errorf("%s: names no toolset; none is the name for no tools", toolsetsHeader)
		}
		if err := (tools.Selection{Toolsets: limit.Toolsets}).Check(); err != nil {
			return nil, fmt.Errorf("%s: %s", toolsetsHeader, strings.TrimPrefix(err.Error(), "--toolsets: "))
		}
		limits = append(limits, limit)
	}
	return limits, nil
}

// scopeOf returns the scope that an operation needs, in addition to [caller.ScopeRead].
func scopeOf(op *engine.Operation) string {
	switch op.Effect {
	case engine.Read:
		return caller.ScopeRead
	case engine.Write:
		return caller.ScopeWrite
	default:
		return caller.ScopeDestructive
	}
}

// Scopes returns the scopes that all operations of a selection need together.
func Scopes(selection tools.Selection) []string {
	needed := caller.Scopes{caller.ScopeRead: true}
	for _, set := range selection.Exposed() {
		for _, op := range set.Operations {
			needed[scopeOf(op)] = true
		}
	}
	return inOrder(needed)
}

// inOrder returns the known scopes in a fixed order.
func inOrder(scopes caller.Scopes) []string {
	return slices.DeleteFunc([]string{caller.ScopeRead, caller.ScopeWrite, caller.ScopeDestructive}, func(scope string) bool { return !scopes[scope] })
}

// allowed reports whether a caller may use an exposed operation.
func allowed(who caller.Caller, op *engine.Operation) bool {
	return givenUp(who, op) == "" && granted(who, op)
}

// givenUp returns the header with which the caller gave up an operation, or an empty text.
func givenUp(who caller.Caller, op *engine.Operation) string {
	for _, limit := range who.Limits {
		switch {
		case limit.ReadOnly && op.Effect != engine.Read:
			return readOnlyHeader
		case limit.Toolsets != nil && (tools.Selection{Toolsets: limit.Toolsets}).OffBy(op.Name) != "":
			return toolsetsHeader
		}
	}
	return ""
}

func granted(who caller.Caller, op *engine.Operation) bool {
	return who.Scopes == nil || who.Scopes[caller.ScopeRead] && who.Scopes[scopeOf(op)]
}

// offBy returns what keeps a caller from an operation, in words like those of [tools.Selection.OffBy].
func offBy(who caller.Caller, op *engine.Operation) string {
	if header := givenUp(who, op); header != "" {
		return "the request header " + header
	}
	if !granted(who, op) {
		return "the missing scope " + scopeOf(op)
	}
	return ""
}

// refused returns the error, written for a model, for an operation that the caller may not use. It returns nil for one that the caller may
// use.
func refused(who caller.Caller, op *engine.Operation) *wire.CodedError {
	if header := givenUp(who, op); header != "" {
		return &wire.CodedError{Code: mcp.INVALID_PARAMS, Message: fmt.Sprintf(
			"Tool %q is switched off by the request header %s. Do not retry: only the user can change that, where the client is configured.", op.Name, header)}
	}
	if granted(who, op) {
		return nil
	}
	wanted := caller.Scopes{caller.ScopeRead: true, scopeOf(op): true}
	for scope := range who.Scopes { // a client that requests the wanted scopes keeps those that it has
		wanted[scope] = true
	}
	return &wire.CodedError{
		Code: mcp.INVALID_PARAMS, Status: http.StatusForbidden, Scopes: strings.Join(inOrder(wanted), " "),
		Message: fmt.Sprintf("Tool %q needs the scope %s, which the access token does not have. Do not retry: only the user can grant it.", op.Name, scopeOf(op)),
	}
}

// surroundings returns the surroundings of each call for its caller.
type surroundings struct {
	shared    engine.Env
	selection tools.Selection // the selection of the server
	accounts  *accounts       // nil where all callers share a key
}

// of returns the surroundings of a call.
func (s surroundings) of(ctx context.Context) (engine.Env, error) {
	env, who := s.shared, caller.From(ctx)
	if s.accounts != nil {
		account, err := s.accounts.enter(ctx, who)
		if err != nil {
			return env, err
		}
		env.Client, env.Names, env.Repeats, env.Figures = account.client, account.names, account.repeats, account.figures
	}
	if offBy := s.narrowed(ctx); offBy != nil {
		env.OffBy = offBy
	}
	env.Reads = func(operation string) bool { return s.reads(ctx, operation) }
	if who.Scopes != nil && !who.Scopes[caller.ScopeDestructive] {
		env.Keeps = cmp.Or(env.Keeps, "the missing scope "+caller.ScopeDestructive)
	}
	return env, nil
}

// reads applies [tools.Selection.Reads] for the caller in ctx.
func (s surroundings) reads(ctx context.Context, operation string) bool {
	who := caller.From(ctx)
	if who.Scopes != nil && !who.Scopes[caller.ScopeRead] || !s.selection.Reads(operation) {
		return false
	}
	return !slices.ContainsFunc(who.Limits, func(limit caller.Limit) bool {
		return limit.Toolsets != nil && !(tools.Selection{Toolsets: limit.Toolsets}).Reads(operation)
	})
}

// narrowed returns offBy for the caller in ctx, or nil if the caller may use every exposed operation.
func (s surroundings) narrowed(ctx context.Context) func(string) string {
	if who := caller.From(ctx); who.Limited() {
		return s.offBy(who)
	}
	return nil
}

// offBy applies [tools.Selection.OffBy] for one caller.
func (s surroundings) offBy(who caller.Caller) func(string) string {
	return func(name string) string {
		op := tools.Inventory().Lookup(name)
		if op == nil {
			return ""
		}
		return cmp.Or(s.shared.OffBy(name), offBy(who, op))
	}
}

// instructNarrowly gives a caller who may not use all tools only the instructions about the others.
func instructNarrowly(hooks *server.Hooks, around surroundings) {
	narrow := func(ctx context.Context, text *string) {
		if offBy := around.narrowed(ctx); offBy != nil {
			*text = instructionsFor(offBy)
		}
	}
	hooks.AddAfterInitialize(func(ctx context.Context, _ any, _ *mcp.InitializeRequest, result *mcp.InitializeResult) {
		narrow(ctx, &result.Instructions)
	})
	hooks.AddAfterDiscover(func(ctx context.Context, _ any, _ *mcp.DiscoverRequest, result *mcp.DiscoverResult) {
		narrow(ctx, &result.Instructions)
	})
}
