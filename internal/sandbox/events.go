package sandbox

import "maps"

// before returns a copy of what a write is about, as it is until then; nil when the path names nothing.
func (c *call) before() object {
	if c.op.Effect == "read" || c.kind == nil || c.path["id"] == "" {
		return nil
	}
	o, _ := c.target()
	return maps.Clone(o)
}

// written spreads the news of a write that was applied: to the audit log, then to the webhooks that listen.
func (c *call) written(before object, answer any) {
	item, _ := answer.(object)
	if what, ok := deeds()[c.op.ID]; ok {
		event := c.record(what, before, item)
		c.deliver("audit_log.created", event["id"])
	}
	if news, ok := occasions()[c.op.ID]; ok {
		for _, topic := range news(c, before) {
			id := item["id"]
			if id == nil {
				id = before["id"]
			}
			c.deliver(topic, id)
		}
	}
}
