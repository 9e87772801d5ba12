package workflow

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/legible"
	"featurebase-mcp/internal/rawjson"
	"featurebase-mcp/internal/render"
	"featurebase-mcp/tools/kind"
)

// panelledMessage is a message in the panel of a conversation.
type panelledMessage struct {
	ID   string `json:"id"`
	At   string `json:"at"`
	Who  string `json:"who"` // the side, as Featurebase tells it
	Note bool   `json:"note,omitempty"`
	Name string `json:"name,omitempty"`
	Text string `json:"text"`
	Left string `json:"left,omitempty"` // what people would not see of it
}

const (
	panelThread   = 60_000 // bytes of the messages that a panel gets
	mostOfMessage = 4_000  // characters of one of them
)

// panel returns what the panel of the conversation shows: the messages, the newest first, and who can answer.
func (d *digest) panel(ctx context.Context) engine.Shown {
	t := &render.Transcript{Writer: d.Writer, Names: d.names, Longest: mostOfMessage}
	all := d.parts
	if d.opening != nil {
		all = append([]rawjson.Value{d.opening}, all...)
	}
	var messages []panelledMessage
	room, older := panelThread, 0
	for i, part := range slices.Backward(all) {
		who, note := speaker(part)
		at := part.Get("createdAt").Text()
		if i == 0 && d.opening != nil {
			who, note, at = opener(part), false, d.body.Get("createdAt").Text()
		}
		if who == "" {
			continue // an event, which the text tells
		}
		text, hidden := t.MessageAndHidden(part)
		text = t.Shortened(text)
		if room -= len(text) + 100; room < 0 && len(messages) > 0 {
			older++
			continue
		}
		messages = append(messages, panelledMessage{
			ID: d.work.lineOf(part, "id"), At: d.stamp(at), Who: who, Note: note, Left: render.LeftOut(hidden.Characters), Text: text,
			Name: cmp.Or(d.work.lineIn(part.Get("author", "name")), d.work.Line(d.names[part.Get("author", "id").Text()])),
		})
	}
	stands, _ := standingIn(d.body, d.opening, d.parts)
	shown := engine.Shown{
		"view": "conversation", "id": d.work.lineOf(d.body, "id"), "title": legible.Truncate(titleLength, []rune(d.work.lineOf(d.body, "title"))), "state": d.work.lineOf(d.body, "state"),
		"waiting": stands.sentence(d.stamp), "messages": messages, "older": older, "acting": d.work.ActingAdmin != nil,
		"plans": d.work.Hint("plan_changes", "yes") != "" && d.work.Hint("reply_to_conversation", "yes") != "",
	}
	if d.work.ActingAdmin == nil {
		var admins []choice
		for _, a := range d.work.Choices(ctx, kind.Admin.Word)[0] {
			admins = append(admins, choice{ID: a.ID, Name: cmp.Or(a.Name, a.ID)})
			if strings.Contains(d.body.Get("adminAssigneeId").Text(), a.ID) { // which has the name by now
				shown["admin"] = a.ID
			}
		}
		shown["admins"] = admins
	}
	return shown
}
