package engine

import (
	"context"
	"encoding/json"

	"featurebase-mcp/internal/legible"
	"featurebase-mcp/internal/rawjson"
)

// MetaView is the name under which a result has the data of its panel. Hosts hand it to the panel and not to the model, whose text is
// complete without it.
const MetaView = "featurebase/view"

// Shown is what a panel needs to know of an answer.
type Shown map[string]any

// Show gives the panel of the operation its data, if the client shows panels. make is called in that case alone, so that other clients do not
// pay for it. E-mail addresses are masked in it as in the text, since a panel is a second way out for both.
func (j *Job) Show(ctx context.Context, data func() Shown) {
	if j.op.View == "" || j.CanShow == nil || !j.CanShow(ctx) {
		return
	}
	encoded := rawjson.Encode(data())
	if j.MaskEmails {
		encoded = []byte(legible.MaskEmails(string(encoded)))
	}
	j.Tell(MetaView, json.RawMessage(encoded))
}
