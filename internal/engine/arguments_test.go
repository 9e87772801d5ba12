package engine_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"featurebase-mcp/internal/engine/enginetest"
	"featurebase-mcp/internal/rawjson"
	"featurebase-mcp/tools"
)

// What a model writes in another kind than the schema's arrives as the right one, without loss.
func TestArgumentsAreConvertedWithoutLoss(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, tool, arguments string
		query, body           string // what arrives, as JSON
	}{
		{"a number in quotes", "list_posts", `{"limit":"10"}`, `{"limit":"10"}`, ``},
		{"an integer with a fraction of zero", "list_posts", `{"limit":5.0}`, `{"limit":"5"}`, ``},
		{"an integer with an exponent", "list_posts", `{"limit":1e1}`, `{"limit":"10"}`, ``},
		{"a boolean in quotes", "list_posts", `{"inReview":"True"}`, `{"inReview":"true"}`, ``},
		{"a number for a text, digits as written", "list_articles", `{"helpCenterId":10021362000000000017}`, `{"helpCenterId":"10021362000000000017"}`, ``},
		{"one value for a list", "list_posts", `{"tags":"a"}`, `{"tags":"a"}`, ``},
		{"a list as JSON text", "list_posts", `{"tags":"[\"a\",\"b\"]"}`, `{"tags":"a,b"}`, ``},
		{"ids between commas", "list_posts", `{"boardId":"` + anID + `, 64b0c2f19d3e5a7788990022"}`, `{"boardId":"` + anID + `,64b0c2f19d3e5a7788990022"}`, ``},
		{"addresses between commas", "add_changelog_subscribers", `{"emails":"a@x.example, b@x.example"}`, `{}`, `{"emails":["a@x.example","b@x.example"]}`},
		{"a day that ends a period is all of it", "list_audit_logs", `{"startDate":"2026-03-02","endDate":"2026-03-02"}`, `{"endDate":"2026-03-02T23:59:59.999Z","startDate":"2026-03-02T00:00:00Z"}`, ``},
		{"a moment that ends a period is that", "list_changelogs", `{"endDate":"2026-03-02T10:00:00Z"}`, `{"endDate":"2026-03-02T10:00:00Z"}`, ``},
		{
			"a day as an upper bound is all of it", "search_posts", `{"query":[{"field":"createdAt","operator":"<=","value":"2026-01-01"},{"field":"createdAt","operator":"<","value":"2026-01-01"}]}`, `{}`,
			`{"query":{"operator":"AND","value":[{"field":"createdAt","operator":"<=","value":1767311999},{"field":"createdAt","operator":"<","value":1767225600}]}}`,
		},
		{"what is empty is left out of a read", "search_posts", `{"search":"","query":[],"limit":3}`, `{}`, `{"limit":3}`},
		{"what is empty is left out of a new object", "create_comment", `{"content":"hi","postId":"p","changelogId":"","author":{"email":"","name":""}}`, `{}`, `{"content":"<p>hi</p>","postId":"p"}`},
		{"what is empty empties in an update", "update_post", `{"postId":"` + anID + `","tags":[],"customFields":{}}`, `{}`, `{"customFields":{},"tags":[]}`},
		{"the case of an enum", "list_posts", `{"sortBy":"UPVOTES"}`, `{"sortBy":"upvotes"}`, ``},
		{"null is absent", "list_posts", `{"limit":null,"q":"x"}`, `{"q":"x"}`, ``},
		{"no arguments at all", "list_posts", ``, `{}`, ``},
		{"null arguments", "list_posts", `null`, `{}`, ``},
		{"an object as JSON text", "create_comment", `{"content":"hi","postId":"p","author":"{\"email\":\"a@b.example\"}"}`, `{}`, `{"author":{"email":"a@b.example"},"content":"<p>hi</p>","postId":"p"}`},
		{"all arguments as JSON text", "create_comment", `"{\"content\":\"hi\",\"postId\":\"p\"}"`, `{}`, `{"content":"<p>hi</p>","postId":"p"}`},
		{"false and zero are values", "update_comment", `{"commentId":"` + anID + `","isPrivate":false,"upvotes":0}`, `{}`, `{"isPrivate":false,"upvotes":0}`},
		{"an empty list is a value", "update_post", `{"postId":"` + anID + `","tags":[]}`, `{}`, `{"tags":[]}`},
		{"clear sends null", "update_post", `{"postId":"` + anID + `","clear":["eta","assigneeId"]}`, `{}`, `{"assigneeId":null,"eta":null}`},
		{"a bare date where a time is wanted", "update_comment", `{"commentId":"` + anID + `","createdAt":"2026-03-02"}`, `{}`, `{"createdAt":"2026-03-02T00:00:00Z"}`},
		{
			"clauses are wrapped, dates become seconds", "search_posts", `{"query":[{"field":"createdat","operator":">=","value":"2026-01-01"},{"field":"companyId","operator":"in","value":"b"}]}`, `{}`,
			`{"query":{"operator":"AND","value":[{"field":"createdAt","operator":">=","value":1767225600},{"field":"companyId","operator":"IN","value":["b"]}]}}`,
		},
		{
			"one clause without its list", "search_posts", `{"query":{"field":"upvotes","operator":">","value":5}}`, `{}`,
			`{"query":{"operator":"AND","value":[{"field":"upvotes","operator":">","value":5}]}}`,
		},
		{
			"null in a clause means none", "search_posts", `{"query":[{"field":"assigneeId","operator":"=","value":null}]}`, `{}`,
			`{"query":{"operator":"AND","value":[{"field":"assigneeId","operator":"=","value":null}]}}`,
		},
		{
			"filters as the schema has them", "search_posts", `{"query":[{"field":"upvotes","operator":">","value":["5"]},{"field":"inReview","operator":"=","value":["true"]},{"field":"assigneeId","operator":"=","value":["null"]},{"field":"companyId","operator":"NIN","value":["a","b"]}]}`, `{}`,
			`{"query":{"operator":"AND","value":[{"field":"upvotes","operator":">","value":5},{"field":"inReview","operator":"=","value":true},{"field":"assigneeId","operator":"=","value":null},{"field":"companyId","operator":"NIN","value":["a","b"]}]}}`,
		},
		{
			"the case of a filter's value", "search_articles", `{"query":[{"field":"state","operator":"IN","value":["Live","DRAFT"]}]}`, `{}`,
			`{"query":{"operator":"AND","value":[{"field":"state","operator":"IN","value":["live","draft"]}]}}`,
		},
		{
			"a boolean filter as it is", "search_comments", `{"query":[{"field":"isPrivate","operator":"=","value":true}]}`, `{}`,
			`{"query":{"operator":"AND","value":[{"field":"isPrivate","operator":"=","value":true}]}}`,
		},
		{"an emoji is an icon", "create_collection", `{"name":"x","icon":"1️⃣"}`, `{}`, `{"icon":{"type":"emoji","value":"1️⃣"},"name":"x"}`},
		{"a name is an icon", "update_article", `{"articleId":"10021362","icon":"BookOpen"}`, `{}`, `{"icon":{"type":"predefined","value":"BookOpen"}}`},
		{"clear sends null for an icon", "update_collection", `{"collectionId":10021300,"clear":["icon","parentId"]}`, `{}`, `{"icon":null,"parentId":null}`},
		{
			"a map by language, whatever its case", "create_article", `{"title":"x","translations":{"PT-br":{"title":"y","body":"z"},"de":null}}`, `{}`,
			`{"title":"x","translations":{"pt-BR":{"body":"z","title":"y"}}}`,
		},
		{"a map of texts", "create_webhook", `{"name":"x","url":"https://x.example","topics":"Post.Created","requestConfig":{"headers":{"X-Shard":7}}}`, `{}`, `{"name":"x","requestConfig":{"headers":{"X-Shard":"7"}},"topics":["post.created"],"url":"https://x.example"}`},
		{"publishing has a body, always", "publish_changelog", `{"changelogId":"` + anID + `"}`, `{}`, `{}`},
		{"publishing in all languages", "publish_changelog", `{"changelogId":"` + anID + `","locales":[],"sendEmail":false}`, `{}`, `{"locales":[],"sendEmail":false}`},
		{"unsubscribing names the addresses in its body", "remove_changelog_subscribers", `{"emails":"jo@example.com"}`, `{}`, `{"emails":["jo@example.com"]}`},
		{"detail is ours", "search_posts", `{"search":"x","detail":"full"}`, `{}`, `{"search":"x"}`},
		{"a ticket's number as people write it", "update_ticket", `{"ticketNumber":"TK-42","open":false}`, `{}`, `{"open":false}`},
		{
			"a filter by a custom attribute", "search_conversations", `{"query":[{"field":"customattributes.plan_Tier","operator":"=","value":5}]}`, `{}`,
			`{"query":{"operator":"AND","value":[{"field":"customAttributes.plan_Tier","operator":"=","value":5}]}}`,
		},
		{
			"several values without an operator", "search_posts", `{"query":[{"field":"companyId","value":["a","b"]},{"field":"upvotes","value":3},{"field":"statusId","operator":"!=","value":["` + anID + `","` + anID + `"]}]}`, `{}`,
			`{"query":{"operator":"AND","value":[{"field":"companyId","operator":"IN","value":["a","b"]},{"field":"upvotes","operator":"=","value":3},{"field":"statusId","operator":"NIN","value":["` + anID + `","` + anID + `"]}]}}`,
		},
		{
			"a comparison that the API has only strictly", "search_companies", `{"query":[{"field":"monthlySpend","operator":">=","value":100},{"field":"lastActivity","operator":"<=","value":"2026-01-01"},{"field":"linkedUsers","operator":"IN","value":[5]}]}`, `{}`,
			`{"query":{"operator":"AND","value":[{"field":"monthlySpend","operator":">","value":99.999999},{"field":"lastActivity","operator":"<","value":1767312000},{"field":"linkedUsers","operator":"=","value":5}]}}`,
		},
		{
			"what only excludes is narrowed by nothing", "search_posts", `{"query":[{"field":"boardId","operator":"!=","value":"` + anID + `"},{"field":"inReview","operator":"!=","value":true}]}`, `{}`,
			`{"query":{"operator":"AND","value":[{"field":"boardId","operator":"!=","value":"` + anID + `"},{"field":"inReview","operator":"!=","value":true}]}}`,
		},
		{
			"what only excludes fields without bounds is narrowed by a date that all have", "search_contacts", `{"query":[{"field":"name","operator":"NIN","value":["Jo"]}]}`, `{}`,
			`{"query":{"operator":"AND","value":[{"field":"name","operator":"NIN","value":["Jo"]},{"field":"createdAt","operator":">","value":0}]}}`,
		},
		{
			"filters as an object", "search_posts", `{"query":{"boardId":"` + anID + `","upvotes":{">":10,"<=":20},"companyId":["a","b"]}}`, `{}`,
			`{"query":{"operator":"AND","value":[{"field":"boardId","operator":"=","value":"` + anID + `"},{"field":"companyId","operator":"IN","value":["a","b"]},` +
				`{"field":"upvotes","operator":"<=","value":20},{"field":"upvotes","operator":">","value":10}]}}`,
		},
		{
			"filters as the API groups them, in a text", "search_posts", `{"query":"{\"operator\":\"AND\",\"value\":[{\"field\":\"upvotes\",\"operator\":\">\",\"value\":3}]}"}`, `{}`,
			`{"query":{"operator":"AND","value":[{"field":"upvotes","operator":">","value":3}]}}`,
		},
		{
			"a name without an operator", "search_contacts", `{"query":[{"field":"name","value":"Jo"},{"field":"email","value":"jo@example.com"}]}`, `{}`,
			`{"query":{"operator":"AND","value":[{"field":"name","operator":"~","value":"Jo"},{"field":"email","operator":"=","value":"jo@example.com"}]}}`,
		},
		{
			"words narrow what only excludes", "search_posts", `{"search":"x","query":[{"field":"boardId","operator":"!=","value":"` + anID + `"}]}`, `{}`,
			`{"query":{"operator":"AND","value":[{"field":"boardId","operator":"!=","value":"` + anID + `"}]},"search":"x"}`,
		},
		{
			"a report rule", "query_report", `{"metric":"m","aggregation":"count","granularity":"day","startDate":"2026-10-01","endDate":"2026-10-02","filters":{"fieldId":"a","operator":"IN","value":"x"}}`, `{}`,
			`{"aggregation":"count","endDate":"2026-10-02","filters":{"fieldId":"a","kind":"rule","operator":"in","value":["x"]},"granularity":"day","metric":"m","startDate":"2026-10-01"}`,
		},
		{
			"nested report groups, as JSON text", "drill_into_report", `{"metric":"m","granularity":"day","startDate":"2026-10-01","endDate":"2026-10-02","dataPointFilters":{},"filters":"{\"op\":\"OR\",\"children\":[{\"fieldId\":\"a\",\"operator\":\"exists\"},{\"op\":\"and\",\"children\":[{\"fieldId\":\"b\",\"operator\":\"is\",\"value\":[0]}]}]}"}`, `{}`,
			`{"dataPointFilters":{},"endDate":"2026-10-02","filters":{"children":[{"fieldId":"a","kind":"rule","operator":"exists"},{"children":[{"fieldId":"b","kind":"rule","operator":"is","value":0}],"kind":"group","op":"and"}],"kind":"group","op":"or"},"granularity":"day","metric":"m","startDate":"2026-10-01"}`,
		},
		{"a body on DELETE", "detach_conversation_tag", `{"conversationId":"10042","tagId":"` + anID + `"}`, `{}`, `{"actingAdminId":"` + anID + `"}`},
		{"no body on DELETE without fields", "delete_conversation_tag", `{"tagId":"` + anID + `"}`, `{}`, ``},
		{"the admin who writes is the default one", "reply_to_conversation", `{"conversationId":10042,"type":"admin","messageType":"note","bodyMarkdown":"hi"}`, `{}`, `{"bodyMarkdown":"hi","id":"` + anID + `","messageType":"note","type":"admin"}`},
		{"an admin who is named is not replaced", "attach_conversation_tag", `{"conversationId":"10042","tagId":"` + anID + `","actingAdminId":"` + ann + `"}`, `{}`, `{"actingAdminId":"` + ann + `","tagId":"` + anID + `"}`},
		{"an id is escaped", "get_contact_by_user_id", `{"userId":"a b|c?d#e%2f"}`, `{}`, ``},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			api := enginetest.NewAPI(t, 200, `{"data":[]}`)
			env := enginetest.Permissive(api.Client(t))
			env.Reads = func(string) bool { return false } // what a receipt reads besides
			if text, isError := enginetest.CallIn(t, env, tools.Inventory().Lookup(tc.tool), tc.arguments); isError {
				t.Fatal(text)
			}
			got := api.Arrived()
			if len(got) != 1 {
				t.Fatalf("%d requests arrived", len(got))
			}
			body := ""
			if got[0].Body != nil {
				body = string(rawjson.Encode(got[0].Body))
			}
			if diff := cmp.Diff([]string{tc.query, tc.body}, []string{string(rawjson.Encode(got[0].Query)), body}); diff != "" {
				t.Error(diff)
			}
		})
	}
}

const languages = `bn, bs, pt-BR, bg, ca, hr, cs, da, nl, en, et, fi, fr, de, el, hi, hu, id, it, ja, ko, lv, lt, ms, mn, nb, pl, pt, ro, ru, sr, zh-CN, sk, sl, es, sw, sv, th, zh-TW, tr, uk, vi`

// An argument that makes no sense is refused in words that state the rule, and nothing reaches the API.
func TestBadArgumentsAreRefusedInWords(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, tool, arguments, want string }{
		{"too large", "list_posts", `{"limit":500}`, `limit: at most 100, got 500`},
		{"too small", "list_posts", `{"limit":0}`, `limit: at least 1, got 0`},
		{"no number", "list_posts", `{"limit":"ten"}`, `limit: expected an integer, got "ten"`},
		{"a fraction", "list_posts", `{"limit":2.5}`, `limit: expected an integer, got 2.5`},
		{"a number larger than any memory", "list_posts", `{"limit":1e999999999}`, `limit: expected an integer, got 1e999999999`},
		{"a number smaller than any memory", "create_post", `{"boardId":"b","title":"tt","upvotes":1e-999999999}`, `upvotes: expected a number, got 1e-999999999`},
		{"a list for a number", "list_posts", `{"limit":[1]}`, `limit: expected an integer, got a list`},
		{"a misspelled name", "search_posts", `{"serach":"x"}`, `unknown argument "serach"; did you mean "search"?`},
		{"a name like no other", "list_post_voters", `{"postId":"` + anID + `","zzzzzzzz":1}`, `unknown argument "zzzzzzzz"; valid: postId, limit, cursor, detail`},
		{"a name inside an object", "create_comment", `{"content":"x","postId":"p","author":{"mail":"x"}}`, `unknown argument "author.mail"; did you mean "email"?`},
		{"an empty object", "update_post", `{"postId":"` + anID + `","author":{}}`, `author: empty: give at least one of id, userId, email, name, profilePicture`},
		{"a missing argument", "create_post", `{"boardId":"b"}`, `title: required`},
		{"a missing one that is described", "create_comment", `{"postId":"p"}`, `content: required (Markdown)`},
		{"null for a required one", "get_post", `{"postId":null}`, `postId: required (id or link)`},
		{"an enum", "list_posts", `{"sortBy":"votes"}`, `sortBy: got "votes"; did you mean "upvotes"? Valid: createdAt, upvotes, trending, recent`},
		{"too short", "create_post", `{"boardId":"b","title":"t"}`, `title: at least 2 characters, got 1`},
		{"too long", "search_posts", `{"search":"` + strings.Repeat("é", 501) + `"}`, `search: at most 500 characters, got 501`},
		{"no boolean", "list_posts", `{"inReview":"yes"}`, `inReview: expected true or false, got "yes"`},
		{"a boolean for text", "list_posts", `{"q":true}`, `q: expected text, got true`},
		{"no object", "create_comment", `{"content":"x","postId":"p","author":"jo"}`, `author: expected an object, got "jo"`},
		{"arguments that are a list", "list_posts", `[]`, `expected an object, got a list`},
		{"arguments that are not JSON", "list_posts", `{`, `the arguments are not valid JSON`},
		{"two documents", "list_posts", `{} {}`, `the arguments are not valid JSON`},
		{"no time", "update_comment", `{"commentId":"` + anID + `","createdAt":"yesterday"}`, `createdAt: expected a time in ISO 8601 such as 2026-03-02T09:00:00Z, got "yesterday"`},
		{"neither of two", "create_comment", `{"content":"x"}`, `give at least one of postId, changelogId`},
		{"a vote for nobody", "add_post_voter", `{"postId":"` + anID + `"}`, `give at least one of id, userId, email`},
		{"a vote of nobody", "remove_post_voter", `{"postId":"` + anID + `"}`, `give at least one of id, userId, email`},
		{"nothing to change", "update_post", `{"postId":"` + anID + `"}`, `nothing to change: give at least one field besides the id`},
		{"cleared and set", "update_post", `{"postId":"` + anID + `","eta":"2026-01-01","clear":["eta"]}`, `clear: eta is also given a value; do one or the other`},
		{"cleared, but never empty", "update_post", `{"postId":"` + anID + `","clear":["title"]}`, `clear[0]: got "title"; valid: assigneeId, eta`},
		{"a step out of the path", "get_post", `{"postId":"../contacts/1"}`, `postId: not an id: ids are 24 hex digits, got "../contacts/1". Look it up, do not guess it`},
		{"an id cut short", "get_post", `{"postId":"64b0c2f1"}`, `postId: not an id: ids are 24 hex digits, got "64b0c2f1". Look it up, do not guess it`},
		{"an empty id", "get_post", `{"postId":""}`, `postId: empty: give the id of a post, or its link, slug or title`},
		{"dots for an outside id", "get_contact_by_user_id", `{"userId":".."}`, `userId: ".." cannot be an id in a path`},
		{"a slash in an outside id", "delete_contact_by_user_id", `{"userId":"a/b"}`, `userId: "a/b" cannot be an id in a path`},
		{"a comma where commas separate", "list_posts", `{"tags":["a,b"]}`, `tags: "a,b" has a comma, and the API reads commas as separators here: it cannot be filtered for`},
		{"an unknown filter field", "search_posts", `{"query":[{"field":"board","operator":"=","value":"x"}]}`, `query[0]: unknown field "board"; did you mean "boardId"? Valid: boardId, statusId, tagId, authorId, assigneeId, companyId with = != IN NIN; voterId with = IN; createdAt, updatedAt, eta, upvotes, commentCount, monthlySpend, opportunityAmount with = != > < >= <=; inReview, isPinned with = !=`},
		{"a filter beside the query", "search_posts", `{"boardId":"x"}`, `unknown argument "boardId"; it is a filter: "query":[{"field":"boardId","value":...}]`},
		{"a list for one value", "search_posts", `{"query":[{"field":"upvotes","operator":">","value":[1,2]}]}`, `query[0] (upvotes): operator > takes one value`},
		{"an operator of another field", "search_posts", `{"query":[{"field":"boardId","operator":">","value":"` + anID + `"}]}`, `query[0] (boardId): operator > is not valid for it; valid: = != IN NIN`},
		{"excluding where one can only match", "search_posts", `{"query":[{"field":"voterId","operator":"!=","value":"` + anID + `"}]}`, `query[0] (voterId): operator != is not valid for it; valid: = IN`},
		{"no number in a filter", "search_posts", `{"query":[{"field":"upvotes","operator":">","value":"many"}]}`, `query[0] (upvotes): value: expected a number, got "many"`},
		{"a number as Go writes it", "search_posts", `{"query":[{"field":"upvotes","operator":">","value":"+0x1p4"}]}`, `query[0] (upvotes): value: expected a number, got "+0x1p4"`},
		{"a value that a filter does not have", "search_conversations", `{"query":[{"field":"state","operator":"=","value":"pending"}]}`, `query[0] (state): value: got "pending"; valid: open, closed, snoozed`},
		{"no boolean in a filter", "search_posts", `{"query":[{"field":"isPinned","operator":"=","value":1}]}`, `query[0] (isPinned): value: expected true or false, got 1`},
		{"an object in a filter", "search_posts", `{"query":[{"field":"boardId","operator":"=","value":{}}]}`, `query[0] (boardId): value: expected text, a number, true or false, got an object`},
		{"no date", "search_posts", `{"query":[{"field":"createdAt","operator":">","value":"last week"}]}`, `query[0] (createdAt): value: expected a date such as 2026-03-02 or Unix seconds, got "last week"`},
		{"too many clauses", "search_posts", `{"query":[` + strings.Repeat(`{"field":"upvotes","operator":">","value":1},`, 15) + `{"field":"upvotes","operator":">","value":1}]}`, `query: at most 15, got 16`},
		{"a clause without a value", "search_posts", `{"query":[{"field":"upvotes","operator":">"}]}`, `query[0].value: required`},
		{"a ticket that is no number", "get_ticket", `{"ticketNumber":"` + anID + `"}`, `ticketNumber: expected an integer, got "` + anID + `"`},
		{"ticket number zero", "get_ticket", `{"ticketNumber":0}`, `ticketNumber: at least 1, got 0`},
		{"a long id for a short one", "get_conversation", `{"conversationId":"` + anID + `"}`, `conversationId: not an id: these are short, such as 10021362, got "` + anID + `". Look it up, do not guess it`},
		{"a contact's reply without the contact", "reply_to_conversation", `{"conversationId":"1","type":"contact","messageType":"reply","bodyMarkdown":"x"}`, `give id or userId when type is contact`},
		{"a contact's note", "reply_to_ticket", `{"ticketNumber":1,"type":"contact","contactId":"c","messageType":"note","body":"x"}`, `messageType: note does not go when type is contact`},
		{"an admin's reply with a contact", "reply_to_ticket", `{"ticketNumber":1,"type":"admin","contactId":"c","body":"x"}`, `contactId: leave it out when type is admin`},
		{"outreach to nobody", "create_conversation", `{"from":{"type":"admin","id":"a"},"bodyMarkdown":"x"}`, `recipients: required when from.type is admin`},
		{"snoozed for ever", "update_conversation", `{"conversationId":"1","state":"snoozed"}`, `snoozedUntil: required when state is snoozed`},
		{"no participant", "add_conversation_participant", `{"conversationId":"1","participant":{}}`, `participant: empty: give at least one of id, userId, email`},
		{"half a comparison", "query_report", report(`"compareStartDate":"2026-01-01"`), `compareEndDate: required with compareStartDate`},
		{"a percentile of what", "query_report", strings.Replace(report(`"view":"standard"`), "count", "percentile", 1), `percentile: required when aggregation is percentile`},
		{"a report rule with an operator of searches", "query_report", report(`"filters":{"fieldId":"a","operator":"=","value":"x"}`), `filters.operator: got "="; valid: between, contains, exists, gte, in, is, is_member_of, is_not, is_not_member_of, lte, not_contains, not_exists, not_in`},
		{"a report rule without a value", "query_report", report(`"filters":{"op":"and","children":[{"fieldId":"a","operator":"is"}]}`), `filters.children[0].value: required with is`},
		{"a value where none goes", "query_report", report(`"filters":{"fieldId":"a","operator":"exists","value":1}`), `filters.value: leave it out with exists`},
		{"half a range", "query_report", report(`"filters":{"fieldId":"a","operator":"between","value":[1]}`), `filters.value: between takes [low, high], got [1]`},
		{"several for one", "query_report", report(`"filters":{"fieldId":"a","operator":"is","value":[1,2]}`), `filters.value: is takes one value; use in or not_in for several`},
		{"an object for a value", "query_report", report(`"filters":{"fieldId":"a","operator":"in","value":[{}]}`), `filters.value: expected text, numbers, true or false, got [{}]`},
		{"a rule without a field", "query_report", report(`"filters":{"operator":"is","value":1}`), `filters.fieldId: required (an attribute id from list_report_datasets)`},
		{"a misspelled part of a rule", "query_report", report(`"filters":{"field":"a","operator":"is","value":1}`), `filters.field: unknown; valid: kind, fieldId, operator, value`},
		{"a group that is neither", "query_report", report(`"filters":{"op":"xor","children":[]}`), `filters.op: got "xor"; valid: and, or`},
		{"a group of nothing", "query_report", report(`"filters":{"op":"or","children":[]}`), `filters.children: expected a list of rules and groups`},
		{"a group of words", "query_report", report(`"filters":{"op":"or","children":["a"]}`), `filters.children[0]: expected {fieldId,operator,value} or {op,children}, got "a"`},
		{"seven levels of groups", "query_report", report(`"filters":` + strings.Repeat(`{"op":"and","children":[`, 7) + `{"fieldId":"a","operator":"exists"}` + strings.Repeat(`]}`, 7)), `filters` + strings.Repeat(`.children[0]`, 6) + `: groups nest 6 levels at most`},
		{"a hundred and one rules", "query_report", report(`"filters":{"op":"and","children":[` + strings.Repeat(`{"fieldId":"a","operator":"exists"},`, 100) + `{"fieldId":"a","operator":"exists"}]}`), `filters.children[100]: more than 100 rules`},
		{"an unknown language", "list_changelogs", `{"locale":"en-US"}`, `locale: got "en-US"; valid: ` + languages},
		{"an unknown action among too many to list", "list_audit_logs", `{"action":"teammate.invite"}`, `action: got "teammate.invite"; did you mean "teammate.invited"?`},
		{"an unknown topic", "update_webhook", `{"webhookId":"` + anID + `","topics":["post.upvoted"]}`, `topics[0]: got "post.upvoted"; did you mean "post.updated"? Valid: ` + strings.Join(enginetest.ShapeAt(tools.Inventory().Lookup("update_webhook"), "topics").Items.Enum, ", ")},
		{"an unknown language in a map", "create_article", `{"title":"x","translations":{"pt-PT":{"title":"y"}}}`, `translations: got "pt-PT"; valid: ` + languages},
		{"an unknown name in a map", "create_article", `{"title":"x","translations":{"de":{"name":"y"}}}`, `unknown argument "translations.de.name"; valid: title, description, body`},
		{"a text for an object in a map", "create_article", `{"title":"x","translations":{"de":"y"}}`, `translations.de: expected an object, got "y"`},
		{"no icon at all", "update_collection", `{"collectionId":"10021300","icon":""}`, `icon: empty: give an emoji or the name of an icon`},
		{"names between commas", "update_post", `{"postId":"` + anID + `","tags":"UI, API"}`, `tags: "UI, API" may be one or several; send a list: ["UI, API"] or ["UI","API"]`},
		{"what an answer withheld", "update_webhook", `{"webhookId":"` + anID + `","requestConfig":{"headers":{"Authorization":"(withheld)"}}}`, `requestConfig.headers.Authorization: this value was withheld from you: ask the user for it, or leave requestConfig out`},
		{"the wrong id of a company", "get_company", `{"featurebaseId":"acme"}`, `featurebaseId: not an id: ids are 24 hex digits, got "acme". Look it up, do not guess it`},
		{"a changelog without text", "create_changelog", `{"title":"x"}`, `give at least one of htmlContent, markdownContent`},
		{"a picture inside the text", "create_comment", `{"postId":"p","content":"![x](data:image/png;base64,AAAA)"}`, `content: images as data: URLs are refused; give an https URL`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			api := enginetest.NewAPI(t, 200, `{}`)
			text, isError := enginetest.Call(t, api.Client(t), tc.tool, tc.arguments)
			if want := tc.tool + " sent nothing: " + tc.want + "\nDo not retry unchanged: correct the argument, then call again."; !isError || text != want {
				t.Errorf("got  %s\nwant %s", text, want)
			}
			if got := api.Arrived(); len(got) != 0 {
				t.Errorf("%d requests arrived", len(got))
			}
		})
	}
}

// report is a query with something more in it.
func report(more string) string {
	return `{"metric":"m","aggregation":"count","granularity":"day","startDate":"2026-10-01","endDate":"2026-10-02",` + more + `}`
}

func TestAllProblemsAreToldAtOnce(t *testing.T) {
	t.Parallel()
	api := enginetest.NewAPI(t, 200, `{}`)
	text, _ := enginetest.Call(t, api.Client(t), "list_posts", `{"limit":500,"serach":1,"sortBy":"x"}`)
	if got := strings.Count(text, "\n- "); !strings.HasPrefix(text, "list_posts sent nothing:\n- ") || got != 3 {
		t.Errorf("want three problems:\n%s", text)
	}
	many := map[string]any{}
	for i := range 40 {
		many[strings.Repeat("z", 10+i)] = 1
	}
	text, _ = enginetest.Call(t, api.Client(t), "list_posts", string(rawjson.Encode(many)))
	if strings.Count(text, "\n") > 15 || !strings.Contains(text, "and 28 more") {
		t.Errorf("a flood of problems:\n%s", text)
	}
}

// Whatever a client sends as arguments is answered with words, and what passes the checks can be sent.
func FuzzArguments(f *testing.F) {
	f.Add("list_posts", `{"limit":5,"boardId":["a"]}`)
	f.Add("search_posts", `{"query":[{"field":"createdAt","operator":">","value":"2026-01-01"}],"sort":"upvotes:desc"}`)
	f.Add("create_comment", `{"content":"<b>x</b> **y**","postId":"p","author":{"email":"a@b"}}`)
	f.Add("update_post", `{"postId":"`+anID+`","clear":["eta"],"customFields":{"a":[1,null]}}`)
	f.Add("get_contact_by_user_id", `{"userId":"../x"}`)
	f.Fuzz(func(t *testing.T, tool, arguments string) {
		op := tools.Inventory().Lookup(tool)
		if op == nil {
			return
		}
		args, err := op.Read([]byte(arguments))
		if err != nil {
			if strings.TrimSpace(err.Error()) == "" {
				t.Error("refused without a word")
			}
			return
		}
		req, err := op.Request(args.Wire)
		if err != nil {
			return
		}
		if strings.Count(req.Path, "/") != strings.Count(op.Path, "/") || strings.Contains(req.Path, "..") || strings.ContainsAny(req.Path, "?#") {
			t.Errorf("%s left its path: %s", op.Name, req.Path)
		}
		if req.Body != nil {
			if _, err := rawjson.Decode(req.Body); err != nil {
				t.Errorf("the body is not JSON: %s", req.Body)
			}
		}
	})
}
