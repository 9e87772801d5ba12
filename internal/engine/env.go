package engine

import (
	"context"
	"log/slog"
	"time"

	"featurebase-mcp/client"
	"featurebase-mcp/internal/names"
	"featurebase-mcp/internal/plan"
	"featurebase-mcp/internal/render"
)

// Engine holds what all calls of a server share.
type Engine struct {
	Inventory *Inventory
	Logger    *slog.Logger  // gets one line for each call: tool, outcome, attempts, duration, request id, caller, status; never arguments or bodies
	Deadline  time.Duration // the longest time of one call with its waits and retries; 0: no limit

	AnswerBudget render.Budget // bounds every answer, refusals included

	Now      func() time.Time                                               // the current time; nil: the clock of this machine
	Progress func(ctx context.Context, done, total float64, message string) // reports the progress of a workflow to the host; nil: sends none

	DryRun             bool         // shows the requests of writes instead of sending them
	ActingAdmin        *ActingAdmin // nil: a call has to name the admin where the API demands one
	AllowImpersonation bool         // permits calls in a customer's name
	MaskEmails         bool         // masks e-mail addresses in answers, except those of the organization's own people and texts

	CallerName func(context.Context) string // returns the caller's name for logs; nil, or an empty name, where callers are not distinguished
	Audit      *Audit                       // the trail of writes; nil: none
	Observer   Observer                     // observes calls; nil: none
	Plans      plan.Keeper                  // keeps the plans of all callers
	Owner      func(context.Context) string // returns who makes a call: a plan belongs to its owner
	Confirm    *Confirmations               // asks the user before some calls; nil: asks about none
	CanShow    func(context.Context) bool   // reports whether the client of a call shows panels; nil: none does
}

// Account holds what the calls of one caller share. Where each caller has a key, callers share nothing that depends on a key.
type Account struct {
	Client  *client.Client
	Names   *names.Cache                  // the names of the organization's objects; nil: answers show ids, and arguments cannot be names
	Repeats *Repeats                      // counts calls that fail repeatedly; nil: counts none
	Figures *Figures                      // remembers what reports answered; nil: remembers nothing
	Keeps   string                        // the setting that forbids calls that take something away; empty: they are allowed
	OffBy   func(operation string) string // returns the setting that switches an operation off, empty for one that is on; nil: all are on
	Reads   func(operation string) bool   // reports whether an operation may be read on behalf of the caller other than by a tool call; nil: all may be
}

// reads reports whether an operation may be read on behalf of the caller other than by a tool call.
func (a Account) reads(operation string) bool { return a.Reads == nil || a.Reads(operation) }

// Env is the surroundings of a call: the server's part and the caller's part.
type Env struct {
	*Engine
	Account
}

// Within returns the surroundings with another budget for answers. It copies the engine, because all other calls share it.
func (env Env) Within(budget render.Budget) Env {
	own := *env.Engine
	own.AnswerBudget = budget
	env.Engine = &own
	return env
}

// caller returns the name of the caller, or an empty text.
func (env Env) caller(ctx context.Context) string {
	if env.CallerName == nil {
		return ""
	}
	return env.CallerName(ctx)
}

// Owned returns who makes a call: plans belong to it.
func (env Env) Owned(ctx context.Context) string {
	if env.Owner == nil {
		return ""
	}
	return env.Owner(ctx)
}

// Observer observes calls, for metrics and traces.
type Observer interface {
	// Call is called at the beginning of a tool call. It returns the context for the call and a function to call at its end, with the
	// outcome, which is one of a few words, and the length of the answer in bytes.
	Call(ctx context.Context, tool string) (in context.Context, ended func(outcome string, answer int))
}

// Surroundings returns the surroundings of a call for the caller in the context. They are valid until the context ends. An error of it is
// the server's own and is returned to the transport unchanged; no model reads it.
type Surroundings func(context.Context) (Env, error)
