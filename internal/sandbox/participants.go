package sandbox

import (
	"net/http"
	"slices"
	"strings"

	"featurebase-mcp/internal/sandbox/store"
)

// participants shows the people in a conversation. It leaves out people who were deleted.
func (c *call) participants(o object) []any {
	out := []any{}
	for _, id := range list(o, "_participantIds") {
		if shown := c.participant(id); shown != nil {
			out = append(out, shown)
		}
	}
	return out
}

// participant shows id and type of a person, or returns nil if nobody has this id.
func (c *call) participant(id any) object {
	personID, _ := id.(string)
	if personID == botID {
		return object{"id": botID, "type": "bot"}
	}
	if o, personType := c.store.Person(personID); o != nil {
		return object{"id": o["id"], "type": personType}
	}
	return nil
}

// contact finds the contact that a body names in one of these fields, which are tried in order. path is the place of the object in the body
// and stands in refusals.
func (c *call) contact(ref object, path string, fields ...string) (object, error) {
	var asked []string
	for _, field := range fields {
		wanted := text(ref, field)
		if wanted == "" {
			continue
		}
		asked = append(asked, field)
		var o object
		switch field {
		case "userId":
			o = c.customerWith("userId", wanted)
		case "email", "contactEmail":
			o = c.customerWith("email", wanted)
		default:
			if !store.IsObjectID(wanted) {
				return nil, invalid("invalid_id", "Invalid contact ID: "+wanted, join(path, field))
			}
			o = c.store.Kind("contact").Get(wanted)
		}
		if o != nil {
			return o, nil
		}
	}
	if asked == nil {
		return nil, refused(path, "Give "+strings.Join(fields, " or "))
	}
	return nil, refused(join(path, asked[0]), "No contact matches")
}

// customerWith finds a customer by a field, in any case of letters. The API finds leads by id alone.
func (c *call) customerWith(field, value string) object {
	return c.store.Kind("contact").Find(func(o object) bool { return o["type"] == "customer" && strings.EqualFold(text(o, field), value) })
}

// participantCompanies returns the ids of the companies of all participants.
func participantCompanies(c *call, o object) any {
	out := []any{}
	for _, company := range c.store.CompaniesBehind(list(o, "_participantIds")) {
		out = append(out, company["id"])
	}
	return out
}

// addConversationParticipant adds a contact to a conversation, once.
func addConversationParticipant(c *call) (int, any, error) {
	o, err := c.actedOn()
	if err != nil {
		return 0, nil, err
	}
	ref, _ := c.body["participant"].(object)
	contact, err := c.contact(ref, "participant", "id", "userId", "email")
	if err != nil {
		return 0, nil, err
	}
	if present := list(o, "_participantIds"); !slices.Contains(present, contact["id"]) {
		now := c.store.Now()
		o["_participantIds"] = append(slices.Clip(present), contact["id"])
		o["updatedAt"] = stamp(now)
		extend(o, newPart(c.store, "part_add", now, object{"participant": c.participant(contact["id"])}))
	}
	return c.created(), c.shown(c.kind, o), nil
}

// removeConversationParticipant removes a contact from a conversation. It refuses to remove the last participant.
func removeConversationParticipant(c *call) (int, any, error) {
	o, err := c.actedOn()
	if err != nil {
		return 0, nil, err
	}
	id := text(c.body, "id")
	present := list(o, "_participantIds")
	switch {
	case !store.IsObjectID(id):
		return 0, nil, invalid("invalid_id", "Invalid contact ID: "+id, "id")
	case !slices.Contains(present, any(id)):
		return 0, nil, notFound("participant")
	case len(present) == 1:
		return 0, nil, refused("id", "The last participant cannot be removed")
	}
	o["_participantIds"] = slices.DeleteFunc(slices.Clone(present), func(one any) bool { return one == id })
	o["updatedAt"] = stamp(c.store.Now())
	return http.StatusOK, c.shown(c.kind, o), nil
}

// seen moves the read receipts that fit forward to the latest part.
func seen(o object, fits func(receipt object) bool) {
	thread := parts(o)
	if len(thread) == 0 {
		return
	}
	receipts := []any{}
	for _, v := range list(o, "readReceipts") {
		receipt, _ := v.(object)
		if fits(receipt) {
			receipt = object{"id": receipt["id"], "userType": receipt["userType"], "lastReadPartId": thread[len(thread)-1]["id"]}
		}
		receipts = append(receipts, receipt)
	}
	o["readReceipts"] = receipts
}

// seenBy moves the read receipt of a person to the latest part, and adds one if the person has none.
func seenBy(o, person object, personType string) {
	own := func(receipt object) bool { return receipt["id"] == person["id"] }
	if !slices.ContainsFunc(list(o, "readReceipts"), func(v any) bool { receipt, _ := v.(object); return own(receipt) }) {
		receipt := object{"id": person["id"], "userType": personType, "lastReadPartId": ""}
		o["readReceipts"] = append(slices.Clip(list(o, "readReceipts")), any(receipt))
	}
	seen(o, own)
}

// setMarkAsRead moves the read receipts of the people whom the body names. It ignores people without one, as the live API does.
func setMarkAsRead(c *call, _ object, value any) error {
	asked, _ := value.(object)
	c.later = append(c.later, func(draft object) {
		seen(draft, func(receipt object) bool {
			if receipt["userType"] == "admin" {
				return flag(asked, "allAdmins") || slices.Contains(list(asked, "adminIds"), receipt["id"])
			}
			return flag(asked, "allContacts") || slices.Contains(list(asked, "contactIds"), receipt["id"])
		})
	})
	return nil
}
