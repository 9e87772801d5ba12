package engine

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"time"
)

// Panel is what a client does with a view beside the answer to a call.
type Panel int

// The kinds of clients.
const (
	NoPanel    Panel = iota // it shows no views
	PanelAsks               // it shows views, and keeps a result's metadata from its model
	PanelLeaks              // it shows views, but its model may read a result's metadata, or its views do not get it
)

// why completes the sentence that this client cannot ask.
func (p Panel) why() string {
	if p == PanelLeaks {
		return ", nor in a panel: what confirms a call there could reach its model, or not reach the panel"
	}
	return ""
}

func (c *Confirmations) panelOf(ctx context.Context) Panel {
	if c.panel == nil {
		return NoPanel
	}
	return c.panel(ctx)
}

// ClickTool is the name of the tool that the buttons of a view call.
const ClickTool = "confirm_call"

// ConfirmView is the view that asks about a call of a tool without a view of its own.
const ConfirmView = "ui://featurebase/confirm"

// MetaConfirm is the name of what a result tells the view about the call that waits.
const MetaConfirm = "featurebase/confirm"

// uiMeta is the name under which the metadata of a tool speaks of views.
const uiMeta = "ui"

// waits is the outcome of a call that waits for a click.
const waits = "waits"

// PanelQuestion is what the view gets. Token confirms the call: it stands here and nowhere else.
type PanelQuestion struct {
	Token     string `json:"token"`
	Tool      string `json:"tool"`
	Title     string `json:"title"`
	Text      string `json:"text"`
	ExpiresAt string `json:"expiresAt"` // RFC 3339
}

// inPanel is what the token of a panel confirms. It names the caller without the session: hosts call for a view through another connection than
// for their model, and clients of 2026-07-28 have no session.
func (c *call) inPanel(ctx context.Context) []byte {
	return binding(c.op, "panel/"+c.Owned(ctx), c.args.Wire)
}

// park keeps the call until the user clicks, and makes the question of its answer one for the panel.
func (c *call) park(ctx context.Context, raw []byte, a *answer) {
	q := a.Question
	a.Question = nil
	until, problem := c.Confirm.parked.put(ctx, q.State, parkedCall{tool: c.op.Name, raw: bytes.Clone(raw), owner: c.Owned(ctx)})
	if problem != "" {
		*a = answer{Text: c.op.Name + " sent nothing: " + problem, Outcome: "refused", until: "other questions have been answered, or their time is over"}
		return
	}
	a.Outcome = waits
	a.Text = c.op.Name + " has sent nothing yet: it waits for the user's click in the panel beside this answer. The panel asks: " + q.outline +
		"\nDo not call it again and do not say that it is done: the click does it, and the panel shows what came of it. " +
		"If the user sees no panel within 5 minutes, nothing happens; it can be done in Featurebase, or the server started with --no-apps, where this client's own approval is what stands before it."
	a.meta = map[string]any{MetaConfirm: PanelQuestion{
		Token: q.State, Tool: c.op.Name, Title: q.Title, Text: q.Text, ExpiresAt: until.UTC().Format(time.RFC3339),
	}}
}

const (
	notAClick = ClickTool + " is for the buttons of a panel, which have a token that only the panel gets. Nothing was sent. Do not call it: the user clicks."

	unknownToken = "nothing was sent: no call of yours waits for this click. It may have been made already, its 5 minutes may be over, or the server has restarted. " + askedAnew
	usedToken    = "nothing was sent by this click: the call was confirmed or declined before, and a click holds for one call. " + askedAnew
	expiredToken = "nothing was sent: the click came after more than 5 minutes. " + askedAnew

	changedMeanwhile = "since the user was asked, a name in it has come to mean something else, or its time is over. " + askedAnew

	askedAnew = "If it is still wanted, the call has to be made again, and the user is asked again."
)

// click makes the call that a token confirms, or says why there is none.
func (env Env) click(ctx context.Context, raw []byte) answer {
	token, approve, ok := clicked(raw)
	if !ok || env.Confirm == nil {
		return env.turnedAway(ctx, "refused", notAClick)
	}
	held, problem := env.Confirm.parked.take(ctx, token, env.Owned(ctx))
	if problem != "" {
		return env.turnedAway(ctx, "unconfirmed", problem)
	}
	if env.OffBy != nil && env.OffBy(held.tool) != "" {
		return env.turnedAway(ctx, "refused", held.tool+" sent nothing: it is switched off by "+env.OffBy(held.tool)+".")
	}
	op := env.Inventory.Lookup(held.tool)
	if op == nil { // a replica of another version asked
		return env.turnedAway(ctx, "unconfirmed", unknownToken)
	}
	action := declined
	if approve {
		action = accepted
	}
	return env.call(op).pass(ctx, held.raw, reply{State: token, Action: action, clicked: true})
}

// clicked reads the arguments of a click.
func clicked(raw []byte) (token string, approve, ok bool) {
	var args struct {
		Token   string `json:"token"`
		Approve *bool  `json:"approve"`
	}
	if json.Unmarshal(raw, &args) != nil || args.Token == "" || args.Approve == nil {
		return "", false, false
	}
	return args.Token, *args.Approve, true
}

// turnedAway is the answer to a click that confirms nothing, with its line in the log.
func (env Env) turnedAway(ctx context.Context, outcome, text string) answer {
	a := answer{Text: text, Outcome: outcome}
	if env.Observer != nil {
		_, ended := env.Observer.Call(ctx, ClickTool)
		defer ended(outcome, len(text))
	}
	attrs := []slog.Attr{slog.String("tool", ClickTool), slog.String("outcome", outcome)}
	if who := env.caller(ctx); who != "" {
		attrs = append(attrs, slog.String("caller", who))
	}
	env.Logger.LogAttrs(ctx, slog.LevelWarn, "tool call", attrs...)
	return a
}
