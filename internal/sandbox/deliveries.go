package sandbox

import (
	"slices"

	"featurebase-mcp/internal/sandbox/store"
)

// deliver notes a delivery to each active webhook that listens to a topic.
func (c *call) deliver(topic string, itemID any) {
	for _, o := range c.store.Kind("webhook").All() {
		if o["status"] == "active" && slices.Contains(list(o, "topics"), any(topic)) {
			c.store.Send(store.OutboxEntry{
				Type: "webhook", Subject: topic, Recipients: 1, Detail: object{"webhookId": o["id"], "url": o["url"], "itemId": itemID},
			})
		}
	}
}

// occasion returns the webhook topics of a write. before is the object as it was before the write.
type occasion func(c *call, before object) []string

func always(topic string) occasion {
	return func(*call, object) []string { return []string{topic} }
}

// occasions is the table of writes that are delivered to webhooks, by operation id. No write of the API leads to the topics
// conversation.priority.updated and conversation.handover_requested.
func occasions() map[string]occasion {
	return map[string]occasion{
		"createPost":   always("post.created"),
		"updatePost":   always("post.updated"),
		"deletePost":   always("post.deleted"),
		"addPostVoter": topicsOfVote,

		"createComment":       always("comment.created"),
		"updateComment":       always("comment.updated"),
		"deleteComment":       always("comment.deleted"),
		"deleteCommentLegacy": always("comment.deleted"),

		"createTicket": always("ticket.created"),
		"updateTicket": always("ticket.updated"),
		"deleteTicket": always("ticket.deleted"),

		"publishChangelog": topicsOfPublishing,

		"createConversation":            topicsOfStart,
		"replyToConversation":           topicsOfReply,
		"updateConversation":            topicsOfChange,
		"deleteConversation":            always("conversation.deleted"),
		"addConversationParticipant":    always("conversation.contact.attached"),
		"removeConversationParticipant": always("conversation.contact.detached"),
		"redactConversationPart":        always("conversation_part.redacted"),
	}
}

// topicsOfVote returns no topic if the person had voted already.
func topicsOfVote(c *call, before object) []string {
	if now := c.collection().Get(c.path["id"]); len(list(now, "_voters")) == len(list(before, "_voters")) {
		return nil
	}
	return []string{"post.voted"}
}

// topicsOfPublishing returns no topic if the publication is only scheduled.
func topicsOfPublishing(c *call, _ object) []string {
	if c.body["scheduledDate"] != nil {
		return nil
	}
	return []string{"changelog.published"}
}

// topicsOfStart returns no topic if an admin starts the conversation, because the topic is about customers.
func topicsOfStart(c *call, _ object) []string {
	if from, _ := c.body["from"].(object); from["type"] != "contact" {
		return nil
	}
	return []string{"conversation.user.created"}
}

func topicsOfReply(c *call, _ object) []string {
	switch {
	case c.body["type"] == "contact":
		return []string{"conversation.user.replied"}
	case c.body["messageType"] == "note":
		return []string{"conversation.admin.noted"}
	}
	return []string{"conversation.admin.replied"}
}

func topicsOfChange(c *call, before object) []string {
	var topics []string
	if state := text(c.body, "state"); state != "" && state != text(before, "state") {
		switch {
		case state == "closed":
			topics = append(topics, "conversation.admin.closed")
		case state == "snoozed":
			topics = append(topics, "conversation.admin.snoozed")
		case text(before, "state") == "snoozed":
			topics = append(topics, "conversation.admin.unsnoozed")
		default:
			topics = append(topics, "conversation.admin.opened")
		}
	}
	for _, field := range []string{"adminAssigneeId", "teamAssigneeId"} {
		if to, given := c.body[field]; given && to != before[field] {
			topics = append(topics, "conversation.admin.assigned")
			break
		}
	}
	if c.body["markAsRead"] != nil {
		topics = append(topics, "conversation.read")
	}
	return topics
}
