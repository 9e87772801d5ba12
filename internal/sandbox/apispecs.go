package sandbox

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"featurebase-mcp/internal/sandbox/store"
)

// apiSpecKind is a version of an API reference. Its draft stands in _draft, and the endpoints of what is live in _endpoints.
const apiSpecKind = "help_center_api_spec"

// mostRevisions is how many revisions are kept.
const mostRevisions = 10

func apiSpecs() *kind {
	return &kind{
		name: apiSpecKind, title: "API reference", path: "/v2/help_center/api_specs", isID: store.IsObjectID,
		render: func(_ *call, shown, stored object) {
			draft, has := stored["_draft"].(object)
			shown["hasDraft"], shown["draftRevision"] = has, draft["revision"]
			delete(shown, "updatedAt")
		},
		start: func(c *call, draft object) {
			draft["object"], draft["helpCenterId"], draft["apiSlug"] = apiSpecKind, c.store.Kind("help_center").All()[0]["id"], slugOf(text(c.body, "name"))
			draft["status"], draft["visibleBy"], draft["isDefault"] = "active", []any{"everyone"}, c.collection().Find(func(object) bool { return true }) == nil
			draft["versionSlug"] = slugOf(text(c.body, "versionLabel"))
			draft["liveRevision"], draft["lastSync"] = nil, nil
			draft["source"] = object{"type": "upload"}
		},
		set: map[string]setter{
			"helpCenterId": setHelpCenterOfSpec, "versionSlug": setVersionSlug,
			"sourceType": func(_ *call, draft object, value any) error { draft["source"] = object{"type": value}; return nil },
			"isDefault": func(c *call, _ object, _ any) error {
				c.later = append(c.later, func(draft object) {
					for _, other := range c.collection().All() {
						other["isDefault"] = other["id"] == draft["id"]
					}
					draft["isDefault"] = true
				})
				return nil
			},
		},
		check: func(_ *call, draft object) error {
			if flag(draft, "isDefault") && draft["status"] == "archived" {
				return refused("status", "The default version cannot be archived")
			}
			return nil
		},
	}
}

func setHelpCenterOfSpec(c *call, draft object, value any) error {
	id, _ := value.(string)
	if c.store.Kind("help_center").Get(id) == nil {
		return refused("helpCenterId", "No help center has the ID "+id)
	}
	draft["helpCenterId"] = id
	return nil
}

func setVersionSlug(c *call, draft object, value any) error {
	slug, _ := value.(string)
	taken := c.collection().Find(func(o object) bool { return o["versionSlug"] == slug && o["id"] != draft["id"] })
	switch {
	case slug == "" || slug != slugOf(slug):
		return refused("versionSlug", "Expected lower-case letters, digits and dashes")
	case taken != nil:
		return refused("versionSlug", "Another version has this slug: "+text(taken, "id"))
	case draft["liveRevision"] != nil:
		return refused("versionSlug", "It can be changed before the first publish only")
	}
	draft["versionSlug"] = slug
	return nil
}

func deleteAPISpec(c *call) (int, any, error) {
	o, err := c.target()
	if err != nil {
		return 0, nil, err
	}
	if flag(o, "isDefault") && len(c.collection().All()) > 1 {
		return 0, nil, refused("specId", "Make another version the default first")
	}
	return http.StatusOK, c.removed(o), nil
}

func listAPISpecRevisions(c *call) (int, any, error) {
	o, err := c.target()
	if err != nil {
		return 0, nil, err
	}
	newest := slices.Clone(list(o, "_revisions"))
	slices.Reverse(newest)
	return http.StatusOK, object{"object": "list", "data": newest[:min(len(newest), mostRevisions)], "nextCursor": nil}, nil
}

// draftOfSpec returns a version and its draft.
func (c *call) draftOfSpec() (spec, draft object, err error) {
	if spec, err = c.target(); err != nil {
		return nil, nil, err
	}
	draft, _ = spec["_draft"].(object)
	if draft == nil {
		return nil, nil, notFound("draft")
	}
	return spec, draft, nil
}

func getAPISpecDraft(c *call) (int, any, error) {
	_, draft, err := c.draftOfSpec()
	if err != nil {
		return 0, nil, err
	}
	shown := object{"object": "help_center_api_spec_draft"}
	for key, value := range draft {
		if !strings.HasPrefix(key, "_") {
			shown[key] = value
		}
	}
	return http.StatusOK, shown, nil
}

// publishAPISpec refuses what is not the draft that was looked at.
func publishAPISpec(c *call) (int, any, error) {
	o, draft, err := c.draftOfSpec()
	if err != nil {
		return 0, nil, err
	}
	if c.body["draftRevision"] != draft["revision"] || c.body["baseRevision"] != draft["baseRevision"] {
		return 0, nil, conflict("revision_conflict", "The draft or the live revision has changed: read the draft again")
	}
	c.publishSpec(o, draft)
	return http.StatusOK, object{"id": o["id"], "object": apiSpecKind, "liveRevision": o["liveRevision"]}, nil
}

func (c *call) publishSpec(o, draft object) {
	o["liveRevision"], o["_endpoints"], o["_draft"] = draft["revision"], draft["_endpoints"], nil
	o["_revisions"] = append(slices.Clone(list(o, "_revisions")), object{
		"revision": draft["revision"], "createdAt": draft["createdAt"], "publishedAt": stamp(c.store.Now()), "endpoints": float64(len(list(draft, "_endpoints"))),
	})
}

func discardAPISpecDraft(c *call) (int, any, error) {
	o, draft, err := c.draftOfSpec()
	if err != nil {
		return 0, nil, err
	}
	if c.body["draftRevision"] != draft["revision"] {
		return 0, nil, conflict("revision_conflict", "There is a newer draft: read it again")
	}
	o["_draft"] = nil
	return http.StatusOK, object{"discarded": true, "object": "help_center_api_spec_draft", "revision": draft["revision"]}, nil
}

func importAPISpec(c *call) (int, any, error) {
	if (c.body["url"] == nil) == (c.body["content"] == nil) {
		return 0, nil, refused("url", "Give either url or content")
	}
	return c.takeDocument(text(c.body, "content"), false)
}

// syncAPISpec takes the document itself or its address, and publishes it at once where that is switched on and nothing speaks against it.
func syncAPISpec(c *call) (int, any, error) {
	document := ""
	if c.body["url"] == nil {
		content, err := json.Marshal(c.body)
		if err != nil {
			return 0, nil, err
		}
		document = string(content)
	}
	return c.takeDocument(document, true)
}

// takeDocument makes a document the draft of a version. Nothing is fetched from an address: what is live stands there with one more endpoint. The
// sandbox is done with it before it answers.
func (c *call) takeDocument(document string, mayPublish bool) (int, any, error) {
	o, err := c.target()
	if err != nil {
		return 0, nil, err
	}
	imports, _ := o["_imports"].(object)
	if known := imports[c.idempotencyKey]; c.idempotencyKey != "" && known != nil {
		return http.StatusAccepted, object{"syncId": known}, nil
	}
	address := text(c.body, "url")
	endpoints := append(slices.Clone(list(o, "_endpoints")), any("GET /v1/status"))
	if address == "" {
		if endpoints, err = endpointsOf(document); err != nil {
			return 0, nil, err
		}
	} else if u, err := url.Parse(address); err != nil || u.Scheme != "https" {
		return 0, nil, refused("url", "Expected an https URL")
	}
	now, id := stamp(c.store.Now()), c.store.NewID("api_spec_sync")
	status := "draft"
	added, removed := without(endpoints, list(o, "_endpoints")), without(list(o, "_endpoints"), endpoints)
	switch {
	case unreachable(address):
		status = "failed"
	case len(added)+len(removed) == 0 && o["liveRevision"] != nil:
		status = "noop"
	default:
		draft := object{
			"revision": o["liveRevision"], "baseRevision": o["liveRevision"], "breaking": len(removed) > 0, "createdAt": now, "error": nil,
			"changes":  object{"added": added, "removed": removed, "addedCount": float64(len(added)), "removedCount": float64(len(removed)), "truncated": false},
			"warnings": []any{}, "warningCounts": object{}, "_endpoints": endpoints,
		}
		newest := number(o, "liveRevision")
		if before, ok := o["_draft"].(object); ok {
			newest = max(newest, number(before, "revision"))
		}
		draft["revision"] = newest + 1
		o["_draft"] = draft
		if mayPublish && flag(o, "_autoPublish") && o["liveRevision"] != nil && len(removed)*5 <= len(list(o, "_endpoints")) {
			c.publishSpec(o, draft)
		}
	}
	o["lastSync"] = object{"id": id, "status": status, "createdAt": now}
	if c.idempotencyKey != "" {
		kept := object{c.idempotencyKey: id}
		maps.Copy(kept, imports)
		o["_imports"] = kept
	}
	return http.StatusAccepted, object{"syncId": id}, nil
}

// without returns the values that another list lacks.
func without(values, other []any) []any {
	return slices.DeleteFunc(slices.Clone(values), func(v any) bool { return slices.Contains(other, v) })
}

// endpointsOf returns the endpoints of an OpenAPI document in JSON, and of one in YAML only the paths.
func endpointsOf(document string) ([]any, error) {
	var read struct {
		OpenAPI string                    `json:"openapi"`
		Paths   map[string]map[string]any `json:"paths"`
	}
	endpoints := []any{}
	if err := json.Unmarshal([]byte(document), &read); err != nil {
		version := regexp.MustCompile(`(?m)^openapi:\s*['"]?(3\.[0-9.]+)`).FindStringSubmatch(document)
		if version == nil {
			return nil, refused("content", "Expected an OpenAPI 3 document")
		}
		for _, path := range regexp.MustCompile(`(?m)^  (/[^:\s]*):`).FindAllStringSubmatch(document, -1) {
			endpoints = append(endpoints, path[1])
		}
		return endpoints, nil
	}
	if !strings.HasPrefix(read.OpenAPI, "3.") {
		return nil, refused("content", "Expected an OpenAPI 3 document")
	}
	for path, methods := range read.Paths {
		for method := range methods {
			endpoints = append(endpoints, strings.ToUpper(method)+" "+path)
		}
	}
	slices.SortFunc(endpoints, func(a, b any) int { return strings.Compare(a.(string), b.(string)) })
	return endpoints, nil
}
