package sandbox

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"featurebase-mcp/internal/contract"
	"featurebase-mcp/internal/sandbox/store"
)

const helpPath = "/v2/help_center/"

func (a *api) everyHelpCenterOperation() {
	a.t.Helper()
	for _, helpCenter := range a.do("GET", helpPath+"help_centers", nil).rows() {
		a.do("GET", helpPath+"help_centers/"+text(helpCenter, "id"), nil).ok()
	}
	a.do("GET", helpPath+"collections", nil).rows()
	a.do("GET", helpPath+"articles", nil).rows()
	a.do("POST", helpPath+"articles/search", object{"search": "single sign-on"}).rows()
	a.do("GET", helpPath+"redirect_rules", nil).rows()

	collection := text(a.do("POST", helpPath+"collections", object{"name": "Printing"}).ok(), "id")
	a.do("GET", helpPath+"collections/"+collection, nil).ok()
	a.do("PATCH", helpPath+"collections/"+collection, object{"name": "Paper"}).ok()
	article := text(a.newArticle(object{"state": "live", "parentId": collection}), "id")
	a.do("GET", helpPath+"articles/"+article, nil).ok()
	a.do("PATCH", helpPath+"articles/"+article, object{"title": "Print a board on A3"}).ok()
	rule := text(a.newRule(article, nil), "id")
	a.do("GET", helpPath+"redirect_rules/"+rule, nil).ok()
	a.do("GET", helpPath+"redirect_rules/by-url?url=https://help.plumline.example/print", nil).ok()
	a.do("PATCH", helpPath+"redirect_rules/"+rule, object{"targetType": "collection", "targetId": collection}).ok()
	a.do("DELETE", helpPath+"redirect_rules/"+rule, nil).ok()
	a.do("DELETE", helpPath+"articles/"+article, nil).ok()
	a.do("DELETE", helpPath+"collections/"+collection, nil).ok()
}

func (a *api) newArticle(extra object) object {
	a.t.Helper()
	body := object{"title": "Print a board", "body": "Press **Ctrl+P**."}
	maps.Copy(body, extra)
	return a.do("POST", helpPath+"articles", body).ok()
}

// newRule redirects /print of the help center to an article.
func (a *api) newRule(article string, extra object) object {
	a.t.Helper()
	return a.do("POST", helpPath+"redirect_rules", a.ruleBody(article, extra)).ok()
}

func (a *api) ruleBody(article string, extra object) object {
	body := object{
		"fromUrl": "https://help.plumline.example/print", "helpCenterId": a.the("help_center", func(object) bool { return true })["id"],
		"locale": "en", "targetType": "article", "targetId": article,
	}
	maps.Copy(body, extra)
	return body
}

func (a *api) collection(name string) string { return text(a.the("collection", named(name)), "id") }

func (a *api) articles(query string) []object {
	a.t.Helper()
	return a.all(contract.Load().Operation("listArticles"), helpPath+"articles?"+query, nil, 100)
}

func TestHelpCentersAreRead(t *testing.T) {
	t.Parallel()
	a := start(t, Options{})
	rows := a.do("GET", helpPath+"help_centers", nil).rows()
	if len(rows) != 2 || rows[0]["id"] != "ox6qrqprmsuqaunj" || at(rows[0], "urls", "externalDomain") != "help.plumline.example" || rows[1]["isPublic"] != false {
		t.Errorf("help centers %v", rows)
	}
	a.do("GET", helpPath+"help_centers/nothing", nil).fails(http.StatusNotFound, "resource_not_found")
	a.do("GET", helpPath+"help_centers/longer-than-ids-are", nil).fails(http.StatusBadRequest, "invalid_id")
}

func TestArticlesHaveADraftAndALiveVersion(t *testing.T) {
	t.Parallel()
	a := start(t, Options{})
	made := a.newArticle(object{"description": "On paper"})
	path := helpPath + "articles/" + text(made, "id")
	if made["state"] != "draft" || made["isPublished"] != false || made["body"] != "<p>Press <strong>Ctrl+P</strong>.</p>" || made["liveUpdatedAt"] != nil {
		t.Errorf("made %v", made)
	}
	a.do("GET", path, nil).fails(http.StatusNotFound, "resource_not_found")
	a.do("GET", path+"?state=live", nil).fails(http.StatusNotFound, "resource_not_found")
	if got := a.do("GET", path+"?state=draft", nil).ok(); got["description"] != "On paper" || got["state"] != "draft" {
		t.Errorf("draft %v", got)
	}
	listed := func(state string) bool { return slices.Contains(ids(a.articles("state="+state)), text(made, "id")) }
	if listed("live") || !listed("draft") || !listed("all") {
		t.Error("a draft is to be listed with state=draft and state=all only")
	}

	if got := a.do("PATCH", path, object{"state": "live"}).ok(); got["state"] != "live" || got["isPublished"] != true || got["isDraftDiffersFromLive"] != false {
		t.Errorf("published %v", got)
	}
	if !listed("live") || listed("draft") || !listed("all") {
		t.Error("a published article is to be listed with state=live and state=all only")
	}
	for _, body := range []object{{"title": "Print on A3", "body": "<p>Press it.</p>"}, {"title": "Print on A3", "state": "draft"}} {
		got := a.do("PATCH", path, body).ok()
		if got["title"] != "Print on A3" || got["state"] != "draft" || got["isPublished"] != true || got["isDraftDiffersFromLive"] != true {
			t.Errorf("edited %v", got)
		}
	}
	if got := a.do("GET", path, nil).ok(); got["title"] != "Print a board" || got["body"] != made["body"] || got["isDraftDiffersFromLive"] != true || got["state"] != "live" {
		t.Errorf("readers see %v", got)
	}
	if got := a.do("GET", path+"?state=draft", nil).ok(); got["title"] != "Print on A3" || got["body"] != "<p>Press it.</p>" {
		t.Errorf("the draft is %v", got)
	}
	a.do("PATCH", path, object{"state": "live"}).ok()
	if got := a.do("GET", path, nil).ok(); got["title"] != "Print on A3" || got["isDraftDiffersFromLive"] != false || text(got, "liveUpdatedAt") <= text(made, "createdAt") {
		t.Errorf("published again %v", got)
	}
	if got := a.newArticle(object{"state": "live"}); got["state"] != "live" {
		t.Errorf("made live: %v", got["state"])
	}
}

func TestArticleFields(t *testing.T) {
	t.Parallel()
	a := start(t, Options{})
	mobile, admin := a.collection("Mobile apps"), a.the("admin", named("Yuki Tanabe"))
	handbook := a.the("help_center", func(o object) bool { return o["isPublic"] == false })
	got := a.newArticle(object{
		"parentId": mobile, "helpCenterId": handbook["id"], "formatter": "ai", "body": "<p>As <em>it</em> is.</p>", "state": "live",
		"icon": object{"type": "predefined", "value": "printer"}, "translations": object{"de": object{"title": "Ein Board drucken", "body": "*So* geht es."}},
	})
	id := text(got, "id")
	for name, c := range map[string][2]any{
		"the collection decides the help center": {got["helpCenterId"], a.the("collection", named("Mobile apps"))["helpCenterId"]},
		"AI leaves the text alone":               {got["body"], "<p>As <em>it</em> is.</p>"},
		"an icon":                                {at(got, "icon", "type"), "custom"},
		"languages":                              {stringOf(got["availableLocales"]), `["en","de"]`},
		"published in both":                      {stringOf(got["publishedLocales"]), `["en","de"]`},
		"a translated title":                     {at(got, "translations", "de", "title"), "Ein Board drucken"},
		"a translated body":                      {at(got, "translations", "de", "body"), "<p><em>So</em> geht es.</p>"},
		"a translated slug":                      {at(got, "translations", "de", "slug"), "ein-board-drucken"},
		"an address":                             {got["externalUrl"], "https://help.plumline.example/en/articles/" + id + "-print-a-board"},
		"a translated address":                   {at(got, "translations", "de", "externalUrl"), "https://help.plumline.example/de/articles/" + id + "-ein-board-drucken"},
		"an author":                              {at(got, "author", "authorId"), a.the("admin", func(object) bool { return true })["id"]},
	} {
		if c[0] != c[1] {
			t.Errorf("%s: got %v, want %v", name, c[0], c[1])
		}
	}
	if len(id) > 16 || strings.Trim(id, "0123456789") != "" {
		t.Errorf("id %q", id)
	}
	path := helpPath + "articles/" + id
	got = a.do("PATCH", path, object{
		"authorId": admin["id"], "icon": nil, "parentId": nil, "state": "live",
		"translations": object{"de": object{"description": "Auf Papier"}, "en": object{"title": "Print it"}},
	}).ok()
	if at(got, "author", "name") != "Yuki Tanabe" || got["icon"] != nil || got["parentId"] != nil || got["title"] != "Print it" ||
		at(got, "translations", "de", "title") != "Ein Board drucken" || at(got, "translations", "de", "description") != "Auf Papier" {
		t.Errorf("updated %v", got)
	}
	if internal := a.newArticle(object{"helpCenterId": handbook["id"]}); internal["helpCenterId"] != handbook["id"] || internal["externalUrl"] != nil {
		t.Errorf("in the handbook: %v, %v", internal["helpCenterId"], internal["externalUrl"])
	}
}

func TestRefusedChangesOfAnArticleChangeNothing(t *testing.T) {
	t.Parallel()
	a := start(t, Options{Control: true})
	path, count := helpPath+"articles/"+text(a.articles("")[0], "id"), len(a.articles("state=all"))
	before := string(a.do("GET", path+"?state=draft", nil).body)
	for _, c := range []struct {
		body object
		code string
	}{
		{object{"title": "New", "parentId": "99999999"}, "invalid_request"},
		{object{"title": "New", "authorId": "000000000000000000000000"}, "invalid_request"},
		{object{"title": "New", "authorId": "Yuki"}, "invalid_id"},
		{object{"title": "New", "state": "published"}, "invalid_request"},
		{object{"title": "New", "translations": object{"xx": object{"title": "x"}}}, "invalid_request"},
	} {
		a.do("PATCH", path, c.body).fails(http.StatusBadRequest, c.code)
	}
	a.do("POST", helpPath+"articles", object{"title": "New", "helpCenterId": "nothing"}).fails(http.StatusBadRequest, "invalid_request")
	a.do("POST", helpPath+"articles", object{"title": "New", "parentId": "nothing"}).fails(http.StatusBadRequest, "invalid_request")
	if after := string(a.do("GET", path+"?state=draft", nil).body); after != before {
		t.Errorf("changed:\n%s\n%s", before, after)
	}
	if journal := a.do("GET", "/_sandbox/journal", nil).rows(); len(journal) != 0 || len(a.articles("state=all")) != count {
		t.Errorf("journal %v", journal)
	}
	a.do("PATCH", helpPath+"articles/99999999", object{"title": "New"}).fails(http.StatusNotFound, "resource_not_found")
}

func TestListArticlesFilters(t *testing.T) {
	t.Parallel()
	a := start(t, Options{})
	invoicing := a.collection("Invoicing")
	rows := a.articles("parentId=" + invoicing)
	if len(rows) < 3 || slices.ContainsFunc(rows, func(o object) bool { return o["parentId"] != invoicing }) {
		t.Errorf("in the collection: %q", titles(rows))
	}
	if n := len(a.articles("helpCenterId=ox6qrqprmsuqaunj")); n != len(a.articles("")) || n < 40 {
		t.Errorf("%d articles in the help center", n)
	}
	for _, query := range []string{"helpCenterId=k2vb8wy4tnzc0med&state=all", "parentId=99999999"} {
		if rows := a.articles(query); len(rows) != 0 {
			t.Errorf("%s lists %q", query, titles(rows))
		}
	}
	revised := a.the("article", draftIsAhead)
	for _, o := range a.articles("state=all") {
		if o["id"] == revised["id"] && (o["state"] != "live" || o["body"] == revised["body"]) {
			t.Errorf("of an article with a newer draft, %v is listed", o["state"])
		}
	}
}

func TestSearchArticles(t *testing.T) {
	t.Parallel()
	a := start(t, Options{})
	path := helpPath + "articles/search"
	security := a.collection("Account and security")
	for _, c := range []struct {
		search, first string
	}{
		{"forgot my password", "I cannot sign in"},
		{"SAML Okta setup", "Set up SAML single sign-on"},
		{"invalid audience", "SSO errors and what they mean"},
		{"repeat a task every Friday", "Repeat a task"},
		{"invoice in another currency", "Bill in another currency"},
		{"push notifications on Android", "Push notifications do not arrive"},
		{"CNAME record for the portal", "Put the portal on your own domain"},
	} {
		rows := a.do("POST", path, object{"search": c.search}).rows()
		if len(rows) == 0 || rows[0]["title"] != c.first {
			t.Errorf("%q finds %q, want %q first", c.search, titles(rows), c.first)
		}
	}
	const summer = 1780272000.0 // 2026-06-01
	everything := a.all(contract.Load().Operation("searchArticles"), path, object{}, 100)
	author := text(everything[0]["author"].(object), "authorId")
	for _, c := range []struct {
		clauses []object
		fits    func(object) bool
	}{
		{[]object{where("parent_id", "=", security)}, func(o object) bool { return o["parentId"] == security }},
		{[]object{where("parent_id", "!=", security), where("state", "=", "live")}, func(o object) bool { return o["parentId"] != security && o["state"] == "live" }},
		{[]object{where("state", "=", "draft")}, func(o object) bool { return o["state"] == "draft" }},
		{[]object{where("state", "NIN", []any{"draft"})}, func(o object) bool { return o["state"] == "live" }},
		{[]object{where("author_id", "IN", []any{author})}, func(o object) bool { return at(o, "author", "authorId") == author }},
		{[]object{where("help_center_id", "=", "ox6qrqprmsuqaunj")}, func(object) bool { return true }},
		{[]object{where("slug", "=", "repeat-a-task")}, func(o object) bool { return o["slug"] == "repeat-a-task" }},
		{[]object{where("id", "IN", []any{everything[3]["id"]})}, func(o object) bool { return o["id"] == everything[3]["id"] }},
		{[]object{where("created_at", ">", summer)}, func(o object) bool { at, _ := store.Seconds(text(o, "createdAt")); return at > summer }},
		{[]object{where("updated_at", "<=", summer)}, func(o object) bool { at, _ := store.Seconds(text(o, "updatedAt")); return at <= summer }},
	} {
		want := slices.DeleteFunc(slices.Clone(everything), func(o object) bool { return !c.fits(o) })
		if got := a.found(path, c.clauses...); len(got) == 0 || !slices.Equal(ids(got), ids(want)) {
			t.Errorf("%v finds %q, want %q", c.clauses, titles(got), titles(want))
		}
	}
	if !slices.IsSortedFunc(everything, func(a, b object) int { return strings.Compare(text(b, "createdAt"), text(a, "createdAt")) }) {
		t.Error("without a sort the newest come first")
	}
	if rows := a.do("POST", path, object{"sort": "updated_at:asc", "limit": 100}).rows(); text(rows[0], "updatedAt") >= text(rows[1], "updatedAt") {
		t.Error("sort is not obeyed")
	}
	a.do("POST", path, object{"query": where("parentId", "=", security)}).fails(http.StatusBadRequest, "invalid_request")
	a.do("POST", path, object{"sort": "createdAt:desc"}).fails(http.StatusBadRequest, "invalid_request")
	a.do("POST", path, object{"query": where("parent_id", "!=", security)}).fails(http.StatusBadRequest, "query_too_broad")
}

func TestCollectionsNestAndCount(t *testing.T) {
	t.Parallel()
	a := start(t, Options{})
	sso := a.the("collection", named("Single sign-on"))
	if got := a.do("GET", helpPath+"collections/"+text(sso, "id"), nil).ok(); got["parentId"] != a.collection("Account and security") || got["articleCount"] != 2.0 {
		t.Errorf("single sign-on: %v, %v articles", got["parentId"], got["articleCount"])
	}
	outer := a.do("POST", helpPath+"collections", object{"name": "Printing", "icon": object{"type": "emoji", "value": "🖨️"}, "translations": object{"de": object{"name": "Drucken"}}}).ok()
	inner := a.do("POST", helpPath+"collections", object{"name": "Large paper", "parentId": outer["id"]}).ok()
	outerPath, innerPath := helpPath+"collections/"+text(outer, "id"), helpPath+"collections/"+text(inner, "id")
	if outer["helpCenterId"] != "ox6qrqprmsuqaunj" || outer["slug"] != "printing" || at(outer, "translations", "de", "slug") != "drucken" || inner["parentId"] != outer["id"] {
		t.Errorf("made %v in %v", inner, outer)
	}
	a.newArticle(object{"parentId": inner["id"], "state": "live"})
	a.newArticle(object{"parentId": inner["id"]})
	if got := a.do("GET", innerPath, nil).ok(); got["articleCount"] != 1.0 || got["authorCount"] != 1.0 {
		t.Errorf("%v articles by %v, want the published one", got["articleCount"], got["authorCount"])
	}
	before := string(a.do("GET", outerPath, nil).body)
	for _, parent := range []any{outer["id"], inner["id"], "99999999"} {
		if failed := a.do("PATCH", outerPath, object{"name": "Renamed", "parentId": parent}).fails(http.StatusBadRequest, "invalid_request"); failed["param"] != "parentId" {
			t.Errorf("into %v: %v", parent, failed)
		}
	}
	if after := string(a.do("GET", outerPath, nil).body); after != before {
		t.Errorf("changed:\n%s\n%s", before, after)
	}
	if got := a.do("PATCH", outerPath, object{"icon": nil, "translations": object{"de": object{"description": "Auf Papier"}}}).ok(); got["icon"] != nil || at(got, "translations", "de", "name") != "Drucken" {
		t.Errorf("updated %v", got)
	}
	if got := a.do("PATCH", innerPath, object{"parentId": nil}).ok(); got["parentId"] != nil {
		t.Errorf("moved to the root: %v", got["parentId"])
	}
	listed := a.all(contract.Load().Operation("listCollections"), helpPath+"collections?helpCenterId=ox6qrqprmsuqaunj", nil, 100)
	if len(listed) < 10 || len(a.do("GET", helpPath+"collections?helpCenterId=k2vb8wy4tnzc0med", nil).rows()) != 0 {
		t.Errorf("%d collections", len(listed))
	}
}

func TestWhatADeletedCollectionHeldMovesToTheRoot(t *testing.T) {
	t.Parallel()
	a := start(t, Options{})
	id := a.collection("Invoicing")
	child, articles := a.collection("Currencies and tax"), a.articles("parentId="+id)
	rules := func() int {
		return len(a.do("GET", helpPath+"redirect_rules?targetType=collection", nil).rows())
	}
	before := rules()
	a.do("DELETE", helpPath+"collections/"+id, nil).ok()
	a.do("GET", helpPath+"collections/"+id, nil).fails(http.StatusNotFound, "resource_not_found")
	for _, article := range articles {
		if got := a.do("GET", helpPath+"articles/"+text(article, "id"), nil).ok(); got["parentId"] != nil {
			t.Errorf("%v is in %v", got["title"], got["parentId"])
		}
	}
	if got := a.do("GET", helpPath+"collections/"+child, nil).ok(); got["parentId"] != nil || number(got, "articleCount") == 0 {
		t.Errorf("the collection inside: %v", got)
	}
	if now := rules(); now != before-1 {
		t.Errorf("%d redirect rules to collections, before %d", now, before)
	}
}

func TestRedirectRulesNormalizeAndMatchAddresses(t *testing.T) {
	t.Parallel()
	a := start(t, Options{})
	article := a.newArticle(object{"state": "live"})
	made := a.newRule(text(article, "id"), object{"fromUrl": "https://HELP.plumline.example/Old/Print/?a=b#c"})
	if made["fromUrl"] != "https://help.plumline.example/Old/Print" {
		t.Errorf("from %v", made["fromUrl"])
	}
	byURL := helpPath + "redirect_rules/by-url?url="
	for _, address := range []string{"https://help.plumline.example/Old/Print", "https://help.plumline.example/Old/Print%3Fx=y"} {
		if got := a.do("GET", byURL+address, nil).ok(); got["id"] != made["id"] {
			t.Errorf("%s finds %v", address, got["id"])
		}
	}
	a.do("GET", byURL+"https://help.plumline.example/old/print", nil).fails(http.StatusNotFound, "resource_not_found")
	a.do("GET", byURL+"ftp://help.plumline.example/Old/Print", nil).fails(http.StatusBadRequest, "invalid_request")
	a.do("GET", helpPath+"redirect_rules/by-url", nil).fails(http.StatusBadRequest, "invalid_request")
	path := helpPath + "redirect_rules/" + text(made, "id")
	if got := a.do("PATCH", path, object{"fromUrl": "https://help.plumline.example/older/"}).ok(); got["fromUrl"] != "https://help.plumline.example/older" || got["targetId"] != article["id"] {
		t.Errorf("updated %v", got)
	}
	for _, rule := range a.do("GET", helpPath+"redirect_rules?targetType=article&locale=en&helpCenterId=ox6qrqprmsuqaunj", nil).rows() {
		if rule["targetType"] != "article" {
			t.Errorf("listed %v", rule)
		}
	}
	if rows := a.do("GET", helpPath+"redirect_rules?locale=de", nil).rows(); len(rows) != 0 {
		t.Errorf("in German: %v", rows)
	}
	a.do("DELETE", helpPath+"articles/"+text(article, "id"), nil).ok()
	a.do("GET", path, nil).fails(http.StatusNotFound, "resource_not_found")
}

func TestRedirectRulesThatLeadNowhereAreRefused(t *testing.T) {
	t.Parallel()
	a := start(t, Options{})
	target := a.newArticle(object{"state": "live", "translations": object{"de": object{"title": "Ein Board drucken"}}})
	internal := text(a.newArticle(object{"state": "live", "helpCenterId": "k2vb8wy4tnzc0med"}), "id")
	id := text(target, "id")
	draftOnly := text(a.newArticle(nil), "id")
	path := helpPath + "redirect_rules"
	taken := text(a.the("redirect_rule", func(object) bool { return true }), "fromUrl")
	rule := path + "/" + text(a.newRule(id, nil), "id")
	before := string(a.do("GET", rule, nil).body)
	for name, c := range map[string]struct {
		change object
		param  string
	}{
		"another domain":              {object{"fromUrl": "https://plumline.example/x"}, "fromUrl"},
		"an address with a rule":      {object{"fromUrl": strings.ToUpper(taken[:10]) + taken[10:] + "/"}, "fromUrl"},
		"the target's own address":    {object{"fromUrl": target["externalUrl"]}, "fromUrl"},
		"another scheme":              {object{"fromUrl": "ftp://help.plumline.example/x"}, "fromUrl"},
		"an unknown help center":      {object{"helpCenterId": "nothing"}, "helpCenterId"},
		"one without a domain":        {object{"helpCenterId": "k2vb8wy4tnzc0med"}, "helpCenterId"},
		"an unknown target":           {object{"targetId": "99999999"}, "targetId"},
		"a target of another kind":    {object{"targetType": "collection"}, "targetId"},
		"a draft":                     {object{"targetId": draftOnly}, "targetId"},
		"a target elsewhere":          {object{"targetId": internal}, "targetId"},
		"a language it is not in":     {object{"locale": "fr"}, "targetId"},
		"its address in a language":   {object{"locale": "de", "fromUrl": at(target, "translations", "de", "externalUrl")}, "fromUrl"},
		"no language that there were": {object{"locale": "xx"}, "locale"},
	} {
		if failed := a.do("PATCH", rule, c.change).fails(http.StatusBadRequest, "invalid_request"); failed["param"] != c.param {
			t.Errorf("%s, update: %v", name, failed)
		}
		body := a.ruleBody(id, object{"fromUrl": "https://help.plumline.example/elsewhere"})
		maps.Copy(body, c.change)
		if failed := a.do("POST", path, body).fails(http.StatusBadRequest, "invalid_request"); failed["param"] != c.param {
			t.Errorf("%s, create: %v", name, failed)
		}
	}
	if after := string(a.do("GET", rule, nil).body); after != before {
		t.Errorf("changed:\n%s\n%s", before, after)
	}
}
