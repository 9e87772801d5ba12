package engine

import (
	"context"
	"slices"
	"time"

	"featurebase-mcp/client"
	"featurebase-mcp/internal/input"
	"featurebase-mcp/internal/render"
)

// What the tests need of the inside: they stand outside of the package, because they run the operations of tools, which imports it.

const (
	ConfirmFor   = confirmFor
	MaxPages     = maxPages
	MostParked   = mostParked
	MostRepeats  = mostRepeats
	MostSpent    = mostSpent
	OwnersParked = ownersParked
	Panicked     = panicked
	Sending      = sending
	TooOften     = tooOften
)

type (
	AuditLine = auditLine
	Outcome   = answer
	Question  = question
	Reply     = reply
)

var (
	Binding   = binding
	Causes    = causes
	Hole      = hole
	NewStates = newStates
	Form      = form
	Decided   = decided
)

// Asked reports whether a call is asked about in a mode, by the declaration.
func (op *Operation) Asked(mode ConfirmMode, arguments string) bool {
	args, err := readArguments(op, []byte(arguments))
	return err == nil && (&Confirmations{mode: mode}).needed(op, args.Wire)
}

// Messages reports whether a call itself messages people, by the declaration.
func (op *Operation) Messages(arguments string) bool {
	args, err := readArguments(op, []byte(arguments))
	return err == nil && len(op.Notices(args.Wire)) > 0
}

func (inv *Inventory) Mentions(op *Operation, wire map[string]any) []mention {
	return inv.mentions(op, wire)
}

// In is the reference that holds for a call with these arguments.
func (r Ref) In(wire map[string]any) (Ref, bool) { return r.in(wire) }

// RefsOf are the references of an operation.
func (inv *Inventory) RefsOf(op *Operation) Refs { return inv.refs[op.Name].Arguments }

func (env Env) with(op *Operation, args input.Arguments) *call {
	c := env.call(op)
	c.args = args
	return c
}

func (op *Operation) Audited(ctx context.Context, env Env, wire map[string]any, send func() (answer, []byte)) answer {
	return env.with(op, input.Arguments{Wire: wire}).audited(ctx, send)
}

func (op *Operation) CallIn(ctx context.Context, env Env, raw []byte, r reply) answer {
	return env.call(op).answer(ctx, raw, r)
}

func (op *Operation) Failed(env Env, err error, args input.Arguments) answer {
	return env.with(op, args).failed(op.Name+" failed", err)
}

// Fail begins the words for a call that failed.
func Fail(env Env, op *Operation, wire map[string]any) failing {
	return failing{call: env.call(op).of(op, wire)}
}

func (op *Operation) Holes() []string { return op.holes() }

// Notices are those of the messages that a call itself sends.
func (op *Operation) Notices(wire map[string]any) []Notice {
	return slices.DeleteFunc(op.notices(wire), func(n Notice) bool { return n.Indirect })
}

func (op *Operation) Read(raw []byte) (input.Arguments, error) { return readArguments(op, raw) }

func (op *Operation) Part(document []byte, bodyAt, offset int, budget render.Budget) string {
	return part(op, document, bodyAt, offset, budget)
}

func (op *Operation) Pass(ctx context.Context, env Env, raw []byte, r reply) answer {
	return env.call(op).pass(ctx, raw, r)
}

func (op *Operation) RenderIn(body []byte, args input.Arguments, env Env) string {
	return env.with(op, args).render(body)
}

func (op *Operation) Request(wire map[string]any) (client.Request, error) { return requestOf(op, wire) }

func (op *Operation) RunIn(ctx context.Context, env Env, args input.Arguments) answer {
	return env.with(op, args).run(ctx)
}

func (s *states) Redeem(state string, about []byte) string {
	return s.redeem(context.Background(), state, about)
}

func (s *states) Issue(about []byte) string {
	state, err := s.issue(context.Background(), about)
	if err != nil {
		panic(err)
	}
	return state
}

// Remembered is how many used states this process remembers.
func (s *states) Remembered() int { return len(s.Spent.(*spentHere).spent) }

func (a answer) Masked(mask bool) answer { return a.masked(mask) }
func (a answer) Succeeded() bool         { return a.succeeded() }

func (f failing) Check() string             { return f.check() }
func (f failing) Finder(name string) string { return f.finder(name) }
func (f failing) IDs() []namedID            { return f.ids() }

// States are those of the questions that c asks.
func (c *Confirmations) States() *states { return c.states }

// Restart has c forget its key, as another process would not know it.
func (c *Confirmations) Restart() { c.states = newStates() }

// ActingAs is the admin of an id.
func ActingAs(id string) *ActingAdmin { return &ActingAdmin{id: id} }

// SetCaller has another caller answer.
func (c *Confirmations) SetCaller(caller func(context.Context) string) { c.caller = caller }

// Remembered is how many calls are remembered.
func (r *Repeats) Remembered() int { return len(r.last) }

// NewParked keeps calls by a clock of the test.
func NewParked(now func() time.Time) *parked {
	p := newParked()
	p.Now = now
	return p
}

// Put keeps a call with arguments of a length.
func (p *parked) Put(token, owner string, arguments int) (time.Time, string) {
	return p.put(context.Background(), token, parkedCall{owner: owner, raw: make([]byte, arguments)})
}

// Take is what is wrong with a click.
func (p *parked) Take(token, owner string) string {
	_, problem := p.take(context.Background(), token, owner)
	return problem
}

// Away has the calls kept elsewhere.
func (p *parked) Away(w Waiting) { p.shared = w }

// Bytes is what the calls take.
func (p *parked) Bytes() int { return p.bytes }
