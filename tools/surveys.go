package tools

import (
	"net/http"

	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/input"
	"featurebase-mcp/internal/render"
)

var surveyView = &render.View{
	Row:   "id title active=isActive|flag responseCount questions=pages.title created=createdAt|date",
	Lines: "id title description active=isActive responseCount pages targeting created=createdAt updated=updatedAt|new",
}

var surveyResponseView = &render.View{
	Row:      "id created=createdAt|date user=user.name email=user.email contactId=user.id answers=responses|pageId:value",
	Customer: "user email answers",
}

// surveys are the operations on surveys, which ask users questions inside the organization's product.
var surveys = &engine.Toolset{
	Name: "surveys", Description: "Surveys and the answers to them.",
	Also: "NPS, CSAT, questionnaires, polls, feedback forms",
	Operations: []*engine.Operation{
		{
			Name:        "list_surveys",
			Title:       "List surveys",
			Description: "List surveys with their questions.",
			Effect:      engine.Read,
			Method:      http.MethodGet,
			Path:        "/v2/surveys",
			Input:       input.Args[listSurveys](),
			Output:      surveyView,
			Example:     `{"isActive":true}`,
		},
		{
			Name:        "get_survey",
			Title:       "Get survey",
			Description: "Get one survey: pages with their ids, questions and logic, and targeting.",
			Effect:      engine.Read,
			Method:      http.MethodGet,
			Path:        "/v2/surveys/{surveyId}",
			Input:       input.Args[getSurvey](),
			Output:      surveyView,
			Adds:        ownQuestions,
			Example:     `{"surveyId":"<surveyId>"}`,
		},
		{
			Name:        "list_survey_responses",
			Title:       "List survey responses",
			Description: "List who answered a survey and what, by question. survey_summary counts them.",
			Effect:      engine.Read,
			Method:      http.MethodGet,
			Path:        "/v2/surveys/{surveyId}/responses",
			Input:       input.Args[listSurveyResponses](),
			Output:      surveyResponseView,
			Adds:        questionsAsked,
			Example:     `{"surveyId":"<surveyId>"}`,
		},
	},
}

type listSurveys struct {
	IsActive bool   `json:"isActive,omitempty"`
	Type     string `json:"type,omitempty" jsonschema:"enum=text,enum=link,enum=rating,enum=multiple-choice" jsonschema_description:"Kind of page it has."`
	input.Page
	input.Detail
}

type getSurvey struct {
	SurveyID input.ObjectID `json:"surveyId"`
}

type listSurveyResponses struct {
	SurveyID input.ObjectID `json:"surveyId"`
	PageID   string         `json:"pageId,omitempty"`
	input.Page
	input.Detail
}
