package engine

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"featurebase-mcp/internal/input"
)

// ConfirmMode decides before which calls the server asks the user.
type ConfirmMode string

// The modes, as --confirm spells them.
const (
	ConfirmAuto   ConfirmMode = "auto"   // asks before calls that cannot be undone and those with a Confirm, if the client can ask
	ConfirmAlways ConfirmMode = "always" // asks also before calls that message people; refuses all of them if the client cannot ask
	ConfirmNever  ConfirmMode = "never"  // never asks
)

// Check returns an error, written for a user, for any other value.
func (m ConfirmMode) Check() error {
	switch m {
	case ConfirmAuto, ConfirmAlways, ConfirmNever:
		return nil
	}
	return fmt.Errorf("%q: valid are auto, always and never", string(m))
}

// Notice declares that a call messages people.
type Notice struct {
	When     string // conditions as in Rule.When, separated by bars, of which one holds; empty: always
	Unless   string // conditions of which none holds
	To       string // the recipients: words that follow "This messages"
	Indirect bool   // Featurebase notifies them by itself, such as an assignee in the inbox; the API documents no message
	Count    string // the argument that lists them, or the field of the object with their list or number
}

// holds reports whether a call with these arguments sends the message.
func (n Notice) holds(wire map[string]any) bool {
	anyOf := func(conditions string) bool { return input.Given(strings.Split(conditions, "|"), wire) }
	return (n.When == "" || anyOf(n.When)) && (n.Unless == "" || !anyOf(n.Unless))
}

// notices returns the messages that a call with these arguments sends.
func (op *Operation) notices(wire map[string]any) []Notice {
	var sent []Notice
	for _, n := range op.Notifies {
		if n.holds(wire) {
			sent = append(sent, n)
		}
	}
	return sent
}

// Confirmations makes the server ask the user before calls that need it. The tools of a server share one.
type Confirmations struct {
	mode   ConfirmMode
	canAsk func(context.Context) bool
	caller func(context.Context) string
	panel  func(context.Context) Panel // nil: without views
	states *states
	parked *parked
}

// NewConfirmations returns the confirmations of a mode, or nil for ConfirmNever. canAsk reports whether the client of a call can ask its
// user. caller identifies who makes a call; it must return the same text when the call comes again with the reply, and may return an empty
// one.
func NewConfirmations(mode ConfirmMode, canAsk func(context.Context) bool, caller func(context.Context) string) *Confirmations {
	if mode == ConfirmNever {
		return nil
	}
	return &Confirmations{mode: mode, canAsk: canAsk, caller: caller, states: newStates(), parked: newParked()}
}

// InPanels lets a client that cannot ask, and shows views, ask in a panel. panel reports which the client of a call is.
func (c *Confirmations) InPanels(panel func(context.Context) Panel) { c.panel = panel }

// needed reports whether the user has to confirm a call with these arguments. Only the declarations decide.
func (c *Confirmations) needed(op *Operation, wire map[string]any) bool {
	return op.isFinal() || len(op.asked(wire)) > 0 || c.mode.strict(op) && len(op.notices(wire)) > 0
}

// MayAsk reports whether there are arguments with which the user has to confirm a call in this mode.
func (op *Operation) MayAsk(mode ConfirmMode) bool {
	return mode != ConfirmNever && (op.isFinal() || len(op.Confirm) > 0 || op.Asks != nil || mode.strict(op) && len(op.Notifies) > 0)
}

// strict reports whether a mode asks about an operation also before it messages people, and refuses it where the client cannot ask. A preview is
// treated so in every mode that asks: nobody has seen what it does in full.
func (m ConfirmMode) strict(op *Operation) bool {
	return m == ConfirmAlways || m == ConfirmAuto && op.Preview != ""
}

// isFinal reports whether no other call undoes this one.
func (op *Operation) isFinal() bool { return op.Effect == Destroy && !op.Reversible }

// JobQuestion is what a workflow that writes asks the user before it sends anything.
type JobQuestion struct {
	Text   string // empty: nothing has to be asked
	Needed bool   // one of the writes would be asked about if it came alone
	Strict bool   // one of these is a preview, which is refused where nobody can be asked
}

// question is the text for the user, and the state that the client has to send back with the reply.
type question struct {
	Title, Text, State string

	outline string // what the call does, in words that hold nothing which the model has not written or read
}

// reply is the user's reply to a question. It is zero in a call that does not reply to one.
type reply struct {
	State   string
	Action  string // accepted, declined or another action of the protocol
	err     error  // the reason why there is no action
	clicked bool   // it came from a view
}

// The actions of a reply that matter here, as the protocol spells them.
const (
	accepted = "accept"
	declined = "decline"
)

// The failures to get a reply.
var (
	errUnanswered = errors.New("nobody answered")
	errAbandoned  = errors.New("the call ended")
)

// theUser is the value of answer.until for a call that the user did not confirm.
const theUser = "the user asks for it"

// confirm returns nil if the call may be made: it needs no confirmation, the user accepted, or the client cannot ask and the mode permits
// that. Otherwise it returns the answer, which may be a question.
func (c *call) confirm(ctx context.Context, raw []byte, r reply) *answer {
	by := c.Confirm
	if by == nil || !by.needed(c.op, c.args.Wire) {
		return nil
	}
	return c.yes(ctx, raw, r, by.mode.strict(c.op), func(state string) answer { return c.ask(ctx, raw, state) })
}

// confirmJob is confirm for a workflow that writes: its own question says what will happen.
func (c *call) confirmJob(ctx context.Context, raw []byte, r reply) *answer {
	if c.Confirm == nil || c.op.Asks == nil || c.DryRun {
		return nil
	}
	q, err := c.op.Asks(ctx, &Job{call: c})
	switch {
	case err != nil:
		return c.invalid(err.Error())
	case q.Text == "" && r.Action == "" && r.State == "": // a no is a no, also when meanwhile nothing had to be asked any more
		return nil
	}
	strict := q.Needed && c.Confirm.mode == ConfirmAlways || q.Strict
	return c.yes(ctx, raw, r, strict, func(state string) answer {
		first, _, _ := strings.Cut(q.Text, "\n")
		return answer{Outcome: "asked", Question: &question{Title: c.op.Title, Text: q.Text, State: state, outline: first}}
	})
}

// yes returns nil if the user has accepted, or cannot be asked and may remain so. strict tells that the call is refused then.
// The client's own form comes first: it belongs to the call, and works without a second connection. A panel is for clients that have none.
func (c *call) yes(ctx context.Context, raw []byte, r reply, strict bool, ask func(state string) answer) *answer {
	by := c.Confirm
	about := binding(c.op, by.caller(ctx), c.args.Wire)
	switch {
	case r.clicked:
		return c.replied(r, by.states.redeem(ctx, r.State, c.inPanel(ctx)))
	case r.Action != "" || r.State != "":
		return c.replied(r, by.states.redeem(ctx, r.State, about))
	case by.canAsk(ctx):
		state, err := by.states.issue(ctx, about)
		a := answer{Text: c.op.Name + " sent nothing: " + notKept, Outcome: "unconfirmed"}
		if err == nil {
			a = ask(state)
		}
		return &a
	}
	panel := by.panelOf(ctx)
	switch {
	case panel == PanelAsks:
		a := ask("")
		if a.Question != nil {
			state, err := by.states.issue(ctx, c.inPanel(ctx)) // its five minutes begin when the panel can be shown
			if err != nil {
				return &answer{Text: c.op.Name + " sent nothing: " + notKept, Outcome: "unconfirmed"}
			}
			a.Question.State = state
			c.park(ctx, raw, &a)
		}
		return &a
	case strict:
		why := "--confirm always"
		if by.mode != ConfirmAlways {
			why = "a preview, of which not everything is known"
		}
		text := c.op.Name + " sent nothing: the user has to confirm it first (" + why + "), and this client cannot ask" + panel.why() +
			". Do not retry: the user can do it in Featurebase, use a client with elicitation, or change --confirm."
		return &answer{Text: text, Outcome: "refused", until: theConfiguration}
	}
	return nil
}

// replied returns nil if the user accepted and the state is valid. problem is what is wrong with the state.
func (c *call) replied(r reply, problem string) *answer {
	switch {
	case problem == notKept:
		return &answer{Text: c.op.Name + " sent nothing: " + problem, Outcome: "unconfirmed"}
	case problem != "" && r.clicked: // only after a name among the arguments has come to mean something else
		return &answer{Text: c.op.Name + " sent nothing: " + changedMeanwhile, Outcome: "unconfirmed", until: theUser}
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

// unasked is the answer to a call whose question got no reply.
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

// ask returns the answer that is a question. It returns a failure where the object of the call does not exist or the key may not read it:
// the call would fail anyway, and an invalid key must not make users answer questions.
func (c *call) ask(ctx context.Context, raw []byte, state string) answer {
	q := inquiry{call: c}
	err := q.look(ctx)
	if isNotFound(err) || isRefused(err) {
		return c.failed(c.op.Name+" failed", err).masked(c.MaskEmails)
	}
	return answer{
		Outcome: "asked", attempts: q.attempts, requestID: q.requestID,
		Question: &question{Title: c.op.Title, Text: q.write(ctx, raw, err), State: state, outline: q.outline()},
	}
}

// subject returns the read that shows the object of a call, and its arguments. The object is found at the path of the call, at a path above
// it, or by About. The read is nil where there is none.
func (inv *Inventory) subject(op *Operation, wire map[string]any) (read *Operation, args map[string]any) {
	for path := op.Path; path != ""; path = parent(path) {
		if !strings.HasSuffix(path, "}") {
			continue
		}
		if read = inv.readerOf(path); read != nil && inv.takes(read, pick(wire, read.holes())) {
			return read, pick(wire, read.holes())
		}
	}
	for about := range strings.SplitSeq(op.About, "|") {
		path, by, _ := strings.Cut(about, "=")
		if id := oneAt(path, wire); id != nil {
			read = inv.Lookup(by)
			if args = map[string]any{read.holes()[0]: id}; inv.takes(read, args) {
				return read, args
			}
		}
	}
	return nil, nil
}

// takes reports whether a read takes the values as ids: a write may have a slug where its API takes one.
func (inv *Inventory) takes(read *Operation, args map[string]any) bool {
	for name, value := range args {
		ref := inv.refs[read.Name].Arguments[name]
		if ref.Kind != nil && sought(ref.Kind) && !ref.Slugs && !ref.Kind.IsID(asText(value)) {
			return false
		}
	}
	return true
}

// oneAt returns the argument at a dotted path. For a list it returns the only item, and nil if there are several, because a call about
// several objects has no single subject.
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

// holes returns the names of the arguments in the path.
func (op *Operation) holes() []string {
	var names []string
	for part := range strings.SplitSeq(op.Path, "/") {
		if name, ok := hole(part); ok {
			names = append(names, name)
		}
	}
	return names
}

// pick returns the named arguments.
func pick(wire map[string]any, names []string) map[string]any {
	some := map[string]any{}
	for _, name := range names {
		some[name] = wire[name]
	}
	return some
}

// draftsOnDemand reports whether a read finds unpublished objects only if asked for drafts.
func (op *Operation) draftsOnDemand() bool {
	state := op.Input.Shape().Props["state"]
	return op.Method == http.MethodGet && state != nil && contains(strings.Join(state.Enum, " "), "draft")
}
