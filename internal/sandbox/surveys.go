package sandbox

import (
	"slices"

	"featurebase-mcp/internal/sandbox/store"
)

// surveys returns the kind of surveys, which the API only reads. The store holds their responses under the kind survey_response, with the keys
// _surveyId and _contactId beside the plain fields.
func surveys() *kind {
	return &kind{
		name: "survey", title: "survey", path: "/v2/surveys", isID: store.IsObjectID,
		keep:  keepSurveys,
		order: func(*call) ordering { return byField("createdAt", true) },
	}
}

func keepSurveys(c *call) (func(object) bool, error) {
	running, err := keepSame("isActive")(c)
	pageType := text(c.query, "type")
	return func(o object) bool {
		return running(o) && (pageType == "" || len(having(list(o, "pages"), "type", pageType)) > 0)
	}, err
}

// having returns the objects of a list whose field has this value.
func having(items []any, field, value string) []any {
	return slices.DeleteFunc(slices.Clone(items), func(item any) bool {
		o, _ := item.(object)
		return o[field] != value
	})
}

// listSurveyResponses lists the responses to a survey. With a page in the query, it lists only the answers to that page.
func listSurveyResponses(c *call) (int, any, error) {
	survey, err := c.target()
	if err != nil {
		return 0, nil, err
	}
	page := text(c.query, "pageId")
	answers := func(o object) []any {
		if page == "" {
			return list(o, "responses")
		}
		return having(list(o, "responses"), "pageId", page)
	}
	var responses []object
	for _, o := range c.store.Kind("survey_response").All() {
		if o["_surveyId"] == survey["id"] && len(answers(o)) > 0 {
			responses = append(responses, o)
		}
	}
	render := func(o object) object {
		shown := object{"id": o["id"], "object": "survey_response", "createdAt": o["createdAt"], "responses": answers(o), "user": nil}
		if contact := c.store.Kind("contact").Get(text(o, "_contactId")); contact != nil {
			shown["user"] = c.shown(c.kinds.named("contact"), contact)
		}
		return shown
	}
	return c.page(responses, byField("createdAt", true), "responses", render, nil)
}
