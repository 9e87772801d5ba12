package tools

import (
	"net/http"

	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/input"
	"featurebase-mcp/internal/markup"
	"featurebase-mcp/internal/render"
	"featurebase-mcp/tools/kind"
)

// ticketView hides the fields of a status that follow from its type, and a picture.
var ticketView = &render.View{
	Row: "ticketNumber id title link=ticketUrl|link status=status.name open categoryType assigneeId author=author.name by=author.type|side companyId snoozedUntil|minute created=createdAt|date " +
		"updated=updatedAt|date excerpt=content|excerpt",
	Lines: "ticketNumber id title url=ticketUrl status open categoryType ticketCategoryId assigneeId teamAssigneeId snoozedUntil author companyId linkedConversations customFields " +
		"created=createdAt updated=updatedAt|new integrations",
	Hide:    "color isDefault profilePicture",
	Stored:  "statusId=status.name author=author.name",
	Written: "ticketNumber id title link=ticketUrl|link author=author.name status=status.name open snoozedUntil assigneeId categoryType",
	Body:    "content", HTML: "content", Parts: "conversationParts", Customer: "title author customFields excerpt",
}

// ticketCategoryView hides the fields that boardView hides.
var ticketCategoryView = &render.View{
	Row: "id name customFields|shared", Lines: boardView.Lines, Hide: boardView.Hide,
}

// tickets are the operations on support requests that are worked on like tasks, with a number, a category and a status.
var tickets = &engine.Toolset{
	Name: "tickets", Description: "Support tickets with their replies, categories, statuses and custom fields.",
	Also: "support requests, issues, cases, help desk",
	Refs: engine.Refs{
		"ticketNumber":      {Kind: kind.Ticket},
		"ticketFieldId":     {Kind: kind.TicketField},
		"customFields":      {Kind: kind.TicketField, Keys: true},
		"contactId":         {Kind: kind.Contact},
		"assigneeId":        {Kind: kind.Admin},
		"adminId":           {Kind: kind.Admin},
		"ticketCategoryId":  {Kind: kind.TicketCategory},
		"ticketCategoryIds": {Kind: kind.TicketCategory},
		"statusId":          {Kind: kind.TicketStatus},
		"statusIds":         {Kind: kind.TicketStatus},
		"ticketStatusId":    {Kind: kind.TicketStatus},
	},
	AnswerRefs: engine.Refs{"teamAssigneeId": {Kind: kind.Team}},
	Operations: []*engine.Operation{
		{
			Name:        "list_tickets",
			Title:       "List tickets",
			Description: "List or search support tickets by words, status, category or assignee.",
			Default:     true,
			Effect:      engine.Read,
			Method:      http.MethodGet,
			Path:        "/v2/tickets",
			Input:       input.Args[listTickets](),
			Output:      ticketView,
			Example:     `{"q":"import","limit":5}`,
		},
		{
			Name:        "get_ticket",
			Title:       "Get ticket",
			Description: "Get one ticket with its text and messages.",
			Effect:      engine.Read,
			Method:      http.MethodGet,
			Path:        "/v2/tickets/{ticketNumber}",
			Input:       input.Args[getTicket](),
			Output:      ticketView,
			Example:     `{"ticketNumber":"<ticketNumber>"}`,
		},
		{
			Name:        "create_ticket",
			Title:       "Create ticket",
			Description: "Open a support ticket for a contact, who is notified unless skipNotifications. An unknown email makes a new contact.",
			Effect:      engine.Write,
			Method:      http.MethodPost,
			Path:        "/v2/tickets",
			Input:       input.Args[createTicket](),
			Notifies: []engine.Notice{
				{Unless: "skipNotifications=true", To: "the contact whom it is opened for"},
				{When: "assigneeId", To: "the admin whom it is assigned to", Indirect: true},
			},
			Output:  ticketView,
			Example: `{"author":{"id":"<contactId>"},"ticketCategoryId":"<ticketCategoryId>","title":"Import stops at row 900","content":"The file has **1,200** rows."}`,
		},
		{
			Name:        "update_ticket",
			Title:       "Update ticket",
			Description: "Change, close, reopen, snooze or assign a ticket. The contact is notified unless skipNotifications.",
			Effect:      engine.Write,
			Method:      http.MethodPatch,
			Path:        "/v2/tickets/{ticketNumber}",
			Input:       input.Args[updateTicket](),
			Keeps:       &engine.Kept{Argument: "content", Field: "content"},
			Notifies: []engine.Notice{
				{Unless: "skipNotifications=true", To: "the contact of the ticket"},
				{When: "assigneeId", To: "the admin whom it is assigned to", Indirect: true},
			},
			Output:  ticketView,
			Example: `{"ticketNumber":"<ticketNumber>","open":false,"skipNotifications":true}`,
		},
		{
			Name:        "reply_to_ticket",
			Title:       "Reply to ticket",
			Description: "Write into a ticket as an admin: messageType comment goes to the contact, note stays internal. Type contact speaks in the contact's name.",
			Effect:      engine.Write,
			Method:      http.MethodPost,
			Path:        "/v2/tickets/{ticketNumber}/reply",
			Input:       input.Args[replyToTicket](),
			Notifies: []engine.Notice{
				{When: "type=admin", Unless: "messageType=note|skipNotifications=true", To: "the contact of the ticket"},
				{When: "type=contact", Unless: "skipNotifications=true", To: "the organization's admins"},
			},
			Rules: []input.Rule{
				{When: "type=contact", Need: "contactId|contactEmail"},
				{When: "type=contact", Refuse: "messageType=note"},
				{When: "type=contact", Refuse: "adminId"},
				{When: "type=admin", Refuse: "contactId"},
				{When: "type=admin", Refuse: "contactEmail"},
			},
			ActingAdmin:  &input.Rule{When: "type=admin", Need: "adminId"},
			Impersonates: "type=contact",
			Output:       ticketView,
			Example:      `{"ticketNumber":"<ticketNumber>","type":"admin","messageType":"note","body":"Reproduced with the *sample* file."}`,
		},
		{
			Name:        "delete_ticket",
			Title:       "Delete ticket",
			Description: "Delete a ticket for good; a customer ticket takes its conversation along.",
			Effect:      engine.Destroy,
			Method:      http.MethodDelete,
			Path:        "/v2/tickets/{ticketNumber}",
			Input:       input.Args[deleteTicket](),
			Example:     `{"ticketNumber":"<ticketNumber>"}`,
		},
		{
			Name:        "list_ticket_categories",
			Title:       "List ticket categories",
			Description: "List the categories of tickets, with their ids.",
			Effect:      engine.Read,
			Method:      http.MethodGet,
			Path:        "/v2/tickets/categories",
			Browsed:     true,
			Input:       input.Args[listTicketCategories](),
			Output:      ticketCategoryView,
			Example:     `{}`,
		},
		{
			Name:        "get_ticket_category",
			Title:       "Get ticket category",
			Description: "Get one ticket category.",
			Effect:      engine.Read,
			Method:      http.MethodGet,
			Path:        "/v2/tickets/categories/{ticketCategoryId}",
			Input:       input.Args[getTicketCategory](),
			Output:      ticketCategoryView,
			Example:     `{"ticketCategoryId":"<ticketCategoryId>"}`,
		},
		{
			Name:        "list_ticket_custom_fields",
			Title:       "List ticket custom fields",
			Description: "List the custom fields of tickets: ids, types and options.",
			Effect:      engine.Read,
			Browsed:     true,
			Method:      http.MethodGet,
			Path:        "/v2/tickets/custom_fields",
			Input:       input.Args[listTicketCustomFields](),
			Output:      customFieldView,
			Example:     `{}`,
		},
		{
			Name:        "get_ticket_custom_field",
			Title:       "Get ticket custom field",
			Description: "Get one custom field of tickets.",
			Effect:      engine.Read,
			Method:      http.MethodGet,
			Path:        "/v2/tickets/custom_fields/{ticketFieldId}",
			Input:       input.Args[getTicketCustomField](),
			Output:      customFieldView,
			Example:     `{"ticketFieldId":"<ticketFieldId>"}`,
		},
		{
			Name:        "list_ticket_statuses",
			Title:       "List ticket statuses",
			Description: "List the statuses that tickets can have, with their ids.",
			Effect:      engine.Read,
			Method:      http.MethodGet,
			Path:        "/v2/tickets/statuses",
			Browsed:     true,
			Input:       input.Args[listTicketStatuses](),
			Output:      statusView,
			Example:     `{}`,
		},
		{
			Name:        "get_ticket_status",
			Title:       "Get ticket status",
			Description: "Get one ticket status.",
			Effect:      engine.Read,
			Method:      http.MethodGet,
			Path:        "/v2/tickets/statuses/{ticketStatusId}",
			Input:       input.Args[getTicketStatus](),
			Output:      statusView,
			Example:     `{"ticketStatusId":"<ticketStatusId>"}`,
		},
	},
}

type listTickets struct {
	Q                 string   `json:"q,omitempty"`
	StatusIDs         []string `json:"statusIds,omitempty" jsonschema_description:"Or name."`
	TicketCategoryIDs []string `json:"ticketCategoryIds,omitempty" jsonschema_description:"Or name."`
	CategoryType      string   `json:"categoryType,omitempty" jsonschema:"enum=customer,enum=tracker,enum=back-office"`
	AssigneeID        string   `json:"assigneeId,omitempty" jsonschema_description:"Or name."`
	SortBy            string   `json:"sortBy,omitempty" jsonschema:"enum=date,enum=recent,enum=ticketNumber"`
	SortOrder         string   `json:"sortOrder,omitempty" jsonschema:"enum=asc,enum=desc"`
	input.Page
	input.Detail
}

type getTicket struct {
	TicketNumber input.TicketNumber `json:"ticketNumber" jsonschema:"minimum=1" jsonschema_description:"Or link."`
	input.Document
}

type createTicket struct {
	Author               input.Author    `json:"author" jsonschema_description:"The contact; found by id, userId, then email."`
	TicketCategoryID     string          `json:"ticketCategoryId" jsonschema_description:"Or name."`
	Title                string          `json:"title" jsonschema:"minLength=2"`
	Content              markup.Markdown `json:"content,omitempty" jsonschema_description:"Markdown."`
	StatusID             string          `json:"statusId,omitempty" jsonschema_description:"Or name."`
	AssigneeID           string          `json:"assigneeId,omitempty" jsonschema_description:"Or name."`
	CompanyID            string          `json:"companyId,omitempty"`
	CustomFields         map[string]any  `json:"customFields,omitempty" jsonschema_description:"By name or id."`
	LinkedConversationID string          `json:"linkedConversationId,omitempty"`
	SkipNotifications    bool            `json:"skipNotifications,omitempty"`
	CreatedAt            string          `json:"createdAt,omitempty" jsonschema:"format=date-time"`
}

type updateTicket struct {
	TicketNumber      input.TicketNumber `json:"ticketNumber" jsonschema:"minimum=1" jsonschema_description:"Or link."`
	Title             string             `json:"title,omitempty"`
	Content           markup.Markdown    `json:"content,omitempty" jsonschema_description:"Markdown; replaces the text."`
	Open              bool               `json:"open,omitempty" jsonschema_description:"false closes, true reopens."`
	SnoozedUntil      string             `json:"snoozedUntil,omitempty" jsonschema:"format=date-time"`
	StatusID          string             `json:"statusId,omitempty" jsonschema_description:"Or name."`
	AssigneeID        string             `json:"assigneeId,omitempty" jsonschema_description:"Or name."`
	CompanyID         string             `json:"companyId,omitempty"`
	CustomFields      map[string]any     `json:"customFields,omitempty" jsonschema_description:"By name or id."`
	SkipNotifications bool               `json:"skipNotifications,omitempty"`
	Clear             []string           `json:"clear,omitempty" jsonschema:"enum=assigneeId,enum=companyId,enum=snoozedUntil"`
}

type replyToTicket struct {
	TicketNumber      input.TicketNumber `json:"ticketNumber" jsonschema:"minimum=1" jsonschema_description:"Or link."`
	Type              string             `json:"type" jsonschema:"enum=admin,enum=contact"`
	Body              markup.Markdown    `json:"body" jsonschema:"minLength=1" jsonschema_description:"Markdown."`
	MessageType       string             `json:"messageType,omitempty" jsonschema:"enum=comment,enum=note"`
	AdminID           string             `json:"adminId,omitempty" jsonschema_description:"Who writes, or name; needed unless the server has a default."`
	ContactID         string             `json:"contactId,omitempty" jsonschema_description:"Or e-mail."`
	ContactEmail      string             `json:"contactEmail,omitempty"`
	AttachmentURLs    []markup.Address   `json:"attachmentUrls,omitempty" jsonschema:"maxItems=10"`
	SkipNotifications bool               `json:"skipNotifications,omitempty"`
	CreatedAt         string             `json:"createdAt,omitempty" jsonschema:"format=date-time"`
}

type deleteTicket struct {
	TicketNumber input.TicketNumber `json:"ticketNumber" jsonschema:"minimum=1" jsonschema_description:"Or link."`
}

type listTicketCategories struct {
	input.Detail
	input.Onward
}

type getTicketCategory struct {
	TicketCategoryID string `json:"ticketCategoryId" jsonschema_description:"Or name."`
}

type listTicketCustomFields struct {
	input.Detail
	input.Onward
}

type getTicketCustomField struct {
	TicketFieldID string `json:"ticketFieldId" jsonschema_description:"Or name."`
}

type listTicketStatuses struct {
	input.Detail
	input.Onward
}

type getTicketStatus struct {
	TicketStatusID string `json:"ticketStatusId" jsonschema_description:"Or name."`
}
