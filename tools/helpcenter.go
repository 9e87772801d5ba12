package tools

import (
	"errors"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"unicode"

	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/input"
	"featurebase-mcp/internal/render"
	"featurebase-mcp/tools/kind"
)

// helpCenterView hides the looks and the behavior of the pages.
var helpCenterView = &render.View{
	Row:   "id name=displayName title isPublic defaultLocale subpath=urls.featurebaseSubpath domain=urls.externalDomain",
	Lines: "id name=displayName title description isPublic urls defaultLocale availableLocales navItems created=createdAt updated=updatedAt|new",
	Hide:  "locale icon searchPlaceholder externalLinksOpenInNewTab internalLinksOpenInNewTab hideAuthorInfo hideDateInfo", Staff: true,
}

// helpCenter are the operations on what customers read before they ask: articles, the collections that hold them, and redirects from old
// addresses.
var helpCenter = &engine.Toolset{
	Name: "help-center", Description: "Help center articles, collections and redirects.",
	Also: "knowledge base, FAQ, documentation, docs, guides, answers",
	Refs: engine.Refs{
		"collectionId": {Kind: kind.Collection},
		"parentId":     {Kind: kind.Collection},
		"parent_id":    {Kind: kind.Collection},
		"articleId":    {Kind: kind.Article},
	},
	Operations: slices.Concat(articleOperations, collectionOperations, helpCenterOperations, redirectRuleOperations),
}

var helpCenterOperations = []*engine.Operation{
	{
		Name:        "list_help_centers",
		Title:       "List help centers",
		Description: "List help centers with their languages and domains.",
		Effect:      engine.Read,
		Method:      http.MethodGet,
		Path:        "/v2/help_center/help_centers",
		Input:       input.Args[listHelpCenters](),
		Output:      helpCenterView,
		Example:     `{}`,
	},
	{
		Name:        "get_help_center",
		Title:       "Get help center",
		Description: "Get one help center: languages, domains, navigation, texts.",
		Effect:      engine.Read,
		Method:      http.MethodGet,
		Path:        "/v2/help_center/help_centers/{helpCenterId}",
		Input:       input.Args[getHelpCenter](),
		Output:      helpCenterView,
		Example:     `{"helpCenterId":"<helpCenterId>"}`,
	},
}

type listHelpCenters struct {
	input.Page
	input.Detail
}

type getHelpCenter struct {
	HelpCenterID input.ShortID `json:"helpCenterId"`
}

// icon is the icon of an article or a collection: an emoji, or the name of one of Featurebase's icons.
type icon string

// Wire converts the text to the API's object.
func (icon) Wire(v any, _ reflect.StructTag) (any, error) {
	text, _ := v.(string)
	if strings.TrimSpace(text) == "" {
		return v, errors.New("empty: give an emoji or the name of an icon")
	}
	kind := "predefined"
	if strings.ContainsFunc(text, func(r rune) bool { return r > unicode.MaxASCII }) {
		kind = "emoji"
	}
	return map[string]any{"type": kind, "value": text}, nil
}
