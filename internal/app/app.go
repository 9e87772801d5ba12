// Package app turns a configuration into the server. New is the one constructor: the product, its tests and the terminal's call
// command all go through it, so what is tested is what is shipped.
//
//	app.go           the configuration, and the server that it becomes
//	narrow.go        what a caller may use of it
//	accounts.go      what each caller has who brings a key of its own
//	instructions.go  what every model is told about the server
//	observers.go     who follows calls and requests
//	fixtures.go, fixtures_conformance.go   what only a build with the tag conformance has
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
	"featurebase-mcp/internal/render"
	"featurebase-mcp/internal/sandbox"
	"featurebase-mcp/internal/wire"
	"featurebase-mcp/prompts"
	"featurebase-mcp/resources"
	"featurebase-mcp/tools"
	"featurebase-mcp/tools/kind"
)

// Name is how the server introduces itself.
const Name = "featurebase-mcp"

// Config is all that a server is made of.
type Config struct {
	Version string        // of this program
	Client  client.Config // the address, the key and the limits
	// KeyPerCaller takes the key from who makes a call (see [caller.Caller]), in place of one for all. The limits hold for each.
	KeyPerCaller bool
	Sandbox      *Sandbox      // not nil: answer from the embedded Featurebase, in process; the client's address and key are not used
	Deadline     time.Duration // longest time of one tool call; 0 is no limit
	Budget       render.Budget // longest text of an answer, in bytes; 0 is no limit
	NamesWait    time.Duration // how long an answer waits for names, which it can do without; 0 is a second

	Selection tools.Selection // the tools that are exposed; the zero value is the default set
	DryRun    bool            // writes are shown, not sent

	Confirm engine.ConfirmMode // before which calls the user is asked; empty is ConfirmAuto

	ActingAdmin        string // id or e-mail of the admin to act as where the API demands one; empty: each call names one
	AllowImpersonation bool   // lets tools speak in a customer's name
	MaskEmails         bool   // masks e-mail addresses in answers, except those of the organization's own people and texts

	Audit     *engine.Audit         // the trail of writes; nil keeps none
	Observers []Observer            // follow what the server does
	Options   []server.ServerOption // besides those that every server has
	Logger    *slog.Logger          // nil discards
	Extra     []server.ServerTool
}

// Sandbox configures the embedded Featurebase.
type Sandbox struct {
	StateFile string    // keeps what was written; empty forgets it with the process
	Quirks    bool      // answer with the oddities that the live API has shown
	Seed      uint64    // the organization to start with; 0 is the shipped one
	Clock     time.Time // its present at the start; zero is the shipped one

	Warn func(text string) // what is said about the state file besides errors; nil logs it
}

// App is a server without a transport.
type App struct {
	MCP      *server.MCPServer
	Client   *client.Client // nil with KeyPerCaller
	accounts *accounts      // nil without
	audit    *engine.Audit  // nil without
}

// New builds the server. It does no I/O, apart from opening a state file of the sandbox, and reflects no schema: whatever can wait, waits for
// the first call that needs it. Its errors are about the configuration and fit to be shown to a user.
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
	app := &App{audit: cfg.Audit}
	if cfg.KeyPerCaller && cfg.Client.Key != "" {
		return nil, errors.New("with a key per caller there is none for all")
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
	cfg.Client.UserAgent = Name + "/" + cfg.Version
	if cfg.KeyPerCaller {
		app.accounts, err = newAccounts(cfg.Client, cfg.NamesWait)
	} else {
		app.Client, err = client.New(cfg.Client)
	}
	if err != nil {
		return nil, err
	}
	all := &engine.Engine{
		Inventory: tools.Inventory(), Logger: cfg.Logger, Deadline: cfg.Deadline, AnswerBudget: cfg.Budget, DryRun: cfg.DryRun,
		ActingAdmin: admin, AllowImpersonation: cfg.AllowImpersonation, MaskEmails: cfg.MaskEmails, Progress: wire.Progress, Audit: cfg.Audit,
		CallerName: func(ctx context.Context) string { return caller.From(ctx).Name },
		Confirm:    engine.NewConfirmations(cfg.Confirm, wire.CanElicit, confirmer),
	}
	if watched != nil {
		all.Observer = watched
	}
	if box != nil {
		all.Now = box.Now
	}
	shared := engine.Account{OffBy: cfg.Selection.OffBy}
	if cfg.Selection.NoDestructive {
		shared.Keeps = "--no-destructive"
	}
	if app.Client != nil {
		shared.Client, shared.Names, shared.Repeats = app.Client, newNames(app.Client, cfg.NamesWait), engine.NewRepeats()
	}
	app.MCP = newServer(cfg, surroundings{engine.Env{Engine: all, Account: shared}, cfg.Selection, app.accounts})
	return app, nil
}

// newNames are the names that a client can see.
func newNames(c *client.Client, wait time.Duration) *engine.Names {
	names := engine.NewNames(c, tools.Inventory())
	names.Patience = cmp.Or(wait, names.Patience)
	return names
}

// Proved reports whether Featurebase has taken the key of a caller who brought one. Where callers share the server's key,
// whoever let them in has proved who they are.
func (a *App) Proved(principal string) bool { return a.accounts == nil || a.accounts.proved(principal) }

// confirmer is who has to answer a question: the caller who made the call, in the session it was made in.
func confirmer(ctx context.Context) string {
	return caller.From(ctx).Principal + "/" + wire.Caller(ctx)
}

// actingAdmin is nil when none is configured.
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

// inProcess points the client at a Featurebase without a port. The address is never dialled.
func inProcess(c client.Config, transport http.RoundTripper) client.Config {
	c.BaseURL, c.Key, c.NoAuth, c.Transport = "http://127.0.0.1", "", true, transport
	return c
}

// newServer registers the operations that are exposed; the others do not exist for it, so that no call can reach them. The schemas, and
// what is shown of prompts, are filled in by filters when a client lists them.
func newServer(cfg Config, around surroundings) *server.MCPServer {
	byName := map[string]*engine.Operation{}
	var registered []server.ServerTool
	for _, set := range cfg.Selection.Exposed() {
		for _, op := range set.Operations {
			byName[op.Name] = op
			registered = append(registered, server.ServerTool{Tool: tools.Inventory().Bare(op), Handler: engine.HandlerIn(op, around.of)})
		}
	}
	browsed := resources.New(around.shared.Inventory, around.of, around.reads)
	jobs := prompts.New(cfg.Selection.OffBy, browsed.Complete).Narrowed(around.narrowed)
	hooks := &server.Hooks{}
	browsed.Hook(hooks)
	wire.ExplainMissing(hooks, func(ctx context.Context, tool string) *wire.CodedError {
		if byName[tool] != nil {
			return refused(caller.From(ctx), byName[tool])
		}
		return switchedOff(cfg.Selection, tool)
	})
	instructNarrowly(hooks, around)
	options := []server.ServerOption{
		server.WithTitle("Featurebase"),
		server.WithInstructions(instructionsFor(cfg.Selection.OffBy)),
		server.WithToolCapabilities(false),
		server.WithToolFilter(exposed(byName, around.shared.ActingAdmin != nil)),
		server.WithPromptCapabilities(false),
		server.WithPromptFilter(jobs.Fill),
		server.WithResourceCapabilities(false, false),
		server.WithCompletions(),
		server.WithPromptCompletionProvider(wire.GuardPromptCompletion(cfg.Logger, jobs)),
		server.WithResourceCompletionProvider(wire.GuardResourceCompletion(cfg.Logger, browsed)),
		server.WithHooks(hooks),
		wire.Guard(cfg.Logger),
	}
	s := server.NewMCPServer(Name, cfg.Version, slices.Concat(options, cfg.Options, fixtures())...)
	browsed.Register(s)
	s.AddPrompts(jobs.Bare()...)
	s.AddTools(append(registered, cfg.Extra...)...) // of two by the same name, the later one
	return s
}

// switchedOff says, to a model, why it cannot call an operation that exists. It is nil for one that does not.
func switchedOff(selection tools.Selection, tool string) *wire.CodedError {
	setting := selection.OffBy(tool)
	if setting == "" {
		return nil
	}
	return &wire.CodedError{Code: mcp.INVALID_PARAMS, Message: fmt.Sprintf(
		"Tool %q is switched off by %s. Do not retry: only the user can change that, where this server is configured.", tool, setting)}
}

// exposed leaves the tools that the caller may use, and completes them: they were registered bare. The filter also runs before each call, with
// the called tool alone.
func exposed(byName map[string]*engine.Operation, acting bool) server.ToolFilterFunc {
	return func(ctx context.Context, list []mcp.Tool) []mcp.Tool {
		if who := caller.From(ctx); who.Limited() {
			list = slices.DeleteFunc(list, func(t mcp.Tool) bool { return byName[t.Name] != nil && !allowed(who, byName[t.Name]) })
		}
		for i, t := range list {
			if op := byName[t.Name]; op != nil {
				list[i].RawInputSchema = tools.Inventory().Schema(op, acting)
			}
		}
		return list
	}
}

// Close ends what the server holds. Writes that were already sent are given until ctx is done.
func (a *App) Close(ctx context.Context) {
	if a.accounts != nil {
		a.accounts.close(ctx)
	} else {
		a.Client.Drain(ctx)
	}
	if a.audit != nil {
		a.audit.Wait(ctx)
	}
}
