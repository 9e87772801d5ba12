package workflow

import (
	"context"
	"fmt"
	"time"

	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/input"
)

// surveySummary counts the answers to one survey.
var surveySummary = &engine.Operation{
	Name:        "survey_summary",
	Title:       "Survey summary",
	Description: "Sum up a survey: NPS, scores, choices, comments by group. Without surveyId: the surveys.",
	Effect:      engine.Read,
	Default:     true,
	Input:       input.Args[surveySummaryArgs](),
	Run:         func(ctx context.Context, j *engine.Job) (string, error) { return (&work{j}).surveySummary(ctx) },
	Uses:        []string{"list_surveys", "get_survey", "list_survey_responses"},
	Example:     `{"surveyId":"<surveyId>"}`,
}

type surveySummaryArgs struct {
	SurveyID  string      `json:"surveyId,omitempty" jsonschema_description:"Title or id."`
	StartDate calendarDay `json:"startDate,omitempty"`
	EndDate   calendarDay `json:"endDate,omitempty"`
	Timezone  zoneName    `json:"timezone,omitempty"`
}

const (
	responsesRead = 2000 // responses that are read at most
	surveysRead   = 100
)

// surveying is the state of one survey_summary call.
type surveying struct {
	*work
	zone       *time.Location
	start, end time.Time // zero: open

	survey    survey
	read      engine.Collection
	responses []surveyResponse // of the period
	undated   int              // responses without a time, which no period can have
}

func (j *work) surveySummary(ctx context.Context) (string, error) {
	s := &surveying{work: j}
	if err := s.period(); err != nil {
		return "", err
	}
	id, _ := j.Arguments()["surveyId"].(string)
	if !input.IsHex24(id) {
		all, err := j.List(ctx, "the surveys", "list_surveys", nil, surveysRead)
		if err != nil {
			return "", err
		}
		surveys := j.surveys(all)
		meant := called(surveys, id)
		if len(meant) != 1 {
			return surveyList(surveys, meant, id, all.Whole), nil
		}
		id = meant[0].id
	}
	var noSurvey, noResponses error
	err := j.All(ctx,
		engine.Part{What: "the survey", Do: func(ctx context.Context) error {
			body, err := j.Get(ctx, "the survey", "get_survey", map[string]any{"surveyId": id})
			if noSurvey = err; err == nil {
				s.survey = j.surveyIn(body)
			}
			return err
		}},
		engine.Part{What: "the responses", Do: func(ctx context.Context) error {
			s.read, noResponses = j.List(ctx, "the responses", "list_survey_responses", map[string]any{"surveyId": id}, responsesRead)
			return noResponses
		}},
	)
	switch {
	case err != nil:
		return "", err
	case noSurvey != nil:
		return "", noSurvey
	case noResponses != nil && len(s.read.Items) == 0:
		return "", noResponses
	}
	s.keepPeriod()
	return s.write(), nil
}

// period reads the dates of the call.
func (s *surveying) period() error {
	var err error
	if s.zone, err = s.work.zone(); err != nil {
		return err
	}
	first, hasFirst := dayOf(s.Arguments()["startDate"], s.zone)
	last, hasLast := dayOf(s.Arguments()["endDate"], s.zone)
	if hasFirst {
		s.start = first
	}
	if hasLast {
		s.end = nextDay(last)
	}
	switch {
	case hasFirst && hasLast && !s.start.Before(s.end):
		return fmt.Errorf("endDate: it lies before startDate, %s", first.Format(time.DateOnly))
	case hasFirst && s.start.After(s.Now()):
		return fmt.Errorf("the period from %s has not begun; it is now %s", s.start.Format(minuteLayout), s.Now().Format(minuteLayout))
	}
	return nil
}

// keepPeriod reads the responses and leaves out those of other times.
func (s *surveying) keepPeriod() {
	limited := !s.start.IsZero() || !s.end.IsZero()
	for _, item := range objects(s.read.Items) {
		r := s.response(item)
		switch {
		case limited && r.at.IsZero():
			s.undated++
		case r.at.Before(s.start) || !s.end.IsZero() && !r.at.Before(s.end):
		default:
			s.responses = append(s.responses, r)
		}
	}
}
