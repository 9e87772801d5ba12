package sandbox

import (
	"maps"
	"net/http"
	"reflect"
)

// Versions of an article.
const (
	liveVersion  = "live"
	draftVersion = "draft"
)

// articles returns the kind of help center articles. Their plain fields hold the draft. Two keys stand beside them: _authorId, and _live, the
// texts as they were published last. _live is nil until the first publication.
func articles() *kind {
	return &kind{
		name: "article", title: "article", path: "/v2/help_center/articles", isID: isHelpID,
		render: renderArticle,
		keep:   keepArticles,
		order:  func(*call) ordering { return byField("id", false) },
		fields: map[string]func(*call, object) any{
			"authorId": func(_ *call, o object) any { return o["_authorId"] },
			"slug":     func(_ *call, o object) any { return slugOf(text(currentTexts(o), "title")) },
			"state":    func(_ *call, o object) any { return latestVersion(o) },
		},
		texts: func(o object) (string, string) {
			texts := currentTexts(o)
			return text(texts, "title"), text(texts, "description") + "\n" + text(texts, "body")
		},
		sort:  "created_at:desc",
		start: startArticle,
		set: map[string]setter{
			"authorId":     reference("_authorId", "admin"),
			"body":         setBody,
			"helpCenterId": setHelpCenter,
			"icon":         setArticleIcon,
			"parentId":     setParentID,
			"translations": setTranslations,
			// The sandbox keeps the text as it is. It has no AI that could rewrite it.
			"formatter": notStored,
			// publishArticle reads this field. It is not stored.
			"state": notStored,
		},
		made:    publishArticle,
		changed: func(c *call, _, o object) { publishArticle(c, o) },
		gone:    func(c *call, o object) { c.removeRedirects(o) },
	}
}

// articleTexts returns the fields of an article that publishing copies.
func articleTexts(o object) object {
	out := object{}
	for _, key := range []string{"title", "description", "body", "translations"} {
		out[key] = o[key]
	}
	return out
}

// latestVersion returns liveVersion if the article is published, and draftVersion if it is not.
func latestVersion(o object) string {
	if o["_live"] != nil {
		return liveVersion
	}
	return draftVersion
}

// currentTexts returns the texts of the latest version.
func currentTexts(o object) object {
	if texts, ok := o["_live"].(object); ok {
		return texts
	}
	return o
}

// draftIsAhead reports whether the draft differs from the published texts.
func draftIsAhead(o object) bool {
	return o["_live"] != nil && !reflect.DeepEqual(o["_live"], any(articleTexts(o)))
}

// version returns which version of an article the call shows. A write shows what it wrote.
func (c *call) version(o object) string {
	if c.op.ID == "getArticle" {
		return text(c.query, "state")
	}
	if c.op.Effect != "read" && draftIsAhead(o) {
		return draftVersion
	}
	return latestVersion(o)
}

func renderArticle(c *call, shown, stored object) {
	version := c.version(stored)
	if texts, ok := stored["_live"].(object); ok {
		shown["publishedLocales"] = localesOf(stored["locale"], texts["translations"])
		if version == liveVersion {
			maps.Copy(shown, texts)
		}
	} else {
		shown["publishedLocales"] = []any{}
	}
	shown["state"], shown["isPublished"], shown["isDraftDiffersFromLive"] = version, stored["_live"] != nil, draftIsAhead(stored)
	shown["visibleBy"] = []any{}
	if author, _ := c.store.Person(text(stored, "_authorId")); author != nil {
		shown["author"] = object{"authorId": author["id"], "name": author["name"], "avatarUrl": author["profilePicture"]}
	}
	c.address(shown, "articles", "title")
}

// getArticle answers 404 for an article that is not published, unless the query asks for the draft.
func getArticle(c *call) (int, any, error) {
	o, err := c.target()
	if err != nil {
		return 0, nil, err
	}
	if c.version(o) == liveVersion && o["_live"] == nil {
		return 0, nil, notFound(c.kind.title)
	}
	return http.StatusOK, c.shown(c.kind, o), nil
}

func keepArticles(c *call) (func(object) bool, error) {
	filed, err := keepSame("helpCenterId", "parentId")(c)
	state := text(c.query, "state")
	return func(o object) bool { return filed(o) && (state == "all" || state == latestVersion(o)) }, err
}

func startArticle(c *call, draft object) {
	maps.Copy(draft, startHelp(c.activeHelpCenter()))
	draft["body"], draft["_authorId"] = "", c.store.KeyAdmin()["id"]
}

func setHelpCenter(c *call, draft object, value any) error {
	id, _ := value.(string)
	helpCenter := c.helpCenter(id)
	if helpCenter == nil {
		return refused("helpCenterId", "No help center has the ID "+id)
	}
	draft["helpCenterId"], draft["locale"] = helpCenter["id"], helpCenter["defaultLocale"]
	return nil
}

func setBody(_ *call, draft object, value any) error {
	body, _ := value.(string)
	draft["body"] = toHTML(body)
	return nil
}

// setArticleIcon removes the icon on null. Answers say "custom" where requests say "predefined".
func setArticleIcon(_ *call, draft object, value any) error {
	icon, ok := value.(object)
	if !ok {
		draft["icon"] = nil
		return nil
	}
	iconType := text(icon, "type")
	if iconType == "predefined" {
		iconType = "custom"
	}
	draft["icon"] = object{"type": iconType, "value": icon["value"]}
	return nil
}

// publishArticle copies the draft to the published texts if the request says state=live. A request with state=draft does not unpublish.
func publishArticle(c *call, o object) {
	if c.body["state"] == liveVersion {
		o["_live"] = articleTexts(o)
		o["liveUpdatedAt"] = stamp(c.store.Now())
	}
}
