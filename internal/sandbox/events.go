package sandbox

import "maps"

// before returns a copy of the object that the path of a write names, or nil if it names none.
func (c *call) before() object {
	if c.op.Effect == "read" || c.kind == nil || c.path["id"] == "" {
		return nil
	}
	o, _ := c.target()
	return maps.Clone(o)
}

// written notes an applied write in the audit log, and its deliveries to webhooks.
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
