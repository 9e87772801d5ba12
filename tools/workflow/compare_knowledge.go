package workflow

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/figures"
	"featurebase-mcp/internal/input"
	"featurebase-mcp/internal/legible"
	"featurebase-mcp/internal/likeness"
	"featurebase-mcp/internal/markup"
	"featurebase-mcp/internal/rawjson"
	"featurebase-mcp/internal/render"
)

// compareKnowledge holds what the AI agent was taught against the help center.
var compareKnowledge = &engine.Operation{
	Name:        "compare_knowledge",
	Title:       "Compare knowledge",
	Description: "Compare training files and Q&A entries with live help center articles: other numbers or dates, older than the article, no article at all.",
	Effect:      engine.Read,
	Input:       input.Args[compareKnowledgeArgs](),
	Run:         func(ctx context.Context, j *engine.Job) (string, error) { return (&knowledge{work: &work{j}}).run(ctx) },
	Uses:        []string{"list_training_files", "get_training_file", "list_qna", "list_articles"},
	Example:     `{}`,
}

type compareKnowledgeArgs struct {
	Source string `json:"source,omitempty" jsonschema:"minLength=1,maxLength=100" jsonschema_description:"Label; only what carries it."`
}

// Bounds of compare_knowledge. What is beyond is counted.
const (
	taughtRead     = 200  // entries, and as many files
	articlesRead   = 500  // articles
	filesRead      = 40   // files whose text is read, the newest
	sentencesOfOne = 60   // sentences with figures of one file or article
	sameSubject    = 0.45 // the least likeness of two sentences whose figures are compared, each within the other
	fewestShared   = 2    // words that two sentences share at least
	sameInOne      = 0.7  // the least likeness of two sentences that share one word
	coveredBy      = 0.5  // share of an entry's question that an article has which is about the same
	rowsOfKind     = 8    // findings of a kind that are shown
)

// knowledge is the state of one compare_knowledge call.
type knowledge struct {
	*work
	taught                    []*piece // entries and files
	articles                  []*piece
	rare                      *likeness.Rarity
	entries, files, published engine.Collection
	unread                    int // files whose text was not read
}

// piece is something that says something: an entry, a file, or an article.
type piece struct {
	what, id, title, text string
	changed               string // when it was made, or last published
	hidden                int    // characters that people would not see
	terms, about          likeness.TermSet
	sentences             []claim
}

// claim is a sentence with figures.
type claim struct {
	figures.Sentence
	terms likeness.TermSet
}

func (k *knowledge) run(ctx context.Context) (string, error) {
	if err := k.read(ctx); err != nil {
		return "", err
	}
	return k.write(), nil
}

// read reads everything that is compared. The call fails if there is nothing to compare.
func (k *knowledge) read(ctx context.Context) error {
	wire := map[string]any{}
	if source, _ := k.Arguments()["source"].(string); source != "" {
		wire["source"] = source
	}
	var failures [3]error
	list := func(i int, what, operation string, wire map[string]any, most int, c *engine.Collection) engine.Part {
		return engine.Part{What: what, Do: func(ctx context.Context) (err error) {
			*c, err = k.List(ctx, what, operation, wire, most)
			failures[i] = err
			return err
		}}
	}
	err := k.All(ctx,
		list(0, "the Q&A entries", "list_qna", wire, taughtRead, &k.entries),
		list(1, "the training files", "list_training_files", wire, taughtRead, &k.files),
		list(2, "the articles", "list_articles", map[string]any{"state": "live"}, articlesRead, &k.published),
	)
	if err != nil {
		return err
	}
	if failures[2] != nil || failures[0] != nil && failures[1] != nil {
		k.Missing = nil // the call fails with the first failure, which says it all
		return cmp.Or(failures[2], failures[0])
	}
	for _, item := range objects(k.published.Items) {
		v := rawjson.Repair(item)
		markdown, hidden := markup.Convert([]byte(v.Get("body").Text()))
		article := k.piece("article", v, v.Get("title").Text(), markdown, cmp.Or(v.Get("liveUpdatedAt").Text(), v.Get("updatedAt").Text()))
		article.hidden += hidden.Characters
		k.articles = append(k.articles, article)
	}
	for _, item := range objects(k.entries.Items) {
		v := rawjson.Repair(item)
		var questions []string
		for question := range v.Items("questions") {
			questions = append(questions, question.Text())
		}
		k.taught = append(k.taught, k.piece("Q&A entry", v, strings.Join(questions, " "), v.Get("answer").Text(), cmp.Or(v.Get("updatedAt").Text(), v.Get("createdAt").Text())))
	}
	return k.readFiles(ctx)
}

// readFiles reads the texts of the files.
func (k *knowledge) readFiles(ctx context.Context) error {
	files := objects(k.files.Items)
	k.unread = max(0, len(files)-filesRead)
	files = files[:min(len(files), filesRead)]
	read := make([]*piece, len(files))
	err := k.Each(ctx, "texts of training files", len(files), func(ctx context.Context, i int) error {
		id := rawjson.Value(files[i]).Get("id").Text()
		body, err := k.Get(ctx, "the training file", "get_training_file", map[string]any{"trainingFileId": id})
		if err != nil {
			return err
		}
		v := rawjson.Repair(body)
		read[i] = k.piece("file", v, v.Get("name").Text(), v.Get("content").Text(), cmp.Or(v.Get("updatedAt").Text(), v.Get("createdAt").Text()))
		return nil
	})
	for _, p := range read {
		if p != nil {
			k.taught = append(k.taught, p)
		}
	}
	return err
}

func (k *knowledge) piece(what string, v rawjson.Value, title, text, changed string) *piece {
	p := &piece{what: what, id: k.lineOf(v, "id"), title: k.Line(title), text: k.Text(text), changed: changed}
	p.hidden = markup.Carried(title).Characters + markup.Carried(text).Characters
	p.terms, p.about = likeness.TermsOf(p.title, p.text), likeness.TermsOf(p.title, "")
	for _, s := range figures.Sentences(p.text) {
		if len(s.Text) <= comparedSentence && len(p.sentences) < sentencesOfOne {
			about := strings.Join(append([]string{s.Rest}, s.Counted...), " ")
			if what == "Q&A entry" || pointsBack().MatchString(s.Text) {
				about += " " + p.title // an answer speaks of what the question names
			}
			p.sentences = append(p.sentences, claim{s, likeness.TermsOf(about, "")})
		}
	}
	return p
}

// pointsBack matches a sentence that begins with a word for what was named before, in an article most often its title.
var pointsBack = legible.Pattern(`^(?i:it|they|this|these|that|those|sie|es|er|dies|diese|dieser|il|elle|ils|elles)\b`)

// finding is what somebody should look at.
type finding struct {
	taught, article *piece
	ours, theirs    figures.Figure
	say             [2]string // the sentences that contradict each other
	alike           float64
}

// contradicted finds sentences about the same with other figures. A sentence of an article that is less like ours than one with our figure is about something else.
func (k *knowledge) contradicted(p *piece) (found []finding) {
	best := map[*piece]finding{}
	for _, s := range p.sentences {
		agreed := 0.0
		var against []finding
		for _, a := range k.articles {
			for _, t := range a.sentences {
				alike := k.alike(s, t)
				if alike < sameSubject {
					continue
				}
				ours, theirs, ok := figures.Conflict(s.Sentence, t.Sentence)
				switch {
				case ok && !k.severalCases(p, a, s, t, ours, theirs):
					against = append(against, finding{p, a, ours, theirs, [2]string{s.Text, t.Text}, alike})
				case sharesFigure(s.Sentence, t.Sentence):
					agreed = max(agreed, alike)
				}
			}
		}
		for _, f := range against {
			if f.alike > agreed && f.alike > best[f.article].alike {
				best[f.article] = f
			}
		}
	}
	for _, a := range k.articles {
		if f, ok := best[a]; ok {
			found = append(found, f)
		}
	}
	slices.SortStableFunc(found, func(a, b finding) int { return cmp.Compare(b.alike, a.alike) })
	return found[:min(len(found), contradictionsSaid)]
}

// severalCases reports whether one of two texts says the other's figure in another sentence about the same: then the figures are for several cases.
func (k *knowledge) severalCases(p, a *piece, s, t claim, ours, theirs figures.Figure) bool {
	says := func(list []claim, but, near claim, f figures.Figure) bool {
		return slices.ContainsFunc(list, func(c claim) bool {
			return c.Text != but.Text && k.alike(c, near) >= sameSubject && slices.ContainsFunc(c.Figures, func(g figures.Figure) bool { return g.Comparable(f) && g.Same(f) })
		})
	}
	return says(p.sentences, s, t, theirs) || says(a.sentences, t, s, ours)
}

// alike returns how much two sentences are about the same, from 0 to 1.
func (k *knowledge) alike(s, t claim) float64 {
	there, words := k.rare.Coverage(s.terms, t.terms)
	back, _ := k.rare.Coverage(t.terms, s.terms)
	if alike := math.Sqrt(there * back); len(words) >= fewestShared || len(words) > 0 && alike >= sameInOne {
		return alike
	}
	return 0
}

// nearest returns the article that has most of what a piece is about, or nil.
func (k *knowledge) nearest(p *piece) *piece {
	var best *piece
	most := coveredBy
	for _, a := range k.articles {
		if share, _ := k.rare.Coverage(p.about, a.terms); share >= most {
			best, most = a, share
		}
	}
	return best
}

func (k *knowledge) write() string {
	var sets []likeness.TermSet
	for _, p := range slices.Concat(k.taught, k.articles) {
		sets = append(sets, p.terms)
	}
	k.rare = likeness.NewRarity(sets...)
	k.rare.Texts = max(k.rare.Texts, usualPassages)
	var contradictions, older []finding
	var missing []*piece
	for _, p := range k.taught {
		found := k.contradicted(p)
		contradictions = append(contradictions, found...)
		a := k.nearest(p)
		switch {
		case len(found) > 0:
		case a == nil:
			missing = append(missing, p)
		case p.changed != "" && a.changed > p.changed:
			older = append(older, finding{taught: p, article: a})
		}
	}
	var b strings.Builder
	b.WriteString(engine.Marked("what stands in quotes"))
	fmt.Fprintf(&b, "compared: %s and %s with %s\n", shownOf(len(k.entries.Items), k.entries.Total, "Q&A pair"), shownOf(len(k.files.Items)-k.unread, k.files.Total, "training file"),
		shownOf(len(k.articles), k.published.Total, "live article"))
	shown := map[*piece]bool{}
	for _, f := range slices.Concat(contradictions[:min(len(contradictions), rowsOfKind)], older[:min(len(older), rowsOfKind)]) {
		shown[f.taught], shown[f.article] = true, true
	}
	for _, p := range missing[:min(len(missing), rowsOfKind)] {
		shown[p] = true
	}
	hidden := 0
	for p := range shown {
		hidden += p.hidden
	}
	if left := render.LeftOut(hidden); left != "" {
		b.WriteString(left + "\n")
	}
	section(&b, "other figures than an article", len(contradictions), func(i int) string {
		f := contradictions[i]
		return fmt.Sprintf("%s: %s, article %s: %s\n  taught: %s\n  article: %s", f.taught.called(), strconv.Quote(f.ours.Text), f.article.id, strconv.Quote(f.theirs.Text),
			strconv.Quote(markup.PlainExcerpt(f.say[0], quotedSentence)), strconv.Quote(markup.PlainExcerpt(f.say[1], quotedSentence)))
	})
	section(&b, "older than the article about the same", len(older), func(i int) string {
		f := older[i]
		return fmt.Sprintf("%s of %s, article %s %s of %s", f.taught.called(), k.day(f.taught.changed), f.article.id, strconv.Quote(short(f.article.title)), k.day(f.article.changed))
	})
	section(&b, "no article about it", len(missing), func(i int) string { return missing[i].called() })
	b.WriteString("Figures are compared where two sentences are about the same; read both before you change one.")
	b.WriteString(k.Next("", engine.Step{Tool: "update_qna", Does: "corrects an entry"}, engine.Step{Tool: "update_training_file", Does: "a file"},
		engine.Step{Tool: "update_article", Does: "an article"}, engine.Step{Tool: "create_article", Does: "writes one"}))
	return b.String()
}

// called names a piece.
func (p *piece) called() string { return p.what + " " + p.id + " " + strconv.Quote(short(p.title)) }

func (k *knowledge) day(at string) string {
	day, _, _ := strings.Cut(k.Line(at), "T")
	return day
}

// section writes a list of findings, as many as are shown of a kind.
func section(b *strings.Builder, title string, n int, row func(i int) string) {
	fmt.Fprintf(b, "%s: %s\n", title, legible.Thousands(n))
	for i := range min(n, rowsOfKind) {
		b.WriteString("- " + row(i) + "\n")
	}
	if n > rowsOfKind {
		fmt.Fprintf(b, "- and %s more\n", legible.Thousands(n-rowsOfKind))
	}
}
