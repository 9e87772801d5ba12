package engine

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"featurebase-mcp/internal/input"
)

// ConfirmMode says before which calls the user is asked.
type ConfirmMode string

// The modes, as --confirm spells them.
const (
	ConfirmAuto   ConfirmMode = "auto"   // what cannot be undone and what Confirm is set on, where the client can ask
	ConfirmAlways ConfirmMode = "always" // also what would message people; without a client that can ask, none of it is done
	ConfirmNever  ConfirmMode = "never"
)

// Check refuses anything else, in words for a user.
func (m ConfirmMode) Check() error {
	switch m {
	case ConfirmAuto, ConfirmAlways, ConfirmNever:
		return nil
	}
	return fmt.Errorf("%q: valid are auto, always and never", string(m))
}

// Notice says that a call messages people, and whom.
type Notice struct {
	When     string // any of these conditions, each as in Rule.When, separated by bars; empty: always
	Unless   string // none of these
	To       string // who gets it, in words that go on with "This messages"
	Indirect bool   // Featurebase tells them in its own time and place, such as an assignee in its inbox: the API documents no message
	Count    string // the argument that lists them, or the field of what the call is about that tells how many they are: a number, or a list
}

// holds reports whether a call with these arguments messages these people.
func (n Notice) holds(wire map[string]any) bool {
	anyOf := func(conditions string) bool { return input.Given(strings.Split(conditions, "|"), wire) }
	return (n.When == "" || anyOf(n.When)) && (n.Unless == "" || !anyOf(n.Unless))
}

// notices are those that a call with these arguments sends.
func (op *Operation) notices(wire map[string]any) []Notice {
	var sent []Notice
	for _, n := range op.Notifies {
		if n.holds(wire) {
			sent = append(sent, n)
		}
	}
	return sent
}

// Confirmations has the user asked before calls that need it. The tools of a server share one.
type Confirmations struct {
	mode   ConfirmMode
	canAsk func(context.Context) bool
	caller func(context.Context) string
	states *states
}

// NewConfirmations returns nil, which asks nothing, for ConfirmNever. canAsk reports whether the client of a call can ask its user, and caller
// names who makes it by something that is the same when the call is made again with the answer; it may be empty.
func NewConfirmations(mode ConfirmMode, canAsk func(context.Context) bool, caller func(context.Context) string) *Confirmations {
	if mode == ConfirmNever {
		return nil
	}
	return &Confirmations{mode: mode, canAsk: canAsk, caller: caller, states: newStates()}
}

// needed reports whether a call with these arguments is asked about. It follows from the declarations alone.
func (c *Confirmations) needed(op *Operation, wire map[string]any) bool {
	return op.isFinal() || len(op.asked(wire)) > 0 || c.mode == ConfirmAlways && len(op.notices(wire)) > 0
}

// isFinal reports what no other call undoes.
func (op *Operation) isFinal() bool { return op.Effect == Destroy && !op.Reversible }

// question is what the user is asked, with the state that has to come back beside the answer.
type question struct{ Text, State string }

// reply is what came back to a question. The zero value belongs to a call that answers none.
type reply struct {
	State  string
	Action string // one of those below
	err    error  // why there is no action
}

// What users do with a question, as the protocol spells it.
const (
	accepted = "accept"
	declined = "decline"
)

// What can become of a question besides.
var (
	errUnanswered = errors.New("nobody answered")
	errAbandoned  = errors.New("the call ended")
)

// theUser is what has to happen before a call that was not confirmed can work.
const theUser = "the user asks for it"

// confirm returns nil when a call may be made: it needs no confirmation, or has got it, or nobody can be asked and the mode admits that.
// Otherwise it returns the answer, which may be a question.
func (c *call) confirm(ctx context.Context, raw []byte, r reply) *answer {
	by := c.Confirm
	if by == nil || !by.needed(c.op, c.args.Wire) {
		return nil
	}
	about := binding(c.op, by.caller(ctx), c.args.Wire)
	switch {
	case r.Action != "" || r.State != "":
		return c.replied(r, by.states.redeem(r.State, about))
	case by.canAsk(ctx):
		a := c.ask(ctx, raw, by.states.issue(about))
		return &a
	case by.mode == ConfirmAlways:
		text := c.op.Name + " sent nothing: the user has to confirm it first (--confirm always), and this client cannot ask. Do not retry: the user can do it in Featurebase, " +
			"use a client with elicitation, or change --confirm."
		return &answer{Text: text, Outcome: "refused", until: theConfiguration}
	}
	return nil
}

// replied returns nil when the user accepted, by a state that holds.
func (c *call) replied(r reply, problem string) *answer {
	switch {
	case problem != "":
		return &answer{Text: c.op.Name + " sent nothing: " + problem, Outcome: "unconfirmed", until: theUser}
	case r.Action == accepted:
		return nil
	}
	why := "the user declined"
	if r.Action != declined {
		why = "the user closed the question without an answer, or the client did so by itself (for unattended runs there is --confirm never, with fewer tools)"
	}
	a := c.notConfirmed("declined", why)
	return &a
}

// unasked is the answer to a call whose question led to nothing.
func (c *call) unasked(err error) answer {
	why := "the client did not bring the question to the user"
	switch {
	case errors.Is(err, errUnanswered):
		why = fmt.Sprintf("nobody answered the question within %.0f minutes", confirmFor.Minutes())
	case errors.Is(err, errAbandoned):
		why = "the call was cancelled before the question was answered"
	}
	a := c.notConfirmed("unanswered", why)
	a.err = err
	return a
}

func (c *call) notConfirmed(outcome, why string) answer {
	return answer{Text: c.op.Name + " sent nothing: " + why + ". Do not retry unless the user asks for it.", Outcome: outcome, until: theUser}
}

// ask makes the answer that is a question. It fails when the call is about something that does not exist, or that the key may not read: then
// there is nothing to ask, and a refused key must not keep users busy.
func (c *call) ask(ctx context.Context, raw []byte, state string) answer {
	q := inquiry{call: c}
	err := q.look(ctx)
	if isNotFound(err) || isRefused(err) {
		return c.failed(c.op.Name+" failed", err).masked(c.MaskEmails)
	}
	return answer{
		Outcome: "asked", attempts: q.attempts, requestID: q.requestID,
		Question: &question{Text: q.write(ctx, raw, err), State: state},
	}
}

// subject returns the read that shows what a call is about, with its arguments: the object at the path of the call or above it, or one that
// its arguments name. It returns nil where there is none.
func (inv *Inventory) subject(op *Operation, wire map[string]any) (read *Operation, args map[string]any) {
	for path := op.Path; path != ""; path = parent(path) {
		if !strings.HasSuffix(path, "}") {
			continue
		}
		if read = inv.readerOf(path); read != nil {
			return read, only(wire, read.holes())
		}
	}
	for about := range strings.SplitSeq(op.About, "|") {
		path, by, _ := strings.Cut(about, "=")
		if id := oneAt(path, wire); id != nil {
			read = inv.Lookup(by)
			return read, map[string]any{read.holes()[0]: id}
		}
	}
	return nil, nil
}

// oneAt returns the argument at a dotted path. Of a list it is the only item: of several, one is not what a call is about.
func oneAt(path string, wire map[string]any) any {
	var at any = wire
	for name := range strings.SplitSeq(path, ".") {
		object, _ := at.(map[string]any)
		at = object[name]
	}
	if list, ok := at.([]any); ok {
		if len(list) != 1 {
			return nil
		}
		return list[0]
	}
	return at
}

// holes are the arguments that the path names.
func (op *Operation) holes() []string {
	var names []string
	for part := range strings.SplitSeq(op.Path, "/") {
		if name, ok := hole(part); ok {
			names = append(names, name)
		}
	}
	return names
}

func only(wire map[string]any, names []string) map[string]any {
	some := map[string]any{}
	for _, name := range names {
		some[name] = wire[name]
	}
	return some
}

// draftsOnDemand reports a read that finds what was never published only when asked for drafts.
func (op *Operation) draftsOnDemand() bool {
	state := op.Input.Shape().Props["state"]
	return op.Method == http.MethodGet && state != nil && contains(strings.Join(state.Enum, " "), "draft")
}
