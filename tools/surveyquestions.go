package tools

import (
	"context"

	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/names"
	"featurebase-mcp/internal/rawjson"
)

// The answers to a survey refer to its pages by ids, which say nothing to a reader. They are shown by their questions.

// ownQuestions shows the pages that the logic of a survey leads to by their questions, which the survey has itself.
var ownQuestions = &engine.Addition{Do: func(_ context.Context, _ *engine.Job, body []byte, _ int) []byte { return withQuestions(body, body) }}

// questionsAsked shows responses with the questions of their survey, which is read for them.
var questionsAsked = &engine.Addition{
	Uses: []string{"get_survey"},
	Do: func(ctx context.Context, j *engine.Job, body []byte, _ int) []byte {
		if !j.May("get_survey") {
			return body
		}
		survey, err := j.Get(ctx, "the survey", "get_survey", map[string]any{"surveyId": j.Arguments()["surveyId"]})
		if err != nil {
			return body // the ids stay
		}
		return withQuestions(body, survey)
	},
}

// withQuestions replaces the ids of pages in a response by the questions of a survey.
func withQuestions(body, survey []byte) []byte {
	texts, used := map[string]string{}, map[string]int{}
	for page := range rawjson.Repair(survey).Items("pages") {
		id, text := page.Get("id").Text(), page.Get("title").Text()
		if used[text]++; used[text] > 1 {
			text += " (" + id + ")" // a row cannot have two fields of one name
		}
		texts[id] = text
	}
	return names.Relabel(body, "pageId", texts)
}
