package workflow

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/input"
	"featurebase-mcp/internal/legible"
	"featurebase-mcp/internal/likeness"
	"featurebase-mcp/internal/rawjson"
	"featurebase-mcp/internal/render"
	"featurebase-mcp/tools/kind"
)

// proposeTraining finds what customers ask again and again and the team answered, as Q&A entries for the AI agent.
var proposeTraining = &engine.Operation{
	Name:  "propose_training",
	Title: "Propose training",
	Description: "Find what customers asked repeatedly in closed conversations (of a period, a tag or a list) and the team answered well, as Q&A entries for the AI agent " +
		"with personal data taken out, checked against what it knows.",
	Effect:  engine.Read,
	Input:   input.Args[proposeTrainingArgs](),
	Refs:    engine.Refs{"tagId": {Kind: kind.ConversationTag}},
	Run:     func(ctx context.Context, j *engine.Job) (string, error) { return (&training{work: &work{j}}).run(ctx) },
	Uses:    append([]string{"search_conversations", "get_conversation", "ask_qna_oracle"}, customersReads...),
	Example: `{"conversationIds":["10034","10048","10049"]}`,
}

type proposeTrainingArgs struct {
	Period          string      `json:"period,omitempty" jsonschema:"enum=week,enum=month,enum=quarter,enum=year,default=year"`
	StartDate       calendarDay `json:"startDate,omitempty"`
	EndDate         calendarDay `json:"endDate,omitempty" jsonschema_description:"Inclusive."`
	Timezone        zoneName    `json:"timezone,omitempty"`
	TagID           string      `json:"tagId,omitempty" jsonschema_description:"Or name."`
	ConversationIDs []string    `json:"conversationIds,omitempty" jsonschema:"maxItems=50" jsonschema_description:"These alone, asked once or more."`
	Limit           int         `json:"limit,omitempty" jsonschema:"minimum=1,maximum=10,default=5"`
}

// Bounds of propose_training. What is beyond is counted.
const (
	questionsCompared = 200  // conversations whose questions are compared, the latest
	threadsRead       = 60   // conversations whose messages are read
	longestQuestion   = 200  // characters of a question
	longestAnswer     = 900  // characters of an answer; a longer one is an article
	longestRead       = 3000 // characters of a message that are looked at
	shortestAnswer    = 25   // characters of a message that answers something
	shortestReason    = 20   // characters of a sentence before a short question that explains it
	tooShortAlone     = 45   // characters of a question that needs the sentence before it
	mostVariants      = 4    // questions of an entry
	proposedUsually   = 5
	worstRating       = 3 // the least score of a rated conversation whose answer is taught
)

// training is the state of one propose_training call.
type training struct {
	*work
	period     period
	listed     bool // the conversations were named, so that one is enough
	looked     engine.Collection
	asked      []*inquiry
	groups     [][]*inquiry // of those who ask the same, the earliest first
	proposals  []*proposal
	personal   personalData
	read       int // conversations whose messages were read
	unread     int // groups whose messages were not read, for their number
	unanswered int
}

// inquiry is a conversation with what the customer asked first.
type inquiry struct {
	id, created          string
	opening              string // as it was written, cleaned
	question             string
	out                  taken
	answer               string
	answerOut            taken
	worth                int // of the answer, among others
	sentences            int // that were left out of the answer, because they are about one customer
	who                  person
	rating               int     // of the customer; 0: none
	hidden, answerHidden int     // characters that people would not see
	wording                      // the question alone
	whole                wording // with what was written besides
}

// proposal is an entry for the AI agent.
type proposal struct {
	externalID string
	questions  []string
	from       []*inquiry
	best       *inquiry
	out        taken
	action     string // of the oracle; empty: it was not asked
	known      string // what the oracle points at
	unfinished bool   // marks stand in it, so that somebody has to rewrite it before it is taught
}

func (t *training) run(ctx context.Context) (string, error) {
	if err := t.find(ctx); err != nil {
		return "", err
	}
	if t.listed {
		if err := t.meetCompanies(ctx); err != nil {
			return "", err
		}
	}
	t.group()
	if err := t.readAnswers(ctx); err != nil {
		return "", err
	}
	t.propose()
	if err := t.check(ctx); err != nil {
		return "", err
	}
	return t.write(), nil
}

// find reads the conversations, each with its opening message.
func (t *training) find(ctx context.Context) error {
	if ids, ok := t.Arguments()["conversationIds"].([]any); ok && len(ids) > 0 {
		t.listed = true
		found := make([]rawjson.Value, len(ids))
		err := t.Each(ctx, "conversations", len(ids), func(ctx context.Context, i int) error {
			id, _ := ids[i].(string)
			body, err := t.Get(ctx, "the conversation", "get_conversation", map[string]any{"conversationId": id})
			found[i] = rawjson.Repair(body)
			return err
		})
		for _, body := range found {
			if body != nil {
				t.add(body)
			}
		}
		return err
	}
	zone, err := t.zone()
	if err != nil {
		return err
	}
	asked := maps.Clone(t.Arguments())
	if asked["period"] == nil && asked["startDate"] == nil && asked["endDate"] == nil {
		asked["period"] = "year" // what is asked again and again is seldom asked twice in a week
	}
	c, err := compared(t.Now().In(zone), asked)
	if err != nil {
		return err
	}
	t.period = c.period
	filters := append(createdIn(t.period), where("state", "=", closedState))
	if tag, _ := t.Arguments()["tagId"].(string); tag != "" {
		filters = append(filters, where("tagIds", "=", tag))
	}
	t.looked, err = t.List(ctx, "the conversations", "search_conversations", map[string]any{
		"query": map[string]any{"operator": "AND", "value": filters}, "sort": "lastActivityAt:desc",
	}, questionsCompared)
	if err != nil {
		return err
	}
	for _, item := range objects(t.looked.Items) {
		t.add(rawjson.Repair(item))
	}
	return nil
}

// add adds a conversation that a customer opened. What it tells of people is known from then on.
func (t *training) add(v rawjson.Value) {
	t.meet(v)
	source := v.Get("source")
	if opener(source) != customerSide {
		return
	}
	w := &render.Writer{View: digestView, Mask: t.MaskEmails}
	digestView.Parse()
	opening, hidden := w.NewTranscript(nil).MessageAndHidden(source)
	if id := t.lineOf(v, "id"); id != "" && strings.TrimSpace(opening) != "" {
		opening = legible.FirstRunes(opening, longestRead)
		t.personal.hear(id, opening)
		t.asked = append(t.asked, &inquiry{id: id, created: v.Get("createdAt").Text(), opening: opening, hidden: hidden.Characters, who: personIn(v.Get("source", "author"))})
	}
}

// personIn is somebody as a message names them.
func personIn(author rawjson.Value) person {
	return person{author.Get("id").Text(), author.Get("name").Text(), author.Get("email").Text(), author.Get("type").Text()}
}

// meet learns the names in a conversation.
func (t *training) meet(v rawjson.Value) {
	for _, somebody := range []rawjson.Value{v.Get("conversationUser"), v.Get("source", "author")} {
		t.personal.know(somebody.Get("name").Text())
		t.personal.knowMail(somebody.Get("email").Text(), side(somebody.Get("type").Text()) == teamSide)
	}
	for company := range v.Get("conversationUser").Items("companies") {
		t.personal.knowCompany(company.Get("name").Text())
	}
	for part := range v.Items("conversationParts") {
		if who, _ := speaker(part); who != botSide { // a bot is called after the product
			t.personal.know(part.Get("author", "name").Text())
			t.personal.knowMail(part.Get("author", "email").Text(), who == teamSide)
		}
		t.personal.know(part.Get("actor", "name").Text())
	}
}

// meetCompanies learns what the companies of customers are called where the conversations do not say it.
func (t *training) meetCompanies(ctx context.Context) error {
	var people []person
	for _, q := range t.asked {
		people = append(people, q.who)
	}
	found, err := t.customers(ctx, people...)
	for _, c := range found {
		t.personal.know(c.name)
		t.personal.knowMail(c.email, false)
		for _, company := range c.companies {
			t.personal.knowCompany(company.name)
		}
	}
	return err
}

// courtesy matches sentences that ask nothing of the matter.
var courtesy = legible.Pattern(`(?i)^\W*(?:how are you|how is it going|hope you|can (?:you|someone|anybody|anyone) (?:please )?help|could (?:you|someone|anybody|anyone) (?:please )?help|i have a (?:quick |short )?question|quick question|wie geht es|können sie mir helfen|ça va|cómo está)[^.!?]{0,30}[.!?:]*$`)

// questionIn returns the sentence of a message that asks, or else how it begins. The sentence before a short question explains it, unless it is about a person.
func questionIn(message string) string {
	sentences := slices.DeleteFunc(likeness.Sentences(legible.OneLine(message)), courtesy().MatchString)
	if len(sentences) == 0 {
		return ""
	}
	chosen := sentences[0]
	if i := slices.IndexFunc(sentences, asksBack().MatchString); i >= 0 {
		chosen = sentences[i]
		if before := sentences[max(0, i-1)]; i > 0 && utf8.RuneCountInString(chosen) < tooShortAlone && utf8.RuneCountInString(before) >= shortestReason && !strings.ContainsAny(before, marks) {
			chosen = before + " " + chosen
		}
	}
	return strings.TrimLeft(introduction().ReplaceAllString(chosen, ""), marks+" ,.;:!-")
}

// introduction matches what says who asks, before the question in the same line, such as "[name] here", with its full stop.
var introduction = legible.Pattern(`^[^.!?？。！]*[` + marks + `][^.!?？。！]{0,12}[.!。！]\s*`)

// group puts those together who ask the same.
func (t *training) group() {
	slices.SortStableFunc(t.asked, func(a, b *inquiry) int { return cmp.Or(cmp.Compare(a.created, b.created), cmp.Compare(a.id, b.id)) })
	var sets []likeness.TermSet
	for _, q := range t.asked {
		t.personal.listen(q.opening)
	}
	for _, q := range t.asked {
		text, out := t.personal.withMarks(q.opening)
		q.question, q.out = questionIn(text), out
		q.doc, q.whole.doc = likeness.Read(q.question, ""), likeness.Read(q.question, legible.FirstRunes(strings.Replace(legible.OneLine(text), q.question, "", 1), besides))
		sets = append(sets, q.doc.Terms)
	}
	rare := likeness.NewRarity(sets...)
	rare.Texts = max(rare.Texts, usualPosts)
	for _, q := range t.asked {
		q.prepare(rare)
		q.whole.prepare(rare)
		best, score := -1, sameMatter
		for i, group := range t.groups {
			if alike := asksSame(group[0], q); alike >= score {
				best, score = i, alike
			}
		}
		if best >= 0 {
			t.groups[best] = append(t.groups[best], q)
			continue
		}
		t.groups = append(t.groups, []*inquiry{q})
	}
	least := 2
	if t.listed {
		least = 1
	}
	t.groups = slices.DeleteFunc(t.groups, func(g []*inquiry) bool { return len(g) < least || g[0].question == "" })
	slices.SortStableFunc(t.groups, func(a, b []*inquiry) int { return cmp.Compare(len(b), len(a)) })
}

// readAnswers reads the threads of the groups, the largest group first.
func (t *training) readAnswers(ctx context.Context) error {
	var reads []*inquiry
	for i, group := range t.groups {
		if len(reads)+len(group) > threadsRead && i > 0 {
			t.unread = len(t.groups) - i
			t.groups = t.groups[:i]
			break
		}
		reads = append(reads, group[:min(len(group), threadsRead)]...)
	}
	t.read = len(reads)
	threads := make([]rawjson.Value, len(reads))
	err := t.Each(ctx, "messages of conversations", len(reads), func(ctx context.Context, i int) error {
		body, err := t.Get(ctx, "the conversation", "get_conversation", map[string]any{"conversationId": reads[i].id})
		threads[i] = rawjson.Repair(body)
		return err
	})
	said := make([][]message, len(threads))
	for i, thread := range threads { // everybody's name is known before the first answer is written
		if thread != nil {
			t.meet(thread)
			said[i] = t.messages(reads[i], thread)
		}
	}
	for _, list := range said {
		for _, m := range list {
			t.personal.listen(m.text)
		}
	}
	for i, list := range said {
		t.readAnswer(reads[i], list)
	}
	return err
}

// asksBack matches a question. Unlike questions, it takes no semicolon for the question mark of Greek: answers have many.
var asksBack = legible.Pattern(`[？؟]|\?(?:[^\pL\pN_%/]|$)`)

// propose makes an entry of each group that has a good answer.
func (t *training) propose() {
	for _, group := range t.groups {
		answered := slices.DeleteFunc(slices.Clone(group), func(q *inquiry) bool { return q.answer == "" || q.rating > 0 && q.rating < worstRating })
		if len(answered) == 0 {
			t.unanswered++
			continue
		}
		p := &proposal{from: group, best: slices.MaxFunc(answered, func(a, b *inquiry) int {
			return cmp.Or(cmp.Compare(a.rating, b.rating), cmp.Compare(a.worth, b.worth))
		})}
		p.out = p.best.answerOut
		clean := slices.DeleteFunc(slices.Clone(group), func(q *inquiry) bool { return bracketed().MatchString(q.question) })
		if len(clean) == 0 {
			clean = group
		}
		for _, q := range clean {
			question := legible.FirstRunes(q.question, longestQuestion)
			if len(p.questions) < mostVariants && question != "" && !slices.ContainsFunc(p.questions, func(known string) bool { return strings.EqualFold(known, question) }) {
				p.questions = append(p.questions, question)
				p.out = p.out.plus(q.out)
			}
		}
		p.unfinished = slices.ContainsFunc(append(slices.Clone(p.questions), p.best.answer), bracketed().MatchString)
		p.externalID = externalIDOf(group[0].question)
		t.proposals = append(t.proposals, p)
	}
}

// bracketed matches the marks of what was taken out.
var bracketed = legible.Pattern(`\[(?:name|e-mail|number|link|address|password)\]`)

// externalIDOf returns an id that is the same whenever the question is, so that teaching it twice is teaching it once.
func externalIDOf(question string) string {
	stems := slices.Sorted(maps.Keys(likeness.TermsOf(question, "")))
	sum := sha256.Sum256([]byte(strings.Join(stems, " ")))
	return "support-" + hex.EncodeToString(sum[:6])
}

// limit is how many entries are proposed.
func (t *training) limit() int {
	if n := wholeNumber(rawjson.Value(rawjson.Encode(t.Arguments()["limit"]))); n > 0 {
		return n
	}
	return proposedUsually
}

// check asks the oracle about each entry that would be shown.
func (t *training) check(ctx context.Context) error {
	asked := t.proposals[:min(len(t.proposals), 2*t.limit())]
	return t.Each(ctx, "what the AI agent knows already", len(asked), func(ctx context.Context, i int) error {
		p := asked[i]
		body, err := t.Get(ctx, "the oracle's advice", "ask_qna_oracle", map[string]any{"questions": p.questions, "answer": p.best.answer, "externalId": p.externalID})
		if err != nil {
			return err
		}
		v := rawjson.Repair(body)
		p.action = t.lineOf(v, "action")
		for _, where := range []string{"existing", "target"} {
			if id := t.lineIn(v.Get(where, "id")); id != "" {
				p.known = id
			}
		}
		return nil
	})
}
