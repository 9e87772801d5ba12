package tools

import (
	"net/http"

	"featurebase-mcp/client"
	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/input"
	"featurebase-mcp/internal/markup"
	"featurebase-mcp/internal/render"
	"featurebase-mcp/tools/kind"
)

// changelogView hides the slugs, which the address contains. It shows categories by their names.
var changelogView = &render.View{
	Row: "id title link=url|link state scheduled=notifications.*.scheduledDate|minute date|date categories=categories.name locale|shared comments=commentCount|some " +
		"changedSincePublished=isDraftDiffersFromLive|flag emailed=emailSentToSubscribers|flag hidden=notifications.*.hideFromBoardAndWidgets|flag visibleTo=allowedSegmentIds|few " +
		"excerpt=content|gist",
	Lines: "id title url state date categories=categories.name locale availableLocales publishedLocales changedSincePublished=isDraftDiffersFromLive|flag " +
		"published=isPublished|flag emailed=emailSentToSubscribers|flag comments=commentCount notifications|brief featuredImage allowedSegmentIds created=createdAt updated=updatedAt|new",
	Hide: "slug slugs",
	Written: "id title link=url|link state scheduled=notifications.*.scheduledDate|minute date|minute categories=categories.name locale locales=publishedLocales " +
		"changedSincePublished=isDraftDiffersFromLive|flag emailed=emailSentToSubscribers hidden=notifications.*.hideFromBoardAndWidgets|flag visibleTo=allowedSegmentIds|everybody",
	Stored: "markdownContent=content htmlContent=content categories=categories.name scheduledDate=notifications.*.scheduledDate",
	Body:   "content", HTML: "content", Repeats: "markdownContent", Staff: true,
}

// changelogs are the operations on release notes. A changelog has a draft and, once published, a version that readers see; publishing is a
// separate call.
var changelogs = &engine.Toolset{
	Name: "changelogs", Description: "Release notes, their publication and their subscribers.",
	Also: "release notes, announcements, product updates, what's new",
	Refs: engine.Refs{"changelogId": {Kind: kind.Changelog}},
	Operations: []*engine.Operation{
		{
			Name:        "list_changelogs",
			Title:       "List changelogs",
			Description: "List changelogs (release notes), newest first.",
			Default:     true,
			Effect:      engine.Read,
			Method:      http.MethodGet,
			Path:        "/v2/changelogs",
			Input:       input.Args[listChangelogs](),
			Output:      changelogView,
			Refs:        engine.Refs{"id": {Kind: kind.Changelog, Slugs: true}},
			Example:     `{"state":"all","limit":5}`,
		},
		{
			Name:        "get_changelog",
			Title:       "Get changelog",
			Description: "Get one changelog with its text.",
			Default:     true,
			Effect:      engine.Read,
			Method:      http.MethodGet,
			Path:        "/v2/changelogs/{changelogId}",
			Input:       input.Args[getChangelog](),
			Output:      changelogView,
			Refs:        engine.Refs{"changelogId": {Kind: kind.Changelog, Slugs: true}},
			Example:     `{"changelogId":"<changelogId>"}`,
		},
		{
			Name:        "create_changelog",
			Title:       "Create changelog",
			Description: "Create a changelog draft; whatever state says, only publish_changelog makes it public.",
			Default:     true,
			Effect:      engine.Write,
			Method:      http.MethodPost,
			Path:        "/v2/changelogs",
			Later:       "translations=" + orbit,
			Undo:        "delete_changelog changelogId=made",
			Confirm:     []engine.Asked{{When: "state=live", Because: "A live changelog may be public at once."}},
			Input:       input.Args[createChangelog](),
			Rules:       []input.Rule{{Need: "htmlContent|markdownContent"}},
			Output:      changelogView,
			Unsaid:      []engine.Unsaid{segmentsExist},
			Example:     `{"title":"Dark mode","markdownContent":"The app has a **dark** theme now."}`,
		},
		{
			Name:        "update_changelog",
			Title:       "Update changelog",
			Description: "Change the given fields of a changelog; a list replaces the old one.",
			Default:     true,
			Effect:      engine.Write,
			Method:      http.MethodPatch,
			Path:        "/v2/changelogs/{changelogId}",
			Later:       "translations=" + orbit,
			Input:       input.Args[updateChangelog](),
			Keeps:       &engine.Kept{Argument: "markdownContent", Field: "content", HTML: "htmlContent", Markdown: true},
			Output:      changelogView,
			Unsaid:      []engine.Unsaid{segmentsExist},
			Example:     `{"changelogId":"<changelogId>","title":"Dark mode for everyone"}`,
		},
		{
			Name:        "delete_changelog",
			Title:       "Delete changelog",
			Description: "Delete a changelog for good, with its comments.",
			Effect:      engine.Destroy,
			Method:      http.MethodDelete,
			Path:        "/v2/changelogs/{changelogId}",
			Input:       input.Args[deleteChangelog](),
			Unsaid:      []engine.Unsaid{{Failures: []client.Kind{client.KindForbidden}, Words: "Only admins of the organization delete changelogs."}},
			Example:     `{"changelogId":"<changelogId>"}`,
		},
		{
			Name:        "publish_changelog",
			Title:       "Publish changelog",
			Description: "Publish a changelog draft now or at scheduledDate. sendEmail e-mails its subscribers, once per language.",
			Effect:      engine.Write,
			Idempotent:  true,
			Method:      http.MethodPost,
			Path:        "/v2/changelogs/{changelogId}/publish",
			Overwrites:  true,
			Input:       input.Args[publishChangelog](),
			Confirm:     []engine.Asked{{Because: "Readers see it at once, or from the date that it is scheduled for."}}, // a published or e-mailed text cannot be recalled
			Notifies:    []engine.Notice{{When: "sendEmail=true", To: "the subscribers of changelogs, by e-mail"}},
			Example:     `{"changelogId":"<changelogId>","locales":["en"]}`,
		},
		{
			Name:        "unpublish_changelog",
			Title:       "Unpublish changelog",
			Description: "Take a changelog back to draft and cancel its schedules.",
			Effect:      engine.Destroy,
			Reversible:  true,
			Idempotent:  true,
			Method:      http.MethodPost,
			Path:        "/v2/changelogs/{changelogId}/unpublish",
			Input:       input.Args[unpublishChangelog](),
			Example:     `{"changelogId":"<changelogId>","locales":["en"]}`,
		},
		{
			Name:        "add_changelog_subscribers",
			Title:       "Add changelog subscribers",
			Description: "Subscribe addresses to changelog e-mails; invalid ones are skipped.",
			Effect:      engine.Write,
			Idempotent:  true,
			Method:      http.MethodPost,
			Path:        "/v2/changelogs/subscribers",
			Notifies:    []engine.Notice{{To: "the added addresses, with each changelog that is e-mailed from now on", Count: "emails", Indirect: true}},
			Input:       input.Args[addChangelogSubscribers](),
			ShownBy:     "search_contacts",
			Example:     `{"emails":["reader@example.com"]}`,
		},
		{
			Name:        "remove_changelog_subscribers",
			Title:       "Remove changelog subscribers",
			Description: "Unsubscribe addresses from changelog e-mails.",
			Effect:      engine.Destroy,
			Reversible:  true,
			Method:      http.MethodDelete,
			Path:        "/v2/changelogs/subscribers",
			Input:       input.Args[removeChangelogSubscribers](),
			ShownBy:     "search_contacts",
			Example:     `{"emails":["reader@example.com"]}`,
		},
	},
}

var segmentsExist = engine.Unsaid{
	Failures: []client.Kind{client.KindInvalid},
	Words: "The categories have to exist already, and so do the segments, of people or of companies: no tool lists segments, and a deleted one is refused unless the changelog " +
		"has it.",
}

type listChangelogs struct {
	ID         string       `json:"id,omitempty" jsonschema_description:"Or link."`
	Q          string       `json:"q,omitempty"`
	Categories []string     `json:"categories,omitempty"`
	State      string       `json:"state,omitempty" jsonschema:"enum=draft,enum=live,enum=all"`
	Locale     input.Locale `json:"locale,omitempty"`
	StartDate  string       `json:"startDate,omitempty"`
	EndDate    string       `json:"endDate,omitempty" bound:"end"`
	SortBy     string       `json:"sortBy,omitempty" jsonschema:"enum=date"`
	SortOrder  string       `json:"sortOrder,omitempty" jsonschema:"enum=asc,enum=desc"`
	input.Page
	input.Detail
}

type getChangelog struct {
	ChangelogID string `json:"changelogId" jsonschema_description:"Or link."`
	input.Document
}

type createChangelog struct {
	Title             string                                `json:"title"`
	MarkdownContent   markup.Source                         `json:"markdownContent,omitempty" jsonschema_description:"This or htmlContent."`
	HTMLContent       markup.HTML                           `json:"htmlContent,omitempty"`
	Categories        []string                              `json:"categories,omitempty" jsonschema_description:"Existing names."`
	Date              string                                `json:"date,omitempty"`
	FeaturedImage     markup.Address                        `json:"featuredImage,omitempty" jsonschema:"format=uri"`
	Locale            input.Locale                          `json:"locale,omitempty"`
	AllowedSegmentIDs []string                              `json:"allowedSegmentIds,omitempty"`
	State             string                                `json:"state,omitempty" jsonschema:"enum=draft,enum=live"`
	Translations      map[input.Locale]changelogTranslation `json:"translations,omitempty" jsonschema_description:"Other languages: {title, markdownContent, featuredImage} by locale."`
}

// changelogTranslation is the text of a changelog in another language. The page of createChangelog lists all of its fields; that of updateChangelog
// is cut, so that the same are taken there.
type changelogTranslation struct {
	Title           string         `json:"title,omitempty"`
	MarkdownContent markup.Source  `json:"markdownContent,omitempty"`
	HTMLContent     markup.HTML    `json:"htmlContent,omitempty"`
	FeaturedImage   markup.Address `json:"featuredImage,omitempty" jsonschema:"format=uri"`
}

type updateChangelog struct {
	ChangelogID       string                                `json:"changelogId" jsonschema_description:"Or link."`
	Title             string                                `json:"title,omitempty"`
	MarkdownContent   markup.Source                         `json:"markdownContent,omitempty"`
	HTMLContent       markup.HTML                           `json:"htmlContent,omitempty"`
	Categories        []string                              `json:"categories,omitempty" jsonschema_description:"Existing names."`
	Date              string                                `json:"date,omitempty"`
	Clear             []string                              `json:"clear,omitempty" jsonschema:"enum=date"`
	FeaturedImage     markup.Address                        `json:"featuredImage,omitempty" jsonschema:"format=uri"`
	AllowedSegmentIDs []string                              `json:"allowedSegmentIds,omitempty"`
	Translations      map[input.Locale]changelogTranslation `json:"translations,omitempty" jsonschema_description:"Other languages: {title, markdownContent} by locale."`
}

type deleteChangelog struct {
	ChangelogID string `json:"changelogId" jsonschema_description:"Or link."`
}

type publishChangelog struct {
	ChangelogID   string         `json:"changelogId" jsonschema_description:"Or link."`
	Locales       []input.Locale `json:"locales,omitempty" jsonschema_description:"Such as en; [] means all."`
	ScheduledDate string         `json:"scheduledDate,omitempty" jsonschema:"format=date-time"`
	SendEmail     bool           `json:"sendEmail,omitempty"`
}

type unpublishChangelog struct {
	ChangelogID string         `json:"changelogId" jsonschema_description:"Or link."`
	Locales     []input.Locale `json:"locales,omitempty" jsonschema_description:"Such as en; [] means all."`
}

type addChangelogSubscribers struct {
	Emails []string     `json:"emails" jsonschema:"minItems=1,maxItems=1000"`
	Locale input.Locale `json:"locale,omitempty"`
}

type removeChangelogSubscribers struct {
	Emails []string `json:"emails" jsonschema:"minItems=1,maxItems=1000"`
}
