package tools

import (
	"net/http"

	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/input"
	"featurebase-mcp/internal/markup"
	"featurebase-mcp/internal/render"
	"featurebase-mcp/tools/kind"
)

var redirectRuleView = &render.View{
	Row:     "id fromUrl targetType targetId locale|shared helpCenterId|shared",
	Lines:   "id fromUrl targetType targetId locale helpCenterId created=createdAt updated=updatedAt|new",
	Written: "id fromUrl targetType targetId locale helpCenterId", Staff: true,
}

// redirectRuleOperations are the operations on redirects from old addresses of help centers.
var redirectRuleOperations = []*engine.Operation{
	{
		Name:        "list_redirect_rules",
		Title:       "List redirect rules",
		Description: "List redirects from old URLs to help center articles and collections.",
		Effect:      engine.Read,
		Method:      http.MethodGet,
		Path:        "/v2/help_center/redirect_rules",
		Input:       input.Args[listRedirectRules](),
		Output:      redirectRuleView,
		Example:     `{}`,
	},
	{
		Name:        "get_redirect_rule",
		Title:       "Get redirect rule",
		Description: "Get one help center redirect.",
		Effect:      engine.Read,
		Method:      http.MethodGet,
		Path:        "/v2/help_center/redirect_rules/{redirectRuleId}",
		Input:       input.Args[getRedirectRule](),
		Output:      redirectRuleView,
		Example:     `{"redirectRuleId":"<redirectRuleId>"}`,
	},
	{
		Name:        "get_redirect_rule_by_url",
		Title:       "Get redirect rule by URL",
		Description: "Get the help center redirect from an old URL.",
		Effect:      engine.Read,
		Method:      http.MethodGet,
		Path:        "/v2/help_center/redirect_rules/by-url",
		Input:       input.Args[getRedirectRuleByURL](),
		Output:      redirectRuleView,
		Example:     `{"url":"<fromUrl>"}`,
	},
	{
		Name:        "create_redirect_rule",
		Title:       "Create redirect rule",
		Description: "Redirect an old URL on a help center's custom domain to a published article or collection.",
		Effect:      engine.Write,
		Method:      http.MethodPost,
		Path:        "/v2/help_center/redirect_rules",
		Undo:        "delete_redirect_rule redirectRuleId=made",
		Input:       input.Args[createRedirectRule](),
		Output:      redirectRuleView,
		Refs:        target,
		Example:     `{"fromUrl":"https://help.plumline.example/old/invite","helpCenterId":"<helpCenterId>","locale":"en","targetType":"article","targetId":"<articleId>"}`,
	},
	{
		Name:        "update_redirect_rule",
		Title:       "Update redirect rule",
		Description: "Change the given fields of a help center redirect.",
		Effect:      engine.Write,
		Method:      http.MethodPatch,
		Path:        "/v2/help_center/redirect_rules/{redirectRuleId}",
		Input:       input.Args[updateRedirectRule](),
		Output:      redirectRuleView,
		Refs:        target,
		Example:     `{"redirectRuleId":"<redirectRuleId>","targetType":"article","targetId":"<articleId>"}`,
	},
	{
		Name:        "delete_redirect_rule",
		Title:       "Delete redirect rule",
		Description: "Delete a help center redirect for good.",
		Effect:      engine.Destroy,
		Method:      http.MethodDelete,
		Path:        "/v2/help_center/redirect_rules/{redirectRuleId}",
		Input:       input.Args[deleteRedirectRule](),
		Example:     `{"redirectRuleId":"<redirectRuleId>"}`,
	},
}

// target says what the target of a redirect is.
var target = engine.Refs{"targetId": {Kind: kind.Collection, When: "targetType=collection", Or: &engine.Ref{Kind: kind.Article, When: "targetType=article"}}}

type listRedirectRules struct {
	HelpCenterID string       `json:"helpCenterId,omitempty"`
	Locale       input.Locale `json:"locale,omitempty"`
	TargetType   string       `json:"targetType,omitempty" jsonschema:"enum=article,enum=collection"`
	input.Page
}

type getRedirectRule struct {
	RedirectRuleID input.ObjectID `json:"redirectRuleId"`
}

type getRedirectRuleByURL struct {
	URL markup.Address `json:"url" jsonschema:"format=uri"`
}

type createRedirectRule struct {
	FromURL      markup.Address `json:"fromUrl" jsonschema:"format=uri,maxLength=2048"`
	HelpCenterID string         `json:"helpCenterId" jsonschema:"minLength=1,maxLength=16"`
	TargetType   string         `json:"targetType" jsonschema:"enum=article,enum=collection"`
	TargetID     string         `json:"targetId" jsonschema_description:"Or name."`
	Locale       input.Locale   `json:"locale"`
}

type updateRedirectRule struct {
	RedirectRuleID input.ObjectID `json:"redirectRuleId"`
	FromURL        markup.Address `json:"fromUrl,omitempty" jsonschema:"format=uri,maxLength=2048"`
	HelpCenterID   string         `json:"helpCenterId,omitempty" jsonschema:"minLength=1,maxLength=16"`
	TargetType     string         `json:"targetType,omitempty" jsonschema:"enum=article,enum=collection"`
	TargetID       string         `json:"targetId,omitempty" jsonschema_description:"Or name."`
	Locale         input.Locale   `json:"locale,omitempty"`
}

type deleteRedirectRule struct {
	RedirectRuleID input.ObjectID `json:"redirectRuleId"`
}
