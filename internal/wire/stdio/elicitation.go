package stdio

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"

	"github.com/mark3labs/mcp-go/mcp"

	"featurebase-mcp/internal/wire"
)

// reply is the client's answer to a request of the server.
type reply struct {
	Result json.RawMessage          `json:"result"`
	Error  *mcp.JSONRPCErrorDetails `json:"error"`
}

// elicit sends a question to the client and waits for the answer. It is for protocols before 2026-07-28, where a server
// may send requests. The gate decides, as for any write, whether the question is still wanted.
func (s *session) elicit(
	ctx context.Context, params mcp.ElicitationParams, gate func() bool,
) (*mcp.ElicitationResult, error) {
	answers := make(chan reply, 1)
	s.mu.Lock()
	s.asked++
	id := json.RawMessage(strconv.FormatInt(s.asked, 10))
	s.waiting[wire.IDKey(id)] = answers
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.waiting, wire.IDKey(id))
	}()

	sent := false
	s.out.request(id, string(mcp.MethodElicitationCreate), params, func() bool {
		sent = gate()
		return sent
	})
	select {
	case answer := <-answers:
		return answer.elicitation()
	case <-s.stopping:
		return nil, wire.ErrNotHeard
	case <-ctx.Done():
		if sent {
			s.out.notify(cancellation(id), nil) // the client can take its form away
		}
		return nil, ctx.Err()
	}
}

// resolve hands a response of the client to the request that waits for it. It ignores other responses, because the wait
// may have ended.
func (s *session) resolve(id json.RawMessage, line []byte) {
	s.mu.Lock()
	answers := s.waiting[wire.IDKey(id)]
	delete(s.waiting, wire.IDKey(id))
	s.mu.Unlock()
	if answers == nil {
		return
	}
	var answer reply
	if err := json.Unmarshal(line, &answer); err != nil {
		answer = reply{} // reported as unreadable below
	}
	answers <- answer
}

func (r reply) elicitation() (*mcp.ElicitationResult, error) {
	if r.Error != nil {
		return nil, fmt.Errorf("the client refused to ask its user: %s (code %d)", r.Error.Message, r.Error.Code)
	}
	var result mcp.ElicitationResult
	if err := json.Unmarshal(r.Result, &result); err != nil || result.Action == "" {
		return nil, errors.New("the client's answer to the elicitation is not an elicitation result")
	}
	return &result, nil
}

func cancellation(id json.RawMessage) mcp.JSONRPCNotification {
	return mcp.JSONRPCNotification{Notification: mcp.Notification{
		Method: string(mcp.MethodNotificationCancelled),
		Params: mcp.NotificationParams{AdditionalFields: map[string]any{
			"requestId": id,
			"reason":    "the call that asked has ended",
		}},
	}}
}
