package tools

import (
	"errors"
	"net/http"
	"reflect"

	"featurebase-mcp/client"
	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/input"
	"featurebase-mcp/internal/markup"
	"featurebase-mcp/internal/render"
)

var (
	apiSpecView = &render.View{
		Lines: "id name version=versionLabel slug=versionSlug api=apiSlug status isDefault|flag visibleTo=visibleBy hasDraft|flag draftRevision liveRevision lastSync source " +
			"helpCenterId created=createdAt",
		Written: "id name version=versionLabel slug=versionSlug status isDefault|flag hasDraft|flag draftRevision liveRevision", Staff: true,
	}
	apiSpecDraftView = &render.View{Lines: "revision baseRevision breaking error changes warningCounts warnings created=createdAt", Staff: true}
)

// unseenVersion is what none of the pages of the API references tells.
const unseenVersion = "which API version has it"

// apiSpecs are the operations on the API references of a help center, which are made of OpenAPI documents. Their pages were read in part.
var apiSpecs = &engine.Toolset{
	Name: "help-center-api", Description: "Preview: API references of a help center, made of OpenAPI documents.",
	Also: "reference docs, OpenAPI, Swagger, developer portal",
	Unsaid: []engine.Unsaid{{
		Failures: []client.Kind{client.KindForbidden, client.KindUnauthenticated},
		Words:    "By Featurebase's reference, deleting, publishing and syncing an API reference take the API key of the organization: OAuth tokens are refused.",
	}, {
		Failures: []client.Kind{client.KindRateLimited},
		Words:    "By Featurebase's reference, a version takes 60 imports and syncs an hour, and a key 120.",
	}},
	Operations: []*engine.Operation{
		{
			Name:        "create_help_center_api_spec",
			Title:       "Create API reference",
			Preview:     "fields of the answer, whether versionSlug is required",
			Description: "Create a version of an API reference in a help center, still without a document.",
			Effect:      engine.Write,
			Method:      http.MethodPost,
			Path:        "/v2/help_center/api_specs",
			Version:     orbit,
			Undo:        "delete_help_center_api_spec specId=made",
			Input:       input.Args[createAPISpec](),
			Output:      apiSpecView,
			Example:     `{"name":"Plumline API","versionLabel":"v3","versionSlug":"v3"}`,
		},
		{
			Name:        "get_help_center_api_spec",
			Title:       "Get API reference",
			Preview:     "some fields of the answer",
			Description: "Get one version of an API reference: status, revisions, the last import. No tool lists them: the dashboard shows specId.",
			Effect:      engine.Read,
			Method:      http.MethodGet,
			Path:        "/v2/help_center/api_specs/{specId}",
			Version:     orbit,
			Input:       input.Args[getAPISpec](),
			Output:      apiSpecView,
			Example:     `{"specId":"<specId>"}`,
		},
		{
			Name:        "update_help_center_api_spec",
			Title:       "Update API reference",
			Preview:     "bounds of some arguments",
			Description: "Change the settings of a version of an API reference.",
			Effect:      engine.Write,
			Method:      http.MethodPatch,
			Path:        "/v2/help_center/api_specs/{specId}",
			Version:     orbit,
			Confirm: []engine.Asked{
				{When: "status", Because: "Readers see at once whether the version is current, deprecated or gone."},
				{When: "visibleBy", Because: "It decides who can read the version."},
				{When: "isDefault", Because: "Readers land on this version from then on."},
			},
			Input:   input.Args[updateAPISpec](),
			Output:  apiSpecView,
			Example: `{"specId":"<specId>","versionLabel":"v2 (stable)"}`,
		},
		{
			Name:        "delete_help_center_api_spec",
			Title:       "Delete API reference",
			Preview:     unseenVersion,
			Description: "Delete a version of an API reference for good, with its pages. The default one goes last.",
			Effect:      engine.Destroy,
			Method:      http.MethodDelete,
			Path:        "/v2/help_center/api_specs/{specId}",
			Version:     orbit,
			Input:       input.Args[deleteAPISpec](),
			Example:     `{"specId":"<specId>"}`,
		},
		{
			Name:        "list_help_center_api_spec_revisions",
			Title:       "List API reference revisions",
			Preview:     "fields of a revision",
			Description: "List the newest revisions of a version, 10 at most.",
			Effect:      engine.Read,
			Method:      http.MethodGet,
			Path:        "/v2/help_center/api_specs/{specId}/revisions",
			Version:     orbit,
			Input:       input.Args[listAPISpecRevisions](),
			Example:     `{"specId":"<specId>"}`,
		},
		{
			Name:        "get_help_center_api_spec_draft",
			Title:       "Get API reference draft",
			Preview:     "some fields of the answer",
			Description: "Get the draft of a version: its revision and what it changes.",
			Effect:      engine.Read,
			Method:      http.MethodGet,
			Path:        "/v2/help_center/api_specs/{specId}/draft",
			Version:     orbit,
			Input:       input.Args[getAPISpecDraft](),
			Output:      apiSpecDraftView,
			Example:     `{"specId":"<specId>"}`,
		},
		{
			Name:        "publish_help_center_api_spec",
			Title:       "Publish API reference",
			Preview:     unseenVersion,
			Description: "Publish the draft of a version. Both revisions are those that the draft shows: a newer draft is refused.",
			Effect:      engine.Write,
			Overwrites:  true,
			Method:      http.MethodPost,
			Path:        "/v2/help_center/api_specs/{specId}/publish",
			Version:     orbit,
			Confirm:     []engine.Asked{{Because: "Readers see it within a minute."}},
			Input:       input.Args[publishAPISpec](),
			Example:     `{"specId":"<specId>","baseRevision":2,"draftRevision":3}`,
		},
		{
			Name:        "discard_help_center_api_spec_draft",
			Title:       "Discard API reference draft",
			Preview:     unseenVersion,
			Description: "Throw away the draft of a version; what is live stays.",
			Effect:      engine.Destroy,
			Method:      http.MethodPost,
			Path:        "/v2/help_center/api_specs/{specId}/discard_draft",
			Version:     orbit,
			Input:       input.Args[discardAPISpecDraft](),
			Example:     `{"specId":"<specId>","draftRevision":3}`,
		},
		{
			Name:    "import_help_center_api_spec",
			Title:   "Import API reference",
			Preview: "fields of the answer",
			Description: "Import an OpenAPI 3 document as the draft of a version; it is never published by itself. " +
				"get_help_center_api_spec shows when the draft is there.",
			Effect:     engine.Write,
			Overwrites: true,
			Method:     http.MethodPost,
			Path:       "/v2/help_center/api_specs/{specId}/import",
			Version:    orbit,
			Key:        "idempotencyKey",
			Input:      input.Args[importAPISpec](),
			Rules:      []input.Rule{{Need: "url|content"}},
			Example:    `{"specId":"<specId>","url":"https://plumline.example/openapi.json"}`,
		},
		{
			Name:    "sync_help_center_api_spec",
			Title:   "Sync API reference",
			Preview: "fields of the answer",
			Description: "Push an OpenAPI 3 document from a build into a version: its url, or its own fields (openapi, info, paths) beside specId. " +
				"It becomes the draft, and is published at once where auto-publish is on.",
			Effect:     engine.Write,
			Overwrites: true,
			Method:     http.MethodPost,
			Path:       "/v2/help_center/api_specs/{specId}/sync",
			Version:    orbit,
			Confirm:    []engine.Asked{{Because: "With auto-publish, readers see it at once."}},
			Input:      input.Args[syncAPISpec](),
			Example:    `{"specId":"<specId>","url":"https://plumline.example/openapi.json"}`,
		},
	},
}

type createAPISpec struct {
	HelpCenterID string `json:"helpCenterId,omitempty" jsonschema:"minLength=1,maxLength=16"`
	Name         string `json:"name" jsonschema:"minLength=1,maxLength=128"`
	VersionLabel string `json:"versionLabel" jsonschema:"minLength=1,maxLength=64"`
	VersionSlug  string `json:"versionSlug,omitempty" jsonschema_description:"Lower-case letters, digits, dashes."`
	SourceType   string `json:"sourceType,omitempty" jsonschema:"enum=upload,enum=api,default=upload"`
	input.Open
}

type getAPISpec struct {
	SpecID input.ObjectID `json:"specId"`
}

type updateAPISpec struct {
	SpecID       input.ObjectID `json:"specId"`
	Name         string         `json:"name,omitempty" jsonschema:"minLength=1,maxLength=128"`
	VersionLabel string         `json:"versionLabel,omitempty"`
	VersionSlug  string         `json:"versionSlug,omitempty" jsonschema_description:"Before the first publication only."`
	VisibleBy    []string       `json:"visibleBy,omitempty" jsonschema_description:"everyone, or ids of roles or segments."`
	Status       string         `json:"status,omitempty" jsonschema:"enum=active,enum=deprecated,enum=archived"`
	IsDefault    onlyTrue       `json:"isDefault,omitempty" jsonschema_description:"Only true."`
	input.Open
}

type deleteAPISpec struct {
	SpecID input.ObjectID `json:"specId"`
}

type listAPISpecRevisions struct {
	SpecID input.ObjectID `json:"specId"`
	input.Onward
}

type getAPISpecDraft struct {
	SpecID input.ObjectID `json:"specId"`
	input.Onward
}

type publishAPISpec struct {
	SpecID        input.ObjectID `json:"specId"`
	BaseRevision  baseRevision   `json:"baseRevision" jsonschema:"minimum=0" jsonschema_description:"0 where the draft has none."`
	DraftRevision int            `json:"draftRevision" jsonschema:"minimum=1"`
	input.Open
}

type discardAPISpecDraft struct {
	SpecID        input.ObjectID `json:"specId"`
	DraftRevision int            `json:"draftRevision" jsonschema:"minimum=1"`
	input.Open
}

type importAPISpec struct {
	SpecID         input.ObjectID `json:"specId"`
	URL            markup.Address `json:"url,omitempty"`
	Content        string         `json:"content,omitempty" jsonschema_description:"JSON or YAML, in place of url."`
	IdempotencyKey string         `json:"idempotencyKey,omitempty" jsonschema_description:"Makes repeating safe for 24 hours."`
	input.Open
}

type syncAPISpec struct {
	SpecID input.ObjectID `json:"specId"`
	URL    markup.Address `json:"url,omitempty"`
	input.Open
}

// onlyTrue is a switch that cannot be switched off.
type onlyTrue bool

// Wire refuses false.
func (onlyTrue) Wire(v any, _ reflect.StructTag) (any, error) {
	if v == false {
		return v, errors.New("only true: make another version the default, and this one is not")
	}
	return v, nil
}

// baseRevision is the live revision that a draft was compared with.
type baseRevision int

// Wire returns null for 0, as the API has it for a first import.
func (baseRevision) Wire(v any, _ reflect.StructTag) (any, error) {
	if input.Integer(v) == 0 {
		return nil, nil //nolint:nilnil // null is the value
	}
	return v, nil
}
