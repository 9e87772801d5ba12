package tools

import (
	"net/http"

	"featurebase-mcp/client"
	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/input"
	"featurebase-mcp/internal/markup"
	"featurebase-mcp/internal/render"
	"featurebase-mcp/tools/kind"
	"featurebase-mcp/tools/workflow"
)

// conversationView hides who chose a language, since when a conversation is urgent or a bot's, how requests for a rating were delivered, and
// what the API says of waiting: for some of it a bot's words are an answer. workflow.ConversationRows adds customer, company, revenue and
// waits. A row leaves out a title that only repeats the first words.
var conversationView = &render.View{
	Row: "id state priority|flag snoozedUntil|minute customer company revenue waits adminAssigneeId teamAssigneeId tags=tags.name " +
		"lastActivity=lastActivityAt|date created=createdAt|date opening=source.bodyHtml|excerpt title|new match=matchingBodyPreviewMarkdown|new matchingPart=matchingPart.id",
	Lines: "id title state snoozedUntil waits priority|flag adminAssigneeId teamAssigneeId brandId participants tags|id,name customAttributes " +
		"lastActivity=lastActivityAt created=createdAt updated=updatedAt|new readUpTo=readReceipts|id:lastReadPartId language=userPreferredLanguage isBlocked|flag " +
		"disableCustomerReply|flag",
	Hide:    "hasAdminOverriddenLanguage prioritySetAt botConversationStateLastUpdatedAt csatDebug waitingSince awaitingCustomerReply",
	Written: "id title state snoozedUntil adminAssigneeId teamAssigneeId participants tags=tags.name priority|flag",
	Stored:  "bodyMarkdown=source.bodyHtml|few subject=source.subject channel=source.channel recipients=participants|id,type",
	Opening: "source", Parts: "conversationParts", Part: partView, HTML: "bodyHtml", Customer: "title customer company opening match tags customAttributes",
}

// partView shows one message of a conversation.
var partView = &render.View{
	Written: "id partType author=author.name created=createdAt|minute text=bodyHtml|excerpt", Stored: "bodyMarkdown=bodyHtml", Customer: "author text",
}

// conversations are the operations on the inbox, where customers and the team write to each other.
var conversations = &engine.Toolset{
	Name: "conversations", Description: "Inbox conversations with their replies, notes, participants, tags and attributes.",
	Also: "inbox, support chat, messenger, threads, e-mail replies, labels",
	Refs: engine.Refs{
		"adminAssigneeId":   {Kind: kind.Admin},
		"actingAdminId":     {Kind: kind.Admin},
		"adminIds":          {Kind: kind.Admin},
		"mentionedAdminIds": {Kind: kind.Admin},
		"teamAssigneeId":    {Kind: kind.Team},
		"attributeId":       {Kind: kind.Attribute},
		"customAttributes":  {Kind: kind.Attribute, Keys: true},
	},
	AnswerRefs: engine.Refs{"adminAssignerId": {Kind: kind.Admin}},
	Operations: []*engine.Operation{
		{
			Name:        "search_conversations",
			Title:       "Search conversations",
			Description: "Search inbox conversations by words, by filters such as state or assignee, or both.",
			Default:     true,
			Effect:      engine.Read,
			Method:      http.MethodPost,
			Path:        "/v2/conversations/search",
			Input:       input.Args[searchConversations](),
			Output:      conversationView,
			Adds:        workflow.ConversationRows,
			Refs: engine.Refs{
				"tagIds": {Kind: kind.ConversationTag}, "userId": {Kind: kind.Contact}, "participantId": {Kind: kind.Contact}, "companyId": {Kind: kind.Company},
			},
			Example: `{"search":"invoice","query":[{"field":"state","operator":"=","value":"open"}],"limit":5}`,
		},
		{
			Name:        "list_conversations",
			Title:       "List conversations",
			Description: "List inbox conversations, latest activity first, of all or of some tags. To find some, use search_conversations.",
			Effect:      engine.Read,
			Method:      http.MethodGet,
			Path:        "/v2/conversations",
			Browsed:     true,
			Input:       input.Args[listConversations](),
			Output:      conversationView,
			Adds:        workflow.ConversationRows,
			Refs:        engine.Refs{"tagIds": {Kind: kind.ConversationTag}},
			Example:     `{"limit":3}`,
		},
		{
			Name:        "get_conversation",
			Title:       "Get conversation",
			Description: "Get one conversation as a transcript: its latest 500 messages, notes and events.",
			Default:     true,
			Effect:      engine.Read,
			Method:      http.MethodGet,
			Path:        "/v2/conversations/{conversationId}",
			Input:       input.Args[getConversation](),
			Output:      conversationView,
			Adds:        workflow.ConversationRows,
			Example:     `{"conversationId":"<conversationId>"}`,
		},
		{
			Name:  "create_conversation",
			Title: "Create conversation",
			Description: "Start a conversation: as an admin writing to contacts (needs recipients; subject too when channel is email), or in the name of a contact. " +
				"The recipients are always notified.",
			Effect:       engine.Write,
			Method:       http.MethodPost,
			Path:         "/v2/conversations",
			Undo:         "delete_conversation conversationId=made",
			Confirm:      []engine.Asked{{When: "recipients.to.emails", Because: "The message goes out to addresses, whoever they belong to."}},
			Input:        input.Args[createConversation](),
			About:        "recipients.to.ids=get_contact",
			Notifies:     []engine.Notice{{When: "from.type=admin", To: "its recipients", Count: "recipients"}, {When: "from.type=contact", To: "the organization's admins"}},
			Rules:        []input.Rule{{When: "from.type=admin", Need: "recipients"}, {When: "from.type=contact", Refuse: "recipients"}},
			Impersonates: "from.type=contact",
			Output:       conversationView,
			Refs:         engine.Refs{"id": {Kind: kind.Admin, When: "from.type=admin", Or: &engine.Ref{Kind: kind.Contact}}, "ids": {Kind: kind.Contact}},
			Example:      `{"from":{"type":"admin","id":"<adminId>"},"recipients":{"to":{"ids":["<contactId>"]}},"bodyMarkdown":"How is the new export working for you?"}`,
		},
		{
			Name:        "reply_to_conversation",
			Title:       "Reply to conversation",
			Description: "Write into a conversation as an admin: messageType reply goes to the customer, note stays internal. Type contact speaks in the customer's name.",
			Default:     true,
			Effect:      engine.Write,
			Method:      http.MethodPost,
			Path:        "/v2/conversations/{conversationId}/reply",
			Input:       input.Args[replyToConversation](),
			Notifies: []engine.Notice{
				{When: "type=admin", Unless: "messageType=note|skipNotifications=true", To: "the participants of the conversation", Count: "participants"},
				{When: "type=contact", Unless: "skipNotifications=true", To: "the organization's admins"},
			},
			Rules:        []input.Rule{{When: "type=contact", Need: "id|userId"}, {When: "type=contact", Refuse: "messageType=note"}, {When: "type=admin", Refuse: "userId"}},
			ActingAdmin:  &input.Rule{When: "type=admin", Need: "id"},
			Impersonates: "type=contact",
			Output:       partView,
			Refs:         engine.Refs{"id": {Kind: kind.Admin, When: "type=admin", Or: &engine.Ref{Kind: kind.Contact}}},
			Example:      `{"conversationId":"<conversationId>","type":"admin","messageType":"note","bodyMarkdown":"Asked billing for the **invoice**."}`,
		},
		{
			Name:        "update_conversation",
			Title:       "Update conversation",
			Description: "Open, close, snooze, assign or rename a conversation, set its custom attributes or mark it as read.",
			Default:     true,
			Effect:      engine.Write,
			Method:      http.MethodPatch,
			Path:        "/v2/conversations/{conversationId}",
			Notifies:    []engine.Notice{{When: "adminAssigneeId|teamAssigneeId", To: "those whom it is assigned to", Indirect: true}},
			Input:       input.Args[updateConversation](),
			Rules:       []input.Rule{{When: "state=snoozed", Need: "snoozedUntil"}},
			Output:      conversationView,
			Refs:        engine.Refs{"contactIds": {Kind: kind.Contact}},
			Example:     `{"conversationId":"<conversationId>","state":"closed"}`,
		},
		{
			Name:        "delete_conversation",
			Title:       "Delete conversation",
			Description: "Delete a conversation with all its messages for good.",
			Effect:      engine.Destroy,
			Method:      http.MethodDelete,
			Path:        "/v2/conversations/{conversationId}",
			Input:       input.Args[deleteConversation](),
			Example:     `{"conversationId":"<conversationId>"}`,
		},
		{
			Name:        "redact_conversation_part",
			Title:       "Redact conversation part",
			Description: "Blank one message of a conversation for good; the conversation stays. Works on messages of customers, admins and bots.",
			Effect:      engine.Destroy,
			Idempotent:  true,
			Method:      http.MethodPost,
			Path:        "/v2/conversations/redact",
			Input:       input.Args[redactConversationPart](),
			About:       "conversationId=get_conversation",
			Output:      conversationView,
			Unsaid:      []engine.Unsaid{{Failures: []client.Kind{client.KindInvalid}, Words: "Internal notes, events and the opening are not redacted."}},
			Example:     `{"conversationId":"<conversationId>","conversationPartId":"<conversationPartId>","type":"conversation_part"}`,
		},
		{
			Name:        "add_conversation_participant",
			Title:       "Add conversation participant",
			Description: "Add a customer or lead to a conversation.",
			Effect:      engine.Write,
			Method:      http.MethodPost,
			Path:        "/v2/conversations/{conversationId}/participants",
			Undo:        "remove_conversation_participant conversationId id=participant.id",
			Input:       input.Args[addConversationParticipant](),
			Rules:       []input.Rule{{Need: "participant.id|participant.userId|participant.email"}},
			Output:      conversationView,
			Refs:        engine.Refs{"id": {Kind: kind.Contact}},
			Example:     `{"conversationId":"<conversationId>","participant":{"id":"<contactId>"}}`,
		},
		{
			Name:        "remove_conversation_participant",
			Title:       "Remove conversation participant",
			Description: "Remove a customer or lead from a conversation.",
			Effect:      engine.Destroy,
			Reversible:  true,
			Method:      http.MethodDelete,
			Path:        "/v2/conversations/{conversationId}/participants",
			Undo:        "add_conversation_participant conversationId participant.id=id",
			Input:       input.Args[removeConversationParticipant](),
			Output:      conversationView,
			Refs:        engine.Refs{"id": {Kind: kind.Contact}},
			Example:     `{"conversationId":"10077","id":"697deec0623617b53800007a"}`,
		},
		{
			Name:        "attach_conversation_tag",
			Title:       "Attach conversation tag",
			Description: "Put a tag on a conversation.",
			Default:     true,
			Effect:      engine.Write,
			Method:      http.MethodPost,
			Path:        "/v2/conversations/{conversationId}/tags",
			Holds:       "tags.id=tagId", Undo: "detach_conversation_tag conversationId tagId actingAdminId",
			Input:       input.Args[attachConversationTag](),
			Output:      conversationTagView,
			ActingAdmin: &input.Rule{Need: "actingAdminId"},
			Refs:        engine.Refs{"tagId": {Kind: kind.ConversationTag}},
			Example:     `{"conversationId":"<conversationId>","tagId":"<tagId>"}`,
		},
		{
			Name:        "detach_conversation_tag",
			Title:       "Detach conversation tag",
			Description: "Take a tag off a conversation.",
			Effect:      engine.Destroy,
			Reversible:  true,
			Method:      http.MethodDelete,
			Path:        "/v2/conversations/{conversationId}/tags/{tagId}",
			Holds:       "tags.id=tagId", Undo: "attach_conversation_tag conversationId tagId actingAdminId",
			Input:       input.Args[detachConversationTag](),
			Output:      conversationTagView,
			ActingAdmin: &input.Rule{Need: "actingAdminId"},
			Refs:        engine.Refs{"tagId": {Kind: kind.ConversationTag}},
			Example:     `{"conversationId":"<conversationId>","tagId":"<attachedTagId>"}`,
		},
		{
			Name:        "list_conversation_tags",
			Title:       "List conversation tags",
			Description: "List the tags for conversations, with their ids.",
			Browsed:     true,
			Effect:      engine.Read,
			Method:      http.MethodGet,
			Path:        "/v2/tags",
			Input:       input.Args[noArguments](),
			Output:      conversationTagView,
			Example:     `{}`,
		},
		{
			Name:        "get_conversation_tag",
			Title:       "Get conversation tag",
			Description: "Get one conversation tag, also an archived one.",
			Effect:      engine.Read,
			Method:      http.MethodGet,
			Path:        "/v2/tags/{tagId}",
			Input:       input.Args[getConversationTag](),
			Output:      conversationTagView,
			Refs:        engine.Refs{"tagId": {Kind: kind.ConversationTag}},
			Example:     `{"tagId":"<tagId>"}`,
		},
		{
			Name:        "upsert_conversation_tag",
			Title:       "Create or rename conversation tag",
			Description: "Create a conversation tag, or rename the one whose id is given.",
			Effect:      engine.Write,
			Method:      http.MethodPost,
			Path:        "/v2/tags",
			Overwrites:  true,
			TakesAway:   "id",
			About:       "id=get_conversation_tag",
			Input:       input.Args[upsertConversationTag](),
			Output:      conversationTagView,
			Refs:        engine.Refs{"id": {Kind: kind.ConversationTag}},
			Example:     `{"name":"Onboarding call"}`,
		},
		{
			Name:        "delete_conversation_tag",
			Title:       "Delete conversation tag",
			Description: "Delete a conversation tag from the organization. To take it off one conversation, use detach_conversation_tag.",
			Effect:      engine.Destroy,
			Method:      http.MethodDelete,
			Path:        "/v2/tags/{tagId}",
			Input:       input.Args[deleteConversationTag](),
			Refs:        engine.Refs{"tagId": {Kind: kind.ConversationTag}},
			Example:     `{"tagId":"<tagId>"}`,
		},
		{
			Name:        "list_conversation_attributes",
			Title:       "List conversation attributes",
			Description: "List the custom attributes that conversations can have: ids, types and options.",
			Effect:      engine.Read,
			Browsed:     true,
			Method:      http.MethodGet,
			Path:        "/v2/conversation_attributes",
			Input:       input.Args[listConversationAttributes](),
			Output:      conversationAttributeView,
			Example:     `{}`,
		},
		{
			Name:        "get_conversation_attribute",
			Title:       "Get conversation attribute",
			Description: "Get one custom attribute of conversations.",
			Effect:      engine.Read,
			Method:      http.MethodGet,
			Path:        "/v2/conversation_attributes/{attributeId}",
			Input:       input.Args[getConversationAttribute](),
			Output:      conversationAttributeView,
			Example:     `{"attributeId":"<attributeId>"}`,
		},
	},
}

// conversationTagView hides the type, which is always the same. The answer to attaching or detaching a tag also has the message that it is
// on.
var conversationTagView = &render.View{
	Row: "id name", Lines: "id name", Hide: "type", Written: "id name targetPartId removed=removedAt|minute",
}

// conversationAttributeView hides the age of a definition.
var conversationAttributeView = &render.View{
	Row: "id name dataType options=options.label archived|flag", Lines: "id identifier name dataType fieldSubType options=options.label archived|flag", Hide: "createdAt updatedAt",
}

// noArguments is the input of an operation that takes none.
type noArguments struct{}

type searchConversations struct {
	Search  string        `json:"search,omitempty"`
	Query   input.Clauses `json:"query,omitempty" jsonschema:"minItems=1,maxItems=15" filters:"state:open|closed|snoozed,priority:boolean,adminAssigneeId?,teamAssigneeId?,brandId?,tagIds,userId,participantId,companyId,mentionedAdminIds,createdAt:date/range,customAttributes.<attributeId>:any"`
	Sort    string        `json:"sort,omitempty" jsonschema:"enum=lastActivityAt:desc,enum=lastActivityAt:asc"`
	Include []string      `json:"include,omitempty" jsonschema:"enum=customAttributeDefinitions"`
	input.Page
	input.Detail
}

type listConversations struct {
	TagIDs  []string `json:"tagIds,omitempty" jsonschema_description:"All of them; or name."`
	Include []string `json:"include,omitempty" jsonschema_description:"customAttributeDefinitions names the attributes."`
	input.Page
	input.Detail
}

type getConversation struct {
	ConversationID input.ShortID `json:"conversationId"`
	Include        []string      `json:"include,omitempty" jsonschema_description:"customAttributeDefinitions names the attributes."`
	input.Document
}

type createConversation struct {
	From         sender        `json:"from"`
	BodyMarkdown markup.Source `json:"bodyMarkdown"`
	Channel      string        `json:"channel,omitempty" jsonschema:"enum=desktop,enum=email" jsonschema_description:"desktop, the default, is the messenger."`
	Subject      string        `json:"subject,omitempty" jsonschema_description:"Of an e-mail."`
	Recipients   recipients    `json:"recipients,omitzero"`
	CreatedAt    string        `json:"createdAt,omitempty" jsonschema:"format=date-time" jsonschema_description:"For imports."`
}

type sender struct {
	Type string `json:"type" jsonschema:"enum=contact,enum=admin"`
	ID   string `json:"id"`
}

type recipients struct {
	To  addressees `json:"to"`
	CC  addressees `json:"cc,omitzero"`
	BCC addressees `json:"bcc,omitzero"`
}

type addressees struct {
	IDs    []string `json:"ids,omitempty" jsonschema_description:"Contact ids."`
	Emails []string `json:"emails,omitempty"`
}

type replyToConversation struct {
	ConversationID    input.ShortID `json:"conversationId"`
	Type              string        `json:"type" jsonschema:"enum=admin,enum=contact"`
	MessageType       string        `json:"messageType" jsonschema:"enum=reply,enum=note"`
	BodyMarkdown      markup.Source `json:"bodyMarkdown"`
	ID                string        `json:"id,omitempty" jsonschema_description:"Who writes; or name."`
	UserID            string        `json:"userId,omitempty" jsonschema_description:"Of the contact, in your own system."`
	SkipNotifications bool          `json:"skipNotifications,omitempty"`
}

type updateConversation struct {
	ConversationID   input.ShortID  `json:"conversationId"`
	State            string         `json:"state,omitempty" jsonschema:"enum=open,enum=closed,enum=snoozed"`
	SnoozedUntil     string         `json:"snoozedUntil,omitempty" jsonschema:"format=date-time" jsonschema_description:"With snoozed."`
	AdminAssigneeID  string         `json:"adminAssigneeId,omitempty" jsonschema_description:"Or name."`
	TeamAssigneeID   string         `json:"teamAssigneeId,omitempty" jsonschema_description:"Or name."`
	Title            string         `json:"title,omitempty"`
	CustomAttributes map[string]any `json:"customAttributes,omitempty" jsonschema_description:"By name or id."`
	MarkAsRead       markAsRead     `json:"markAsRead,omitzero"`
	Clear            []string       `json:"clear,omitempty" jsonschema:"enum=adminAssigneeId,enum=teamAssigneeId,enum=snoozedUntil"`
	ActingAdminID    string         `json:"actingAdminId,omitempty" jsonschema_description:"Or name."`
}

type markAsRead struct {
	AdminIDs    []string `json:"adminIds,omitempty"`
	ContactIDs  []string `json:"contactIds,omitempty"`
	AllAdmins   bool     `json:"allAdmins,omitempty"`
	AllContacts bool     `json:"allContacts,omitempty"`
}

type deleteConversation struct {
	ConversationID input.ShortID `json:"conversationId"`
}

type redactConversationPart struct {
	ConversationID     string `json:"conversationId"`
	ConversationPartID string `json:"conversationPartId" jsonschema_description:"A number in brackets in get_conversation; the opening has none."`
	Type               string `json:"type" jsonschema:"enum=conversation_part"`
	ActingAdminID      string `json:"actingAdminId,omitempty" jsonschema_description:"Or name."`
}

type addConversationParticipant struct {
	ConversationID input.ShortID `json:"conversationId"`
	Participant    participant   `json:"participant" jsonschema_description:"Found by id, userId, then email."`
	ActingAdminID  string        `json:"actingAdminId,omitempty" jsonschema_description:"Or name."`
}

type participant struct {
	ID     string `json:"id,omitempty"`
	UserID string `json:"userId,omitempty"`
	Email  string `json:"email,omitempty"`
}

type removeConversationParticipant struct {
	ConversationID input.ShortID `json:"conversationId"`
	ID             string        `json:"id" jsonschema_description:"Or e-mail."`
	ActingAdminID  string        `json:"actingAdminId,omitempty" jsonschema_description:"Or name."`
}

type attachConversationTag struct {
	ConversationID input.ShortID `json:"conversationId"`
	TagID          string        `json:"tagId" jsonschema_description:"Or name."`
	ActingAdminID  string        `json:"actingAdminId,omitempty" jsonschema_description:"Or name."`
}

type detachConversationTag struct {
	ConversationID input.ShortID `json:"conversationId"`
	TagID          string        `json:"tagId" jsonschema_description:"Or name."`
	ActingAdminID  string        `json:"actingAdminId,omitempty" jsonschema_description:"Or name."`
}

type getConversationTag struct {
	TagID string `json:"tagId" jsonschema_description:"Or name."`
}

type upsertConversationTag struct {
	Name          string `json:"name"`
	ID            string `json:"id,omitempty" jsonschema_description:"Or name."`
	ActingAdminID string `json:"actingAdminId,omitempty" jsonschema_description:"Or name."`
}

type deleteConversationTag struct {
	TagID         string `json:"tagId" jsonschema_description:"Or name."`
	ActingAdminID string `json:"actingAdminId,omitempty" jsonschema_description:"Or name."`
}

type listConversationAttributes struct {
	IncludeArchived bool `json:"includeArchived,omitempty"`
	input.Detail
	input.Onward
}

type getConversationAttribute struct {
	AttributeID string `json:"attributeId" jsonschema_description:"Or name."`
}
