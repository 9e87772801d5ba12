package sandbox

import (
	"maps"
	"net/http"
	"slices"
	"strings"

	"featurebase-mcp/internal/sandbox/store"
)

// conversationTags returns the kind of the workspace's tags for conversations. Deleting a tag archives it (_archived); then only
// getConversationTag shows it.
func conversationTags() *kind {
	return &kind{
		name: "tag", title: "tag", path: "/v2/tags", isID: store.IsObjectID,
		keep: func(*call) (func(object) bool, error) { return live, nil },
	}
}

func live(tag object) bool { return !flag(tag, "_archived") }

// liveTag returns the tag with this id, or nil if there is none or it is archived.
func (c *call) liveTag(id string) object {
	if tag := c.store.Kind("tag").Get(id); tag != nil && live(tag) {
		return tag
	}
	return nil
}

// upsertConversationTag renames the tag with the id, or creates a tag if the body has no id. Names are unique: a create with a name that is in
// use answers with the tag that has it.
func upsertConversationTag(c *call) (int, any, error) {
	if id, given := c.body["actingAdminId"]; given {
		if err := checkActingAdmin(c, nil, id); err != nil {
			return 0, nil, err
		}
	}
	name := strings.TrimSpace(text(c.body, "name"))
	if name == "" {
		return 0, nil, refused("name", "A tag needs a name")
	}
	namesake := c.collection().Find(func(o object) bool { return live(o) && strings.EqualFold(text(o, "name"), name) })
	id, rename := c.body["id"].(string)
	if !rename {
		if namesake == nil {
			namesake = object{"id": c.store.NewID("tag"), "type": "tag", "name": name}
			c.collection().Add(namesake)
		}
		return c.created(), shownTag(namesake), nil
	}
	if !c.kind.isID(id) {
		return 0, nil, invalid("invalid_id", "Invalid tag ID: "+id, "id")
	}
	tag := c.liveTag(id)
	switch {
	case tag == nil:
		return 0, nil, notFound("tag")
	case namesake != nil && namesake["id"] != tag["id"]:
		return 0, nil, refused("name", "Another tag is called "+text(namesake, "name"))
	}
	tag["name"] = name
	return http.StatusOK, shownTag(tag), nil
}

// deleteConversationTag archives a tag; conversations no longer show it.
func deleteConversationTag(c *call) (int, any, error) {
	tag, err := c.actedOn()
	if err != nil {
		return 0, nil, err
	}
	if !live(tag) {
		return 0, nil, notFound("tag")
	}
	tag["_archived"] = true
	return http.StatusOK, object{"id": tag["id"], "object": "tag", "deleted": true}, nil
}

func shownTag(tag object) object { return object{"id": tag["id"], "name": tag["name"], "type": "tag"} }

// An application is the record of a tag on a conversation: the tag, the message, when and by whom the tag was added and removed. A conversation
// keeps all of them under _tags.

// applications returns the applications of a conversation.
func applications(o object) []object {
	var out []object
	for _, v := range list(o, "_tags") {
		application, _ := v.(object)
		out = append(out, application)
	}
	return out
}

// carried returns the application of a tag that a conversation has now, or nil.
func carried(o object, tagID any) object {
	for _, application := range applications(o) {
		if application["tagId"] == tagID && application["removedAt"] == nil {
			return application
		}
	}
	return nil
}

// liveTags returns the tags that a conversation has now, without archived ones.
func (c *call) liveTags(o object) []object {
	var out []object
	for _, application := range applications(o) {
		if tag := c.liveTag(text(application, "tagId")); tag != nil && application["removedAt"] == nil {
			out = append(out, tag)
		}
	}
	return out
}

func (c *call) tagIDs(o object) []any {
	out := []any{}
	for _, tag := range c.liveTags(o) {
		out = append(out, tag["id"])
	}
	return out
}

func (c *call) shownTags(o object) []any {
	out := []any{}
	for _, tag := range c.liveTags(o) {
		out = append(out, shownTag(tag))
	}
	return out
}

// tagApplications shows the applications of tags to one message.
func (c *call) tagApplications(o, part object) []any {
	out := []any{}
	for _, application := range applications(o) {
		if application["targetPartId"] != part["id"] {
			continue
		}
		shown := maps.Clone(application)
		delete(shown, "targetPartId")
		if tag := c.store.Kind("tag").Get(text(application, "tagId")); tag != nil {
			shown["tag"] = shownTag(tag)
		}
		out = append(out, shown)
	}
	return out
}

// newApplication returns the application of a tag to the latest message of a conversation. The opening message has no id, so for a conversation
// without other messages the target is null.
func newApplication(o, tag, actor object, at string) object {
	application := object{"tagId": tag["id"], "appliedAt": at, "appliedBy": actor, "removedAt": nil, "targetPartId": nil}
	for _, part := range parts(o) {
		if isWritten(part) {
			application["targetPartId"] = part["id"]
		}
	}
	return application
}

// attachConversationTag adds a tag to a conversation, unless it has the tag already.
func attachConversationTag(c *call) (int, any, error) {
	o, err := c.actedOn()
	if err != nil {
		return 0, nil, err
	}
	id := text(c.body, "tagId")
	if !store.IsObjectID(id) {
		return 0, nil, invalid("invalid_id", "Invalid tag ID: "+id, "tagId")
	}
	tag := c.liveTag(id)
	if tag == nil {
		return 0, nil, notFound("tag")
	}
	application := carried(o, tag["id"])
	if application == nil {
		application = newApplication(o, tag, c.actor(), stamp(c.store.Now()))
		o["_tags"] = append(slices.Clip(list(o, "_tags")), any(application))
		c.recordTag(o, tag, application, "added")
	}
	return http.StatusOK, attached(tag, application), nil
}

// detachConversationTag removes a tag from a conversation.
func detachConversationTag(c *call) (int, any, error) {
	o, err := c.actedOn()
	if err != nil {
		return 0, nil, err
	}
	if !store.IsObjectID(c.path["tagId"]) {
		return 0, nil, invalid("invalid_id", "Invalid tag ID: "+c.path["tagId"], "tagId")
	}
	tag := c.store.Kind("tag").Get(c.path["tagId"])
	application := carried(o, tag["id"])
	if tag == nil || application == nil {
		return 0, nil, notFound("tag")
	}
	removed := maps.Clone(application)
	maps.Copy(removed, object{"removedAt": stamp(c.store.Now()), "removedBy": c.actor()})
	all := slices.Clone(list(o, "_tags"))
	for i, one := range applications(o) {
		if one["tagId"] == tag["id"] && one["removedAt"] == nil {
			all[i] = removed
		}
	}
	o["_tags"] = all
	c.recordTag(o, tag, removed, "removed")
	return http.StatusOK, attached(tag, removed), nil
}

// recordTag adds the part that says that a tag was added or removed.
func (c *call) recordTag(o, tag, application object, action string) {
	now := c.store.Now()
	extend(o, newPart(c.store, "tags", now, object{
		"action": action, "occurredAt": stamp(now), "tagId": tag["id"], "tagName": tag["name"], "actor": c.actor(),
		"targetPartId": application["targetPartId"],
	}))
	o["updatedAt"] = stamp(now)
}

// attached returns the answer with a tag and its application.
func attached(tag, application object) object {
	answer := shownTag(tag)
	for _, field := range []string{"appliedAt", "appliedBy", "removedAt", "removedBy", "targetPartId"} {
		answer[field] = application[field]
	}
	return answer
}
