package sandbox

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// discussedChangelogs is the number of changelogs that have comments: the first ones of the file.
const discussedChangelogs = 5

// content makes what the organization publishes and asks: changelogs, the help center, surveys. It has dice of its own, so that more content does
// not change the posts and people.
func (s *seeder) content() {
	s.changelogs()
	s.helpCenters()
	s.articles()
	s.redirects()
	s.surveys()
}

// passage is a header line of a seed file with the lines below it.
type passage struct {
	mark  string   // at the beginning of the header
	parts []string // of the header, which bars separate
	text  string   // HTML
}

// passages reads a file of texts in Markdown or HTML. Each has a header that begins with one of the marks.
func passages(path string, marks ...string) []passage {
	var all []passage
	for line := range strings.Lines(seedText(path)) {
		mark, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		if slices.Contains(marks, mark) {
			all = append(all, passage{mark: mark, parts: strings.Split(rest, " | ")})
		} else {
			all[len(all)-1].text += line
		}
	}
	for i := range all {
		all[i].text = toHTML(strings.TrimSpace(all[i].text))
	}
	return all
}

// flag reports whether the header of a passage has this word at this place.
func (p passage) flag(place int, word string) bool {
	return len(p.parts) > place && p.parts[place] == word
}

// changelogs reads seed/changelogs.txt. A changelog has the header "= title | categories | age in days | draft, scheduled, edited or limited"; its
// translations follow with the header "~ locale | title".
func (s *seeder) changelogs() {
	for i, name := range []string{"New", "Improved", "Fixed", "Announcement", "Invoicing", "Client portal", "Integrations", "API", "Mobile", "Security", "Import"} {
		s.put("changelog_category", s.daysAgo(900-i), object{"name": name})
	}
	var o object
	for i, p := range passages("seed/changelogs.txt", "=", "~") {
		if p.mark == "~" {
			s.translateChangelog(o, p)
			continue
		}
		age, err := strconv.Atoi(p.parts[2])
		if err != nil {
			panic("seed: " + p.parts[0] + ": " + err.Error())
		}
		at := s.daysAgo(age)
		categories := []any{}
		for name := range strings.SplitSeq(p.parts[1], ", ") {
			categories = append(categories, s.named("changelog_category", name)["id"])
		}
		o = s.put("changelog", at, object{
			"object": "changelog", "organization": organizationID, "locale": defaultLocale, "title": p.parts[0], "slug": slugOf(p.parts[0]),
			"content": p.text, "commentCount": 0.0, "createdAt": stamp(at), "updatedAt": stamp(at), "date": stamp(at),
			"featuredImage": nil, "allowedSegmentIds": []any{}, "_categoryIds": categories, "_translations": object{},
			"_published": []any{defaultLocale}, "_edited": p.flag(3, "edited"),
			"notifications": object{defaultLocale: s.announcement(nil, i%3 != 2)},
		})
		if i%4 == 1 {
			o["featuredImage"] = "https://cdn.plumline.example/changelog/" + text(o, "slug") + ".png"
		}
		switch {
		case p.flag(3, "limited"):
			o["allowedSegmentIds"] = []any{betaUsers, enterpriseCompanies}
		case p.flag(3, "draft"):
			o["_published"], o["notifications"] = []any{}, object{}
		case p.flag(3, "scheduled"):
			o["_published"] = []any{}
			o["notifications"] = object{defaultLocale: s.announcement(stamp(s.daysAgo(-3)), false)}
		}
	}
}

// announcement returns the notification settings of a changelog.
func (s *seeder) announcement(due any, emailed bool) object {
	return object{"scheduledDate": due, "emailSent": emailed, "hideFromBoardAndWidgets": false, "sendEmailNotification": emailed || due != nil}
}

func (s *seeder) translateChangelog(o object, p passage) {
	locale := p.parts[0]
	o["_translations"] = object{locale: object{"title": p.parts[1], "slug": slugOf(p.parts[1]), "content": p.text, "markdownContent": nil}}
	o["_published"] = append(list(o, "_published"), locale)
	stored, _ := o["notifications"].(object)
	stored[locale] = s.announcement(nil, true)
}

// helpCenters makes the public help center on a domain of its own, and a small one for the team.
func (s *seeder) helpCenters() {
	for i, o := range []object{
		{
			"id": "ox6qrqprmsuqaunj", "displayName": "Plumline Help", "title": "How can we help?", "description": "Guides and answers for everybody who works with Plumline.",
			"isPublic": true, "availableLocales": []any{"en", "de", "fr"}, "searchPlaceholder": "Search for answers",
			"urls": object{"externalDomain": "help.plumline.example", "featurebaseSubpath": "help"},
			"navItems": []any{
				object{"title": "Feedback", "type": "link", "url": siteURL, "icon": nil},
				object{"title": "Contact us", "type": "button", "url": "https://plumline.example/contact", "icon": nil},
			},
			"translations": object{"de": object{"title": "Wie können wir helfen?"}, "fr": object{"title": "Comment pouvons-nous aider ?"}},
		},
		{
			"id": "k2vb8wy4tnzc0med", "displayName": "Plumline Team Handbook", "title": "Team handbook", "description": "For people who work at Plumline.",
			"isPublic": false, "availableLocales": []any{"en"}, "searchPlaceholder": "Search the handbook",
			"urls": object{"featurebaseSubpath": "handbook"}, "navItems": []any{}, "translations": object{},
		},
	} {
		founded := stamp(s.daysAgo(1100 - i))
		maps.Copy(o, object{
			"object": "help_center", "organization": organizationID, "locale": defaultLocale, "defaultLocale": defaultLocale,
			"createdAt": founded, "updatedAt": founded, "hideAuthorInfo": false, "hideDateInfo": false,
			"externalLinksOpenInNewTab": true, "internalLinksOpenInNewTab": false,
		})
		s.Kind("help_center").Add(o)
	}
}

// articles reads seed/articles.txt. A collection has the header "@ name | emoji | description", and "@@" if it is inside of the last "@". An
// article has the header "= title | description | draft or revised"; its translations follow with the header "~ locale | title | description".
// The last paragraph of a revised article is in the draft alone.
func (s *seeder) articles() {
	admins := s.Kind("admin").All()
	helpCenter := s.Kind("help_center").All()[0]
	var root, collection, article object
	for i, p := range passages("seed/articles.txt", "@", "@@", "=", "~") {
		at := stamp(s.daysAgo(750 - 9*i))
		common := startHelp(helpCenter)
		maps.Copy(common, object{"createdAt": at, "updatedAt": at, "order": float64(i)})
		switch p.mark {
		case "@", "@@":
			maps.Copy(common, object{
				"object": "collection", "name": p.parts[0], "icon": object{"type": "emoji", "value": p.parts[1]}, "description": p.parts[2],
			})
			collection = s.put("collection", time.Time{}, common)
			if p.mark == "@" {
				root = collection
			} else {
				collection["parentId"] = root["id"]
			}
		case "=":
			maps.Copy(common, object{
				"object": "article", "title": p.parts[0], "description": p.parts[1], "body": p.text, "parentId": collection["id"],
				"_authorId": admins[i%len(admins)]["id"],
			})
			article = s.put("article", time.Time{}, common)
			if !p.flag(2, "draft") {
				article["_live"], article["liveUpdatedAt"] = articleTexts(article), at
			}
			if p.flag(2, "revised") {
				published := articleTexts(article)
				published["body"] = p.text[:strings.LastIndex(p.text, "\n<p>")]
				article["_live"] = published
			}
		case "~":
			article["translations"] = object{p.parts[0]: object{"title": p.parts[1], "description": p.parts[2], "body": p.text}}
			article["_live"] = articleTexts(article)
		}
	}
}

// redirects makes rules that lead from the addresses of an earlier help center.
func (s *seeder) redirects() {
	for i, rule := range [][3]string{
		{"/en/articles/repeat-a-task", "article", "Repeat a task"},
		{"/en/articles/csv-import", "article", "Import from a CSV file"},
		{"/en/articles/saml", "article", "Set up SAML single sign-on"},
		{"/en/articles/cannot-log-in", "article", "I cannot sign in"},
		{"/en/articles/pricing", "article", "Compare plans"},
		{"/en/topics/invoices", "collection", "Invoicing"},
		{"/en/topics/portal", "collection", "Client portal"},
	} {
		target := s.Kind(rule[1]).Find(func(o object) bool { return o["title"] == rule[2] || o["name"] == rule[2] })
		at := s.daysAgo(300 - i)
		s.put("redirect_rule", at, object{
			"object": "redirect_rule", "fromUrl": "https://help.plumline.example" + rule[0], "helpCenterId": target["helpCenterId"],
			"locale": defaultLocale, "targetType": rule[1], "targetId": target["id"], "createdAt": stamp(at), "updatedAt": stamp(at),
		})
	}
}

// seedSurvey has the form of an item of seed/surveys.json. Pages have the form of the API, but choices are plain texts and ids are missing. A
// response has an answer for each page that takes one, and null where somebody gave none.
type seedSurvey struct {
	Title       string   `json:"title"`
	Description string   `json:"description"`
	IsActive    bool     `json:"isActive"`
	DaysAgo     int      `json:"daysAgo"`
	Targeting   object   `json:"targeting"`
	Pages       []object `json:"pages"`
	Responses   [][]any  `json:"responses"`
}

func (s *seeder) surveys() {
	var all []seedSurvey
	readSeed("seed/surveys.json", &all)
	people, customers := s.cast(2026), s.customers()
	for _, given := range all {
		at := s.daysAgo(given.DaysAgo)
		pages := make([]any, len(given.Pages))
		for i, page := range given.Pages {
			page["id"] = s.IDAt("survey_page", at)
			if choices := list(page, "choices"); choices != nil {
				page["choices"] = s.choices(choices, at)
			}
			page["defaultAction"] = object{"type": "next"}
			if i == len(pages)-1 {
				page["defaultAction"] = object{"type": "end"}
			}
			pages[i] = page
		}
		survey := s.put("survey", at, object{
			"object": "survey", "organization": organizationID, "title": given.Title, "description": given.Description, "isActive": given.IsActive,
			"targeting": given.Targeting, "pages": pages, "responseCount": float64(len(given.Responses)), "createdAt": stamp(at), "updatedAt": stamp(at),
		})
		for _, answers := range given.Responses {
			at = at.Add(time.Duration(1+people.roll(given.DaysAgo*24/len(given.Responses))) * time.Hour)
			o := s.response(survey, answers, at)
			if people.roll(4) > 0 { // one in four did not sign in
				o["_contactId"] = customers[people.roll(len(customers))]["id"]
			}
		}
	}
}

func (s *seeder) choices(labels []any, at time.Time) []any {
	out := make([]any, len(labels))
	for i, label := range labels {
		out[i] = object{"id": s.IDAt("survey_choice", at), "choice": label}
	}
	return out
}

// response stores what somebody answered.
func (s *seeder) response(survey object, answers []any, at time.Time) object {
	given := []any{}
	for i, answer := range answers {
		page, _ := list(survey, "pages")[i].(object)
		if answer != nil {
			given = append(given, object{
				"id": s.IDAt("survey_answer", at), "pageId": page["id"], "type": page["type"], "value": answer,
				"createdAt": stamp(at), "updatedAt": stamp(at),
			})
		}
	}
	return s.put("survey_response", at, object{"createdAt": stamp(at), "responses": given, "_surveyId": survey["id"]})
}
