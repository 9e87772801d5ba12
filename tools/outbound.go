package tools

import (
	"errors"
	"net/http"
	"reflect"
	"strings"

	"featurebase-mcp/client"
	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/input"
	"featurebase-mcp/internal/render"
	"featurebase-mcp/tools/kind"
)

var (
	outboundView = &render.View{
		Row:   "id object type=definition.type/type name=definition.name/title state schedulePending=scheduleSyncPending|flag created=createdAt|date createdBy",
		Lines: "id state revision schedulePending=scheduleSyncPending|flag definition conversationTagIds created=createdAt createdBy",
		Stored: "type=definition.type name=definition.name content=definition.content options=definition.options schedule=definition.schedule audience=definition.audience " +
			"trigger=definition.trigger targetState=state",
		Written: "id name=definition.name type=definition.type state revision schedulePending=scheduleSyncPending|flag", Staff: true,
	}
	audienceView = &render.View{
		Row:      "id name email type",
		Customer: "name email",
	}
	outboundOperationView = &render.View{Lines: "id operation status error messageId created=createdAt expires=expiresAt", Staff: true}
)

// outbound are the operations on chats, banners, e-mails and surveys that are sent to people. Their pages were read in part.
var outbound = &engine.Toolset{
	Name: "outbound", Description: "Preview: chats, banners, e-mails and surveys that are sent to people.",
	Also: "campaigns, broadcasts, in-app posts, newsletters, NPS",
	Unsaid: []engine.Unsaid{{
		Failures: []client.Kind{client.KindRateLimited},
		Words:    "By Featurebase's reference, the previews of audiences and the reads of survey answers share one budget of the organization.",
	}, {
		Failures: []client.Kind{client.KindForbidden},
		Words:    "By Featurebase's reference, this takes permissions such as manage_outbound, and a plan that has the channel.",
	}},
	Operations: []*engine.Operation{
		{
			Name:        "search_outbound_messages",
			Title:       "Search outbound messages",
			Preview:     "operators of filter, the form of sort, fields of the rows",
			Description: "List outbound messages (chats, banners, e-mails, surveys), newest first; changelogs can be among them.",
			Effect:      engine.Read,
			Method:      http.MethodPost,
			Path:        "/v2/outbound/messages/search",
			Version:     pulsar,
			Input:       input.Args[searchOutboundMessages](),
			Output:      outboundView,
			Example:     `{}`,
		},
		{
			Name:        "get_outbound_message",
			Title:       "Get outbound message",
			Preview:     "the shape of definition",
			Description: "Get one outbound message with its state, revision and definition: content, audience, schedule.",
			Effect:      engine.Read,
			Method:      http.MethodGet,
			Path:        "/v2/outbound/messages/{outboundMessageId}",
			Version:     pulsar,
			Input:       input.Args[getOutboundMessage](),
			Output:      outboundView,
			Example:     `{"outboundMessageId":"<outboundMessageId>"}`,
		},
		{
			Name:    "update_outbound_message",
			Title:   "Update outbound message",
			Preview: "the shape of content, options, schedule and audience",
			Description: "Change an outbound message. content, options and schedule are merged by key; audience and trigger are replaced whole. " +
				"type is its own type.",
			Effect:       engine.Write,
			Method:       http.MethodPatch,
			Path:         "/v2/outbound/messages/{outboundMessageId}",
			Version:      pulsar,
			Unrepeatable: true,
			Confirm:      []engine.Asked{{Because: "If it is live, people see the change at once."}},
			Notifies:     []engine.Notice{{To: "the people of its audience, if it is live"}},
			Input:        input.Args[updateOutboundMessage](),
			Output:       outboundView,
			Example:      `{"outboundMessageId":"<outboundMessageId>","type":"survey","name":"How is Plumline doing?"}`,
		},
		{
			Name:    "set_outbound_message_state",
			Title:   "Set state of outbound message",
			Preview: "fields of the answer",
			Description: "Start (live, for an audience that changes), send (sent, for a fixed one), schedule, pause an outbound message, or take it back to draft. " +
				"What is sent cannot be taken back.",
			Effect:       engine.Write,
			Method:       http.MethodPatch,
			Path:         "/v2/outbound/messages/{outboundMessageId}/state",
			Version:      pulsar,
			Unrepeatable: true,
			Confirm: []engine.Asked{
				{When: "targetState=live", Because: "People get it from now on."},
				{When: "targetState=sent", Because: "It is sent to everybody in its audience. This cannot be undone."},
				{When: "targetState=scheduled", Because: "It is sent at the time of its schedule."},
			},
			Notifies: []engine.Notice{{When: "targetState=live|targetState=sent|targetState=scheduled", To: "everybody in its audience"}},
			Input:    input.Args[setOutboundMessageState](),
			Output:   outboundView,
			Example:  `{"outboundMessageId":"<outboundMessageId>","targetState":"paused"}`,
		},
		{
			Name:        "duplicate_outbound_message",
			Title:       "Duplicate outbound message",
			Preview:     "fields of the answer",
			Description: "Copy an outbound message into a new draft, without state, recipients, tags and fixed dates.",
			Effect:      engine.Write,
			Method:      http.MethodPost,
			Path:        "/v2/outbound/messages/{outboundMessageId}/duplicate",
			Version:     pulsar,
			Undo:        "delete_outbound_message outboundMessageId=made",
			Input:       input.Args[duplicateOutboundMessage](),
			Output:      outboundView,
			Example:     `{"outboundMessageId":"<outboundMessageId>","name":"Spring release, copy"}`,
		},
		{
			Name:    "delete_outbound_message",
			Title:   "Delete outbound message",
			Preview: "fields of the answer",
			Description: "Delete an outbound message for good, with its recipients, figures and survey answers. " +
				"Export reports first.",
			Effect:  engine.Destroy,
			Method:  http.MethodDelete,
			Path:    "/v2/outbound/messages/{outboundMessageId}",
			Version: pulsar,
			InQuery: true,
			Input:   input.Args[deleteOutboundMessage](),
			Example: `{"outboundMessageId":"<outboundMessageId>"}`,
		},
		{
			Name:        "get_outbound_analytics_summary",
			Title:       "Get outbound figures",
			Preview:     "some fields of the answer",
			Description: "Get the figures of an outbound message: events, people and deliveries by metric. They are approximate.",
			Effect:      engine.Read,
			Method:      http.MethodGet,
			Path:        "/v2/outbound/messages/{outboundMessageId}/analytics/summary",
			Version:     pulsar,
			Input:       input.Args[getOutboundAnalyticsSummary](),
			Example:     `{"outboundMessageId":"<outboundMessageId>"}`,
		},
		{
			Name:        "list_outbound_survey_responses",
			Title:       "List outbound survey responses",
			Preview:     "some fields of the rows",
			Description: "List who answered an outbound survey and what, newest first.",
			Effect:      engine.Read,
			Method:      http.MethodGet,
			Path:        "/v2/outbound/messages/{outboundMessageId}/survey_responses",
			Version:     pulsar,
			Input:       input.Args[listOutboundSurveyResponses](),
			Output:      surveyResponseView,
			Example:     `{"outboundMessageId":"<outboundMessageId>"}`,
		},
		{
			Name:        "get_outbound_survey_response_stats",
			Title:       "Get outbound survey figures",
			Preview:     "the shape of distribution",
			Description: "Get the totals of an outbound survey by page: answers, mean rating, NPS.",
			Effect:      engine.Read,
			Method:      http.MethodGet,
			Path:        "/v2/outbound/messages/{outboundMessageId}/survey_responses/stats",
			Version:     pulsar,
			Input:       input.Args[getOutboundSurveyStats](),
			Example:     `{"outboundMessageId":"<outboundMessageId>"}`,
		},
		{
			Name:        "validate_outbound_definition",
			Title:       "Validate outbound definition",
			Preview:     "the shape of definition",
			Description: "Check the definition of an outbound message without saving or sending it. definition is as get_outbound_message shows it.",
			Effect:      engine.Read,
			Method:      http.MethodPost,
			Path:        "/v2/outbound/validate",
			Version:     pulsar,
			Input:       input.Args[validateOutboundDefinition](),
			Example:     `{"definition":{"type":"banner","name":"Spring release","content":{"text":"It is here."}}}`,
		},
		{
			Name:        "preview_outbound_audience",
			Title:       "Preview outbound audience",
			Preview:     "fields of the people, the shape of conditions",
			Description: "Estimate whom an audience reaches, with some of the people.",
			Effect:      engine.Read,
			Method:      http.MethodPost,
			Path:        "/v2/outbound/audience/preview",
			Version:     pulsar,
			Input:       input.Args[previewOutboundAudience](),
			Output:      audienceView,
			Example:     `{"audience":{"types":["users"],"everyone":true}}`,
		},
		{
			Name:        "get_outbound_operation",
			Title:       "Get outbound operation",
			Preview:     unseenVersion,
			Description: "Get the outcome of an outbound write that had an idempotencyKey, by the operationId in its answer or conflict.",
			Effect:      engine.Read,
			Method:      http.MethodGet,
			Path:        "/v2/outbound/operations/{operationId}",
			Version:     pulsar,
			Input:       input.Args[getOutboundOperation](),
			Output:      outboundOperationView,
			Example:     `{"operationId":"<operationId>"}`,
		},
		{
			Name:        "publish_outbound_changelog",
			Title:       "Publish changelog as of pulsar",
			Preview:     "the first version that has it, some fields",
			Description: "publish_changelog at the address of the newest API version.",
			Effect:      engine.Write,
			Idempotent:  true,
			Overwrites:  true,
			Method:      http.MethodPost,
			Path:        "/v2/outbound/changelogs/{changelogId}/publish",
			Version:     pulsar,
			Refs:        engine.Refs{"changelogId": {Kind: kind.Changelog}},
			ShownBy:     "get_changelog",
			Confirm:     []engine.Asked{{Because: "Readers see it at once, or from the date that it is scheduled for."}},
			Notifies:    []engine.Notice{{When: "sendEmail=true", To: "the subscribers of changelogs, by e-mail"}},
			Input:       input.Args[publishOutboundChangelog](),
			Output:      changelogView,
			Example:     `{"changelogId":"<changelogId>","locales":["en"]}`,
		},
	},
}

// keyed are the arguments of an outbound write against a doubled and a stale one.
type keyed struct {
	Revision       int    `json:"revision,omitempty" jsonschema_description:"Refuses if it changed since."`
	IdempotencyKey string `json:"idempotencyKey,omitempty" jsonschema_description:"Makes repeating safe for 7 days."`
}

type searchOutboundMessages struct {
	Filter map[string]any `json:"filter,omitempty" jsonschema_description:"{field, operator, value} or {operator:AND, value:[...]}; fields: type, state, name, createdBy, conversationTagIds, changelogCategories, createdAt, updatedAt."`
	Sort   map[string]any `json:"sort,omitempty"`
	Limit  int            `json:"limit,omitempty" jsonschema:"minimum=1,maximum=100,default=25"`
	Cursor string         `json:"cursor,omitempty"`
	input.Detail
	input.Open
}

type getOutboundMessage struct {
	OutboundMessageID input.ObjectID `json:"outboundMessageId"`
}

type updateOutboundMessage struct {
	OutboundMessageID input.ObjectID `json:"outboundMessageId"`
	Type              string         `json:"type" jsonschema:"enum=chat,enum=banner,enum=email,enum=survey"`
	Name              string         `json:"name,omitempty"`
	Content           map[string]any `json:"content,omitempty"`
	Options           map[string]any `json:"options,omitempty"`
	Schedule          map[string]any `json:"schedule,omitempty"`
	Audience          map[string]any `json:"audience,omitempty"`
	Trigger           map[string]any `json:"trigger,omitempty"`
	Clear             []string       `json:"clear,omitempty" jsonschema:"enum=audience,enum=trigger"`
	keyed
	input.Open
}

type setOutboundMessageState struct {
	OutboundMessageID input.ObjectID `json:"outboundMessageId"`
	TargetState       string         `json:"targetState" jsonschema:"enum=draft,enum=scheduled,enum=live,enum=paused,enum=sent"`
	keyed
	input.Open
}

type duplicateOutboundMessage struct {
	OutboundMessageID input.ObjectID `json:"outboundMessageId"`
	Name              string         `json:"name"`
	keyed
	input.Open
}

type deleteOutboundMessage struct {
	OutboundMessageID input.ObjectID `json:"outboundMessageId"`
	keyed
}

type getOutboundAnalyticsSummary struct {
	OutboundMessageID input.ObjectID `json:"outboundMessageId"`
}

type listOutboundSurveyResponses struct {
	OutboundMessageID input.ObjectID `json:"outboundMessageId"`
	ResponseID        string         `json:"responseId,omitempty"`
	PageID            string         `json:"pageId,omitempty"`
	Start             string         `json:"start,omitempty" jsonschema:"format=date-time"`
	End               string         `json:"end,omitempty" jsonschema:"format=date-time" bound:"end"`
	Limit             int            `json:"limit,omitempty" jsonschema:"minimum=1,maximum=100,default=20"`
	Cursor            string         `json:"cursor,omitempty"`
	input.Detail
}

type getOutboundSurveyStats struct {
	OutboundMessageID input.ObjectID `json:"outboundMessageId"`
	Start             string         `json:"start,omitempty" jsonschema:"format=date-time"`
	End               string         `json:"end,omitempty" jsonschema:"format=date-time" bound:"end"`
}

type validateOutboundDefinition struct {
	Definition map[string]any `json:"definition"`
	MessageID  input.ObjectID `json:"messageId,omitempty" jsonschema_description:"Also checks what this message allows."`
	input.Open
}

type previewOutboundAudience struct {
	Audience map[string]any `json:"audience" jsonschema_description:"types, mode, everyone, conditions."`
	input.Open
}

type getOutboundOperation struct {
	OperationID operationID `json:"operationId"`
}

type publishOutboundChangelog struct {
	publishChangelog
	input.Open
}

// operationID names a keyed write: 64 hex digits.
type operationID string

// Wire refuses any other form.
func (operationID) Wire(v any, _ reflect.StructTag) (any, error) {
	if s, _ := v.(string); len(s) != 64 || strings.Trim(s, "0123456789abcdef") != "" {
		return v, errors.New("not the id of an outbound operation: these are 64 hex digits, which the receipt of a write with idempotencyKey shows")
	}
	return v, nil
}
