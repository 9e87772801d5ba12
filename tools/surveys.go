package tools

import "net/http"

var surveyView = &View{
	Row:   "id title active=isActive|flag responseCount questions=pages.title created=createdAt|date",
	Lines: "id title description active=isActive responseCount pages targeting created=createdAt updated=updatedAt|new",
}

var surveyResponseView = &View{
	Row:      "id created=createdAt|date user=user.name email=user.email contactId=user.id answers=responses|pageId:value",
	Customer: "user email answers",
}

// surveys ask users questions, one a page, inside the organization's product.
var surveys = &Toolset{
	Name: "surveys", Description: "Surveys and the answers to them.",
	Also: "NPS, CSAT, questionnaires, polls, feedback forms",
	Operations: []*Operation{
		{
			Name:        "list_surveys",
			Title:       "List surveys",
			Description: "List surveys with their questions.",
			Effect:      Read,
			Method:      http.MethodGet,
			Path:        "/v2/surveys",
			Input:       Args[listSurveys](),
			Output:      surveyView,
			Example:     `{"isActive":true}`,
		},
		{
			Name:        "get_survey",
			Title:       "Get survey",
			Description: "Get one survey: pages with their ids, questions and logic, and targeting.",
			Effect:      Read,
			Method:      http.MethodGet,
			Path:        "/v2/surveys/{surveyId}",
			Input:       Args[getSurvey](),
			Output:      surveyView,
			Example:     `{"surveyId":"<surveyId>"}`,
		},
		{
			Name:        "list_survey_responses",
			Title:       "List survey responses",
			Description: "List who answered a survey and what, by page id; get_survey has the questions.",
			Effect:      Read,
			Method:      http.MethodGet,
			Path:        "/v2/surveys/{surveyId}/responses",
			Input:       Args[listSurveyResponses](),
			Output:      surveyResponseView,
			Example:     `{"surveyId":"<surveyId>"}`,
		},
	},
}

type listSurveys struct {
	IsActive bool   `json:"isActive,omitempty"`
	Type     string `json:"type,omitempty" jsonschema:"enum=text,enum=link,enum=rating,enum=multiple-choice" jsonschema_description:"Kind of page it has."`
	page
	detail
}

type getSurvey struct {
	SurveyID objectID `json:"surveyId"`
}

type listSurveyResponses struct {
	SurveyID objectID `json:"surveyId"`
	PageID   string   `json:"pageId,omitempty"`
	page
	detail
}
