package tools

import (
	"net/http"

	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/input"
	"featurebase-mcp/internal/markup"
	"featurebase-mcp/internal/render"
	"featurebase-mcp/tools/kind"
)

// contactView hides a picture. It shows the names of companies; get_company shows the rest.
var contactView = &render.View{
	Row: "id name email userId type companies=companies.name lastActivity|date posts=postsCreated|some comments=commentsCreated|some",
	Lines: "id name email userId type companies|id,companyId,name,plan,monthlySpend description roles locale verified|flag lastActivity posts=postsCreated comments=commentsCreated " +
		"subscribedToChangelog manuallyOptedOutFromChangelog|flag customFields",
	Hide:     "profilePicture",
	Written:  "id name email userId type companies=companies.name",
	Stored:   "companies=companies.name",
	Customer: "name companies description customFields",
}

// emailPreferencesView shows one word for each kind of e-mail, or both values where the chosen and the effective preference differ.
var emailPreferencesView = &render.View{Lines: "contactId userId email preferences|same", Written: "contactId userId email preferences|same", Stored: "preferences|same"}

// The conditions under which a change of e-mail preferences stops e-mails or starts them.
const (
	unsubscribes = "preferences.all=unsubscribed|preferences.changelog=unsubscribed|preferences.commentReplies=unsubscribed|preferences.postComments=unsubscribed|preferences.postUpdates=unsubscribed"
	subscribes   = "preferences.all=subscribed|preferences.changelog=subscribed|preferences.commentReplies=subscribed|preferences.postComments=subscribed|preferences.postUpdates=subscribed"
)

// contacts are the operations on the people who use the organization's product: customers, and leads who are not identified yet.
var contacts = &engine.Toolset{
	Name: "contacts", Description: "Customers and leads, and their e-mail preferences.",
	Also: "users, people, subscribers, unsubscribe, CRM",
	Refs: engine.Refs{"contactId": {Kind: kind.Contact}, "companyIds": {Kind: kind.Company}},
	Operations: []*engine.Operation{
		{
			Name:        "search_contacts",
			Title:       "Search contacts",
			Description: "Search customers and leads by filters such as email, name (~ matches part of it), company or activity.",
			Effect:      engine.Read,
			Default:     true,
			Method:      http.MethodPost,
			Path:        "/v2/contacts/search",
			Input:       input.Args[searchContacts](),
			Output:      contactView,
			Example:     `{"query":[{"field":"lastActivity","operator":">","value":"2026-10-01"}],"sort":"lastActivity:desc","limit":5}`,
		},
		{
			Name:        "list_contacts",
			Title:       "List contacts",
			Description: "List contacts, customers only unless told otherwise. To find somebody, use search_contacts.",
			Effect:      engine.Read,
			Method:      http.MethodGet,
			Path:        "/v2/contacts",
			Input:       input.Args[listContacts](),
			Output:      contactView,
			Example:     `{"contactType":"lead","limit":5}`,
		},
		{
			Name:        "get_contact",
			Title:       "Get contact",
			Description: "Get one customer or lead with companies and custom fields.",
			Effect:      engine.Read,
			Default:     true,
			Method:      http.MethodGet,
			Path:        "/v2/contacts/{contactId}",
			Input:       input.Args[getContact](),
			Output:      contactView,
			Example:     `{"contactId":"<contactId>"}`,
		},
		{
			Name:        "get_contact_by_user_id",
			Title:       "Get contact by user ID",
			Description: "Get one customer by the id that your own system has for the user.",
			Effect:      engine.Read,
			Method:      http.MethodGet,
			Path:        "/v2/contacts/by-user-id/{userId}",
			Input:       input.Args[getContactByUserID](),
			Output:      contactView,
			Example:     `{"userId":"<userId>"}`,
		},
		{
			Name:        "upsert_contact",
			Title:       "Create or update contact",
			Description: "Create a contact, or update the one with this userId or, without it, this email.",
			Effect:      engine.Write,
			Default:     true,
			Idempotent:  true,
			Method:      http.MethodPost,
			Path:        "/v2/contacts",
			Finds: &engine.Found{With: "search_contacts", By: []engine.FoundBy{
				{Argument: "userId", Filter: "externalId", Field: "userId"}, {Argument: "email", Filter: "email", Field: "email"},
			}},
			Undo:       "delete_contact contactId=made",
			Overwrites: true,
			Input:      input.Args[upsertContact](),
			Rules:      []input.Rule{{Need: "userId|email"}},
			Output:     contactView,
			Example:    `{"email":"jo@example.com","name":"Jo Example","companies":[{"id":"acme","name":"Acme","monthlySpend":250}]}`,
		},
		{
			Name:        "delete_contact",
			Title:       "Delete contact",
			Description: "Delete a customer or lead for good.",
			Effect:      engine.Destroy,
			Method:      http.MethodDelete,
			Path:        "/v2/contacts/{contactId}",
			Input:       input.Args[deleteContact](),
			Example:     `{"contactId":"<contactId>"}`,
		},
		{
			Name:        "delete_contact_by_user_id",
			Title:       "Delete contact by user ID",
			Description: "Delete a customer for good, by the id that your own system has for the user.",
			Effect:      engine.Destroy,
			Method:      http.MethodDelete,
			Path:        "/v2/contacts/by-user-id/{userId}",
			Input:       input.Args[deleteContactByUserID](),
			Example:     `{"userId":"<userId>"}`,
		},
		{
			Name:        "block_contact",
			Title:       "Block contact",
			Description: "Block a contact from the messenger and from giving feedback.",
			Effect:      engine.Destroy,
			Reversible:  true,
			Idempotent:  true,
			Method:      http.MethodPost,
			Path:        "/v2/contacts/{contactId}/block",
			Undo:        "unblock_contact contactId",
			Input:       input.Args[blockContact](),
			Example:     `{"contactId":"<contactId>"}`,
		},
		{
			Name:        "unblock_contact",
			Title:       "Unblock contact",
			Description: "Lift a block on a contact.",
			Effect:      engine.Write,
			Idempotent:  true,
			Method:      http.MethodPost,
			Path:        "/v2/contacts/{contactId}/unblock",
			Undo:        "block_contact contactId",
			Overwrites:  true,
			Input:       input.Args[unblockContact](),
			Example:     `{"contactId":"<contactId>"}`,
		},
		{
			Name:        "get_contact_email_preferences",
			Title:       "Get contact e-mail preferences",
			Description: "Get which e-mails a customer receives. Leads have no preferences.",
			Effect:      engine.Read,
			Method:      http.MethodGet,
			Path:        "/v2/contacts/{contactId}/email-preferences",
			Input:       input.Args[getContactEmailPreferences](),
			Output:      emailPreferencesView,
			Example:     `{"contactId":"<contactId>"}`,
		},
		{
			Name:        "get_contact_email_preferences_by_user_id",
			Title:       "Get contact e-mail preferences by user ID",
			Description: "Get which e-mails a customer receives, by your own system's user id.",
			Effect:      engine.Read,
			Method:      http.MethodGet,
			Path:        "/v2/contacts/by-user-id/{userId}/email-preferences",
			Input:       input.Args[getContactEmailPreferencesByUserID](),
			Output:      emailPreferencesView,
			Example:     `{"userId":"<userId>"}`,
		},
		{
			Name:        "update_contact_email_preferences",
			Title:       "Update contact e-mail preferences",
			Description: "Subscribe or unsubscribe a customer from kinds of e-mail; kinds left out keep their value.",
			Effect:      engine.Write,
			Method:      http.MethodPatch,
			Path:        "/v2/contacts/{contactId}/email-preferences",
			TakesAway:   unsubscribes,
			Notifies:    []engine.Notice{{When: subscribes, To: "the customer, from now on, with the mails that are subscribed to", Indirect: true}},
			Input:       input.Args[updateContactEmailPreferences](),
			Output:      emailPreferencesView,
			Example:     `{"contactId":"<contactId>","preferences":{"postUpdates":"unsubscribed"}}`,
		},
		{
			Name:        "update_contact_email_preferences_by_user_id",
			Title:       "Update contact e-mail preferences by user ID",
			Description: "Subscribe or unsubscribe a customer from kinds of e-mail, by your own system's user id.",
			Effect:      engine.Write,
			Method:      http.MethodPatch,
			Path:        "/v2/contacts/by-user-id/{userId}/email-preferences",
			TakesAway:   unsubscribes,
			Notifies:    []engine.Notice{{When: subscribes, To: "the customer, from now on, with the mails that are subscribed to", Indirect: true}},
			Input:       input.Args[updateContactEmailPreferencesByUserID](),
			Output:      emailPreferencesView,
			Example:     `{"userId":"<userId>","preferences":{"postUpdates":"unsubscribed"}}`,
		},
	},
}

type searchContacts struct {
	Query input.Clauses `json:"query,omitempty" jsonschema:"minItems=1,maxItems=15" filters:"externalId,email,name/part,type:customer|lead,companyIds,postsCreated:number/strict,commentsCreated:number/strict,lastActivity:date/strict,createdAt:date/strict"`
	Sort  string        `json:"sort,omitempty" jsonschema:"enum=createdAt:desc,enum=createdAt:asc,enum=lastActivity:desc,enum=lastActivity:asc,enum=postsCreated:desc,enum=postsCreated:asc,enum=commentsCreated:desc,enum=commentsCreated:asc"`
	input.Page
	input.Detail
}

type listContacts struct {
	ContactType string `json:"contactType,omitempty" jsonschema:"enum=customer,enum=lead,enum=all"`
	Limit       int    `json:"limit,omitempty" jsonschema:"minimum=1,maximum=100,default=10"`
	Cursor      string `json:"cursor,omitempty" jsonschema:"maxLength=512"`
	input.Detail
}

type getContact struct {
	ContactID string `json:"contactId" jsonschema_description:"Or e-mail."`
}

type getContactByUserID struct {
	UserID input.ExternalID `json:"userId"`
}

type upsertContact struct {
	UserID                string           `json:"userId,omitempty" jsonschema:"maxLength=500" jsonschema_description:"Your own system's user id."`
	Email                 string           `json:"email,omitempty" jsonschema:"format=email,maxLength=500"`
	Name                  string           `json:"name,omitempty" jsonschema:"maxLength=500"`
	Phone                 string           `json:"phone,omitempty" jsonschema:"maxLength=500"`
	ProfilePicture        markup.Address   `json:"profilePicture,omitempty" jsonschema:"format=uri"`
	Clear                 []string         `json:"clear,omitempty" jsonschema:"enum=phone,enum=profilePicture"`
	Companies             []contactCompany `json:"companies,omitempty" jsonschema:"maxItems=100"`
	CustomFields          map[string]any   `json:"customFields,omitempty"`
	SubscribedToChangelog bool             `json:"subscribedToChangelog,omitempty"`
	Locale                string           `json:"locale,omitempty" jsonschema:"maxLength=10"`
	Roles                 []string         `json:"roles,omitempty" jsonschema:"maxItems=100" jsonschema_description:"User role ids."`
	CreatedAt             string           `json:"createdAt,omitempty" jsonschema:"format=date-time"`
	UserHash              string           `json:"userHash,omitempty" jsonschema:"maxLength=256" jsonschema_description:"HMAC-SHA256."`
}

type contactCompany struct {
	ID           string         `json:"id" jsonschema_description:"Your own companyId, as search_companies shows it."`
	Name         string         `json:"name"`
	MonthlySpend float64        `json:"monthlySpend,omitempty"`
	Plan         string         `json:"plan,omitempty"`
	Industry     string         `json:"industry,omitempty"`
	Website      markup.Address `json:"website,omitempty"`
	CompanySize  float64        `json:"companySize,omitempty"`
	CustomFields map[string]any `json:"customFields,omitempty"`
	CreatedAt    string         `json:"createdAt,omitempty" jsonschema:"format=date-time"`
	CompanyHash  string         `json:"companyHash,omitempty"`
}

type deleteContact struct {
	ContactID string `json:"contactId" jsonschema_description:"Or e-mail."`
}

type deleteContactByUserID struct {
	UserID input.ExternalID `json:"userId"`
}

type blockContact struct {
	ContactID string `json:"contactId" jsonschema_description:"Or e-mail."`
}

type unblockContact struct {
	ContactID string `json:"contactId" jsonschema_description:"Or e-mail."`
}

type getContactEmailPreferences struct {
	ContactID string `json:"contactId" jsonschema_description:"Or e-mail."`
}

type getContactEmailPreferencesByUserID struct {
	UserID input.ExternalID `json:"userId"`
}

// emailPreferences has a preference for each kind of e-mail that a customer can receive.
type emailPreferences struct {
	All            string `json:"all,omitempty" jsonschema:"enum=subscribed,enum=unsubscribed" jsonschema_description:"Master switch."`
	Changelog      string `json:"changelog,omitempty" jsonschema:"enum=subscribed,enum=unsubscribed"`
	CommentReplies string `json:"commentReplies,omitempty" jsonschema:"enum=subscribed,enum=unsubscribed"`
	PostComments   string `json:"postComments,omitempty" jsonschema:"enum=subscribed,enum=unsubscribed"`
	PostUpdates    string `json:"postUpdates,omitempty" jsonschema:"enum=subscribed,enum=unsubscribed"`
}

type updateContactEmailPreferences struct {
	ContactID   string           `json:"contactId" jsonschema_description:"Or e-mail."`
	Preferences emailPreferences `json:"preferences"`
}

type updateContactEmailPreferencesByUserID struct {
	UserID      input.ExternalID `json:"userId"`
	Preferences emailPreferences `json:"preferences"`
}
