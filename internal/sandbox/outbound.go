package sandbox

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"time"

	"featurebase-mcp/internal/sandbox/store"
)

// The kinds of what is sent to people, of the answers to its surveys and of its keyed writes.
const (
	outboundKind          = "outbound_message"
	outboundResponseKind  = "outbound_survey_response"
	outboundOperationKind = "outbound_operation"
)

func outboundMessages() *kind {
	return &kind{
		name: outboundKind, title: "outbound message", path: "/v2/outbound/messages", isID: store.IsObjectID,
		render: func(_ *call, shown, _ object) { delete(shown, "updatedAt") },
		fields: map[string]func(*call, object) any{"type": ofDefinition("type"), "name": ofDefinition("name")},
		gone: func(c *call, o object) {
			responses := c.store.Kind(outboundResponseKind)
			for _, r := range slices.Clone(responses.All()) {
				if r["_messageId"] == o["id"] {
					responses.Remove(text(r, "id"))
				}
			}
		},
	}
}

// ofDefinition reads a search field that stands in the definition.
func ofDefinition(name string) func(*call, object) any {
	return func(_ *call, o object) any {
		definition, _ := o["definition"].(object)
		return definition[name]
	}
}

// searchOutboundMessages refuses a sort rule, whose form is not published.
func searchOutboundMessages(c *call) (int, any, error) {
	if c.body["sort"] != nil {
		return 0, nil, refused("sort", "The sandbox does not know its form, which is not published: newest first is the default")
	}
	keep, err := c.filter(false)
	if err != nil {
		return 0, nil, err
	}
	var found []object
	for _, o := range c.collection().All() {
		if keep(o) {
			found = append(found, o)
		}
	}
	return c.page(found, byField("createdAt", true), "list", func(o object) object { return c.shown(c.kind, o) }, object{"totalResults": len(found)})
}

// keyedWrite makes a write that is refused where the message has another revision, and that is made once for each key.
func keyedWrite(write func(c *call, o object) (int, any, error)) handler {
	return func(c *call) (int, any, error) {
		asked := c.body
		if c.op.Method == http.MethodDelete {
			asked = c.query
		}
		key, operations := text(asked, "idempotencyKey"), c.store.Kind(outboundOperationKind)
		id := hex.EncodeToString(sum256(key))
		fingerprint := fmt.Sprint(c.op.ID, c.path["id"], asked)
		if key != "" {
			c.tell.Set("Outbound-Operation-Id", id)
			if known := operations.Get(id); known != nil {
				if known["_asked"] != fingerprint {
					return 0, nil, conflict("idempotency_conflict", "This idempotencyKey belongs to another request; its operation is "+id)
				}
				return http.StatusOK, known["_answer"], nil
			}
		}
		o, err := c.target()
		if err != nil {
			return 0, nil, err
		}
		if given := asked["revision"]; given != nil && given != o["revision"] {
			return 0, nil, conflict("revision_conflict", fmt.Sprintf("The message has revision %v", o["revision"]))
		}
		status, answer, err := write(c, o)
		if err == nil && key != "" {
			now := c.store.Now()
			operations.Add(object{
				"id": id, "object": outboundOperationKind, "operation": c.op.ID, "messageId": o["id"], "status": "completed", "error": nil,
				"createdAt": stamp(now), "expiresAt": stamp(now.AddDate(0, 0, 7)), "_asked": fingerprint, "_answer": answer,
			})
		}
		return status, answer, err
	}
}

func sum256(text string) []byte {
	sum := sha256.Sum256([]byte(text))
	return sum[:]
}

// updateOutboundMessage merges some parts by their keys, and replaces others.
func updateOutboundMessage(c *call, o object) (int, any, error) {
	definition, _ := o["definition"].(object)
	definition = maps.Clone(definition)
	if c.body["type"] != definition["type"] {
		return 0, nil, refused("type", fmt.Sprintf("The message is of type %v", definition["type"]))
	}
	for key, value := range c.body {
		part, isObject := value.(object)
		switch key {
		case "revision", "idempotencyKey":
		case "content", "options", "schedule":
			merged, _ := definition[key].(object)
			merged = maps.Clone(merged)
			if merged == nil {
				merged = object{}
			}
			maps.Copy(merged, part)
			definition[key] = merged
		case "trigger":
			if definition["type"] == "email" && isObject {
				return 0, nil, refused("trigger", "An email has no browser conditions")
			}
			definition[key] = value
		default:
			definition[key] = value
		}
	}
	o["definition"], o["revision"] = definition, number(o, "revision")+1
	c.reach(o)
	return http.StatusOK, c.shown(c.kind, o), nil
}

// setOutboundState allows what the page names: what is sent cannot be taken back, and what is scheduled goes back to a draft.
func setOutboundState(c *call, o object) (int, any, error) {
	definition, _ := o["definition"].(object)
	audience, _ := definition["audience"].(object)
	schedule, _ := definition["schedule"].(object)
	dynamic := audience["mode"] == nil || audience["mode"] == "dynamic"
	from, to := text(o, "state"), text(c.body, "targetState")
	starts, _ := store.Seconds(text(schedule, "startsAt"))
	allowed := map[string][]string{"draft": {"scheduled", "live", "sent"}, "scheduled": {"draft", "live", "sent"}, "live": {"paused"}, "paused": {"live"}}
	switch {
	case from == to:
		return http.StatusOK, c.shown(c.kind, o), nil
	case !slices.Contains(allowed[from], to):
		return 0, nil, refused("targetState", "A message that is "+from+" cannot become "+to)
	case to == "live" && !dynamic:
		return 0, nil, refused("targetState", "live is for a dynamic audience; sent is for a fixed one")
	case to == "sent" && dynamic:
		return 0, nil, refused("targetState", "sent is for a fixed audience; live is for a dynamic one")
	case to == "scheduled" && starts <= float64(c.store.Now().Unix()):
		return 0, nil, refused("schedule.startsAt", "Scheduling takes a future schedule.startsAt")
	}
	o["state"], o["revision"] = to, number(o, "revision")+1
	c.reach(o)
	return http.StatusOK, c.shown(c.kind, o), nil
}

// reach notes that people get a message that is live or sent.
func (c *call) reach(o object) {
	if o["state"] != "live" && o["state"] != "sent" {
		return
	}
	definition, _ := o["definition"].(object)
	c.store.Send(store.OutboxEntry{Type: outboundKind, Subject: text(definition, "name"), Recipients: len(c.store.Kind("contact").All()), Detail: object{"messageId": o["id"]}})
}

// duplicateOutboundMessage leaves out what belongs to the one that was sent.
func duplicateOutboundMessage(c *call, o object) (int, any, error) {
	definition, _ := o["definition"].(object)
	definition = maps.Clone(definition)
	definition["name"] = c.body["name"]
	delete(definition, "schedule")
	return http.StatusCreated, c.shown(c.kind, c.addMessage(definition)), nil
}

func (c *call) addMessage(definition object) object {
	o := object{
		"object": outboundKind, "state": "draft", "revision": 1.0, "scheduleSyncPending": false, "conversationTagIds": []any{}, "definition": definition,
		"createdBy": c.store.Kind("admin").All()[0]["id"],
	}
	c.insert(c.kind, o)
	return o
}

func deleteOutboundMessage(c *call, o object) (int, any, error) {
	return http.StatusOK, c.removed(o), nil
}

// getOutboundOperation reads the outcome of a keyed write while it is kept.
func getOutboundOperation(c *call) (int, any, error) {
	operation := c.store.Kind(outboundOperationKind).Get(c.path["operationId"])
	if operation == nil {
		return 0, nil, notFound("operation")
	}
	if expires, err := time.Parse(time.RFC3339, text(operation, "expiresAt")); err == nil && c.store.Now().After(expires) {
		return 0, nil, notFound("operation")
	}
	shown := maps.Clone(operation)
	maps.DeleteFunc(shown, func(key string, _ any) bool { return key[0] == '_' })
	return http.StatusOK, shown, nil
}

// publishOutboundChangelog is publishChangelog at its later address, which answers as of pulsar.
func publishOutboundChangelog(c *call) (int, any, error) {
	c.apiVersion = pulsar
	end := *c.endpoint // the routes share the other
	end.kind = c.kinds.named("changelog")
	c.endpoint = &end
	return publishChangelog(c)
}
