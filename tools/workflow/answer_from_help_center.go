package workflow

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/input"
	"featurebase-mcp/internal/legible"
	"featurebase-mcp/internal/likeness"
	"featurebase-mcp/internal/markup"
)

// answerFromHelpCenter finds the passages of the help center about a question, ready to cite.
var answerFromHelpCenter = &engine.Operation{
	Name:  "answer_from_help_center",
	Title: "Answer from help center",
	Description: "Find the passages of published help center articles that answer a question, with title, article id and URL to cite. " +
		"Says so when nothing fits: then do not answer from memory.",
	Effect:  engine.Read,
	Default: true,
	Input:   input.Args[answerFromHelpCenterArgs](),
	Run:     func(ctx context.Context, j *engine.Job) (string, error) { return (&work{j}).answerFromHelpCenter(ctx) },
	Uses:    []string{"search_articles", "get_article"},
	Example: `{"question":"How do I send an invitation again?"}`,
}

type answerFromHelpCenterArgs struct {
	Question     string `json:"question" jsonschema:"minLength=1,maxLength=2000" jsonschema_description:"In the help center's language."`
	HelpCenterID string `json:"helpCenterId,omitempty"`
}

const (
	longestSearch  = 500  // characters that the API accepts as a search
	articlesOfAll  = 10   // articles read from a search for the whole question
	articlesOfOne  = 5    // articles read from a search for one of its words
	wordsAlone     = 4    // words that are each searched for alone
	longestPassage = 900  // characters of a passage; longer sections are split between paragraphs
	passagesShown  = 5    // the most passages shown
	passagesRoom   = 4500 // bytes of all passages shown
	leastFit       = 0.34 // share of the question that a passage has to cover
	usualPassages  = 100  // the assumed least number of passages in a help center: a handful of hits does not show how rare a word is
	unheard        = 0.5  // weight factor of a word that no hit contains although the search for it found articles: it may mean little
	sameText       = 0.92 // share of common words above which two passages say the same
)

// article is an article in a response of the API.
type article struct {
	ID               string   `json:"id"`
	Title            string   `json:"title"`
	Body             string   `json:"body"`
	State            string   `json:"state"`
	Locale           string   `json:"locale"`
	FeaturebaseURL   string   `json:"featurebaseUrl"`
	ExternalURL      string   `json:"externalUrl"`
	UpdatedAt        string   `json:"updatedAt"`
	VisibleBy        []any    `json:"visibleBy"`
	PublishedLocales []string `json:"publishedLocales"`
	Translations     map[string]struct {
		Title string `json:"title"`
		Body  string `json:"body"`
	} `json:"translations"`
}

// passage is a part of an article below one heading.
type passage struct {
	article *article
	title   string // title of the article in the language of the passage
	heading string // heading above the passage; empty before the first heading
	locale  string
	text    string // Markdown
	hidden  int    // characters of the article, in this language, that people would not see
	terms   likeness.TermSet
	fit     float64
	words   []string
}

func (j *work) answerFromHelpCenter(ctx context.Context) (string, error) {
	question, _ := j.Arguments()["question"].(string)
	asked := likeness.TermsOf(question, "")
	if len(asked) == 0 {
		return "", errors.New("question: there are no words in it to search for")
	}
	articles, searches, unknown, err := j.findArticles(ctx, question)
	if err != nil {
		return "", err
	}
	var passages []*passage
	for _, a := range articles {
		passages = append(passages, j.passagesOf(a)...)
	}
	looked := fmt.Sprintf("looked at: %s, the best hits of %s for the question and its words", legible.Count(len(articles), "published article"), legible.Count(searches, "search"))
	chosen := choosePassages(asked, unknown, passages)
	if len(chosen) == 0 {
		return "nothing fits: no passage of the help center speaks of this\n" + looked + j.nearestTitles(articles) + j.emptyHelpCenter(articles) +
			"\nAsk again in other words, or in the language of the help center; or say that the help center has no answer.", nil
	}
	var b strings.Builder
	b.WriteString(looked + "; fit is the share of the question that a passage speaks of, at most 1\n")
	for i, p := range chosen {
		b.WriteString(p.cite(j, i+1))
	}
	return strings.TrimSuffix(b.String(), "\n"), nil
}

// findArticles searches for the question in several phrasings. answered is the number of searches that succeeded, and unknown has the words
// whose own search found nothing.
func (j *work) findArticles(ctx context.Context, question string) (found []*article, answered int, unknown likeness.TermSet, err error) {
	searches := phrasings(question)
	clauses := []any{where("state", "=", "live")}
	if id, ok := j.Arguments()["helpCenterId"]; ok {
		clauses = append(clauses, where("help_center_id", "=", id))
	}
	results := make([]engine.Collection, len(searches))
	failures := make([]error, len(searches))
	parts := make([]engine.Part, len(searches))
	for i, words := range searches {
		most := articlesOfOne
		if strings.Contains(words, " ") || i == 0 {
			most = articlesOfAll
		}
		parts[i] = engine.Part{What: "the articles about " + input.Show(words), Do: func(ctx context.Context) error {
			results[i], failures[i] = j.List(ctx, "the articles", "search_articles", map[string]any{
				"search": words, "query": map[string]any{"operator": "AND", "value": clauses},
			}, most)
			return failures[i]
		}}
	}
	if err := j.All(ctx, parts...); err != nil {
		return nil, 0, nil, &engine.JobError{Operation: "search_articles", What: "the articles", Wire: nil, Err: err}
	}
	if !slices.Contains(failures, nil) {
		j.Missing = nil // the call fails with the first failure, which says it all
		return nil, 0, nil, failures[0]
	}
	seen := map[string]bool{}
	unknown = likeness.TermSet{}
	for i, r := range results {
		if failures[i] == nil {
			answered++
		}
		if failures[i] == nil && len(r.Items) == 0 && !strings.Contains(searches[i], " ") {
			maps.Copy(unknown, likeness.TermsOf(searches[i], ""))
		}
		for _, a := range engine.DecodeAll[*article](r.Items) {
			if a != nil && !seen[a.ID] {
				seen[a.ID] = true
				found = append(found, a)
			}
		}
	}
	err = j.completeArticles(ctx, found)
	// Drafts, and articles whose text could not be read, do not count as looked at.
	found = slices.DeleteFunc(found, func(a *article) bool { return a.State == "draft" || a.Body == "" && len(a.Translations) == 0 })
	return found, answered, unknown, err
}

// completeArticles reads the articles whose search result has no text.
func (j *work) completeArticles(ctx context.Context, found []*article) error {
	var parts []engine.Part
	for _, a := range found {
		if a.Body != "" || a.State == "draft" {
			continue
		}
		parts = append(parts, engine.Part{What: "article " + a.ID, Do: func(ctx context.Context) error {
			body, err := j.Get(ctx, "the article", "get_article", map[string]any{"articleId": a.ID})
			if err != nil {
				return err
			}
			return json.Unmarshal(body, a)
		}})
	}
	return j.All(ctx, parts...)
}

// phrasings returns the question, its longer words together, and the longest words one by one. A search that requires most words finds
// little for a sentence, and in any language long words are mostly rare ones.
func phrasings(question string) []string {
	const long = 4
	var words []string
	for stem, word := range likeness.Terms(question) {
		if first, _ := utf8.DecodeRuneInString(stem); utf8.RuneCountInString(word) >= long && !likeness.IsUnspaced(first) {
			words = append(words, word)
		}
	}
	list := []string{legible.FirstRunes(question, longestSearch), legible.FirstRunes(strings.Join(words, " "), longestSearch)}
	slices.SortStableFunc(words, func(a, b string) int { return cmp.Compare(utf8.RuneCountInString(b), utf8.RuneCountInString(a)) })
	list = append(list, words[:min(len(words), wordsAlone)]...)
	var distinct []string
	for _, words := range list {
		if words != "" && !slices.Contains(distinct, words) {
			distinct = append(distinct, words)
		}
	}
	return distinct
}

// passagesOf splits an article at its headings, in each language that it is published in.
func (j *work) passagesOf(a *article) []*passage {
	list := j.split(a, a.Title, a.Locale, a.Body)
	for _, locale := range slices.Sorted(maps.Keys(a.Translations)) {
		if t := a.Translations[locale]; locale != a.Locale && slices.Contains(a.PublishedLocales, locale) {
			list = append(list, j.split(a, cmp.Or(t.Title, a.Title), locale, t.Body)...)
		}
	}
	return list
}

func (j *work) split(a *article, title, locale, html string) []*passage {
	var list []*passage
	heading := ""
	var text strings.Builder
	markdown, hidden := markup.Convert(html)
	hidden.Add(markup.Carried(title))
	end := func() {
		if body := strings.TrimSpace(text.String()); body != "" {
			list = append(list, &passage{article: a, title: title, heading: heading, locale: locale, text: body, hidden: hidden.Characters, terms: likeness.TermsOf(title+" "+heading, body)})
		}
		text.Reset()
	}
	for block := range strings.SplitSeq(j.Text(markdown), "\n\n") {
		if words, ok := headingOf(block); ok {
			end()
			heading = words
			continue
		}
		if text.Len() > 0 && utf8.RuneCountInString(text.String())+utf8.RuneCountInString(block) > longestPassage {
			end()
		}
		text.WriteString(block + "\n\n")
	}
	end()
	return list
}

// headingOf returns the text of a Markdown heading.
func headingOf(block string) (words string, ok bool) {
	marks := strings.TrimLeft(block, "#")
	if n := len(block) - len(marks); n == 0 || n > 6 || !strings.HasPrefix(marks, " ") || strings.Contains(block, "\n") {
		return "", false
	}
	return strings.TrimSpace(marks), true
}

// choosePassages ranks the passages by the share of the question that they cover, and leaves out those that repeat a better one.
func choosePassages(asked, unknown likeness.TermSet, passages []*passage) []*passage {
	sets := make([]likeness.TermSet, len(passages))
	for i, p := range passages {
		sets[i] = p.terms
	}
	r := likeness.NewRarity(sets...)
	r.Texts = max(r.Texts, usualPassages)
	asked = maps.Clone(asked)
	for stem, t := range asked {
		if _, ok := unknown[stem]; !ok && r.With[stem] == 0 {
			t.Weight *= unheard
			asked[stem] = t
		}
	}
	for _, p := range passages {
		p.fit, p.words = r.Coverage(asked, p.terms)
	}
	slices.SortStableFunc(passages, func(a, b *passage) int { return cmp.Compare(b.fit, a.fit) })
	var chosen []*passage
	room := passagesRoom
	for _, p := range passages {
		if p.fit < leastFit || len(chosen) == passagesShown || len(chosen) > 0 && (p.fit < chosen[0].fit/2 || len(p.text) > room) {
			break
		}
		again := func(other *passage) bool {
			return other.locale == p.locale && r.Overlap(p.terms, other.terms) > sameText
		}
		if slices.ContainsFunc(chosen, again) {
			continue
		}
		chosen = append(chosen, p)
		room -= len(p.text)
	}
	return chosen
}
