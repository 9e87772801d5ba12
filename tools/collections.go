package tools

import (
	"net/http"

	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/input"
	"featurebase-mcp/internal/render"
)

// collectionView hides the slug, which the address contains, what the page shows around the articles, and the number of authors.
var collectionView = &render.View{
	Row:     "id name link=externalUrl/featurebaseUrl|link description|text parentId helpCenterId|shared articleCount path",
	Lines:   "id name description url=featurebaseUrl externalUrl parentId helpCenterId path articleCount locale availableLocales created=createdAt updated=updatedAt|new",
	Hide:    "slug icon order avatarUrl authorCount defaultLocale collapseSidebar",
	Written: "id name link=externalUrl/featurebaseUrl|link parentId helpCenterId", Stored: "icon=icon.value", Staff: true,
}

// collectionOperations are the operations on collections, the folders of help centers.
var collectionOperations = []*engine.Operation{
	{
		Name:        "list_collections",
		Title:       "List collections",
		Description: "List help center collections, the folders of articles.",
		Effect:      engine.Read,
		Method:      http.MethodGet,
		Path:        "/v2/help_center/collections",
		Browsed:     true,
		Input:       input.Args[listCollections](),
		Output:      collectionView,
		Example:     `{}`,
	},
	{
		Name:        "get_collection",
		Title:       "Get collection",
		Description: "Get one help center collection with its translations.",
		Effect:      engine.Read,
		Method:      http.MethodGet,
		Path:        "/v2/help_center/collections/{collectionId}",
		Browsed:     true,
		Input:       input.Args[getCollection](),
		Output:      collectionView,
		Example:     `{"collectionId":"<collectionId>"}`,
	},
	{
		Name:        "create_collection",
		Title:       "Create collection",
		Description: "Create a help center collection.",
		Effect:      engine.Write,
		Method:      http.MethodPost,
		Path:        "/v2/help_center/collections",
		Undo:        "delete_collection collectionId=made",
		Input:       input.Args[createCollection](),
		Output:      collectionView,
		Example:     `{"name":"Getting started","icon":"🚀"}`,
	},
	{
		Name:        "update_collection",
		Title:       "Update collection",
		Description: "Change the given fields of a help center collection.",
		Effect:      engine.Write,
		Method:      http.MethodPatch,
		Path:        "/v2/help_center/collections/{collectionId}",
		Input:       input.Args[updateCollection](),
		Output:      collectionView,
		Example:     `{"collectionId":"<collectionId>","name":"First steps"}`,
	},
	{
		Name:        "delete_collection",
		Title:       "Delete collection",
		Description: "Delete a help center collection for good. Move its articles first: they may go with it.",
		Effect:      engine.Destroy,
		Method:      http.MethodDelete,
		Path:        "/v2/help_center/collections/{collectionId}",
		Input:       input.Args[deleteCollection](),
		Example:     `{"collectionId":"<collectionId>"}`,
	},
}

type listCollections struct {
	HelpCenterID string `json:"helpCenterId,omitempty"`
	input.Page
	input.Detail
}

type getCollection struct {
	CollectionID string `json:"collectionId" jsonschema_description:"Or name."`
}

type createCollection struct {
	Name         string                                 `json:"name"`
	Description  string                                 `json:"description,omitempty"`
	ParentID     string                                 `json:"parentId,omitempty" jsonschema_description:"Or name."`
	Icon         icon                                   `json:"icon,omitempty" jsonschema_description:"Emoji or icon name."`
	Translations map[input.Locale]collectionTranslation `json:"translations,omitempty" jsonschema_description:"{name, description} by locale."`
}

// collectionTranslation is the name and description of a collection in another language.
type collectionTranslation struct {
	Name        string `json:"name,omitempty"`
	Description string `json:"description,omitempty"`
}

type updateCollection struct {
	CollectionID string                                 `json:"collectionId" jsonschema_description:"Or name."`
	Name         string                                 `json:"name,omitempty"`
	Description  string                                 `json:"description,omitempty"`
	ParentID     string                                 `json:"parentId,omitempty" jsonschema_description:"Or name."`
	Icon         icon                                   `json:"icon,omitempty" jsonschema_description:"Emoji or icon name."`
	Clear        []string                               `json:"clear,omitempty" jsonschema:"enum=icon,enum=parentId"`
	Translations map[input.Locale]collectionTranslation `json:"translations,omitempty" jsonschema_description:"{name, description} by locale."`
}

type deleteCollection struct {
	CollectionID string `json:"collectionId" jsonschema_description:"Or name."`
}
