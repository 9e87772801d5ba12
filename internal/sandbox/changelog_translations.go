package sandbox

import (
	"maps"
	"slices"
	"strconv"
)

// setChangelogTranslations adds texts in other languages or changes their fields. The pages do not say which fields a new language needs, nor what the
// language of the changelog itself does here: that a new one needs a title and a text, and that the own one is its plain text, is assumed.
func setChangelogTranslations(c *call, draft object, value any) error {
	given, _ := value.(object)
	stored, _ := draft["_translations"].(object)
	all := maps.Clone(stored)
	for _, locale := range slices.Sorted(maps.Keys(given)) {
		fields, _ := given[locale].(object)
		if locale == text(draft, "locale") {
			translate(draft, fields)
			continue
		}
		translation := maps.Clone(inner(draft, "_translations", locale))
		if translation == nil {
			switch {
			case text(fields, "title") == "":
				return refused("translations."+locale+".title", "Required")
			case fields["htmlContent"] == nil && fields["markdownContent"] == nil:
				return refused("translations."+locale, "At least one of 'htmlContent', 'markdownContent' is required")
			}
			translation = object{"slug": c.freeSlug(slugOf(text(fields, "title")))}
		}
		translate(translation, fields)
		all[locale] = translation
	}
	draft["_translations"] = all
	return nil
}

// translate puts the fields of a translation into what holds a text.
func translate(o, fields object) {
	for _, plain := range []string{"title", "featuredImage"} {
		if fields[plain] != nil {
			o[plain] = fields[plain]
		}
	}
	switch source, ok := fields["markdownContent"].(string); {
	case fields["htmlContent"] != nil: // HTML can hold more, so that Markdown beside it is ignored
		o["content"], o["markdownContent"] = fields["htmlContent"], nil
	case ok:
		o["content"], o["markdownContent"] = markdownToHTML(source), source
	}
}

// edited reports whether a changelog has another text in a language than before.
func edited(before, o object, locale any) bool {
	language, _ := locale.(string)
	was, is := textIn(before, language), textIn(o, language)
	return was["title"] != is["title"] || was["content"] != is["content"]
}

// setEdited notes whether readers of a language see another text than the one that was written last.
func setEdited(o object, locale any, is bool) {
	if locale == o["locale"] {
		o["_edited"] = is
		return
	}
	others := slices.DeleteFunc(slices.Clone(list(o, "_editedIn")), func(l any) bool { return l == locale })
	if is {
		others = append(others, locale)
	}
	o["_editedIn"] = others
}

// The segments that exist: no operation lists segments, so that ids are known from the changelogs that have some.
const (
	betaUsers           = "6702b1c49d3e5a7788990a01"
	enterpriseCompanies = "6702b1c49d3e5a7788990c01"
)

// setSegments stores who may see a changelog. The id of a segment that is unknown or deleted is refused, unless the changelog has it already.
func setSegments(_ *call, draft object, value any) error {
	wanted, _ := value.([]any)
	for i, id := range wanted {
		if id != betaUsers && id != enterpriseCompanies && !slices.Contains(list(draft, "allowedSegmentIds"), id) {
			return refused("allowedSegmentIds."+strconv.Itoa(i), "No user or company segment has this ID")
		}
	}
	draft["allowedSegmentIds"] = wanted
	return nil
}
