package sandbox

import (
	"fmt"
	"maps"
	"math"
	"net/http"
	"slices"

	"featurebase-mcp/internal/sandbox/store"
)

// outboundMetrics are what is counted of each type of message, in the order in which it is shown.
func outboundMetrics(kind string) []any {
	switch kind {
	case "email":
		return []any{"sent", "delivered", "opened", "clicked", "bounced", "unsubscribed"}
	case "survey":
		return []any{"sent", "opened", "answered", "completed"}
	}
	return []any{"sent", "opened", "clicked", "dismissed", "replied"}
}

// getOutboundAnalytics counts as many deliveries as people, and some more events.
func getOutboundAnalytics(c *call) (int, any, error) {
	o, err := c.target()
	if err != nil {
		return 0, nil, err
	}
	definition, _ := o["definition"].(object)
	people, _ := o["_people"].(object)
	events, deliveries := object{}, object{}
	metrics := outboundMetrics(text(definition, "type"))
	for _, metric := range metrics {
		name := fmt.Sprint(metric)
		deliveries[name] = number(people, name)
		events[name] = number(people, name) + math.Floor(number(people, name)/8)
	}
	unique := maps.Clone(deliveries)
	return http.StatusOK, object{"summary": events, "uniqueSummary": unique, "deliverySummary": deliveries, "metrics": metrics}, nil
}

// outboundResponses returns the answers to a survey within the times of the query.
func (c *call) outboundResponses() ([]object, error) {
	o, err := c.target()
	if err != nil {
		return nil, err
	}
	if definition, _ := o["definition"].(object); definition["type"] != "survey" {
		return nil, refused("outboundMessageId", fmt.Sprintf("The message is of type %v and has no survey", definition["type"]))
	}
	bound := func(name string, otherwise float64) (float64, error) {
		if c.query[name] == nil {
			return otherwise, nil
		}
		at, ok := store.Seconds(text(c.query, name))
		if !ok {
			return 0, refused(name, "Expected an ISO 8601 time")
		}
		return at, nil
	}
	from, err := bound("start", 0)
	if err != nil {
		return nil, err
	}
	to, err := bound("end", math.Inf(1))
	if err != nil {
		return nil, err
	}
	var found []object
	for _, r := range c.store.Kind(outboundResponseKind).All() {
		at, _ := store.Seconds(text(r, "createdAt"))
		page := text(c.query, "pageId")
		if r["_messageId"] == o["id"] && at >= from && at <= to && (c.query["responseId"] == nil || c.query["responseId"] == r["id"]) &&
			(page == "" || len(having(list(r, "responses"), "pageId", page)) > 0) {
			found = append(found, r)
		}
	}
	return found, nil
}

func listOutboundResponses(c *call) (int, any, error) {
	found, err := c.outboundResponses()
	if err != nil {
		return 0, nil, err
	}
	render := func(o object) object {
		shown := object{"id": o["id"], "createdAt": o["createdAt"], "responses": o["responses"], "user": nil}
		if contact := c.store.Kind("contact").Get(text(o, "_contactId")); contact != nil {
			shown["user"] = object{"id": contact["id"], "name": contact["name"], "email": contact["email"], "profilePicture": nil, "type": contact["type"]}
		}
		return shown
	}
	return c.page(found, byField("createdAt", true), "list", render, nil)
}

// getOutboundSurveyStats counts the answers to each page. A page with values from 0 to 10 is an NPS.
func getOutboundSurveyStats(c *call) (int, any, error) {
	found, err := c.outboundResponses()
	if err != nil {
		return 0, nil, err
	}
	o, err := c.target()
	if err != nil {
		return 0, nil, err
	}
	definition, _ := o["definition"].(object)
	content, _ := definition["content"].(object)
	pages := []any{}
	for _, p := range list(content, "pages") {
		page, _ := p.(object)
		n, sum, promoters, detractors := 0.0, 0.0, 0.0, 0.0
		for _, r := range found {
			for _, given := range having(list(r, "responses"), "pageId", text(page, "id")) {
				answer, _ := given.(object)
				value, isNumber := answer["value"].(float64)
				n++
				sum += value
				switch {
				case isNumber && value >= 9:
					promoters++
				case isNumber && value <= 6:
					detractors++
				}
			}
		}
		shown := object{"pageId": page["id"], "type": page["type"], "responseCount": n, "avgRating": nil, "npsScore": nil}
		if page["type"] == "nps" && n > 0 {
			shown["avgRating"], shown["npsScore"] = math.Round(sum/n*100)/100, math.Round((promoters-detractors)/n*100)
		}
		pages = append(pages, shown)
	}
	return http.StatusOK, object{"responseCount": float64(len(found)), "pages": pages}, nil
}

// validateOutbound checks what the pages tell of a definition.
func validateOutbound(c *call) (int, any, error) {
	definition, _ := c.body["definition"].(object)
	if !slices.Contains([]string{"chat", "banner", "email", "survey"}, text(definition, "type")) {
		return 0, nil, refused("definition.type", "Expected chat, banner, email or survey")
	}
	if id := text(c.body, "messageId"); id != "" {
		message := c.store.Kind(outboundKind).Get(id)
		if message == nil {
			return 0, nil, notFound("outbound message")
		}
		if known, _ := message["definition"].(object); known["type"] != definition["type"] {
			return 0, nil, refused("definition.type", fmt.Sprintf("The message is of type %v", known["type"]))
		}
	}
	warnings := []any{}
	if definition["audience"] == nil {
		warnings = append(warnings, "The definition has no audience")
	}
	return http.StatusOK, object{"object": "outbound_validation", "valid": true, "definition": definition, "activation": object{}, "warnings": warnings}, nil
}

// previewAudience counts everybody. Conditions have a form that is not published, and what they match cannot be counted.
func previewAudience(c *call) (int, any, error) {
	audience, _ := c.body["audience"].(object)
	answer := object{"object": "outbound_audience_preview", "data": []any{}, "totalCount": nil}
	if !flag(audience, "everyone") || audience["conditions"] != nil {
		return http.StatusOK, answer, nil
	}
	var all []object
	for _, contact := range c.store.Kind("contact").All() {
		isLead := contact["type"] == "lead"
		if types := list(audience, "types"); !isLead && len(types) == 0 || isLead && slices.Contains(types, any("leads")) || !isLead && slices.Contains(types, any("users")) {
			all = append(all, contact)
		}
	}
	sample := []any{}
	for _, contact := range all[:min(len(all), 5)] {
		sample = append(sample, object{"id": contact["id"], "name": contact["name"], "email": contact["email"]})
	}
	answer["data"], answer["totalCount"] = sample, float64(len(all))
	return http.StatusOK, answer, nil
}
