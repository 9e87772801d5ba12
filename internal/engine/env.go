package engine

import (
	"context"
	"log/slog"
	"time"

	"featurebase-mcp/client"
	"featurebase-mcp/internal/render"
)

// Engine is what all calls of a server have in common.
type Engine struct {
	Inventory *Inventory
	Logger    *slog.Logger  // one line a call: tool, outcome, attempts, duration, request id, caller, status; never arguments or bodies
	Deadline  time.Duration // longest time of one call, waits and retries included; 0 is no limit

	AnswerBudget render.Budget // of every answer, refusals included

	Now      func() time.Time                                               // the present of the organization; nil is that of this machine
	Progress func(ctx context.Context, done, total float64, message string) // tells the host how far a workflow is; nil sends no progress

	DryRun             bool         // shows the requests of writes and does not send them
	ActingAdmin        *ActingAdmin // nil: a call has to name the admin wherever the API demands one
	AllowImpersonation bool         // lets calls speak in a customer's name
	MaskEmails         bool         // masks e-mail addresses in answers, except those of the organization's own people and texts

	CallerName func(context.Context) string // who makes the call, as logs name them; nil or empty where callers are not told apart
	Audit      *Audit                       // the trail of writes; nil keeps none
	Observer   Observer                     // follows calls; nil follows none
	Confirm    *Confirmations               // has the user asked before some calls; nil asks nothing
}

// Account is what the calls of one caller have in common: with a key per caller, nothing that depends on a key is shared.
type Account struct {
	Client  *client.Client
	Names   *Names                        // what the ids of this client's organization are called; nil: ids are the only names
	Repeats *Repeats                      // calls that fail again and again; nil notices none
	Keeps   string                        // the setting that forbids to take anything away; empty: none does
	OffBy   func(operation string) string // the setting that switches an operation off for the caller, as Selection.OffBy; nil: all are on
	Reads   func(operation string) bool   // whether the caller may be told what an operation reads besides its calls, as Selection.Reads; nil: of all
}

// reads reports whether the caller may be told what an operation reads, though no call of it asked.
func (a Account) reads(operation string) bool { return a.Reads == nil || a.Reads(operation) }

// Env is where and for whom a call is made.
type Env struct {
	*Engine
	Account
}

// Within is the same with another budget for answers. The engine is copied, because all other calls share it.
func (env Env) Within(budget render.Budget) Env {
	own := *env.Engine
	own.AnswerBudget = budget
	env.Engine = &own
	return env
}

// caller is who makes the call, or empty.
func (env Env) caller(ctx context.Context) string {
	if env.CallerName == nil {
		return ""
	}
	return env.CallerName(ctx)
}

// Observer follows calls, for metrics and traces.
type Observer interface {
	// Call tells of a call of a tool. It returns the context to make it in, and what is told of the end: the outcome, in one of a few
	// words, and the bytes of the answer's text.
	Call(ctx context.Context, tool string) (in context.Context, ended func(outcome string, answer int))
}

// Surroundings finds what a call needs, by who makes it. Its errors are the server's, not the model's: they are handed on as they are. What it
// returns is good until the context ends.
type Surroundings func(context.Context) (Env, error)
