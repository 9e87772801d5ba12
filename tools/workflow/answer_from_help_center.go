package workflow

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/input"
	"featurebase-mcp/internal/legible"
	"featurebase-mcp/internal/likeness"
)

// answerFromHelpCenter finds the passages of the help center about a question, ready to cite.
var answerFromHelpCenter = &engine.Operation{
	Name:  "answer_from_help_center",
	Title: "Answer from help center",
	Description: "Find the passages of published help center articles that answer a question, with title, article id and URL to cite, and what to check first. " +
		"Says so when nothing fits: then do not answer from memory.",
	Effect:  engine.Read,
	Default: true,
	Input:   input.Args[answerFromHelpCenterArgs](),
	Run: func(ctx context.Context, j *engine.Job) (string, error) {
		return (&helpAnswer{work: &work{j}}).run(ctx)
	},
	Uses:    []string{"search_articles", "list_articles", "get_article"},
	Example: `{"question":"How do I send an invitation again?"}`,
}

type answerFromHelpCenterArgs struct {
	Question     string `json:"question" jsonschema:"minLength=1,maxLength=2000" jsonschema_description:"In any language."`
	HelpCenterID string `json:"helpCenterId,omitempty"`
}

const (
	longestSearch = 500 // characters that the API accepts as a search
	articlesOfAll = 10  // articles read from a search for the whole question
	articlesOfOne = 5   // articles read from a search for one of its words
	wordsAlone    = 4   // words that are each searched for alone
	mostSearched  = 1e6 // bytes of a text that are searched for passages; the words of all take many times the room of the text
)

// helpAnswer is the state of one answer_from_help_center call.
type helpAnswer struct {
	*work
	question string
	asked    likeness.TermSet
	unknown  likeness.TermSet // the words whose own search found nothing
	searches int              // searches that succeeded
	cut      int              // texts of which only the beginning was searched
	browsed  bool             // they found nothing, so the articles are the first of the help center
	articles []*article       // what they found, each once
	meant    []*article       // the same in the order of the API's searches, which is by meaning
	passages []*passage       // of all articles, the best fit first
	rare     *likeness.Rarity
}

// article is an article in a response of the API.
type article struct {
	ID               string                 `json:"id"`
	Title            string                 `json:"title"`
	Body             string                 `json:"body"`
	Path             string                 `json:"path"`
	State            string                 `json:"state"`
	Locale           string                 `json:"locale"`
	FeaturebaseURL   string                 `json:"featurebaseUrl"`
	ExternalURL      string                 `json:"externalUrl"`
	CreatedAt        string                 `json:"createdAt"`
	UpdatedAt        string                 `json:"updatedAt"`
	LiveUpdatedAt    string                 `json:"liveUpdatedAt"`
	Unpublished      bool                   `json:"isDraftDiffersFromLive"`
	VisibleBy        []any                  `json:"visibleBy"`
	PublishedLocales []string               `json:"publishedLocales"`
	Translations     map[string]translation `json:"translations"`
}

// translation is an article in another language.
type translation struct {
	Title          string `json:"title"`
	Body           string `json:"body"`
	FeaturebaseURL string `json:"featurebaseUrl"`
	ExternalURL    string `json:"externalUrl"`
	UpdatedAt      string `json:"updatedAt"`
}

func (h *helpAnswer) run(ctx context.Context) (string, error) {
	h.question, _ = h.Arguments()["question"].(string)
	if h.asked = likeness.TermsOf(h.question, ""); len(h.asked) == 0 {
		return "", errors.New("question: there are no words in it to search for")
	}
	if err := h.find(ctx); err != nil {
		return "", err
	}
	for _, a := range h.articles {
		h.passages = append(h.passages, h.passagesOf(a)...)
	}
	h.rank()
	if chosen := h.fitting(); len(chosen) > 0 {
		return h.answer(chosen), nil
	}
	return h.nearest(), nil
}

// find searches for the question in several phrasings.
func (h *helpAnswer) find(ctx context.Context) error {
	searches := phrasings(h.question)
	clauses := []any{where("state", "=", "live")}
	if id, ok := h.Arguments()["helpCenterId"]; ok {
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
			results[i], failures[i] = h.List(ctx, "the articles", "search_articles", map[string]any{
				"search": words, "query": map[string]any{"operator": "AND", "value": clauses},
			}, most)
			return failures[i]
		}}
	}
	if err := h.All(ctx, parts...); err != nil {
		return &engine.JobError{Operation: "search_articles", What: "the articles", Wire: nil, Err: err}
	}
	if !slices.Contains(failures, nil) {
		h.Missing = nil // the call fails with the first failure, which says it all
		return failures[0]
	}
	seen := map[string]*article{}
	h.unknown = likeness.TermSet{}
	rankings := make([]likeness.Ranking, len(results))
	for i, r := range results {
		rankings[i] = likeness.Ranking{Phrasing: likeness.Phrasing{Query: searches[i], Part: i > 0 && !strings.Contains(searches[i], " ")}, Total: r.Total}
		if failures[i] == nil {
			h.searches++
		}
		if failures[i] == nil && len(r.Items) == 0 && !strings.Contains(searches[i], " ") {
			maps.Copy(h.unknown, likeness.TermsOf(searches[i], ""))
		}
		for _, a := range engine.DecodeAll[*article](r.Items) {
			if a == nil {
				continue
			}
			rankings[i].IDs = append(rankings[i].IDs, a.ID)
			if seen[a.ID] == nil {
				seen[a.ID] = a
				h.articles = append(h.articles, a)
			}
		}
	}
	fused := likeness.Fuse(rankings, usualPassages)
	h.meant = slices.Clone(h.articles)
	slices.SortStableFunc(h.meant, func(a, b *article) int { return cmp.Compare(fused[b.ID].Score(), fused[a.ID].Score()) })
	if len(h.articles) == 0 {
		if err := h.browse(ctx); err != nil {
			return err
		}
	}
	err := h.complete(ctx)
	// Drafts, and articles whose text could not be read, do not count as looked at.
	gone := func(a *article) bool { return a.State == "draft" || a.Body == "" && len(a.Translations) == 0 }
	h.articles, h.meant = slices.DeleteFunc(h.articles, gone), slices.DeleteFunc(h.meant, gone)
	return err
}

// browse reads articles where the searches found none: at least the answer can say which languages they have, and which comes nearest.
func (h *helpAnswer) browse(ctx context.Context) error {
	wire := map[string]any{"state": "live"}
	if id, ok := h.Arguments()["helpCenterId"]; ok {
		wire["helpCenterId"] = id
	}
	return h.All(ctx, engine.Part{What: "the other articles", Do: func(ctx context.Context) error {
		c, err := h.List(ctx, "the other articles", "list_articles", wire, engine.PageSize)
		for _, a := range engine.DecodeAll[*article](c.Items) {
			if a != nil {
				h.articles = append(h.articles, a)
			}
		}
		h.browsed = true
		return err
	}})
}

// complete reads the articles whose search result has no text.
func (h *helpAnswer) complete(ctx context.Context) error {
	var parts []engine.Part
	for _, a := range h.articles {
		if a.Body != "" || a.State == "draft" {
			continue
		}
		parts = append(parts, engine.Part{What: "article " + a.ID, Do: func(ctx context.Context) error {
			body, err := h.Get(ctx, "the article", "get_article", map[string]any{"articleId": a.ID})
			if err != nil {
				return err
			}
			return json.Unmarshal(body, a)
		}})
	}
	return h.All(ctx, parts...)
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
