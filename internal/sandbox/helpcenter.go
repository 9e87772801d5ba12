package sandbox

import (
	"maps"
	"slices"
)

// helpCenters is the kind of help centers. The API only reads them; the first one is the organization's active one.
func helpCenters() *kind {
	return &kind{
		name: "help_center", title: "help center", path: "/v2/help_center/help_centers", isID: isHelpID,
		order: func(*call) ordering { return byField("createdAt", false) },
	}
}

// isHelpID accepts the ids of help centers, articles and collections: short, without a fixed form.
func isHelpID(id string) bool { return id != "" && len(id) <= 16 }

func (c *call) helpCenter(id string) object { return c.store.Kind("help_center").Get(id) }

func (c *call) activeHelpCenter() object { return c.store.Kind("help_center").All()[0] }

// customDomain is where a help center lives besides Featurebase's own address; empty for most.
func customDomain(helpCenter object) string {
	urls, _ := helpCenter["urls"].(object)
	return text(urls, "externalDomain")
}

// collections is the kind of collections, which hold articles and other collections.
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
			"icon":         setCollectionIcon,
			"parentId":     setParentCollection,
			"translations": setTranslations,
		},
		gone: collectionGone,
	}
}

// startHelp is what a new article and a new collection have in common.
func startHelp(helpCenter object) object {
	return object{
		"organization": organizationID, "helpCenterId": helpCenter["id"], "locale": helpCenter["defaultLocale"], "description": "",
		"icon": nil, "order": nil, "parentId": nil, "translations": object{},
	}
}

// keepSame keeps what has the value that the query gives for each of these names.
func keepSame(names ...string) func(*call) (func(object) bool, error) {
	return func(c *call) (func(object) bool, error) {
		return func(o object) bool {
			return !slices.ContainsFunc(names, func(name string) bool { return c.query[name] != nil && c.query[name] != o[name] })
		}, nil
	}
}

// renderCollection counts the published articles directly in a collection, which are those that listArticles gives for it.
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

// address completes what is shown of an article or collection: languages, slugs and URLs, in its own language and in its translations.
// named is the field that the slug is made of.
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

// helpURLs are the slug and the addresses of an article or collection in one language.
func (c *call) helpURLs(o object, section, locale, title string) object {
	slug := slugOf(title)
	path := "/" + locale + "/" + section + "/" + text(o, "id") + "-" + slug
	out := object{"slug": slug, "featurebaseUrl": siteURL + "/help" + path}
	if domain := customDomain(c.helpCenter(text(o, "helpCenterId"))); domain != "" {
		out["externalUrl"] = "https://" + domain + path
	}
	return out
}

// setCollectionIcon takes null for none.
func setCollectionIcon(_ *call, draft object, value any) error {
	draft["icon"] = value
	return nil
}

// setParentID files an article or collection under a collection, which also decides its help center; null moves it to the root.
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

// setParentCollection keeps collections from holding themselves. Only the active help center has any, so they never change it.
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

// setTranslations merges texts by language and field. Those in an object's own language are its plain fields.
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

// collectionGone moves what was directly in a collection to the root: nothing else of it is lost. The API's own choice is not documented.
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
