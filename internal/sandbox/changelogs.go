package sandbox

import (
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"featurebase-mcp/internal/sandbox/fulltext"
	"featurebase-mcp/internal/sandbox/store"
)

// defaultLocale is the organization's language.
const defaultLocale = "en"

// changelogs returns the kind of changelogs. Their plain fields hold the text in the changelog's own language, and requests change that text.
// Five keys stand beside them: _categoryIds; _translations, the texts in other languages by locale; _published, the locales that are live;
// _edited, whether the text changed after it was published; _editedIn, the other locales whose texts did.
func changelogs() *kind {
	return &kind{
		name: "changelog", title: "changelog", path: "/v2/changelogs", bySlug: true,
		render: renderChangelog,
		keep:   keepChangelogs,
		order:  func(c *call) ordering { return byField("date", text(c.query, "sortOrder") == "desc") },
		start:  startChangelog,
		set: map[string]setter{
			"allowedSegmentIds": setSegments,
			"categories":        setCategories,
			"date":              setTime("date", false),
			"htmlContent":       setHTMLContent,
			"markdownContent":   setMarkdownContent,
			"translations":      setChangelogTranslations,
			// The live API ignores this field. Publishing is a second call.
			"state": notStored,
		},
		changed: changelogChanged,
		gone:    func(c *call, o object) { c.removeComments("changelogId", o) },
	}
}

// renderChangelog shows a changelog in the language that the query names, or else in its own language.
func renderChangelog(c *call, shown, stored object) {
	if wanted := text(c.query, "locale"); wanted != "" {
		maps.Copy(shown, textIn(stored, wanted))
	}
	locale, published := text(shown, "locale"), list(stored, "_published")
	shown["state"] = "draft"
	if slices.Contains(published, any(locale)) {
		shown["state"] = "live"
	}
	shown["isPublished"] = len(published) > 0 // a changelog that is a draft in one language may be published in another
	shown["isDraftDiffersFromLive"] = flag(stored, "_edited") || len(list(stored, "_editedIn")) > 0
	available := localesOf(stored["locale"], stored["_translations"])
	shown["publishedLocales"], shown["availableLocales"] = published, available
	if shown["markdownContent"] == nil {
		shown["markdownContent"] = htmlToMarkdown(text(shown, "content"))
	}
	shown["url"] = siteURL + "/changelog/" + text(shown, "slug")
	slugs := object{}
	for _, one := range available {
		language, _ := one.(string)
		slugs[language] = textIn(stored, language)["slug"]
	}
	shown["slugs"] = slugs
	categories := []any{}
	for _, id := range list(stored, "_categoryIds") {
		categoryID, _ := id.(string)
		if category := c.store.Kind("changelog_category").Get(categoryID); category != nil {
			categories = append(categories, object{"id": category["id"], "name": category["name"], "roles": []any{}})
		}
	}
	shown["categories"] = categories
	shown["emailSentToSubscribers"] = false
	for _, language := range available {
		if flag(notifications(stored, language), "emailSent") {
			shown["emailSentToSubscribers"] = true
		}
	}
}

// textIn returns the title, slug, content and locale of a changelog in a language, or nil if it has no text in that language.
func textIn(o object, locale string) object {
	out := object{}
	if locale == text(o, "locale") {
		for _, key := range []string{"title", "slug", "content", "markdownContent"} {
			out[key] = o[key]
		}
	} else if translation := inner(o, "_translations", locale); translation != nil {
		maps.Copy(out, translation)
	} else {
		return nil
	}
	out["locale"] = locale
	return out
}

// inner returns o[key][innerKey], or nil if one of the two is missing.
func inner(o object, key, innerKey string) object {
	outer, _ := o[key].(object)
	value, _ := outer[innerKey].(object)
	return value
}

// notifications returns the notification settings of a changelog in one language.
func notifications(o object, locale any) object {
	language, _ := locale.(string)
	return inner(o, "notifications", language)
}

// localesOf lists the languages of an object: its own first, then those of its translations.
func localesOf(own, translations any) []any {
	byLocale, _ := translations.(object)
	out := []any{own}
	for _, locale := range slices.Sorted(maps.Keys(byLocale)) {
		out = append(out, locale)
	}
	return out
}

// keepChangelogs applies the filters of listChangelogs. It leaves drafts out unless the query asks for a state or for one changelog.
func keepChangelogs(c *call) (func(object) bool, error) {
	from, err := c.dateBound("startDate", 0)
	if err != nil {
		return nil, err
	}
	until, err := c.dateBound("endDate", 24*time.Hour-time.Millisecond)
	if err != nil {
		return nil, err
	}
	one, locale, state := text(c.query, "id"), text(c.query, "locale"), text(c.query, "state")
	if state == "" && one == "" {
		state = "live"
	}
	var categories []any
	if names := list(c.query, "categories"); names != nil {
		categories = []any{}
		for _, name := range names {
			if category := c.categoryNamed(name); category != nil {
				categories = append(categories, category["id"])
			}
		}
	}
	terms := fulltext.Words(text(c.query, "q"))
	return func(o object) bool {
		language := locale
		if language == "" {
			language = text(o, "locale")
		}
		shown, date := textIn(o, language), text(o, "date")
		live := slices.Contains(list(o, "_published"), any(language))
		switch {
		case shown == nil, from != "" && date < from, until != "" && date > until:
			return false
		case one != "" && o["id"] != one && o["slug"] != one:
			return false
		case state == "live" && !live, state == "draft" && live:
			return false
		case categories != nil && !slices.ContainsFunc(list(o, "_categoryIds"), func(id any) bool { return slices.Contains(categories, id) }):
			return false
		}
		return fulltext.HoldsAll(text(shown, "title"), text(shown, "content"), terms)
	}, nil
}

// dateBound returns a date of the query as a stamp, or the empty text if the query has none. It adds inDay to a date without a time, so that
// the end of a range includes its last day.
func (c *call) dateBound(name string, inDay time.Duration) (string, error) {
	given := text(c.query, name)
	if given == "" {
		return "", nil
	}
	if day, err := time.Parse(time.DateOnly, given); err == nil {
		return stamp(day.Add(inDay)), nil
	}
	at, err := time.Parse(time.RFC3339, given)
	if err != nil {
		return "", refused(name, "Invalid date")
	}
	return stamp(at), nil
}

func startChangelog(c *call, draft object) {
	maps.Copy(draft, object{
		"organization": organizationID, "locale": defaultLocale, "slug": c.freeSlug(slugOf(text(c.body, "title"))),
		"date": stamp(c.store.Now()), "commentCount": 0.0, "featuredImage": nil, "allowedSegmentIds": []any{}, "notifications": object{},
		"_categoryIds": []any{}, "_translations": object{}, "_published": []any{},
	})
}

func (c *call) categoryNamed(name any) object {
	wanted, _ := name.(string)
	return c.store.Kind("changelog_category").Find(func(o object) bool {
		return strings.EqualFold(text(o, "name"), strings.TrimSpace(wanted))
	})
}

// setCategories replaces the categories by name. A name that does not exist is refused, because only the dashboard makes categories.
func setCategories(c *call, draft object, value any) error {
	names, _ := value.([]any)
	ids := []any{}
	for i, name := range names {
		category := c.categoryNamed(name)
		if category == nil {
			return refused("categories."+strconv.Itoa(i), "No changelog category has this name. There are: "+c.categoryNames())
		}
		if !slices.Contains(ids, category["id"]) {
			ids = append(ids, category["id"])
		}
	}
	draft["_categoryIds"] = ids
	return nil
}

func (c *call) categoryNames() string {
	var names []string
	for _, category := range c.store.Kind("changelog_category").All() {
		names = append(names, text(category, "name"))
	}
	return strings.Join(names, ", ")
}

func setHTMLContent(_ *call, draft object, value any) error {
	draft["content"], draft["markdownContent"] = value, nil
	return nil
}

// setMarkdownContent ignores the Markdown if the body has HTML, too, because HTML can hold more.
func setMarkdownContent(c *call, draft object, value any) error {
	if c.body["htmlContent"] == nil {
		source, _ := value.(string)
		draft["content"], draft["markdownContent"] = markdownToHTML(source), source
	}
	return nil
}

// changelogChanged marks a published changelog whose text changed: readers see the old text until it is published again.
func changelogChanged(_ *call, before, o object) {
	for _, locale := range list(o, "_published") {
		if edited(before, o, locale) {
			setEdited(o, locale, true)
		}
	}
}

// publishChangelog publishes languages of a changelog, or notes the time for which they are scheduled. A schedule never comes due in the
// sandbox, because its clock moves only with writes.
func publishChangelog(c *call) (int, any, error) {
	o, locales, err := c.publication()
	if err != nil {
		return 0, nil, err
	}
	due, err := c.publishTime()
	if err != nil {
		return 0, nil, err
	}
	for _, locale := range locales {
		if due == nil {
			c.publish(o, locale)
			continue
		}
		noteNotification(o, locale, object{"scheduledDate": due, "sendEmailNotification": flag(c.body, "sendEmail")})
	}
	o["updatedAt"] = stamp(c.store.Now())
	if c.since(orbit) {
		shown := c.shown(c.kind, o)
		shown["warnings"], shown["emailSent"] = []any{}, false
		for _, locale := range locales {
			shown["emailSent"] = flag(shown, "emailSent") || flag(c.body, "sendEmail") && flag(notifications(o, locale), "emailSent")
		}
		return http.StatusOK, shown, nil
	}
	if due != nil {
		return http.StatusOK, object{"success": true, "state": "scheduled"}, nil
	}
	return http.StatusOK, object{"success": true, "state": "published"}, nil
}

// publish publishes one language and ends its schedule. It notes an e-mail to the subscribers if the body asks for it and none was sent.
func (c *call) publish(o object, locale any) {
	if published := list(o, "_published"); !slices.Contains(published, locale) {
		o["_published"] = append(slices.Clip(published), locale)
	}
	setEdited(o, locale, false)
	note := object{"scheduledDate": nil, "sendEmailNotification": flag(c.body, "sendEmail")}
	if flag(c.body, "sendEmail") && !flag(notifications(o, locale), "emailSent") {
		note["emailSent"] = true
		language, _ := locale.(string)
		c.store.Send(store.OutboxEntry{
			Type: "changelog_email", Subject: text(textIn(o, language), "title"), Recipients: c.receivers(o, language),
			Detail: object{"changelogId": o["id"], "locale": locale},
		})
	}
	noteNotification(o, locale, note)
}

// unpublishChangelog turns languages back into drafts and cancels their schedules.
func unpublishChangelog(c *call) (int, any, error) {
	o, locales, err := c.publication()
	if err != nil {
		return 0, nil, err
	}
	o["_published"] = slices.DeleteFunc(slices.Clone(list(o, "_published")), func(locale any) bool { return slices.Contains(locales, locale) })
	for _, locale := range locales {
		setEdited(o, locale, false)
		noteNotification(o, locale, object{"scheduledDate": nil})
	}
	o["updatedAt"] = stamp(c.store.Now())
	if c.since(orbit) {
		return http.StatusOK, c.shown(c.kind, o), nil
	}
	return http.StatusOK, object{"success": true, "state": "unpublished"}, nil
}

// publication returns the changelog and the languages that a request publishes or unpublishes. A request that names no language means all
// of them. Each field of the body is optional, but the API requires a body.
func (c *call) publication() (object, []any, error) {
	o, err := c.target()
	if err != nil {
		return nil, nil, err
	}
	if c.bare {
		return nil, nil, refused("", "Required")
	}
	available := localesOf(o["locale"], o["_translations"])
	locales := list(c.body, "locales")
	for i, locale := range locales {
		if !slices.Contains(available, locale) {
			return nil, nil, refused("locales."+strconv.Itoa(i), "The changelog has no text in this language")
		}
	}
	if len(locales) == 0 {
		locales = available
	}
	return o, locales, nil
}

// publishTime returns the stamp for which publication is scheduled, or nil if it is immediate.
func (c *call) publishTime() (any, error) {
	given := text(c.body, "scheduledDate")
	if given == "" {
		return nil, nil
	}
	due, err := time.Parse(time.RFC3339, given)
	if err != nil {
		return nil, refused("scheduledDate", "Invalid date")
	}
	if now := c.store.Now(); !due.After(now) {
		return nil, refused("scheduledDate", "Must be in the future; it is now "+stamp(now))
	}
	return stamp(due), nil
}

// noteNotification changes the notification settings of a changelog in one language.
func noteNotification(o object, locale any, changes object) {
	language, _ := locale.(string)
	note := object{"scheduledDate": nil, "emailSent": false, "hideFromBoardAndWidgets": false, "sendEmailNotification": false}
	maps.Copy(note, notifications(o, locale))
	maps.Copy(note, changes)
	stored, _ := o["notifications"].(object)
	all := maps.Clone(stored)
	all[language] = note
	o["notifications"] = all
}
