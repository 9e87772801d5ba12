package httptransport

import (
	"context"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"net/http"
	"strconv"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"featurebase-mcp/internal/caller"
	"featurebase-mcp/internal/shared"
	"featurebase-mcp/internal/wire"
)

const (
	counterBits = 32      // of the id of a question that mcp-go counts
	replicaMost = 1 << 21 // with the counter an integer that JavaScript holds exactly

	lookEvery = 250 * time.Millisecond // how often a replica looks for what another one was told
	cancelFor = time.Minute
	askFor    = 10 * time.Minute // longer than any question waits

	answerField = "answer"
	unanswered  = "-"

	carryPurpose = "answer"
)

// newNumber returns what tells the questions of this replica from those of others. mcp-go counts them from one in each process, so that without it
// the answer to a question of one replica could be taken for the answer to that of another.
func newNumber() int64 { return 1 + rand.Int64N(replicaMost-1) } //nolint:gosec // nobody gains by guessing it

// carried is the place of an answer in the store.
func carried(session string, id int64) string {
	return "question " + brief(session) + " " + strconv.FormatInt(id, 10)
}

// renumbered returns a question of mcp-go to the client with an id that is one of this replica's alone, and the id. It is nil for any other message.
func (h *Transport) renumbered(message []byte) (own []byte, id int64) {
	var m struct {
		ID     *int64  `json:"id"`
		Method *string `json:"method"`
	}
	var all map[string]json.RawMessage
	if json.Unmarshal(message, &m) != nil || m.ID == nil || m.Method == nil || json.Unmarshal(message, &all) != nil {
		return nil, 0
	}
	id = h.number<<counterBits | *m.ID
	return withID(all, id), id
}

func withID(all map[string]json.RawMessage, id int64) []byte {
	all["id"] = json.RawMessage(strconv.FormatInt(id, 10))
	text, err := json.Marshal(all)
	if err != nil {
		return nil // they were parts of a message
	}
	return text
}

// expect waits for the answer to a question that may reach another replica, until the call ends that has asked. made says that the store has a place
// for the answer.
func (p *post) expect(ctx context.Context, session string, id int64, made bool) {
	replicas, key := p.h.options.Replicas, carried(session, id)
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	defer func() {
		if made {
			_ = replicas.Store.Drop(context.WithoutCancel(ctx), key)
		}
	}()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		fields, err := replicas.Store.Fields(ctx, key)
		switch {
		case errors.Is(err, shared.ErrGone): // the store has lost it, or was away: other replicas have to know of the question
			made = replicas.Store.Drop(ctx, key) == nil && replicas.place(ctx, key)
		case err == nil && string(fields[answerField]) != unanswered:
			if answer, err := replicas.Keys.Open(carryPurpose+session, fields[answerField]); err == nil {
				p.h.inside(context.WithoutCancel(p.request.Context()), session, answer) //nolint:contextcheck // of the request
			}
			return
		}
	}
}

// place makes the place of an answer.
func (r *Replicas) place(ctx context.Context, key string) bool {
	return r.Store.Make(ctx, key, map[string][]byte{answerField: []byte(unanswered)}, askFor) == nil
}

// asks follows a question that mcp-go writes, in a goroutine of its own. It is called before the client can read the question: a quick one would find no
// place for its answer at another replica.
func (p *post) asks(id int64) {
	session := p.request.Header.Get(server.HeaderKeySessionID)
	made := p.h.options.Replicas.place(p.ends, carried(session, id))
	p.expecting.Go(func() { p.expect(p.ends, session, id, made) })
}

// answer takes what the client answers to a question. It reports false for one that this replica has asked; then it returns the answer as mcp-go
// knows the question.
func (h *Transport) answer(w http.ResponseWriter, r *http.Request, body []byte) (own []byte, done bool) {
	var all map[string]json.RawMessage
	var id int64
	if json.Unmarshal(body, &all) != nil || json.Unmarshal(all["id"], &id) != nil {
		return body, false // mcp-go refuses it
	}
	number, session := id>>counterBits, r.Header.Get(server.HeaderKeySessionID)
	own = withID(all, id&(1<<counterBits-1))
	if number == h.number || number == 0 || own == nil {
		return own, false
	}
	if !h.sessions.belongs(session, caller.From(r.Context()).Principal) {
		refuseSession(w, r)
		return nil, true
	}
	replicas := h.options.Replicas
	kept, err := replicas.Store.Swap(r.Context(), carried(session, id), answerField, []byte(unanswered), replicas.Keys.Seal(carryPurpose+session, own))
	switch {
	case kept:
		w.WriteHeader(http.StatusAccepted)
	case err == nil, errors.Is(err, shared.ErrGone):
		refuse(w, http.StatusBadRequest, "Nobody waits for an answer to this id.")
	default:
		refuseBusy(w, "The question was asked by another replica of this server, which cannot be reached now. Retry.")
	}
	return nil, true
}

func cancelKey(session string, id json.RawMessage) string {
	return "cancel " + brief(session) + " " + string(id)
}

// cancelled tells the other replicas that the client wants a request to end.
func (h *Transport) cancelled(r *http.Request, body []byte) {
	var m struct {
		Params struct {
			ID json.RawMessage `json:"requestId"`
		} `json:"params"`
	}
	session := r.Header.Get(server.HeaderKeySessionID)
	const longest = 200
	if json.Unmarshal(body, &m) != nil || m.Params.ID == nil || len(m.Params.ID) > longest || !h.sessions.belongs(session, caller.From(r.Context()).Principal) {
		return
	}
	_, _ = h.options.Replicas.Store.Mark(r.Context(), cancelKey(session, m.Params.ID), cancelFor) // without the store, the call runs to its end
}

// heedCancel ends a request that the client cancels at another replica. It looks from time to time, and not before the request has taken a while.
func (p *post) heedCancel() (stop func()) {
	session, replicas := p.request.Header.Get(server.HeaderKeySessionID), p.h.options.Replicas
	key := cancelKey(session, p.id)
	return keepAlive(2*lookEvery, func() {
		cancelled, err := replicas.Store.Marked(p.ends, key)
		if err != nil || !cancelled {
			return
		}
		message, err := json.Marshal(map[string]any{
			"jsonrpc": mcp.JSONRPC_VERSION, "method": mcp.MethodNotificationCancelled, "params": map[string]any{"requestId": p.id},
		})
		if err == nil {
			p.h.inside(context.WithoutCancel(p.request.Context()), session, message)
		}
	})
}

// travels reports whether a message of a session may concern another replica.
func (h *Transport) travels(message *wire.Envelope, modern bool) bool {
	return h.options.Replicas != nil && !modern && message.IsResponse()
}
