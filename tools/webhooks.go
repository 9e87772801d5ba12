package tools

import (
	"errors"
	"net/http"
	"reflect"
	"strings"

	"github.com/invopop/jsonschema"

	"featurebase-mcp/client"
	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/input"
	"featurebase-mcp/internal/markup"
	"featurebase-mcp/internal/render"
)

// webhookView withholds the signing secret, with which a reader could forge deliveries, and the values of headers, with which a reader
// could pass for the endpoint's user.
var webhookView = &render.View{
	Row:     "id name url topics status failures=health.consecutiveFailures|some lastSuccess=health.lastSuccessAt|date",
	Lines:   "id name url description status topics health lastStatus requestConfig secret version created=createdAt updated=updatedAt|new",
	Written: "id name url topics status",
	Secret:  "secret headers",
}

// webhookSecretView is for the calls that create a signing secret and have to show it. It withholds the values of headers, which the caller
// has.
var webhookSecretView = &render.View{Written: "id name url topics status secret", Secret: "headers"}

// webhooks are the operations on webhooks, which send events to outside endpoints.
var webhooks = &engine.Toolset{
	Name: "webhooks", Description: "Webhooks, which send events to endpoints of yours.",
	Also:   "events, integrations, callbacks, notifications",
	Unsaid: []engine.Unsaid{{Failures: []client.Kind{client.KindForbidden}, Words: "Webhooks need a paid plan (Growth or higher), and the topic audit_log.created needs Enterprise."}},
	Operations: []*engine.Operation{
		{
			Name:        "list_webhooks",
			Title:       "List webhooks",
			Description: "List webhooks with status and topics. Secrets are withheld.",
			Effect:      engine.Read,
			Method:      http.MethodGet,
			Path:        "/v2/webhooks",
			Input:       input.Args[listWebhooks](),
			Output:      webhookView,
			Example:     `{}`,
		},
		{
			Name:        "get_webhook",
			Title:       "Get webhook",
			Description: "Get one webhook with its delivery health. Secrets are withheld.",
			Effect:      engine.Read,
			Method:      http.MethodGet,
			Path:        "/v2/webhooks/{webhookId}",
			Input:       input.Args[getWebhook](),
			Output:      webhookView,
			Example:     `{"webhookId":"<webhookId>"}`,
		},
		{
			Name:        "create_webhook",
			Title:       "Create webhook",
			Description: "Register an HTTPS endpoint for events. The answer shows its signing secret, for the user to keep.",
			Effect:      engine.Write,
			Method:      http.MethodPost,
			Path:        "/v2/webhooks",
			Undo:        "delete_webhook webhookId=made",
			Input:       input.Args[createWebhook](),
			Confirm:     []engine.Asked{{Because: "Featurebase will send these events, with customers' data in them, to this address."}}, // text by a customer could make a model send data out
			Output:      webhookSecretView,
			Unsaid:      []engine.Unsaid{{Failures: []client.Kind{client.KindInvalid}, Words: "An organization has 10 webhooks at most, each with an https URL and 10 extra headers at most."}},
			Example:     `{"name":"Feedback to our backend","url":"https://example.com/hooks/featurebase","topics":["post.created"]}`,
		},
		{
			Name:        "update_webhook",
			Title:       "Update webhook",
			Description: "Change, pause or reactivate a webhook.",
			Effect:      engine.Write,
			Method:      http.MethodPatch,
			Path:        "/v2/webhooks/{webhookId}",
			Input:       input.Args[updateWebhook](),
			Confirm:     []engine.Asked{{Because: "Featurebase sends the events of a webhook, with customers' data in them, to its address."}}, // a change can send more data, or to another address
			Output:      webhookView,
			Unsaid:      []engine.Unsaid{{Failures: []client.Kind{client.KindInvalid}, Words: "A webhook has an https URL and 10 extra headers at most."}},
			Example:     `{"webhookId":"<webhookId>","status":"paused"}`,
		},
		{
			Name:        "delete_webhook",
			Title:       "Delete webhook",
			Description: "Delete a webhook for good.",
			Effect:      engine.Destroy,
			Method:      http.MethodDelete,
			Path:        "/v2/webhooks/{webhookId}",
			Input:       input.Args[deleteWebhook](),
			Output:      webhookView,
			Example:     `{"webhookId":"<webhookId>"}`,
		},
		{
			Name:        "refresh_webhook_secret",
			Title:       "Refresh webhook secret",
			Description: "Replace a webhook's signing secret and show the new one. The old one stops working at once.",
			Effect:      engine.Destroy,
			Method:      http.MethodPost,
			Path:        "/v2/webhooks/{webhookId}/secret",
			Input:       input.Args[refreshWebhookSecret](),
			Output:      webhookSecretView,
			Example:     `{"webhookId":"<webhookId>"}`,
		},
	},
}

const webhookTopics = `post.created post.updated post.deleted post.voted ticket.created ticket.updated ticket.deleted changelog.published
	comment.created comment.updated comment.deleted conversation.user.created conversation.user.replied conversation.admin.replied
	conversation.admin.closed conversation.handover_requested conversation.admin.assigned conversation.admin.noted
	conversation.admin.snoozed conversation.admin.unsnoozed conversation.admin.opened conversation.priority.updated
	conversation.deleted conversation.contact.attached conversation.contact.detached conversation.read conversation_part.redacted
	audit_log.created`

// webhookTopic is an event that a webhook can receive.
type webhookTopic string

// JSONSchemaExtend makes the topics an enum, too long to be published.
func (webhookTopic) JSONSchemaExtend(s *jsonschema.Schema) { s.Enum = input.OneOf(webhookTopics) }

// listedTopic is a topic whose description lists all topics. Only the call that requires topics uses it, because the list is long.
type listedTopic string

// JSONSchemaExtend makes the topics an enum and lists them in the description.
func (listedTopic) JSONSchemaExtend(s *jsonschema.Schema) {
	s.Enum, s.Description = input.OneOf(webhookTopics), strings.Join(strings.Fields(webhookTopics), " ")
}

type listWebhooks struct {
	Status string `json:"status,omitempty" jsonschema:"enum=active,enum=paused,enum=suspended"`
	input.Page
	input.Detail
}

type getWebhook struct {
	WebhookID input.ObjectID `json:"webhookId"`
}

type createWebhook struct {
	Name          string         `json:"name" jsonschema:"maxLength=100"`
	URL           markup.Address `json:"url" jsonschema:"format=uri"`
	Topics        []listedTopic  `json:"topics"`
	Description   string         `json:"description,omitempty" jsonschema:"maxLength=500"`
	RequestConfig requestConfig  `json:"requestConfig,omitzero"`
}

// requestConfig has the headers that are sent with each delivery.
type requestConfig struct {
	Headers map[string]headerValue `json:"headers,omitempty"`
}

// headerValue is the value of a header. The placeholder that answers show for one is refused: sent back, it would overwrite the real value.
type headerValue string

// Wire refuses the placeholder of a withheld value.
func (headerValue) Wire(v any, _ reflect.StructTag) (any, error) {
	if v == render.Withheld {
		return v, errors.New("this value was withheld from you: ask the user for it, or leave requestConfig out")
	}
	return v, nil
}

type updateWebhook struct {
	WebhookID     input.ObjectID `json:"webhookId"`
	Name          string         `json:"name,omitempty" jsonschema:"maxLength=100"`
	URL           markup.Address `json:"url,omitempty" jsonschema:"format=uri"`
	Topics        []webhookTopic `json:"topics,omitempty" jsonschema_description:"As in create_webhook; replaces all."`
	Status        string         `json:"status,omitempty" jsonschema:"enum=active,enum=paused"`
	Description   string         `json:"description,omitempty" jsonschema:"maxLength=500"`
	Clear         []string       `json:"clear,omitempty" jsonschema:"enum=description"`
	RequestConfig requestConfig  `json:"requestConfig,omitzero"`
}

type deleteWebhook struct {
	WebhookID input.ObjectID `json:"webhookId"`
}

type refreshWebhookSecret struct {
	WebhookID input.ObjectID `json:"webhookId"`
}
