package sandbox

import (
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"featurebase-mcp/internal/sandbox/fulltext"
	"featurebase-mcp/internal/sandbox/store"
)

// siteURL is the address that the organization's portal would have.
const siteURL = "https://feedback.plumline.example"

// posts returns the kind of feedback posts. Four keys stand beside the plain fields: _authorId, _statusId, _tagIds, and _voters, the ids of the
// voters in the order of their votes.
func posts() *kind {
	return &kind{
		name: "post", title: "post", path: "/v2/posts", isID: store.IsObjectID,
		render: renderPost,
		keep:   keepPosts,
		order:  orderPosts,
		fields: map[string]func(*call, object) any{
			"statusId":     func(_ *call, o object) any { return o["_statusId"] },
			"tagId":        func(_ *call, o object) any { return o["_tagIds"] },
			"authorId":     func(_ *call, o object) any { return o["_authorId"] },
			"voterId":      customerVoters,
			"companyId":    companyIDs,
			"monthlySpend": monthlySpend,
		},
		texts: func(o object) (string, string) { return text(o, "title"), text(o, "content") },
		sort:  "createdAt:desc",
		start: startPost,
		set: map[string]setter{
			"boardId":         reference("boardId", "board"),
			"statusId":        reference("_statusId", "post_status"),
			"assigneeId":      reference("assigneeId", "admin"),
			"author":          setAuthor,
			"tags":            setTags,
			"visibility":      setVisibility,
			"commentsEnabled": setCommentsEnabled,
			"customFields":    setValues("customFields", "custom_field"),
			"eta":             setTime("eta", true),
			"createdAt":       setTime("createdAt", false),
			"upvotes":         setUpvotes,
			// postMade and postChanged read these fields. They are not stored.
			"integrations":          notStored,
			"notifyAdmins":          notStored,
			"sendStatusUpdateEmail": notStored,
		},
		made:    postMade,
		changed: postChanged,
		gone:    postGone,
	}
}

func notStored(*call, object, any) error { return nil }

func renderPost(c *call, shown, stored object) {
	shown["author"] = byline(c.store, text(stored, "_authorId"))
	if status := c.store.Kind("post_status").Get(text(stored, "_statusId")); status != nil {
		shown["status"] = c.shown(c.kinds.named("post_status"), status)
	}
	tags := []any{}
	for _, id := range list(stored, "_tagIds") {
		tagID, _ := id.(string)
		if tag := c.store.Kind("post_tag").Get(tagID); tag != nil {
			tags = append(tags, object{"id": tag["id"], "name": tag["name"], "color": tag["color"]})
		}
	}
	shown["tags"] = tags
	shown["postUrl"] = siteURL + "/p/" + text(stored, "slug")
}

// keepPosts applies the filters of listPosts. It leaves posts in review out unless the query asks for them.
func keepPosts(c *call) (func(object) bool, error) {
	boards, statuses := list(c.query, "boardId"), list(c.query, "statusId")
	for name, ids := range map[string][]any{"boardId": boards, "statusId": statuses} {
		if err := checkIDs(ids, name); err != nil {
			return nil, err
		}
	}
	var tags []any
	if names := list(c.query, "tags"); names != nil {
		tags = []any{}
		for _, name := range names {
			s, _ := name.(string)
			if tag := c.tagNamed(s); tag != nil {
				tags = append(tags, tag["id"])
			}
		}
	}
	terms := fulltext.Words(text(c.query, "q"))
	inReview := flag(c.query, "inReview")
	return func(o object) bool {
		switch {
		case flag(o, "inReview") && !inReview:
			return false
		case boards != nil && !slices.Contains(boards, o["boardId"]):
			return false
		case statuses != nil && !slices.Contains(statuses, o["_statusId"]):
			return false
		case tags != nil && !slices.ContainsFunc(list(o, "_tagIds"), func(id any) bool { return slices.Contains(tags, id) }):
			return false
		}
		return fulltext.HoldsAll(text(o, "title"), text(o, "content"), terms)
	}, nil
}

func orderPosts(c *call) ordering {
	by := byField("createdAt", text(c.query, "sortOrder") != "asc")
	switch text(c.query, "sortBy") {
	case "upvotes":
		by.name, by.key = "upvotes", func(o object) any { return o["upvotes"] }
	case "recent":
		by.name, by.key = "recent", func(o object) any { return o["updatedAt"] }
	case "trending":
		by.name, by.key = "trending", c.trending
	}
	return by
}

// trending weighs votes against age, so that a young post with few votes passes an old one with many.
func (c *call) trending(o object) any {
	created, err := time.Parse(time.RFC3339, text(o, "createdAt"))
	if err != nil {
		return 0.0
	}
	days := max(0, c.store.Epoch.Sub(created).Hours()/24)
	return math.Round(number(o, "upvotes")/math.Pow(days+2, 1.2)*1e6) / 1e6
}

func customerVoters(c *call, o object) any {
	return slices.DeleteFunc(slices.Clone(list(o, "_voters")), func(id any) bool {
		personID, _ := id.(string)
		_, personType := c.store.Person(personID)
		return personType != "customer"
	})
}

// companyIDs returns the external ids of the companies whose people voted.
func companyIDs(c *call, o object) any {
	out := []any{}
	for _, company := range c.store.CompaniesBehind(list(o, "_voters")) {
		out = append(out, company["companyId"])
	}
	return out
}

// monthlySpend adds up the revenue of the companies whose people voted, each company once.
func monthlySpend(c *call, o object) any {
	sum := 0.0
	for _, company := range c.store.CompaniesBehind(list(o, "_voters")) {
		sum += number(company, "monthlySpend")
	}
	return sum
}

func startPost(c *call, draft object) {
	status := c.store.Kind("post_status").Find(func(o object) bool { return flag(o, "isDefault") })
	maps.Copy(draft, object{
		"content": "", "customFields": object{}, "inReview": false, "isPinned": false, "commentCount": 0.0, "upvotes": 1.0,
		"features": object{"commentsEnabled": true}, "access": object{"companyExternalIds": []any{}, "userIds": []any{}},
		"slug":      c.freeSlug(slugOf(text(c.body, "title"))),
		"_authorId": c.store.KeyAdmin()["id"], "_statusId": status["id"], "_tagIds": []any{},
	})
}

// reference returns the setter of a field that holds the id of another object. null clears it.
func reference(field, kindName string) setter {
	return func(c *call, draft object, value any) error {
		id, ok := value.(string)
		if !ok {
			draft[field] = nil
			return nil
		}
		target, err := c.referred(kindName, id, strings.TrimPrefix(field, "_"))
		if err != nil {
			return err
		}
		draft[field] = target["id"]
		return nil
	}
}

// referred returns the object of a kind that a body names by id. param is the field and stands in refusals.
func (c *call) referred(kindName, id, param string) (object, error) {
	if form := store.FormOfIDs(kindName); !form(id) {
		return nil, invalid("invalid_id", "Invalid ID: "+id, param)
	}
	target := c.store.Kind(kindName).Get(id)
	if target == nil {
		return nil, refused(param, "No "+strings.ReplaceAll(kindName, "_", " ")+" has the ID "+id)
	}
	return target, nil
}

// setTime returns the setter of a date. null clears a clearable date and leaves others as they are.
func setTime(field string, clearable bool) setter {
	return func(_ *call, draft object, value any) error {
		given, ok := value.(string)
		if !ok {
			if clearable {
				draft[field] = nil
			}
			return nil
		}
		for _, layout := range []string{time.RFC3339, time.DateOnly} {
			if t, err := time.Parse(layout, given); err == nil {
				draft[field] = stamp(t)
				return nil
			}
		}
		return refused(field, "Invalid date")
	}
}

// setTags replaces the tags by name, in any case of letters. A new name makes a new tag. The API has no other way to make one.
func setTags(c *call, _ object, value any) error {
	names, ok := value.([]any)
	if !ok {
		names = []any{value}
	}
	for i, name := range names {
		if s, _ := name.(string); strings.TrimSpace(s) == "" {
			return refused("tags."+strconv.Itoa(i), "A tag needs a name")
		}
	}
	c.later = append(c.later, func(draft object) {
		ids := []any{}
		for _, name := range names {
			s, _ := name.(string)
			tag := c.tagNamed(s)
			if tag == nil {
				tag = object{"id": c.store.NewID("post_tag"), "name": strings.TrimSpace(s), "color": nil}
				c.store.Kind("post_tag").Add(tag)
			}
			if !slices.Contains(ids, tag["id"]) {
				ids = append(ids, tag["id"])
			}
		}
		draft["_tagIds"] = ids
	})
	return nil
}

func (c *call) tagNamed(name string) object {
	return c.store.Kind("post_tag").Find(func(o object) bool { return strings.EqualFold(text(o, "name"), strings.TrimSpace(name)) })
}

func setVisibility(c *call, _ object, value any) error {
	visibility, _ := value.(string)
	c.later = append(c.later, func(draft object) { restrict(c, draft, visibility) })
	return nil
}

// restrict limits who sees a post. It runs after the author is known, since the same request may create the author.
func restrict(c *call, draft object, visibility string) {
	users, companies := []any{}, []any{}
	author := text(draft, "_authorId")
	switch visibility {
	case "authorOnly":
		users = append(users, author)
	case "companyOnly":
		for _, company := range c.store.CompaniesOf(author) {
			companies = append(companies, company["companyId"])
		}
	}
	draft["access"] = object{"companyExternalIds": companies, "userIds": users}
}

func setCommentsEnabled(_ *call, draft object, value any) error {
	if enabled, ok := value.(bool); ok {
		draft["features"] = object{"commentsEnabled": enabled}
	}
	return nil
}

// setUpvotes overwrites the count. A new post keeps at least the vote of its author, as on the live API.
func setUpvotes(c *call, draft object, value any) error {
	count, ok := value.(float64)
	if !ok {
		return nil
	}
	if c.op.ID == "createPost" {
		count = max(1, count)
	}
	draft["upvotes"] = count
	return nil
}

func postMade(c *call, o object) {
	author := text(o, "_authorId")
	o["_voters"] = []any{author}
	if c.body["visibility"] == nil {
		board := c.store.Kind("board").Get(text(o, "boardId"))
		defaults, _ := board["postDefaults"].(object)
		restrict(c, o, text(defaults, "visibility"))
	}
	c.counted(author, "postsCreated", 1)
	if flag(c.body, "notifyAdmins") {
		c.store.Send(store.OutboxEntry{
			Type: "new_post_email", Subject: text(o, "title"), Recipients: len(c.store.Kind("admin").All()),
			Detail: object{"postId": o["id"]},
		})
	}
	pushes, _ := c.body["integrations"].(object)
	for _, tool := range slices.Sorted(maps.Keys(pushes)) {
		if flag(pushes, tool) {
			c.store.Send(store.OutboxEntry{Type: "integration_push", Subject: text(o, "title"), Recipients: 1, Detail: object{"postId": o["id"], "tool": tool}})
		}
	}
}

func postChanged(c *call, before, o object) {
	if before["_authorId"] != o["_authorId"] {
		c.counted(text(before, "_authorId"), "postsCreated", -1)
		c.counted(text(o, "_authorId"), "postsCreated", 1)
	}
	if before["_statusId"] != o["_statusId"] && flag(c.body, "sendStatusUpdateEmail") {
		status := c.store.Kind("post_status").Get(text(o, "_statusId"))
		c.store.Send(store.OutboxEntry{
			Type: "status_update_email", Subject: text(o, "title"), Recipients: len(list(o, "_voters")),
			Detail: object{"postId": o["id"], "status": status["name"]},
		})
	}
}

// postGone removes the comments of a post.
func postGone(c *call, o object) {
	c.counted(text(o, "_authorId"), "postsCreated", -1)
	c.removeComments("postId", o)
}

// slugOf turns a title into the last part of its address.
func slugOf(title string) string {
	parts := strings.FieldsFunc(strings.ToLower(title), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	if len(parts) == 0 {
		return "post"
	}
	return strings.Join(parts, "-")
}

// freeSlug returns the slug, with a number if another object of the kind has it.
func (c *call) freeSlug(wanted string) string {
	taken := func(slug string) bool {
		return c.collection().Find(func(o object) bool { return o["slug"] == slug }) != nil
	}
	slug := wanted
	for n := 2; taken(slug); n++ {
		slug = wanted + "-" + strconv.Itoa(n)
	}
	return slug
}
