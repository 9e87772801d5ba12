package sandbox

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"featurebase-mcp/internal/packed"
	"featurebase-mcp/internal/sandbox/fulltext"
	"featurebase-mcp/internal/sandbox/store"
)

// packedSeed are the files of seed/ as one JSON object, a third as long.
//
//go:embed seed.gz
var packedSeed []byte

// seedFiles returns the files of seed/ by their names.
var seedFiles = sync.OnceValue(func() map[string]string {
	var files map[string]string
	text, err := packed.Unpack(packedSeed)
	if err == nil {
		err = json.Unmarshal(text, &files)
	}
	if err != nil {
		panic("seed.gz: " + err.Error())
	}
	return files
})

// meanings is the vocabulary of the searches.
var meanings = sync.OnceValue(func() *fulltext.Vocabulary { return fulltext.Read(seedText("seed/meanings.txt")) })

const seedContacts = 156

// seed returns the organization with which a sandbox starts: Plumline, a maker of planning software. The files hold texts that were written by
// hand: topics with several titles each, since customers ask for one thing in many words; voices; names. This code combines them, always in the
// same way for a number and a clock. Another number gives another history of the same people; another clock moves the history in time.
func seed(number uint64, clock time.Time) *store.Store {
	s := &seeder{Store: store.New(number, clock), voices: sections("seed/voices.txt")}
	s.dice = s.cast(0)
	s.organization()
	s.people()
	s.posts()
	s.content()
	s.discussions()
	s.team()
	s.inbox()
	s.training()
	s.previews()
	return s.Store
}

type seeder struct {
	*store.Store
	org    organization
	voices map[string][]string
	dice   dice
	plan   map[string]planned // by post id
}

// organization has the form of seed/organization.json, where rows are lists to keep the file short.
type organization struct {
	Boards     [][4]any    `json:"boards"`
	Statuses   [][3]string `json:"statuses"`
	Tags       [][2]any    `json:"tags"`
	Fields     [][4]any    `json:"fields"`
	Admins     [][2]string `json:"admins"`
	Companies  [][5]any    `json:"companies"`
	FirstNames string      `json:"firstNames"`
	LastNames  string      `json:"lastNames"`
}

// dice is a sequence of numbers that look random and are the same in all runs (splitmix64).
type dice uint64

// roll returns the next number, from 0 to sides-1.
func (d *dice) roll(sides int) int {
	*d += 0x9e3779b97f4a7c15
	z := uint64(*d)
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return int((z ^ z>>31) % uint64(sides)) //nolint:gosec // sides is small and positive
}

// cast returns dice of its own for one part of the seed, so that a change of that part does not change the rest.
func (s *seeder) cast(own dice) dice { return own + dice(s.Seed) }

func (d *dice) pick(lines []string) string { return lines[d.roll(len(lines))] }

// put adds an object. Its id follows from its kind, its place and its time of creation.
func (s *seeder) put(kind string, created time.Time, o object) object {
	o["id"] = s.IDAt(kind, created)
	s.Kind(kind).Add(o)
	return o
}

func (s *seeder) daysAgo(days int) time.Time { return s.Epoch.AddDate(0, 0, -days) }

// seedText returns a file of the seed.
func seedText(path string) string {
	text, there := seedFiles()[path]
	if !there {
		panic("seed: there is no " + path)
	}
	return text
}

// readSeed decodes a file of the seed.
func readSeed(path string, v any) {
	if err := json.Unmarshal([]byte(seedText(path)), v); err != nil {
		panic("seed: " + path + ": " + err.Error())
	}
}

func (s *seeder) organization() {
	readSeed("seed/organization.json", &s.org)
	founded := s.daysAgo(1200)
	for _, row := range s.org.Admins {
		s.put("admin", founded, object{"object": "admin", "name": row[0], "email": row[1], "profilePicture": nil})
	}
	for i, row := range s.org.Statuses {
		s.put("post_status", founded, object{"object": "post_status", "name": row[0], "color": row[1], "type": row[2], "isDefault": i == 0})
	}
	for _, row := range s.org.Tags {
		s.put("post_tag", founded, object{"name": row[0], "color": row[1]})
	}
	var fieldIDs []any
	for _, row := range s.org.Fields {
		field := s.put("custom_field", founded, object{
			"label": row[0], "object": "custom_field", "type": row[1], "public": row[3], "internal": row[3] != true, "required": false,
			"createdAt": stamp(founded), "updatedAt": stamp(founded),
		})
		if labels, _ := row[2].([]any); len(labels) > 0 {
			options := make([]any, len(labels))
			for i, label := range labels {
				options[i] = object{"id": s.IDAt("option", founded), "label": label}
			}
			field["options"] = options
		}
		fieldIDs = append(fieldIDs, field["id"])
	}
	for _, row := range s.org.Boards {
		s.put("board", founded, object{
			"object": "board", "name": row[0], "createdAt": stamp(founded), "customFields": fieldIDs,
			"icon":     object{"type": "emoji", "value": row[1]},
			"access":   object{"adminOnly": row[3], "allowedRoles": []any{}, "deniedRoles": []any{}, "segments": []any{}},
			"features": object{"commentsEnabled": true, "createdDatesVisible": true, "postingEnabled": true},
			"localization": object{
				"name": object{"en": row[0]}, "description": object{"en": row[2]}, "formPlaceholder": nil, "heroDescription": nil,
				"heroTitle": nil, "submitButtonText": nil,
			},
			"postDefaults": object{"visibility": "public"},
		})
	}
}

// people makes companies with their contacts, and a few leads with few fields.
func (s *seeder) people() {
	for i, row := range s.org.Companies {
		name, _ := row[0].(string)
		since := s.daysAgo(1100 - 25*i)
		slug := slugOf(name)
		s.put("company", since, object{
			"object": "company", "name": name, "companyId": slug, "industry": row[1], "plan": row[2], "monthlySpend": row[3],
			"companySize": row[4], "website": "https://" + slug + ".example", "linkedUsers": 0.0, "customFields": object{},
			"createdAt": stamp(since), "updatedAt": stamp(s.daysAgo(i)), "lastActivity": stamp(s.daysAgo(i % 9)),
		})
	}
	first, last := strings.Fields(s.org.FirstNames), strings.Fields(s.org.LastNames)
	companies := s.Kind("company").All()
	for i := range seedContacts {
		name := first[i%len(first)] + " " + last[(i*11+i/len(first))%len(last)]
		since := s.daysAgo(1000 - 6*i)
		company := companies[(i*7+i/len(companies)*5)%len(companies)]
		o := newContact(name, strings.ToLower(strings.ReplaceAll(name, " ", "."))+"@"+text(company, "companyId")+".example")
		o["createdAt"], o["updatedAt"] = stamp(since), stamp(since)
		o["lastActivity"] = stamp(s.daysAgo(s.dice.roll(120)).Add(-time.Duration(s.dice.roll(86400)) * time.Second))
		o["locale"] = []string{"en", "en", "en", "de", "fr", "es", "ja"}[s.dice.roll(7)]
		lead := i%11 == 10
		if lead {
			o["type"] = "lead"
			if i%2 == 0 {
				o["email"] = nil
			}
			o["name"] = first[i%len(first)]
		} else {
			o["userId"] = fmt.Sprintf("usr_%04d", 1000+7*i)
			o["verified"] = i%3 != 0
			o["subscribedToChangelog"] = i%5 != 4
			company["linkedUsers"] = number(company, "linkedUsers") + 1
			if i%13 == 6 {
				o["email"] = nil
			}
			if i%4 == 1 {
				o["customFields"] = object{"jobTitle": s.dice.pick([]string{"Project manager", "Head of operations", "Designer", "Controller", "CTO"})}
			}
		}
		s.put("contact", since, o)
		if !lead {
			o["_companyIds"] = []any{company["id"]}
		}
	}
}

// topic is one wish or one fault in the words of several people.
type topic struct {
	board, status string
	tags          []string
	titles        []string
	paragraphs    []string
	remarks       []string // comments that fit this topic alone
}

// topics reads seed/posts.txt. A topic is a header "# board | tags | status", then titles, paragraphs (>) and remarks (").
func topics() []*topic {
	var all []*topic
	for line := range strings.Lines(seedText("seed/posts.txt")) {
		line = strings.TrimSpace(line)
		if header, ok := strings.CutPrefix(line, "# "); ok {
			parts := strings.Split(header, " | ")
			all = append(all, &topic{board: parts[0], tags: strings.Split(parts[1], ", "), status: parts[2]})
			continue
		}
		if line == "" {
			continue
		}
		t := all[len(all)-1]
		if paragraph, ok := strings.CutPrefix(line, "> "); ok {
			t.paragraphs = append(t.paragraphs, paragraph)
		} else if remark, ok := strings.CutPrefix(line, "\" "); ok {
			t.remarks = append(t.remarks, remark)
		} else {
			t.titles = append(t.titles, line)
		}
	}
	return all
}

// sections reads a file of lines under "# name" headers.
func sections(path string) map[string][]string {
	out := map[string][]string{}
	name := ""
	for line := range strings.Lines(seedText(path)) {
		line = strings.TrimSpace(line)
		if header, ok := strings.CutPrefix(line, "# "); ok {
			name = header
		} else if line != "" {
			out[name] = append(out[name], line)
		}
	}
	return out
}

func (s *seeder) named(kind, name string) object {
	o := s.Kind(kind).Find(func(o object) bool { return text(o, "name") == name })
	if o == nil {
		panic("seed: no " + kind + " is called " + name)
	}
	return o
}

// customers returns the contacts that write and vote.
func (s *seeder) customers() []object {
	return slices.DeleteFunc(slices.Clone(s.Kind("contact").All()), func(o object) bool { return o["type"] != "customer" })
}

// planned is a post that has no id yet. Posts are sorted first, because ids follow the order of creation and topics do not.
type planned struct {
	topic   *topic
	variant int
	created time.Time
}

func (s *seeder) posts() {
	var plan []planned
	for _, t := range topics() {
		age := 60 + s.dice.roll(380)
		for variant := range t.titles {
			plan = append(plan, planned{t, variant, s.daysAgo(age).Add(-time.Duration(s.dice.roll(86400)) * time.Second)})
			age = max(1, age-s.dice.roll(age))
		}
	}
	slices.SortStableFunc(plan, func(a, b planned) int { return a.created.Compare(b.created) })
	customers := s.customers()
	admins := s.Kind("admin").All()
	statuses := s.Kind("post_status").All()
	open := object{"companyExternalIds": []any{}, "userIds": []any{}} // all posts share this value, since nested values are replaced and never changed
	comments := object{"commentsEnabled": true}
	slugs := map[string]bool{}
	s.plan = map[string]planned{}
	for i, p := range plan {
		board := s.named("board", p.topic.board)
		internal := flag(board["access"].(object), "adminOnly")
		author := customers[(i*i*3+i*17)%len(customers)]
		if internal {
			author = admins[i%len(admins)]
		}
		status := s.named("post_status", p.topic.status)
		if p.variant > 0 && s.dice.roll(10) < 8 {
			status = statuses[[]int{0, 0, 0, 0, 1, 1, 2, 7}[s.dice.roll(8)]]
		}
		slug := slugOf(p.topic.titles[p.variant])
		if slugs[slug] {
			slug += fmt.Sprint("-", i)
		}
		slugs[slug] = true
		o := s.put("post", p.created, object{
			"object": "post", "title": p.topic.titles[p.variant], "content": s.body(p.topic, p.variant), "slug": slug,
			"boardId": board["id"], "assigneeId": nil, "createdAt": stamp(p.created), "updatedAt": stamp(p.created),
			"commentCount": 0.0, "customFields": object{}, "eta": nil, "features": comments, "access": open,
			"inReview": i%41 == 40, "isPinned": p.variant == 0 && i%29 == 3, "opportunityAmount": nil,
			"_authorId": author["id"], "_statusId": status["id"], "_tagIds": s.tagIDs(p.topic, p.variant),
		})
		s.plan[text(o, "id")] = p
		s.decorate(o, i, text(status, "type"))
		s.vote(o, author, customers, p.variant)
		if !internal {
			author["postsCreated"] = number(author, "postsCreated") + 1
		}
	}
}

func (s *seeder) body(t *topic, variant int) string {
	var b strings.Builder
	paragraph := t.paragraphs[variant%len(t.paragraphs)]
	if s.dice.roll(3) > 0 {
		paragraph = s.dice.pick(s.voices["opening"]) + " " + paragraph
	}
	b.WriteString("<p>" + paragraph + "</p>")
	if len(t.paragraphs) > 1 && s.dice.roll(2) == 0 {
		b.WriteString("<p>" + t.paragraphs[(variant+1)%len(t.paragraphs)] + "</p>")
	}
	if s.dice.roll(5) < 2 {
		b.WriteString(s.dice.pick(s.voices["detail"]))
	}
	if s.dice.roll(2) == 0 {
		b.WriteString("<p>" + s.dice.pick(s.voices["closing"]) + "</p>")
	}
	return b.String()
}

func (s *seeder) tagIDs(t *topic, variant int) []any {
	ids := []any{}
	for i, name := range t.tags {
		if i == 0 && variant%4 != 3 || i > 0 && s.dice.roll(2) == 0 {
			ids = append(ids, s.named("post_tag", name)["id"])
		}
	}
	return ids
}

// decorate gives some posts an assignee, a date, custom fields, money.
func (s *seeder) decorate(o object, i int, statusType string) {
	admins, fields := s.Kind("admin").All(), s.Kind("custom_field").All()
	switch statusType {
	case "unstarted", "active":
		o["assigneeId"] = admins[i%len(admins)]["id"]
		o["eta"] = stamp(s.Epoch.AddDate(0, 0, 14+7*(i%20)).Truncate(24 * time.Hour))
	case "completed":
		o["assigneeId"] = admins[i%len(admins)]["id"]
	}
	values := object{}
	if i%3 == 0 {
		options := list(fields[0], "options")
		option, _ := options[i%len(options)].(object)
		values[text(fields[0], "id")] = option["label"]
	}
	if i%7 == 2 {
		values[text(fields[2], "id")] = float64(5 + 5*(i%30))
	}
	if i%10 == 4 {
		values[text(fields[3], "id")] = true
	}
	o["customFields"] = values
	if i%17 == 5 {
		o["opportunityAmount"] = float64(500 * (1 + i%40))
	}
}

// vote casts the vote of the author and votes of others: many for the first post of a topic, few for later posts.
func (s *seeder) vote(o, author object, customers []object, variant int) {
	count := s.dice.roll(9)
	if variant == 0 {
		count = 12 + s.dice.roll(50)
	}
	voters := []any{author["id"]}
	at := s.dice.roll(len(customers))
	for range count {
		if id := customers[at%len(customers)]["id"]; id != author["id"] {
			voters = append(voters, id)
		}
		at++
	}
	o["_voters"] = voters
	imported := 0 // votes of people who are not known; sometimes as many as of those who are
	if s.Made["post"]%6 == 4 {
		imported = 3
	}
	if s.Made["post"]%42 == 4 {
		imported += len(voters)
	}
	o["upvotes"] = float64(len(voters) + imported)
}

// discussions lets customers and the team talk about posts, and a little about changelogs.
func (s *seeder) discussions() {
	customers := s.customers()
	for _, post := range s.Kind("post").All() {
		count := s.dice.roll(3)
		if len(list(post, "_voters")) > 12 {
			count = 2 + s.dice.roll(5)
		}
		p, remark := s.plan[text(post, "id")], ""
		if p.variant < len(p.topic.remarks) {
			remark, count = p.topic.remarks[p.variant], max(count, 1)
		}
		s.discuss(post, count, remark)
	}
	for i, changelog := range s.Kind("changelog").All()[:discussedChangelogs] {
		for n, line := range s.voices["applause"][:2+i%2] {
			author := customers[(i*9+n*4)%len(customers)]
			s.comment(changelog, "changelogId", author, s.daysAgo(20-i-n), object{"content": "<p>" + line + "</p>"})
		}
	}
	s.bury()
	s.plan, s.voices = nil, nil
}

// bury puts text that nobody sees into the newest post of a customer that awaits moderation, and into the newest comment of a customer on a post, as
// those do who write for a model that reads along.
func (s *seeder) bury() {
	for i, kind := range []string{"post", "comment"} {
		all := slices.Backward(s.Kind(kind).All())
		for _, o := range all {
			_, author := s.Person(text(o, "_authorId"))
			if author == "customer" && flag(o, "inReview") == (kind == "post") && o["changelogId"] == nil && !flag(o, "isSpam") {
				o["content"] = text(o, "content") + s.voices["hidden"][i]
				break
			}
		}
	}
}

// discuss adds comments to a post. The remark on its topic comes first, if there is one.
func (s *seeder) discuss(post object, count int, remark string) {
	customers, admins := s.customers(), s.Kind("admin").All()
	at, _ := time.Parse(time.RFC3339, text(post, "createdAt"))
	var previous object
	for n := range count {
		at = at.Add(time.Duration(1+s.dice.roll(200)) * time.Hour)
		if !at.Before(s.Epoch) {
			at = s.Epoch.Add(-time.Duration(1+s.dice.roll(3600)) * time.Second)
		}
		author, content, private := customers[s.dice.roll(len(customers))], "", false
		var parent any
		switch draw := s.dice.roll(20); {
		case n == 0 && remark != "":
			content = remark
		case draw == 0 || draw == 19:
			content = s.dice.pick(s.voices["long"])
		case draw < 3:
			author, content, private = admins[s.dice.roll(len(admins))], s.dice.pick(s.voices["note"]), true
		case draw < 8:
			author, content = admins[s.dice.roll(len(admins))], s.dice.pick(s.voices["answer"])
		case draw < 12 && previous != nil && !flag(previous, "isPrivate"):
			content, parent = s.dice.pick(s.voices["reply"]), previous["id"]
		default:
			content = s.dice.pick(s.voices["agree"])
		}
		if !strings.HasPrefix(content, "<") {
			content = "<p>" + content + "</p>"
		}
		up := s.dice.roll(12)
		previous = s.comment(post, "postId", author, at, object{
			"content": content, "parentCommentId": parent, "isPrivate": private, "upvotes": float64(up), "downvotes": float64(s.dice.roll(3) * (up % 2)),
			"inReview": !private && s.dice.roll(45) == 0, "isSpam": s.dice.roll(120) == 0,
		})
		post["updatedAt"] = max(text(post, "updatedAt"), stamp(at))
	}
}

// comment adds one comment and keeps the counters.
func (s *seeder) comment(subject object, field string, author object, at time.Time, extra object) object {
	o := object{
		"object": "comment", "postId": nil, "changelogId": nil, "parentCommentId": nil, "createdAt": stamp(at), "updatedAt": stamp(at),
		"upvotes": 0.0, "downvotes": 0.0, "inReview": false, "isPrivate": false, "isPinned": false, "isSpam": false, "isDeleted": false,
		"_authorId": author["id"],
	}
	maps.Copy(o, extra)
	o[field] = subject["id"]
	subject["commentCount"] = number(subject, "commentCount") + 1
	if _, counts := author["commentsCreated"]; counts {
		author["commentsCreated"] = number(author, "commentsCreated") + 1
	}
	return s.put("comment", at, o)
}
