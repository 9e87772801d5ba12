// Package kind declares the kinds of objects that calls refer to by an id: the words for them, the arguments that hold their ids, and the
// operations that find them. A toolset or an operation declares in its Refs which of its fields accept a name in place of such an id.
//
//	kind.go   the kinds
//	seek.go   how an object of a kind that has too many to be listed is found by a link, a slug or a title
package kind

import (
	"strings"

	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/input"
	"featurebase-mcp/internal/names"
)

// page bounds the list of a kind that has too many objects for names to be looked up.
const page = engine.PageSize

// The kinds whose names are accepted in place of ids. Tags of posts and categories of changelogs have names in the API itself.
var (
	Board           = &names.Kind{Word: "board", Plural: "boards", IDs: "boardId", List: "list_boards", IsID: input.IsHex24}
	PostStatus      = &names.Kind{Word: "post status", Plural: "post statuses", IDs: "statusId", List: "list_post_statuses", IsID: input.IsHex24}
	Admin           = &names.Kind{Word: "admin", Plural: "admins", IDs: "adminId assigneeId adminAssigneeId", List: "list_admins", ByEmail: true, IsID: input.IsHex24}
	Team            = &names.Kind{Word: "team", Plural: "teams", IDs: "teamId teamAssigneeId", List: "list_teams", IsID: input.IsHex24}
	ConversationTag = &names.Kind{Word: "conversation tag", Plural: "conversation tags", IDs: "tagId", List: "list_conversation_tags", IsID: input.IsHex24}
	Collection      = &names.Kind{
		Word: "collection", Plural: "collections", IDs: "collectionId parentId", List: "list_collections", IsID: input.IsNumber,
		Links: &names.Links{Step: "collections", Leads: true},
	}
	TicketCategory = &names.Kind{Word: "ticket category", Plural: "ticket categories", IDs: "ticketCategoryId", List: "list_ticket_categories", IsID: input.IsHex24}
	CustomField    = &names.Kind{Word: "custom field", Plural: "custom fields", IDs: "customFieldId", List: "list_custom_fields", IsID: input.IsHex24}
	TicketField    = &names.Kind{Word: "ticket field", Plural: "ticket fields", IDs: "ticketFieldId", List: "list_ticket_custom_fields", IsID: input.IsHex24}
	Attribute      = &names.Kind{
		Word: "conversation attribute", Plural: "conversation attributes", IDs: "attributeId", List: "list_conversation_attributes", IsID: isAttributeID, Loose: true,
	}
	TicketStatus = &names.Kind{Word: "ticket status", Plural: "ticket statuses", IDs: "ticketStatusId", List: "list_ticket_statuses", IsID: input.IsHex24}
)

// The kinds with many objects. A name of one is not unique, so people pick one from a list, and the value contains the id; and calls may have
// an address, a slug, a title or an e-mail, which is looked for.
var (
	Post = &names.Kind{
		Word: "post", Plural: "posts", IDs: "postId", Find: "search_posts", IsID: input.IsHex24,
		List: "list_posts", Most: page, Order: map[string]any{"sortBy": "createdAt", "sortOrder": "desc"},
		Links: &names.Links{Step: "p", Seek: seekPost, Has: "slug or title"},
	}
	Changelog = &names.Kind{
		Word: "changelog", Plural: "changelogs", IDs: "changelogId", IsID: input.IsHex24,
		List: "list_changelogs", Most: page, Order: map[string]any{"state": "all"},
		Links: &names.Links{Step: "changelog", Seek: seekChangelog, Has: "slug or title"},
	}
	Article = &names.Kind{
		Word: "article", Plural: "articles", IDs: "articleId", Find: "search_articles", IsID: input.IsNumber,
		List: "list_articles", Most: page,
		Links: &names.Links{Step: "articles", Leads: true, Seek: seekArticle, Has: "slug or title"},
	}
	Conversation = &names.Kind{
		Word: "conversation", Plural: "conversations", IDs: "conversationId conversationPartId", Find: "search_conversations", IsID: input.IsNumber,
		List: "list_conversations", Most: page,
	}
	Contact = &names.Kind{
		Word: "contact", Plural: "contacts", IDs: "contactId userId", IsID: input.IsHex24,
		List: "search_contacts", Most: page, Order: map[string]any{"sort": "lastActivity:desc"},
		Links: &names.Links{Seek: seekContact, Has: "e-mail or name"},
	}
	Company = &names.Kind{
		Word: "company", Plural: "companies", IDs: "companyId featurebaseId", Find: "search_companies", IsID: input.IsHex24,
		Links: &names.Links{Seek: seekCompany, Has: "name"},
	}
	Ticket = &names.Kind{
		Word: "ticket", Plural: "tickets", IDs: "ticketNumber", Field: "ticketNumber", Find: "list_tickets", IsID: input.IsNumber,
		Links: &names.Links{Step: "tickets", Seek: seekTicket, Sample: true, Has: "number"},
	}
	PostTag = &names.Kind{
		Word: "post tag", Plural: "post tags", IDs: "postTagId", Find: "search_posts", IsID: input.IsHex24,
		Links: &names.Links{Seek: seekTag, Has: "name"},
	}
)

// The kinds that are referred to only by id.
var (
	comment      = &names.Kind{Word: "comment", IDs: "commentId", Find: "search_comments"}
	survey       = &names.Kind{Word: "survey", IDs: "surveyId", Find: "list_surveys"}
	webhook      = &names.Kind{Word: "webhook", IDs: "webhookId", Find: "list_webhooks"}
	brand        = &names.Kind{Word: "brand", IDs: "brandId", Find: "list_brands"}
	helpCenter   = &names.Kind{Word: "help center", IDs: "helpCenterId", Find: "list_help_centers"}
	redirectRule = &names.Kind{Word: "redirect rule", IDs: "redirectRuleId", Find: "list_redirect_rules"}
	trainingFile = &names.Kind{Word: "training file", IDs: "trainingFileId", Find: "list_training_files"}
	qna          = &names.Kind{Word: "Q&A entry", IDs: "qnaId", Find: "list_qna"}
	outbound     = &names.Kind{Word: "outbound message", IDs: "outboundMessageId messageId", Find: "search_outbound_messages"}
)

// isAttributeID reports whether a text has the form of the id of a conversation attribute, a word for machines: product_area.
func isAttributeID(id string) bool {
	return id != "" && strings.Trim(id, "abcdefghijklmnopqrstuvwxyz0123456789_") == ""
}

// All returns every kind.
func All() []*names.Kind {
	return []*names.Kind{
		Board, PostStatus, Admin, Team, ConversationTag, Collection, TicketCategory, TicketStatus, CustomField, TicketField, Attribute,
		Post, Changelog, Article, Conversation, Contact, Company, Ticket, PostTag,
		comment, survey, webhook, brand, helpCenter, redirectRule, trainingFile, qna, outbound,
	}
}
