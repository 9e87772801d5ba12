package sandbox

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"featurebase-mcp/internal/sandbox/store"
)

// inEachOrganization runs a test on the shipped organization, and on organizations with another number or another clock.
func inEachOrganization(t *testing.T, test func(*testing.T, *store.Store)) {
	t.Helper()
	for _, options := range []Options{
		{},
		{Seed: 1},
		{Seed: 2, Clock: time.Date(2024, time.February, 29, 23, 59, 59, 0, time.UTC)},
		{Seed: 1 << 63, Clock: time.Date(2031, time.March, 30, 2, 30, 0, 0, time.FixedZone("", 2*60*60))},
	} {
		t.Run(strconv.FormatUint(options.Seed, 10), func(t *testing.T) {
			t.Parallel()
			test(t, seed(options.Seed, options.Clock))
		})
	}
}

func TestTheSeedIsABelievableOrganization(t *testing.T) {
	t.Parallel()
	inEachOrganization(t, func(t *testing.T, st *store.Store) {
		for kindName, atLeast := range map[string]int{
			"board": 4, "post_status": 6, "post_tag": 15, "custom_field": 4, "admin": 6, "post": 300, "comment": 400, "contact": 120, "company": 30,
			"changelog": 25, "collection": 8, "article": 40, "redirect_rule": 5, "survey": 3, "survey_response": 60,
		} {
			if n := len(st.Kind(kindName).All()); n < atLeast {
				t.Errorf("%d of kind %s, want %d", n, kindName, atLeast)
			}
		}
		count := func(kindName string, fits func(object) bool) (n int) {
			for _, o := range st.Kind(kindName).All() {
				if fits(o) {
					n++
				}
			}
			return n
		}
		types := map[string]bool{}
		for _, o := range st.Kind("post_status").All() {
			types[text(o, "type")] = true
		}
		employers := map[any]bool{}
		for _, o := range st.Kind("contact").All() {
			for _, id := range list(o, "_companyIds") {
				employers[id] = true
			}
		}
		for what, enough := range map[string]bool{
			"statuses of all five types":     len(types) == 5,
			"one default status":             count("post_status", func(o object) bool { return flag(o, "isDefault") }) == 1,
			"a board for admins only":        count("board", func(o object) bool { return flag(o["access"].(object), "adminOnly") }) == 1,
			"posts in review":                count("post", func(o object) bool { return flag(o, "inReview") }) >= 5,
			"posts with dates":               count("post", func(o object) bool { return o["eta"] != nil }) >= 20,
			"posts with images":              count("post", func(o object) bool { return strings.Contains(text(o, "content"), "<img ") }) >= 3,
			"posts with lists":               count("post", func(o object) bool { return strings.Contains(text(o, "content"), "<li>") }) >= 20,
			"posts with links":               count("post", func(o object) bool { return strings.Contains(text(o, "content"), "<a href") }) >= 10,
			"several wishes for a dark mode": count("post", func(o object) bool { return strings.Contains(strings.ToLower(text(o, "title")), "dark") }) >= 4,
			"private comments":               count("comment", func(o object) bool { return flag(o, "isPrivate") }) >= 20,
			"comments in review":             count("comment", func(o object) bool { return flag(o, "inReview") }) >= 4,
			"replies":                        count("comment", func(o object) bool { return o["parentCommentId"] != nil }) >= 30,
			"long comments":                  count("comment", func(o object) bool { return len(text(o, "content")) > 500 }) >= 5,
			"comments on changelogs":         count("comment", func(o object) bool { return o["changelogId"] != nil }) >= 5,
			"contacts without e-mail":        count("contact", func(o object) bool { return o["email"] == nil }) >= 8,
			"leads":                          count("contact", lead) >= 8,
			"contacts in thirty companies":   len(employers) >= 30,
		} {
			if !enough {
				t.Errorf("the seed lacks %s", what)
			}
		}
	})
}

// The counts in objects agree with the objects that they count.
func TestTheSeedIsConsistent(t *testing.T) {
	t.Parallel()
	inEachOrganization(t, func(t *testing.T, st *store.Store) {
		comments, written, posted, linked := map[any]float64{}, map[any]float64{}, map[any]float64{}, map[any]float64{}
		for _, o := range st.Kind("comment").All() {
			subject := o["postId"]
			if subject == nil {
				subject = o["changelogId"]
			}
			comments[subject]++
			written[o["_authorId"]]++
			if parent := text(o, "parentCommentId"); parent != "" && st.Kind("comment").Get(parent)["postId"] != o["postId"] {
				t.Errorf("comment %v replies to another post's", o["id"])
			}
			if text(o, "createdAt") >= stamp(st.Epoch) {
				t.Errorf("comment %v is from the future", o["id"])
			}
		}
		slugs := map[any]bool{}
		for _, o := range st.Kind("post").All() {
			posted[o["_authorId"]]++
			if number(o, "commentCount") != comments[o["id"]] || number(o, "upvotes") < float64(len(list(o, "_voters"))) {
				t.Errorf("post %v: %v comments, %v votes", o["title"], o["commentCount"], o["upvotes"])
			}
			voters := map[any]bool{}
			for _, id := range list(o, "_voters") {
				if person, _ := st.Person(id.(string)); person == nil || voters[id] {
					t.Errorf("post %v: voter %v is nobody or votes twice", o["title"], id)
				}
				voters[id] = true
			}
			if slugs[o["slug"]] {
				t.Errorf("slug %v is used twice", o["slug"])
			}
			slugs[o["slug"]] = true
			if text(o, "createdAt") >= stamp(st.Epoch) || text(o, "updatedAt") < text(o, "createdAt") {
				t.Errorf("post %v: created %v, updated %v", o["title"], o["createdAt"], o["updatedAt"])
			}
		}
		for _, o := range st.Kind("contact").All() {
			if number(o, "postsCreated") != posted[o["id"]] || number(o, "commentsCreated") != written[o["id"]] {
				t.Errorf("contact %v: %v posts, %v comments", o["name"], o["postsCreated"], o["commentsCreated"])
			}
			for _, id := range list(o, "_companyIds") {
				linked[id]++
			}
		}
		emails := map[any]bool{}
		for _, o := range st.Kind("contact").All() {
			if email := o["email"]; email != nil && emails[email] {
				t.Errorf("two contacts have the address %v", email)
			}
			emails[o["email"]] = true
		}
		for _, o := range st.Kind("company").All() {
			if number(o, "linkedUsers") != linked[o["id"]] {
				t.Errorf("company %v: %v linked users, %v there", o["name"], o["linkedUsers"], linked[o["id"]])
			}
		}
		for kindName, c := range st.Kinds {
			isID := store.IsObjectID
			if i := slices.IndexFunc(newKindTable(), func(k *kind) bool { return k.name == kindName }); i >= 0 {
				if k := newKindTable()[i]; k.lookup == nil { // tickets are named by number and kept by id
					isID = k.isID
				}
			}
			if kindName == outboundOperationKind { // named by a hash
				isID = nil
			}
			for _, o := range c.All() {
				if id := text(o, "id"); isID != nil && !isID(id) {
					t.Errorf("%s: %q is no id", kindName, id)
				}
				if found := c.Get(text(o, "id")); reflect.ValueOf(found).Pointer() != reflect.ValueOf(o).Pointer() {
					t.Errorf("%s: two have the id %v", kindName, o["id"])
				}
			}
		}
	})
}

func TestTwoFreshSandboxesGiveTheSameAnswers(t *testing.T) {
	t.Parallel()
	transcript := func() string {
		a := start(t, Options{Control: true})
		var b strings.Builder
		say := func(r answer) { fmt.Fprintf(&b, "%d %s\n", r.status, r.body) }
		for _, path := range []string{"/v2/boards", "/v2/posts?limit=100", "/v2/comments?limit=100", "/v2/contacts?limit=100&contactType=all", "/v2/custom_fields"} {
			say(a.do("GET", path, nil))
		}
		post := a.newPost(object{"author": object{"email": "ada@lovelace.example"}, "tags": []any{"New one", "Newer one"}})
		say(a.do("POST", "/v2/posts/"+text(post, "id")+"/voters", object{"email": "grace@hopper.example"}))
		say(a.do("POST", "/v2/comments", object{"postId": post["id"], "content": "x"}))
		say(a.do("POST", "/v2/posts/search", object{"search": "dark mode", "limit": 50}))
		say(a.do("GET", "/_sandbox/journal", nil))
		say(a.do("GET", "/_sandbox/outbox", nil))
		return b.String()
	}
	if first, second := transcript(), transcript(); first != second {
		t.Error("the transcripts differ")
	}
}

// Another number gives another history. Another clock moves the history in time and changes nothing else.
func TestSeedAndClockChooseTheOrganization(t *testing.T) {
	t.Parallel()
	const ahead = 400 * 24 * time.Hour
	first, other, later := seed(0, store.Shipped), seed(5, store.Shipped), seed(0, store.Shipped.Add(ahead))
	if other.Now() != first.Now() || later.Now() != first.Now().Add(ahead) {
		t.Errorf("presents %v, %v, %v", first.Now(), other.Now(), later.Now())
	}
	same := 0
	for i, o := range first.Kind("post").All() {
		made, _ := time.Parse(time.RFC3339, text(o, "createdAt"))
		moved := later.Kind("post").All()[i]
		if moved["title"] != o["title"] || moved["upvotes"] != o["upvotes"] || moved["commentCount"] != o["commentCount"] || moved["createdAt"] != stamp(made.Add(ahead)) {
			t.Errorf("%v of %v has become %v of %v", o["title"], o["createdAt"], moved["title"], moved["createdAt"])
		}
		if another := other.Kind("post").All()[i]; another["title"] == o["title"] && another["upvotes"] == o["upvotes"] && another["_statusId"] == o["_statusId"] {
			same++
		}
	}
	if all := len(first.Kind("post").All()); same > all/10 {
		t.Errorf("%d of %d posts are the same", same, all)
	}
}

func TestManyClientsAtOnce(t *testing.T) {
	t.Parallel()
	a := start(t, Options{Control: true})
	path := "/v2/posts/" + text(a.newPost(nil), "id")
	const clients, rounds = 8, 6
	var wg sync.WaitGroup
	for client := range clients {
		wg.Go(func() {
			for round := range rounds {
				who := fmt.Sprintf("%d-%d@crowd.example", client, round)
				for _, r := range []answer{
					a.do("POST", path+"/voters", object{"email": who}),
					a.do("POST", "/v2/comments", object{"postId": path[len("/v2/posts/"):], "content": "<p>" + who + "</p>"}),
					a.do("POST", "/v2/posts/search", object{"search": "timer"}),
					a.do("GET", path, nil),
					a.do("GET", "/v2/contacts?limit=50", nil),
				} {
					if r.status >= 300 {
						t.Errorf("%d %s", r.status, r.body)
					}
				}
			}
		})
	}
	wg.Wait()
	got := a.do("GET", path, nil).ok()
	if got["upvotes"] != float64(1+clients*rounds) || got["commentCount"] != float64(clients*rounds) {
		t.Errorf("%v upvotes, %v comments", got["upvotes"], got["commentCount"])
	}
	if n := len(a.do("GET", "/_sandbox/journal", nil).rows()); n != 1+2*clients*rounds {
		t.Errorf("%d writes in the journal", n)
	}
}

func BenchmarkSeed(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		seed(0, store.Shipped)
	}
}
