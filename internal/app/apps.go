package app

import (
	"context"
	"strings"

	"featurebase-mcp/internal/caller"
	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/wire"
)

// leaky begins the names of clients that show views and are known to hand a result's metadata to their model, or not to their views:
// ChatGPT (openai/openai-apps-sdk-examples#212, modelcontextprotocol/ext-apps#646) and Kimi (MoonshotAI/kimi-code#2596). A panel there would
// confirm nothing, or the model could. A client can call itself what it likes; one that lies here harms its own user.
func leaky() []string { return []string{"openai-mcp", "chatgpt", "kimi"} }

// asksThrough reports what the client of a call does with a view that asks.
func asksThrough(ctx context.Context) engine.Panel {
	if !wire.CanShowApps(ctx) {
		return engine.NoPanel
	}
	name := strings.ToLower(wire.ClientName(ctx))
	for _, begins := range leaky() {
		if strings.HasPrefix(name, begins) {
			return engine.PanelLeaks
		}
	}
	return engine.PanelAsks
}

// asksInPanels reports whether the answer to a call of an operation may be a question in a panel.
func (cfg Config) asksInPanels(op *engine.Operation) bool {
	return !cfg.NoApps && !cfg.DryRun && op.MayAsk(cfg.Confirm)
}

// mayBeAsked reports whether a caller may use a tool that asks. Without one, the tool for the answers is no use to them.
func mayBeAsked(cfg Config, who caller.Caller, byName map[string]*engine.Operation) bool {
	for _, op := range byName {
		if cfg.asksInPanels(op) && allowed(who, op) {
			return true
		}
	}
	return false
}
