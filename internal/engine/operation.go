package engine

import (
	"context"
	"net/http"
	"strings"

	"featurebase-mcp/client"
	"featurebase-mcp/internal/input"
	"featurebase-mcp/internal/rawjson"
	"featurebase-mcp/internal/render"
)

// Effect is what a call does to the organization. Its zero value is invalid, so that a declaration without one fails the tests.
type Effect int

// The effects, from harmless to irreversible.
const (
	Read Effect = iota + 1 // changes nothing
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

// Toolset is a group of operations that users switch on or off together. Each has a file of its own.
type Toolset struct {
	Name        string   // as --toolsets spells it
	Description string   // one sentence for people
	Also        string   // synonyms by which a search for tools finds them; hosts that list all tools do not show them
	Refs        Refs     // the fields of its operations and of their answers in which a name can replace an id
	AnswerRefs  Refs     // such fields that only answers have
	Unsaid      []Unsaid // rules that may explain the failures of its operations
	Operations  []*Operation
}

// Unsaid is a rule of Featurebase that its error messages leave out.
type Unsaid struct {
	Failures []client.Kind // the failures that it may explain
	Words    string        // one or two sentences for the model
	Status   int           // of the response; 0: any
	Given    string        // an argument of the call without which the rule does not hold
	Nothing  bool          // the failure changed nothing
}

// Operation is the declaration of one call of the Featurebase API, or of a workflow, which is composed of such calls.
type Operation struct {
	Name         string // the name of the tool: the contract's operation id in snake_case
	Title        string // for people, in hosts that show it
	Description  string // for models: the first words carry the meaning, since hosts may show no more
	Effect       Effect
	Default      bool         // set on operations that triage and support need every day; a test bounds the cost of this default set
	Browsed      bool         // set on a read outside of the default set that resources, completions and the words for unknown names use
	Legacy       bool         // set on an operation that another replaces: exposed by its name and with all toolsets, but not with its own
	Overwrites   bool         // set on a POST that changes existing data; PATCH and Destroy always do
	TakesAway    string       // conditions, as in Notice.When, under which a Write takes something away and needs the permission of a Destroy
	Idempotent   bool         // set on a POST that is safe to repeat; other methods always are
	Unrepeatable bool         // set on a PATCH that does more the second time
	Reversible   bool         // set on a Destroy that another call can undo
	Method       string       // an http.Method constant
	Path         string       // each {hole} is named after its argument; a workflow has neither method nor path
	Version      string       // the API version that it is sent with, where the pinned one may not have it; empty: that of --api-version
	Preview      string       // what is not known of it, a noun: it is exposed by name alone, never with all toolsets, and asks before it reaches people; empty: it is documented
	InQuery      bool         // set on a DELETE whose arguments go to the query, and not to its body
	Key          string       // the argument that goes out as the header Idempotency-Key
	Later        string       // arguments that a later API version brought: argument=version, separated by bars; a call that gives one is sent with that version at least
	Input        *input.Input // input.Args[T]()
	Rules        []input.Rule // rules that span arguments
	ActingAdmin  *input.Rule  // set where the API demands an acting admin: Engine.ActingAdmin fills the argument Need if a call leaves it out
	Impersonates string       // the condition, as in Rule.When, under which the call acts in a customer's name
	Confirm      []Asked      // when the user has to confirm a Write as if it could not be undone
	Notifies     []Notice     // whom the call messages
	About        string       // the object of the call where its path does not name it: argument=the operation that reads it, separated by bars
	Finds        *Found       // set on an upsert: how the object that it changes is found
	Holds        string       // list.key=argument: the list of the object that About or the path names, to which the write adds an item or from which it takes one
	Undo         string       // the write that takes this one back, and its arguments: "delete_post postId=made"; a PATCH takes itself back
	Keeps        *Kept        // set it on an update of a text that is read as Markdown: what Markdown does not hold is kept
	Versions     *Versions    // set it on a read of what has a draft beside what is published
	Output       *render.View // the form of the answer; nil: the response without nulls and empty values
	View         string       // the panel that hosts with MCP Apps show its answers in, as package apps names it; empty: none of its own
	Adds         *Addition    // completes the answer with facts of further requests; nil: nothing is added
	Example      string       // arguments as JSON that work on the sandbox; "<postId>" is replaced by an id that the finder of postId returns

	// Verify compares a response with the arguments in the API's form; nil: the response is taken for what was asked.
	Verify func(asked map[string]any, body rawjson.Value) Verified

	Refs    Refs     // arguments in which a name can replace an id, besides those of the toolset
	Unsaid  []Unsaid // rules that may explain its failures
	ShownBy string   // the read that shows whether a write was made, where the path does not lead to it
	// ShowsPermissions is set on the read that shows which roles have a permission.
	ShowsPermissions bool

	Asks func(context.Context, *Job) (JobQuestion, error) // the question before Run, if Run writes
	Run  func(context.Context, *Job) (string, error)      // makes the answer of a workflow, from the responses of the operations in Uses
	Uses []string                                         // the operations that Run may call
}

// Found declares how an upsert finds the object that it changes.
type Found struct {
	With string    // the search that finds it
	By   []FoundBy // the identities in the order in which they count: a later one finds only objects that have none of the earlier, if those are given
}

// FoundBy is an identity of an object.
type FoundBy struct {
	Argument string // of the upsert
	Filter   string // of the search
	Field    string // of the object that was found
}

// Asked declares that the user has to confirm a call.
type Asked struct {
	When    string // as in Rule.When; empty: always
	Because string // the consequence of the call, a sentence for people
}

// Describe returns the description for models, which begins with what is not known.
func (op *Operation) Describe() string {
	if op.Preview == "" {
		return op.Description
	}
	return "Preview; not known: " + op.Preview + ". " + op.Description
}

// Changes reports whether a call changes or removes existing data, which the protocol calls destructive. Other writes only add.
func (op *Operation) Changes() bool {
	return op.Effect == Destroy || op.Effect == Write && (op.Method != http.MethodPost || op.Overwrites)
}

// takesAway reports whether a call with these arguments takes something away, as a Destroy always does.
func (op *Operation) takesAway(wire map[string]any) bool {
	return op.Effect == Destroy || op.TakesAway != "" && input.Given(strings.Split(op.TakesAway, "|"), wire)
}

// asked returns the reasons to ask the user about a call with these arguments.
func (op *Operation) asked(wire map[string]any) []Asked {
	var all []Asked
	for _, a := range op.Confirm {
		if a.When == "" || input.Holds(a.When, wire) {
			all = append(all, a)
		}
	}
	return all
}

// Brought is an argument that a later API version brought.
type Brought struct{ Argument, Version string }

// Brings returns the arguments that later API versions brought.
func (op *Operation) Brings() []Brought {
	var all []Brought
	for one := range strings.SplitSeq(op.Later, "|") {
		if argument, version, ok := strings.Cut(one, "="); ok {
			all = append(all, Brought{argument, version})
		}
	}
	return all
}

// since returns the API version that a call with these arguments needs at least; empty: any will do.
func (op *Operation) since(wire map[string]any) string {
	needed := ""
	for _, b := range op.Brings() {
		if input.Holds(b.Argument, wire) {
			needed = max(needed, b.Version)
		}
	}
	return needed
}

// VersionWords says with which API versions the operation is sent, or with which of its arguments. They are empty for one that is sent with that
// of the client, whatever it is.
func (op *Operation) VersionWords() []string {
	var words []string
	if op.Version != "" {
		words = append(words, "sent with API version "+op.Version)
	}
	for _, b := range op.Brings() {
		words = append(words, "with "+b.Argument+" sent with API version "+b.Version+" or later")
	}
	return words
}

// repeatable reports whether calling twice leaves the same state as calling once.
func (op *Operation) repeatable() bool {
	return op.Effect == Read || op.Idempotent || op.Method != http.MethodPost && !op.Unrepeatable
}

// safety decides how the client may repeat the request after a failed attempt.
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
