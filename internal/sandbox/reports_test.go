package sandbox

import (
	"fmt"
	"maps"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"featurebase-mcp/internal/sandbox/store"
)

func (a *api) everyReportOperation() {
	a.t.Helper()
	a.do("GET", "/v2/reports/datasets", nil).rows()
	a.query(nil)
	a.drill(nil)
	a.do("POST", "/v2/reports/filter-values", object{"fieldId": "post.board"}).rows()
}

func quarter(extra object) object {
	body := object{"metric": "new_posts", "granularity": "week", "startDate": "2026-07-01", "endDate": "2026-09-30"}
	maps.Copy(body, extra)
	return body
}

// query asks for the new posts of a quarter. extra replaces fields of the question.
func (a *api) query(extra object) object {
	a.t.Helper()
	body := quarter(object{"aggregation": "count"})
	maps.Copy(body, extra)
	return a.do("POST", "/v2/reports/query", body).ok()
}

func (a *api) drill(extra object) object {
	a.t.Helper()
	return a.do("POST", "/v2/reports/drill-in", quarter(extra)).ok()
}

// posts returns the posts that were created in a window of stamps. The end does not belong to it.
func (a *api) posts(from, to string) []object {
	a.the("post", func(object) bool { return true }) // opens the sandbox
	return slices.DeleteFunc(slices.Clone(a.sandbox.store.Kind("post").All()), func(o object) bool {
		return text(o, "createdAt") < from || text(o, "createdAt") >= to
	})
}

func sum(data any, key string) float64 {
	total := 0.0
	rows, _ := data.([]any)
	for _, r := range rows {
		total += number(r.(object), key)
	}
	return total
}

func TestEveryMetricOfTheCatalogueIsComputed(t *testing.T) {
	t.Parallel()
	a := start(t, Options{})
	for _, ds := range a.do("GET", "/v2/reports/datasets", nil).rows() {
		for _, m := range list(ds, "metrics") {
			metric := m.(object)
			for _, aggregation := range list(metric, "allowedAggregations") {
				for _, granularity := range []string{"hour", "day", "week", "month"} {
					got := a.query(object{"metric": metric["id"], "aggregation": aggregation, "granularity": granularity, "percentile": 90})
					want := object{
						"metric": metric["id"], "datasetId": ds["id"], "aggregation": aggregation, "granularity": granularity, "unit": metric["unit"],
						"officeHoursOnly": false,
					}
					if stringOf(got["meta"]) != stringOf(want) {
						t.Errorf("meta %v, want %v", got["meta"], want)
					}
					if total := sum(got["timeSeries"], "value"); (aggregation == "count" || aggregation == "sum") && total != got["value"] {
						t.Errorf("%v by %s: %v in buckets, %v over all", metric["id"], granularity, total, got["value"])
					}
				}
			}
		}
		for _, at := range list(ds, "attributes") {
			attribute := at.(object)
			grouped := quarter(object{"metric": list(ds, "metrics")[0].(object)["id"], "aggregation": "count", "groupBy": attribute["id"]})
			if got := a.do("POST", "/v2/reports/query", grouped); (got.status == http.StatusOK) != flag(attribute, "supportsGroupBy") {
				t.Errorf("grouping by %v: %s", attribute["id"], got.body)
			}
			looked := a.do("POST", "/v2/reports/filter-values", object{"fieldId": attribute["id"]})
			if (looked.status == http.StatusOK) != flag(attribute, "supportsValueLookup") {
				t.Errorf("looking up %v: %s", attribute["id"], looked.body)
			}
		}
	}
}

func TestNewPostsAreCountedByWeekAndComparedWithThePeriodBefore(t *testing.T) {
	t.Parallel()
	a := start(t, Options{})
	got := a.query(object{"compareStartDate": "2026-04-01", "compareEndDate": "2026-06-30"})
	now, then := a.posts("2026-07-01", "2026-10-01"), a.posts("2026-04-01", "2026-07-01")
	if len(now) == 0 || len(then) == 0 || got["value"] != float64(len(now)) || got["previousValue"] != float64(len(then)) {
		t.Fatalf("%v and %v posts, want %d and %d", got["value"], got["previousValue"], len(now), len(then))
	}
	if want := math.Round(float64(len(now)-len(then))/float64(len(then))*1e4) / 100; got["deltaPercent"] != want {
		t.Errorf("delta %v, want %v", got["deltaPercent"], want)
	}
	series := list(got, "timeSeries")
	if len(series) != 14 || series[0].(object)["date"] != "2026-06-29" || series[13].(object)["date"] != "2026-09-28" {
		t.Fatalf("weeks %v", series)
	}
	second := series[1].(object)
	if want := len(a.posts("2026-07-06", "2026-07-13")); second["date"] != "2026-07-06" || second["value"] != float64(want) {
		t.Errorf("second week %v, want %d", second, want)
	}
	if want := len(a.posts("2026-04-06", "2026-04-13")); second["previousValue"] != float64(want) {
		t.Errorf("second week before: %v, want %d", second["previousValue"], want)
	}
	if sum(series, "previousValue") != float64(len(then)) {
		t.Errorf("%v posts before by week, want %d", sum(series, "previousValue"), len(then))
	}
	nothing := a.query(object{"startDate": "1999-01-01", "endDate": "1999-01-31", "granularity": "month", "compareStartDate": "1998-01-01", "compareEndDate": "1998-01-31"})
	if _, has := nothing["deltaPercent"]; nothing["value"] != 0.0 || nothing["previousValue"] != 0.0 || has || len(list(nothing, "timeSeries")) != 1 {
		t.Errorf("nothing: %v", nothing)
	}
	a.do("DELETE", "/v2/posts/"+text(now[0], "id"), nil).ok()
	if after := a.query(nil); after["value"] != float64(len(now)-1) {
		t.Errorf("%v posts after one was deleted", after["value"])
	}
}

func TestVotesOnNewPostsAreAggregated(t *testing.T) {
	t.Parallel()
	a := start(t, Options{})
	board := text(a.the("board", named("Bugs")), "id")
	for _, upvotes := range []int{1, 2, 3, 10} {
		a.newPost(object{"boardId": board, "upvotes": upvotes, "createdAt": "2001-05-05T00:00:00Z"})
	}
	for aggregation, want := range map[string]float64{"sum": 16, "avg": 4, "median": 2.5, "min": 1, "max": 10, "percentile": 7.9} {
		got := a.query(object{
			"metric": "votes_on_new_posts", "aggregation": aggregation, "percentile": 90, "startDate": "2001-05-01", "endDate": "2001-05-31", "granularity": "month",
		})
		if got["value"] != want {
			t.Errorf("%s: %v, want %v", aggregation, got["value"], want)
		}
	}
}

func TestConversationsAreCountedByCreationAndByClosing(t *testing.T) {
	t.Parallel()
	st := store.New(0, store.Shipped)
	closing := func(at string) object { return object{"partType": "status", "status": "closed", "createdAt": at} }
	for i, c := range []struct {
		state string
		parts []any
	}{
		{"open", []any{closing("2026-03-03T10:00:00.000Z")}}, // opened again since
		{"closed", []any{closing("2026-03-05T10:00:00.000Z"), closing("2026-03-11T10:00:00.000Z"), object{"partType": "user_msg"}}},
		{"closed", nil},
		{"snoozed", nil},
	} {
		st.Kind("conversation").Add(object{
			"id": strconv.Itoa(10001 + i), "state": c.state, "source": object{"channel": "email"}, "_parts": c.parts,
			"createdAt": "2026-03-02T10:00:00.000Z", "updatedAt": "2026-03-20T10:00:00.000Z",
		})
	}
	a := start(t, Options{})
	a.sandbox.store = st // in place of the seed
	march := object{"startDate": "2026-03-01", "endDate": "2026-03-31", "granularity": "day", "groupBy": "conversation.channel"}
	days := func(metric string) map[any]any {
		body := maps.Clone(march)
		body["metric"] = metric
		counted := map[any]any{}
		for _, d := range list(a.query(body), "timeSeries") {
			if datum := d.(object); datum["value"] != 0.0 {
				counted[datum["date"]] = datum["value"]
			}
		}
		return counted
	}
	if got := days("new_conversations"); !maps.Equal(got, map[any]any{"2026-03-02": 4.0}) {
		t.Errorf("new: %v", got)
	}
	if got := days("closed_conversations"); !maps.Equal(got, map[any]any{"2026-03-11": 1.0, "2026-03-20": 1.0}) {
		t.Errorf("closed: %v", got)
	}
	march["metric"] = "new_conversations"
	if got := stringOf(a.query(march)["groupedData"]); got != `[{"group":"email","groupLabel":"Email","value":4}]` {
		t.Errorf("by channel: %s", got)
	}
}

func TestReportsBreakDown(t *testing.T) {
	t.Parallel()
	a := start(t, Options{})
	got := a.query(object{"groupBy": "post.board", "segmentBy": "post.statusType", "compareStartDate": "2026-04-01", "compareEndDate": "2026-06-30"})
	posts := a.posts("2026-07-01", "2026-10-01")
	onBoard := map[any]float64{}
	for _, o := range posts {
		onBoard[o["boardId"]]++
	}
	groups := list(got, "groupedData")
	if !slices.IsSortedFunc(groups, func(x, y any) int { return store.CompareValues(y.(object)["value"], x.(object)["value"]) }) || len(groups) < len(onBoard) {
		t.Errorf("groups %v", groups)
	}
	for _, g := range groups {
		group := g.(object)
		board := a.sandbox.store.Kind("board").Get(text(group, "group"))
		if group["value"] != onBoard[group["group"]] || group["groupLabel"] != board["name"] || sum(group["segments"], "value") != group["value"] {
			t.Errorf("group %v, want %v on %v", group, onBoard[group["group"]], board["name"])
		}
	}
	if sum(groups, "previousValue") != got["previousValue"] || sum(got["segmentData"], "value") != got["value"] {
		t.Errorf("groups add up to %v before, segments to %v now", sum(groups, "previousValue"), sum(got["segmentData"], "value"))
	}
	for _, d := range list(got, "timeSeries") {
		if datum := d.(object); sum(datum["segments"], "value") != datum["value"] {
			t.Errorf("week %v", datum)
		}
	}
	tagged := map[any]float64{}
	for _, o := range posts {
		for _, id := range list(o, "_tagIds") {
			tagged[id]++
		}
		if len(list(o, "_tagIds")) == 0 {
			tagged["none"]++
		}
	}
	byTag := list(a.query(object{"groupBy": "post.tag"}), "groupedData")
	for _, g := range byTag {
		if group := g.(object); group["value"] != tagged[group["group"]] {
			t.Errorf("tag %v, want %v", group, tagged[group["group"]])
		}
	}
	if len(byTag) != len(tagged) || tagged["none"] == 0 {
		t.Errorf("%d tags, want %d", len(byTag), len(tagged))
	}
}

func rule(field, operator string, value any) object {
	r := object{"kind": "rule", "fieldId": field, "operator": operator}
	if value != nil {
		r["value"] = value
	}
	return r
}

func group(op string, children ...any) object {
	return object{"kind": "group", "op": op, "children": append([]any{}, children...)}
}

func TestReportFilters(t *testing.T) {
	t.Parallel()
	a := start(t, Options{})
	bugs, ideas := a.the("board", named("Bugs"))["id"], a.the("board", named("Feature requests"))["id"]
	tag := a.the("post_tag", named("Mobile"))["id"]
	on := func(boards ...any) func(object) bool {
		return func(o object) bool { return slices.Contains(boards, o["boardId"]) }
	}
	tagged := func(o object) bool { return slices.Contains(list(o, "_tagIds"), tag) }
	assigned := func(o object) bool { return o["assigneeId"] != nil }
	not := func(fits func(object) bool) func(object) bool { return func(o object) bool { return !fits(o) } }
	reads := func(part string) func(object) bool {
		return func(o object) bool { return strings.Contains(strings.ToLower(text(o, "title")), part) }
	}
	votes := func(low, high float64) func(object) bool {
		return func(o object) bool { return number(o, "upvotes") >= low && number(o, "upvotes") <= high }
	}
	between := func(from, to string) func(object) bool {
		return func(o object) bool { return text(o, "createdAt") >= from && text(o, "createdAt") < to }
	}
	for name, c := range map[string]struct {
		filter object
		fits   func(object) bool
	}{
		"is":                  {rule("post.board", "is", bugs), on(bugs)},
		"is not":              {rule("post.board", "is_not", bugs), not(on(bugs))},
		"in":                  {rule("post.board", "in", []any{bugs, ideas}), on(bugs, ideas)},
		"not in":              {rule("post.board", "not_in", []any{bugs, ideas}), not(on(bugs, ideas))},
		"is one of several":   {rule("post.tag", "is", tag), tagged},
		"is none of several":  {rule("post.tag", "not_in", []any{tag}), not(tagged)},
		"exists":              {rule("post.assignee", "exists", nil), assigned},
		"not exists":          {rule("post.assignee", "not_exists", nil), not(assigned)},
		"contains":            {rule("post.title", "contains", "TIME"), reads("time")},
		"not contains":        {rule("post.title", "not_contains", "time"), not(reads("time"))},
		"gte":                 {rule("post.upvotes", "gte", 5), votes(5, 1e9)},
		"lte":                 {rule("post.upvotes", "lte", 5), votes(0, 5)},
		"between":             {rule("post.upvotes", "between", []any{3, 5}), votes(3, 5)},
		"a date, from":        {rule("post.createdAt", "gte", "2026-08-01"), between("2026-08-01", "2027")},
		"a date, its day too": {rule("post.createdAt", "lte", "2026-08-01"), between("2026", "2026-08-02")},
		"between dates":       {rule("post.createdAt", "between", []any{"2026-08-01", "2026-08-31"}), between("2026-08-01", "2026-09-01")},
		"a boolean":           {rule("post.inReview", "is_not", true), func(o object) bool { return !flag(o, "inReview") }},
		"a status type": {rule("post.statusType", "in", []any{"active", "completed"}), func(o object) bool {
			return slices.Contains([]any{"active", "completed"}, a.sandbox.store.Kind("post_status").Get(text(o, "_statusId"))["type"])
		}},
		"a company's":        {rule("post.company", "exists", nil), func(o object) bool { return len(a.sandbox.store.CompaniesOf(text(o, "_authorId"))) > 0 }},
		"and":                {group("and", rule("post.board", "is", ideas), rule("post.upvotes", "gte", 5)), func(o object) bool { return on(ideas)(o) && votes(5, 1e9)(o) }},
		"or":                 {group("or", rule("post.board", "is", bugs), rule("post.upvotes", "gte", 5)), func(o object) bool { return on(bugs)(o) || votes(5, 1e9)(o) }},
		"a group in a group": {group("and", rule("post.board", "is_not", bugs), group("or", rule("post.tag", "is", tag), rule("post.upvotes", "lte", 3))), func(o object) bool { return !on(bugs)(o) && (tagged(o) || votes(0, 3)(o)) }},
	} {
		want := 0
		all := a.posts("2026-07-01", "2026-10-01")
		for _, o := range all {
			if c.fits(o) {
				want++
			}
		}
		if got := a.query(object{"filters": c.filter}); got["value"] != float64(want) || want == 0 || want == len(all) {
			t.Errorf("%s: %v, want %d of %d", name, got["value"], want, len(all))
		}
	}
	if all, got := a.query(nil), a.query(object{"filters": group("or")}); got["value"] != all["value"] {
		t.Errorf("an empty group leaves %v of %v", got["value"], all["value"])
	}
}

func TestReportsRefuseWhatTheyDoNotHave(t *testing.T) {
	t.Parallel()
	a := start(t, Options{})
	deep := rule("post.upvotes", "gte", 1)
	for range 6 {
		deep = group("and", deep)
	}
	a.query(object{"filters": deep})
	rules := make([]any, 101)
	for i := range rules {
		rules[i] = rule("post.upvotes", "gte", 1)
	}
	a.query(object{"filters": group("and", rules[1:]...)})
	for name, c := range map[string]struct {
		extra         object
		param, advice string
	}{
		"an unknown metric":            {object{"metric": "churn"}, "metric", "new_conversations, closed_conversations, new_posts, votes_on_new_posts"},
		"an aggregation of others":     {object{"aggregation": "avg"}, "aggregation", "Supported: count"},
		"no percentile":                {object{"metric": "votes_on_new_posts", "aggregation": "percentile"}, "percentile", "Required"},
		"an unknown zone":              {object{"timezone": "Europe/Atlantis"}, "timezone", "IANA"},
		"the zone of the machine":      {object{"timezone": "Local"}, "timezone", "IANA"},
		"no date":                      {object{"startDate": "last week"}, "startDate", "ISO 8601"},
		"an end that is no date":       {object{"endDate": "2026-13-01"}, "endDate", "ISO 8601"},
		"an end before the start":      {object{"endDate": "2026-06-30"}, "endDate", "before"},
		"too many points":              {object{"startDate": "1990-01-01", "granularity": "hour"}, "granularity", "coarser"},
		"too many points to compare":   {object{"compareStartDate": "1026-01-01", "compareEndDate": "2026-01-01", "granularity": "day"}, "granularity", "coarser"},
		"half a comparison":            {object{"compareStartDate": "2026-01-01"}, "", ""},
		"another view":                 {object{"view": "sankey"}, "view", "standard"},
		"office hours":                 {object{"officeHoursOnly": true}, "officeHoursOnly", "office hours"},
		"an unknown group":             {object{"groupBy": "post.mood"}, "groupBy", "post.board"},
		"a group by text":              {object{"groupBy": "post.title"}, "groupBy", "post.board"},
		"a segment of other data":      {object{"segmentBy": "conversation.state"}, "segmentBy", "post.board"},
		"a filter of other data":       {object{"filters": rule("conversation.state", "is", "open")}, "filters.fieldId", "post.board"},
		"an operator of others":        {object{"filters": rule("post.board", "gte", "x")}, "filters.operator", "not_exists"},
		"segments of people":           {object{"filters": rule("post.author", "is_member_of", []any{"x"})}, "filters.operator", "not_in"},
		"a list for one":               {object{"filters": rule("post.board", "is", []any{"x"})}, "filters.value", "one value"},
		"one for a list":               {object{"filters": rule("post.board", "in", "x")}, "filters.value", "array"},
		"nothing for a list":           {object{"filters": rule("post.board", "in", []any{})}, "filters.value", "array"},
		"nothing at all":               {object{"filters": rule("post.board", "is", nil)}, "filters.value", "one value"},
		"half a range":                 {object{"filters": rule("post.upvotes", "between", []any{1})}, "filters.value", "[low, high]"},
		"a value too many":             {object{"filters": rule("post.assignee", "exists", true)}, "filters.value", "no value"},
		"text for a number":            {object{"filters": rule("post.upvotes", "gte", "5")}, "filters.value", "number"},
		"a number for text":            {object{"filters": rule("post.title", "contains", 5)}, "filters.value", "string"},
		"text for a boolean":           {object{"filters": rule("post.inReview", "is", "true")}, "filters.value", "boolean"},
		"text for a date":              {object{"filters": rule("post.createdAt", "gte", "soon")}, "filters.value", "ISO 8601"},
		"an unknown option":            {object{"filters": rule("post.statusType", "is", "done")}, "filters.value", "completed"},
		"a bad rule in a group":        {object{"filters": group("or", rule("post.upvotes", "gte", 1), rule("post.mood", "is", "x"))}, "filters.children.1.fieldId", "post.board"},
		"seven levels":                 {object{"filters": group("or", deep)}, "", "6 levels"},
		"a hundred rules and one more": {object{"filters": group("and", rules...)}, "filters", "100"},
	} {
		t.Run(name, func(t *testing.T) {
			body := quarter(object{"aggregation": "count"})
			maps.Copy(body, c.extra)
			failed := a.in(t).do("POST", "/v2/reports/query", body).fails(http.StatusBadRequest, "invalid_request")
			if c.param != "" && failed["param"] != c.param || !strings.Contains(text(failed, "message"), c.advice) {
				t.Errorf("%v: want it about %s, with %q", failed, c.param, c.advice)
			}
		})
	}
	a.do("POST", "/v2/reports/filter-values", object{"fieldId": "post.title"}).fails(http.StatusBadRequest, "invalid_request")
	for name, extra := range map[string]object{
		"a point without a group":     {"dataPointFilters": object{"groupValue": "x"}},
		"a point without a segment":   {"dataPointFilters": object{"segmentValue": "x"}},
		"a bucket that is none":       {"dataPointFilters": object{"timeBucket": "2026-07-01"}},
		"a point of the heat map":     {"dataPointFilters": object{"dayOfWeek": 1}},
		"an unknown column to sort":   {"sort": []any{object{"fieldId": "post.mood", "direction": "asc"}}},
		"a metric of another dataset": {"selectedMetricId": "new_conversations"},
		"page 0":                      {"page": 0},
		"pages of 201":                {"pageSize": 201},
	} {
		t.Run(name, func(t *testing.T) {
			a.in(t).do("POST", "/v2/reports/drill-in", quarter(extra)).fails(http.StatusBadRequest, "invalid_request")
		})
	}
}

func TestTimeBucketsFollowTheZone(t *testing.T) {
	t.Parallel()
	a := start(t, Options{})
	// Half past eleven in the evening of 30 June in London is July in Berlin, and still June in Chile.
	a.newPost(object{"createdAt": "2002-06-30T22:30:00Z"})
	for zone, want := range map[string]string{"UTC": "2002-06-01", "Europe/Berlin": "2002-07-01", "America/Santiago": "2002-06-01", "Asia/Kolkata": "2002-07-01"} {
		got := a.query(object{"timezone": zone, "granularity": "month", "startDate": "2002-06-01", "endDate": "2002-07-31"})
		var months []string
		for _, d := range list(got, "timeSeries") {
			if datum := d.(object); datum["value"] == 1.0 {
				months = append(months, text(datum, "date"))
			}
		}
		if !slices.Equal(months, []string{want}) {
			t.Errorf("%s: %q, want %s", zone, months, want)
		}
	}
	hours := list(a.query(object{"timezone": "Asia/Kolkata", "granularity": "hour", "startDate": "2002-07-01T03:00:00", "endDate": "2002-07-01T05:30:00+05:30"}), "timeSeries")
	if len(hours) != 3 || hours[1].(object)["date"] != "2002-07-01T04:00:00+05:30" || hours[1].(object)["value"] != 1.0 {
		t.Errorf("hours %v", hours)
	}
}

func TestDrillingIn(t *testing.T) {
	t.Parallel()
	a := start(t, Options{})
	all := a.posts("2026-07-01", "2026-10-01")
	var seen []object
	for page := 1; ; page++ {
		got := a.drill(object{"page": page, "pageSize": 20})
		if got["total"] != float64(len(all)) || got["page"] != float64(page) || got["pageSize"] != 20.0 || got["timezone"] != "UTC" {
			t.Fatalf("page %d: %v", page, got)
		}
		rows := list(got, "rows")
		if len(rows) == 0 {
			break
		}
		for _, r := range rows {
			seen = append(seen, r.(object))
		}
	}
	if len(seen) != len(all) || !slices.IsSortedFunc(seen, func(x, y object) int { return store.CompareValues(y["post.createdAt"], x["post.createdAt"]) }) {
		t.Errorf("%d rows, want %d, the newest first", len(seen), len(all))
	}
	got := a.drill(object{"sort": []any{object{"fieldId": "post.board", "direction": "desc"}, object{"fieldId": "metric.value", "direction": "asc"}}, "pageSize": 200, "selectedMetricId": "votes_on_new_posts"})
	key := func(r any) string {
		row := r.(object)
		return fmt.Sprintf("%s %06d", strings.Map(func(c rune) rune { return 0x200 - c }, strings.ToLower(at(row, "post.board", "label").(string))), int(number(row, "metric.value")))
	}
	if !slices.IsSortedFunc(list(got, "rows"), func(x, y any) int { return strings.Compare(key(x), key(y)) }) || at(got, "meta", "metricId") != "votes_on_new_posts" {
		t.Error("the rows do not go by board, then votes")
	}
	columns := map[any]bool{}
	for _, c := range list(got, "availableColumns") {
		columns[c.(object)["id"]] = true
	}
	first := list(got, "rows")[0].(object)
	for id := range first {
		if !columns[id] {
			t.Errorf("%s is no column", id)
		}
	}
	post := a.sandbox.store.Kind("post").Get(text(first, "post.id"))
	if len(first) != len(columns) || first["metric.value"] != post["upvotes"] || at(first, "post.board", "id") != post["boardId"] || first["post.title"] != post["title"] {
		t.Errorf("row %v of %v", first, post)
	}
	for _, id := range list(got, "defaultColumnIds") {
		if !columns[id] {
			t.Errorf("default column %v is none", id)
		}
	}
}

func TestDrillingIntoADataPointFindsWhatItCounted(t *testing.T) {
	t.Parallel()
	a := start(t, Options{})
	asked := object{"groupBy": "post.tag", "segmentBy": "post.inReview", "timezone": "America/New_York"}
	chart := a.query(asked)
	total := func(point object) any {
		body := maps.Clone(asked)
		body["dataPointFilters"] = point
		return a.drill(body)["total"]
	}
	if got := total(object{}); got != chart["value"] {
		t.Errorf("everything: %v rows of %v", got, chart["value"])
	}
	for _, d := range list(chart, "timeSeries") {
		if datum := d.(object); total(object{"timeBucket": datum["date"]}) != datum["value"] {
			t.Errorf("week %v", datum["date"])
		}
	}
	for _, g := range list(chart, "groupedData") {
		group := g.(object)
		if total(object{"groupValue": group["group"]}) != group["value"] {
			t.Errorf("group %v", group)
		}
		for _, s := range list(group, "segments") {
			if segment := s.(object); total(object{"groupValue": group["group"], "segmentValue": segment["segment"]}) != segment["value"] {
				t.Errorf("group %v, segment %v", group["groupLabel"], segment)
			}
		}
	}
}

func TestFilterValuesAreLookedUp(t *testing.T) {
	t.Parallel()
	a := start(t, Options{})
	look := func(body object) []object {
		return a.do("POST", "/v2/reports/filter-values", body).rows()
	}
	boards := look(object{"fieldId": "post.board"})
	if len(boards) != len(a.sandbox.store.Kind("board").All()) || boards[0]["label"] != "Bugs" || boards[0]["value"] != a.the("board", named("Bugs"))["id"] {
		t.Errorf("boards %v", boards)
	}
	if got := look(object{"fieldId": "post.author", "limit": 3}); len(got) != 3 {
		t.Errorf("%d authors", len(got))
	}
	if got := look(object{"fieldId": "post.author"}); len(got) != 20 {
		t.Errorf("%d authors unless told otherwise", len(got))
	}
	chosen := a.the("admin", named("Ben Castellano"))["id"]
	got := look(object{"fieldId": "post.assignee", "query": "ORA", "selectedValues": []any{chosen}})
	if len(got) != 2 || got[0]["value"] != chosen || got[1]["label"] != "Nora Lindqvist" {
		t.Errorf("assignees %v", got)
	}
}
