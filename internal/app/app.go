// Package app builds the server from a configuration. New is the only constructor: the program, its tests and the call command use it, so
// the tests test what is shipped.
//
//	app.go           the configuration, and the server that it becomes
//	narrow.go        the tools that a caller may use
//	accounts.go      the state of each caller who has a key
//	replicas.go      what replicas share
//	instructions.go  the instructions for models
//	views.go         the panels that a host shows beside answers
//	observers.go     observers of calls and requests
//	apps.go          what MCP Apps add: views, and questions in a panel
//	identity.go      what the server says of itself
//	fixtures.go, fixtures_conformance.go   additions to a build with the tag conformance
package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"featurebase-mcp/client"
	"featurebase-mcp/internal/caller"
	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/names"
	"featurebase-mcp/internal/plan"
	"featurebase-mcp/internal/render"
	"featurebase-mcp/internal/sandbox"
	"featurebase-mcp/internal/shared"
	"featurebase-mcp/internal/wire"
	"featurebase-mcp/prompts"
	"featurebase-mcp/resources"
	"featurebase-mcp/tools"
	"featurebase-mcp/tools/kind"
)

// Name is the name under which the server introduces itself.
const Name = "featurebase-mcp"

// Config is the configuration of a server.
type Config struct {
	Version string        // the version of this program
	Client  client.Config // the address, the key and the limits
	// KeyPerCaller takes the key from the caller of each call (see [caller.Caller]) in place of one for all. The limits apply to each
	// caller.
	KeyPerCaller bool
	Sandbox      *Sandbox      // not nil: the embedded Featurebase answers in this process, and the client's address and key are not used
	Deadline     time.Duration // the longest time of one tool call; 0: no limit
	Budget       render.Budget // the greatest length of an answer in bytes; 0: no limit
	NamesWait    time.Duration // how long an answer waits for names, which are optional in it; 0: one second

	Selection tools.Selection // the exposed tools; zero: the default set
	DryRun    bool            // shows writes and does not send them

	Confirm engine.ConfirmMode // before which calls the user is asked; empty: ConfirmAuto

	NoApps bool // offers no panels, and no questions in them

	ListsVary bool // the same client may use other tools later, because its next token grants others

	ActingAdmin        string // id or e-mail of the acting admin where the API demands one; empty: each call has to name one
	AllowImpersonation bool   // permits calls in a customer's name
	MaskEmails         bool   // masks e-mail addresses in answers, except those of the organization's own people and texts

	Shared *Shared // what replicas share; nil: there are none

	Audit     *engine.Audit         // the trail of writes; nil: none
	Observers []Observer            // observe calls and requests
	Options   []server.ServerOption // options in addition to those of every server
	Logger    *slog.Logger          // nil: discards the log
	Extra     []server.ServerTool   // further tools; one replaces an operation of the same name
}

// Sandbox configures the embedded Featurebase.
type Sandbox struct {
	StateFile string    // stores the state between runs; empty: the state ends with the process
	Quirks    bool      // imitates oddities of the live API
	Seed      uint64    // selects the organization at the start; 0: the shipped one
	Clock     time.Time // the time at the start; zero: the shipped one

	Warn func(text string) // gets what is said about the state file besides errors; nil: the log gets it
}

// App is a server without a transport.
type App struct {
	MCP      *server.MCPServer
	Client   *client.Client // nil with KeyPerCaller
	Shared   *Shared        // nil without replicas
	accounts *accounts      // nil without KeyPerCaller
	audit    *engine.Audit  // may be nil
	plans    *shared.Plans  // nil without replicas
}

// New builds the server. It opens a state file of the sandbox, but does no other I/O and reflects no schema, so that the server starts fast:
// the first call that needs something loads it. Its errors are about the configuration and are written for a user.
func New(cfg Config) (*App, error) {
	if err := cfg.Selection.Check(); err != nil {
		return nil, err
	}
	if err := cfg.Budget.Check(); err != nil {
		return nil, fmt.Errorf("--answer-budget: %w", err)
	}
	cfg.Confirm = cmp.Or(cfg.Confirm, engine.ConfirmAuto)
	if err := cfg.Confirm.Check(); err != nil {
		return nil, fmt.Errorf("--confirm: %w", err)
	}
	admin, err := actingAdmin(cfg)
	if err != nil {
		return nil, err
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	app := &App{audit: cfg.Audit, Shared: cfg.Shared}
	if cfg.KeyPerCaller && cfg.Client.Key != "" {
		return nil, errors.New("with a key per caller, the server must not have a key of its own")
	}
	var box *sandbox.Sandbox
	if cfg.Sandbox != nil {
		box, err = sandbox.New(sandbox.Options{
			StateFile: cfg.Sandbox.StateFile, Quirks: cfg.Sandbox.Quirks, Seed: cfg.Sandbox.Seed, Clock: cfg.Sandbox.Clock, NoAuth: true, Logger: cfg.Logger,
			Warn: cfg.Sandbox.Warn,
		})
		if err != nil {
			return nil, fmt.Errorf("--sandbox-state: %w", err)
		}
		cfg.Client = inProcess(cfg.Client, box.Transport())
	}
	cfg.Client.Logger = cfg.Logger
	watched := observersOf(cfg.Observers)
	if watched != nil {
		cfg.Client.Observer = watched
	}
	cfg.Client.Memory = client.NewMemory() // one for all accounts
	cfg.Client.UserAgent = Name + "/" + cfg.Version
	if cfg.KeyPerCaller {
		app.accounts, err = newAccounts(cfg.Client, cfg.NamesWait, cfg.Shared)
	} else {
		cfg.Client.Turns = cfg.Shared.turns(cfg.Client)
		app.Client, err = client.New(cfg.Client)
	}
	if err != nil {
		return nil, err
	}
	all := &engine.Engine{
		Inventory: tools.Inventory(), Logger: cfg.Logger, Deadline: cfg.Deadline, AnswerBudget: cfg.Budget, DryRun: cfg.DryRun,
		ActingAdmin: admin, AllowImpersonation: cfg.AllowImpersonation, MaskEmails: cfg.MaskEmails, Progress: wire.Progress, Audit: cfg.Audit,
		CallerName: func(ctx context.Context) string { return caller.From(ctx).Name },
		Plans:      plan.NewMemory(time.Now),
		Owner:      func(ctx context.Context) string { return caller.From(ctx).Principal },
		Confirm:    engine.NewConfirmations(cfg.Confirm, wire.CanElicit, confirmer),
		CanShow:    canShow(cfg),
	}
	if all.Confirm != nil && !cfg.NoApps {
		all.Confirm.InPanels(asksThrough)
	}
	if watched != nil {
		all.Observer = watched
	}
	app.share(all)
	if box != nil {
		all.Now = box.Now
	}
	shared := engine.Account{OffBy: cfg.Selection.OffBy}
	if cfg.Selection.NoDestructive {
		shared.Keeps = "--no-destructive"
	}
	if app.Client != nil {
		shared.Client, shared.Names = app.Client, newNames(app.Client, cfg.NamesWait, &names.Memory{})
		shared.Repeats, shared.Figures = cfg.Shared.repeats(), engine.NewFigures()
	}
	app.MCP = newServer(cfg, surroundings{engine.Env{Engine: all, Account: shared}, cfg.Selection, app.accounts})
	return app, nil
}

// newNames returns the cache of the names that a client can see.
func newNames(c *client.Client, wait time.Duration, memory *names.Memory) *names.Cache {
	names := names.NewCache(c, tools.Inventory())
	names.Patience, names.Memory = cmp.Or(wait, names.Patience), memory
	return names
}

// Proved reports whether Featurebase has accepted the key of a caller with KeyPerCaller. Without KeyPerCaller it returns true, because the
// transport has authenticated the caller.
func (a *App) Proved(principal string) bool { return a.accounts == nil || a.accounts.proved(principal) }

// confirmer identifies who has to answer a question: the caller of the call, in the same session.
func confirmer(ctx context.Context) string {
	return caller.From(ctx).Principal + "/" + wire.Caller(ctx)
}

// actingAdmin returns the acting admin of the configuration, or nil if there is none.
func actingAdmin(cfg Config) (*engine.ActingAdmin, error) {
	if cfg.ActingAdmin == "" {
		return nil, nil //nolint:nilnil // none is a valid configuration
	}
	admin, err := engine.NewActingAdmin(kind.Admin, cfg.ActingAdmin)
	if err != nil {
		return nil, fmt.Errorf("--acting-admin: %w", err)
	}
	return admin, nil
}

// inProcess returns a configuration for a Featurebase in this process. Nothing connects to the address.
func inProcess(c client.Config, transport http.RoundTripper) client.Config {
	c.BaseURL, c.Key, c.NoAuth, c.Transport = "http://127.0.0.1", "", true, transport
	return c
}

// newServer registers the exposed operations only, so that no call can reach the others. Filters add the schemas and the texts of prompts
// when a client lists them.
func newServer(cfg Config, around surroundings) *server.MCPServer {
	byName := map[string]*engine.Operation{}
	var registered []server.ServerTool
	asks := false
	for _, set := range cfg.Selection.Exposed() {
		for _, op := range set.Operations {
			byName[op.Name] = op
			tool := tools.Inventory().Bare(op)
			asks = asks || cfg.asksInPanels(op)
			if !cfg.NoApps {
				tool = withPanel(tool, op, cfg.Confirm)
			}
			registered = append(registered, server.ServerTool{Tool: tool, Handler: engine.HandlerIn(op, around.of)})
		}
	}
	if asks {
		registered = append(registered, engine.Click(around.of))
	}
	browsed := resources.New(around.shared.Inventory, around.of, around.reads)
	jobs := prompts.New(cfg.Selection.OffBy, browsed.Complete).Narrowed(around.narrowed)
	hooks := &server.Hooks{}
	browsed.Hook(hooks)
	listPanels(hooks)
	wire.ExplainMissing(hooks, func(ctx context.Context, tool string) *wire.CodedError {
		if byName[tool] != nil {
			return refused(caller.From(ctx), byName[tool])
		}
		return switchedOff(cfg.Selection, tool)
	})
	instructNarrowly(hooks, around)
	options := []server.ServerOption{
		server.WithTitle(title),
		server.WithInstructions(instructionsFor(cfg.Selection.OffBy)),
		server.WithToolCapabilities(false),
		server.WithToolFilter(exposed(cfg, byName, around.shared.ActingAdmin != nil)),
		server.WithPromptCapabilities(false),
		server.WithPromptFilter(jobs.Fill),
		server.WithResourceCapabilities(false, false),
		server.WithCompletions(),
		server.WithPromptCompletionProvider(wire.GuardPromptCompletion(cfg.Logger, jobs)),
		server.WithResourceCompletionProvider(wire.GuardResourceCompletion(cfg.Logger, browsed)),
		server.WithHooks(hooks),
		wire.Guard(cfg.Logger),
	}
	introduce(hooks, cfg.Version)
	if !cfg.ListsVary {
		options = append(options, lasting()...)
	}
	if !cfg.NoApps {
		options = append(options, server.WithExtensions(map[string]any{wire.AppsExtension: map[string]any{}}))
	}
	s := server.NewMCPServer(Name, cfg.Version, slices.Concat(options, cfg.Options, fixtures())...)
	browsed.Register(s)
	if !cfg.NoApps {
		panels(s)
	}
	s.AddPrompts(jobs.Bare()...)
	s.AddTools(append(registered, cfg.Extra...)...) // of two tools with the same name, the later one counts
	return s
}

// switchedOff returns the error, written for a model, for a tool that exists but is not exposed. It returns nil for an unknown tool.
func switchedOff(selection tools.Selection, tool string) *wire.CodedError {
	setting := selection.OffBy(tool)
	if setting == "" {
		return nil
	}
	return &wire.CodedError{Code: mcp.INVALID_PARAMS, Message: fmt.Sprintf(
		"Tool %q is switched off by %s. Do not retry: only the user can change that, where this server is configured.", tool, setting)}
}

// exposed returns a filter that leaves out the tools that the caller may not use and adds the schemas to the others. mcp-go also runs the
// filter before each call, with the called tool alone.
func exposed(cfg Config, byName map[string]*engine.Operation, acting bool) server.ToolFilterFunc {
	return func(ctx context.Context, list []mcp.Tool) []mcp.Tool {
		if who := caller.From(ctx); who.Limited() {
			list = slices.DeleteFunc(list, func(t mcp.Tool) bool {
				return byName[t.Name] != nil && !allowed(who, byName[t.Name]) || t.Name == engine.ClickTool && !mayBeAsked(cfg, who, byName)
			})
		}
		for i, t := range list {
			if op := byName[t.Name]; op != nil {
				list[i].RawInputSchema = tools.Inventory().Schema(op, acting)
			}
		}
		return list
	}
}

// Close releases the resources of the server. It waits until running writes have ended or ctx is done.
func (a *App) Close(ctx context.Context) {
	if a.accounts != nil {
		a.accounts.close(ctx)
	} else {
		a.Client.Drain(ctx)
	}
	if a.audit != nil {
		a.audit.Wait(ctx)
	}
	if a.plans != nil {
		a.plans.Close()
	}
}
