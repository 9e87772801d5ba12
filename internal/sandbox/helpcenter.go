package sandbox

import (
	"maps"
	"slices"
)

// helpCenters returns the kind of help centers, which the API only reads. The first one is the active one.
func helpCenters() *kind {
	return &kind{
		name: "help_center", title: "help center", path: "/v2/help_center/help_centers", isID: isHelpID,
		order: func(*call) ordering { return byField("createdAt", false) },
	}
}

// isHelpID accepts the ids of help centers, articles and collections. They are short and have no fixed form.
func isHelpID(id string) bool { return id != "" && len(id) <= 16 }

func (c *call) helpCenter(id string) object { return c.store.Kind("help_center").Get(id) }

func (c *call) activeHelpCenter() object { return c.store.Kind("help_center").All()[0] }

// customDomain returns the organization's own domain of a help center, or the empty text if it has none.
func customDomain(helpCenter object) string {
	urls, _ := helpCenter["urls"].(object)
	return text(urls, "externalDomain")
}

// collections returns the kind of collections, which hold articles and other collections.
func collections() *kind {
	return &kind{
		name: "collection", title: "collection", path: "/v2/help_center/collections", isID: isHelpID,
		render: renderCollection,
		keep:   keepSame("helpCenterId"),
		order:  func(*call) ordering { return byField("id", false) },
		start: func(c *call, draft object) {
			maps.Copy(draft, startHelp(c.activeHelpCenter()))
		},
		set: map[string]setter{
			"icon":         clearable("icon"),
			"parentId":     setParentCollection,
			"translations": setTranslations,
		},
		gone: collectionGone,
	}
}

// startHelp returns the fields that new articles and new collections have in common.
func startHelp(helpCenter object) object {
	return object{
		"organization": organizationID, "helpCenterId": helpCenter["id"], "locale": helpCenter["defaultLocale"], "description": "",
		"icon": nil, "order": nil, "parentId": nil, "translations": object{},
	}
}

// keepSame returns a filter that compares these fields with the query, as far as the query has them.
func keepSame(names ...string) func(*call) (func(object) bool, error) {
	return func(c *call) (func(object) bool, error) {
		return func(o object) bool {
			return !slices.ContainsFunc(names, func(name string) bool { return c.query[name] != nil && c.query[name] != o[name] })
		}, nil
	}
}

// renderCollection counts the published articles that are directly in a collection. listArticles lists the same ones.
func renderCollection(c *call, shown, stored object) {
	shown["articleCount"], shown["authorCount"] = 0.0, 0.0
	authors := map[any]bool{}
	for _, article := range c.store.Kind("article").All() {
		if article["parentId"] == stored["id"] && article["_live"] != nil {
			shown["articleCount"] = number(shown, "articleCount") + 1
			authors[article["_authorId"]] = true
		}
	}
	shown["authorCount"] = float64(len(authors))
	c.address(shown, "collections", "name")
}

// address adds languages, slugs and URLs to an article or collection and to its translations. named is the field that the slug is made from.
func (c *call) address(shown object, section, named string) {
	shown["defaultLocale"] = shown["locale"]
	shown["availableLocales"] = localesOf(shown["locale"], shown["translations"])
	maps.Copy(shown, c.helpURLs(shown, section, text(shown, "locale"), text(shown, named)))
	stored, _ := shown["translations"].(object)
	translations := object{}
	for locale, value := range stored {
		translation, _ := value.(object)
		title := text(translation, named)
		if title == "" {
			title = text(shown, named)
		}
		full := c.helpURLs(shown, section, locale, title)
		maps.Copy(full, translation)
		translations[locale] = full
	}
	shown["translations"] = translations
}

// helpURLs returns the slug and the addresses of an article or collection in one language.
func (c *call) helpURLs(o object, section, locale, title string) object {
	slug := slugOf(title)
	path := "/" + locale + "/" + section + "/" + text(o, "id") + "-" + slug
	out := object{"slug": slug, "featurebaseUrl": siteURL + "/help" + path}
	if domain := customDomain(c.helpCenter(text(o, "helpCenterId"))); domain != "" {
		out["externalUrl"] = "https://" + domain + path
	}
	return out
}

// setParentID moves an article or collection into a collection, and into the help center of that collection. null moves it to the root.
func setParentID(c *call, draft object, value any) error {
	id, ok := value.(string)
	if !ok {
		draft["parentId"] = nil
		return nil
	}
	parent := c.store.Kind("collection").Get(id)
	if parent == nil {
		return refused("parentId", "No collection has the ID "+id)
	}
	draft["parentId"], draft["helpCenterId"] = parent["id"], parent["helpCenterId"]
	return nil
}

// setParentCollection refuses a parent that is the collection itself or inside of it. Collections never change their help center, because only
// the active one has collections.
func setParentCollection(c *call, draft object, value any) error {
	if err := setParentID(c, draft, value); err != nil || draft["id"] == nil {
		return err
	}
	for at := draft; at != nil; at = c.store.Kind("collection").Get(text(at, "parentId")) {
		if at["parentId"] == draft["id"] {
			return refused("parentId", "A collection cannot be in itself")
		}
	}
	return nil
}

// setTranslations merges texts by language and field. Texts in the object's own language go to its plain fields.
func setTranslations(_ *call, draft object, value any) error {
	stored, _ := draft["translations"].(object)
	merged := object{}
	maps.Copy(merged, stored)
	given, _ := value.(object)
	for locale, changes := range given {
		texts, _ := changes.(object)
		texts = maps.Clone(texts)
		if body, ok := texts["body"].(string); ok {
			texts["body"] = toHTML(body)
		}
		if locale == draft["locale"] {
			maps.Copy(draft, texts)
			continue
		}
		translation := maps.Clone(inner(draft, "translations", locale))
		if translation == nil {
			translation = object{}
		}
		maps.Copy(translation, texts)
		merged[locale] = translation
	}
	draft["translations"] = merged
	return nil
}

// collectionGone moves the articles and collections of a removed collection to the root, so that none is lost. What the API does is not
// documented.
func collectionGone(c *call, o object) {
	for _, kindName := range []string{"article", "collection"} {
		for _, child := range c.store.Kind(kindName).All() {
			if child["parentId"] == o["id"] {
				child["parentId"] = nil
			}
		}
	}
	c.removeRedirects(o)
}
