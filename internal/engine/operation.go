package engine

import (
	"context"
	"net/http"
	"strings"

	"featurebase-mcp/client"
	"featurebase-mcp/internal/input"
	"featurebase-mcp/internal/render"
)

// Effect says what a call does to the organization. Its zero value is invalid, so that no declaration can forget it.
type Effect int

// The effects, from harmless to irreversible.
const (
	Read Effect = iota + 1
	Write
	Destroy
)

// String returns the effect's name in documentation and listings.
func (e Effect) String() string {
	switch e {
	case Read:
		return "read"
	case Write:
		return "write"
	case Destroy:
		return "destructive"
	default:
		return "undeclared"
	}
}

// Toolset is a group of operations that users turn on or off together; each has a file of its own.
type Toolset struct {
	Name        string   // as --toolsets spells it
	Description string   // one sentence for people
	Also        string   // what people call these things besides: the words by which a model that has to search for tools finds them
	Refs        Refs     // the fields of its operations, and of their answers, in which a name can stand for an id
	AnswerRefs  Refs     // those that only answers have
	Unsaid      []Unsaid // what may explain the failures of its operations
	Operations  []*Operation
}

// Unsaid is a rule of Featurebase that its own messages leave out.
type Unsaid struct {
	Failures []client.Kind // that it may explain
	Words    string        // one sentence or two for the model
}

// Operation is one call of the Featurebase API, declared once; or a workflow, which is composed of such calls.
type Operation struct {
	Name         string // the tool: snake_case of the contract's operation id
	Title        string // for people, in hosts that show it
	Description  string // for models: the first words carry the meaning, since hosts may show no more
	Effect       Effect
	Default      bool         // set it on what triage and support need every day: the default toolset, bounded by a test
	Browsed      bool         // set it on a read that resources, completions and the words for unknown names use, where the default tools lack it
	Legacy       bool         // set it on what another operation replaces: exposed by name and with all toolsets, never with its own
	Overwrites   bool         // set it on a POST that changes what was there; PATCH and Destroy do so by nature
	TakesAway    string       // the conditions, as Notice.When has them, under which a Write takes away what another call gives back: it needs what a Destroy needs
	Idempotent   bool         // set it on a POST that may be repeated; other methods are idempotent by nature
	Reversible   bool         // set it on a Destroy that another call undoes
	Method       string       // an http.Method constant
	Path         string       // each {hole} is an argument, named for what it holds; a workflow has neither method nor path
	Input        *input.Input // Args[T]()
	Rules        []input.Rule // what else spans arguments
	ActingAdmin  *input.Rule  // where the API demands an admin to act as: its Need is filled from Env.ActingAdmin when a call leaves it out
	Impersonates string       // the condition under which the call speaks in a customer's name, as in Rule.When
	Confirm      []Asked      // when the user is asked about a Write like about what cannot be undone
	Notifies     []Notice     // whom the call messages
	About        string       // what the call is about where its path does not say it: argument=the operation that reads it, separated by bars
	Output       *render.View // nil: the answer as it stands, without nulls and empties
	Example      string       // arguments as JSON that work on the sandbox; "<postId>" stands for an id that the finder of postId finds

	Refs    Refs     // the arguments of this operation alone in which a name can stand for an id
	Unsaid  []Unsaid // what may explain its failures
	ShownBy string   // the read that shows whether a write was made, where its path does not lead to one
	// ShowsPermissions is set on the read that tells which roles have a permission.
	ShowsPermissions bool

	Run  func(context.Context, *Job) (string, error) // a workflow: makes its answer from those of the operations it uses
	Uses []string                                    // the operations that Run may call
}

// Asked says when the user is asked about a call, and why.
type Asked struct {
	When    string // as in Rule.When; empty: always
	Because string // what the call leads to, in a sentence for people
}

// Changes reports whether a call changes or takes away what was there: by the words of the protocol it is destructive. Other writes only add.
func (op *Operation) Changes() bool {
	return op.Effect == Destroy || op.Effect == Write && (op.Method != http.MethodPost || op.Overwrites)
}

// takesAway reports whether a call with these arguments takes something away, as a Destroy always does.
func (op *Operation) takesAway(wire map[string]any) bool {
	return op.Effect == Destroy || op.TakesAway != "" && input.Given(strings.Split(op.TakesAway, "|"), wire)
}

// asked are the reasons to ask the user about a call with these arguments.
func (op *Operation) asked(wire map[string]any) []Asked {
	var all []Asked
	for _, a := range op.Confirm {
		if a.When == "" || input.Holds(a.When, wire) {
			all = append(all, a)
		}
	}
	return all
}

// repeatable reports whether calling twice leaves the same state as calling once.
func (op *Operation) repeatable() bool {
	return op.Effect == Read || op.Idempotent || op.Method != http.MethodPost
}

// safety is what the client may do with the request when an attempt fails.
func (op *Operation) safety() client.Safety {
	switch {
	case op.Effect == Read:
		return client.Read
	case op.Method == http.MethodDelete:
		return client.Delete
	default:
		return client.Write
	}
}
