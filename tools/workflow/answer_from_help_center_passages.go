package workflow

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"featurebase-mcp/internal/figures"
	"featurebase-mcp/internal/legible"
	"featurebase-mcp/internal/likeness"
	"featurebase-mcp/internal/markup"
)

const (
	longestPassage = 900  // characters of a passage; longer sections are split between paragraphs
	passagesShown  = 5    // the most passages shown
	passagesRoom   = 1200 // tokens of all passages shown
	passageRoom    = 600  // tokens of one of them
	leastFit       = 0.34 // share of the question that a passage has to cover
	usualPassages  = 100  // the assumed least number of passages in a help center: a handful of hits does not show how rare a word is
	unheard        = 0.5  // weight factor of a word that no hit contains although the search for it found articles: it may mean little
	sameText       = 0.92 // share of common words above which two passages say the same
	nearestShown   = 3    // articles shown where nothing fits
	nearestRoom    = 90   // tokens of a passage that is shown although it does not fit
	foreignRoom    = 300  // the same of the first one if the question is in another language, where only a reader can tell
	fusedFrom      = 60   // the usual constant of reciprocal rank fusion: first ranks count little more than second ones
)

// passage is a part of an article below one heading.
type passage struct {
	article   *article
	title     string // title of the article in the language of the passage
	heading   string // heading above the passage; empty before the first heading
	locale    string
	url       string // the organization's own address of the article if it has one
	changed   string // when the text was published last
	text      string // Markdown
	hidden    int    // characters of the article, in this language, that people would not see
	terms     likeness.TermSet
	sentences []statement // those with figures; see contradictions.go
	fit       float64
	words     []string
}

// passagesOf splits an article at its headings, in each language that it is published in.
func (h *helpAnswer) passagesOf(a *article) []*passage {
	url, changed := cmp.Or(a.ExternalURL, a.FeaturebaseURL), cmp.Or(a.LiveUpdatedAt, a.UpdatedAt, a.CreatedAt)
	list := h.split(passage{article: a, title: a.Title, locale: a.Locale, url: url, changed: changed}, a.Body)
	for _, locale := range slices.Sorted(maps.Keys(a.Translations)) {
		if t := a.Translations[locale]; locale != a.Locale && slices.Contains(a.PublishedLocales, locale) {
			list = append(list, h.split(passage{
				article: a, title: cmp.Or(t.Title, a.Title), locale: locale, url: cmp.Or(t.ExternalURL, t.FeaturebaseURL, url), changed: cmp.Or(t.UpdatedAt, changed),
			}, t.Body)...)
		}
	}
	return list
}

// split makes the passages of a text in HTML. of has what they share.
func (h *helpAnswer) split(of passage, html string) []*passage {
	var list []*passage
	heading := ""
	var text strings.Builder
	markdown, hidden := markup.Convert(html)
	hidden.Add(markup.Carried(of.title))
	of.title, of.hidden = h.named(of.title), hidden.Characters
	end := func() {
		if body := strings.TrimSpace(text.String()); body != "" {
			p := of
			p.heading, p.text, p.terms = heading, body, likeness.TermsOf(of.title+" "+heading, body)
			list = append(list, &p)
		}
		text.Reset()
	}
	whole := h.Text(markdown)
	if len(whole) > mostSearched {
		whole = whole[:legible.RuneStart(whole, mostSearched)]
		h.cut++
	}
	for block := range strings.SplitSeq(whole, "\n\n") {
		if words, ok := headingOf(block); ok {
			end()
			heading = h.named(words)
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

// rank orders the passages by the share of the question that they cover.
func (h *helpAnswer) rank() {
	sets := make([]likeness.TermSet, len(h.passages))
	for i, p := range h.passages {
		sets[i] = p.terms
	}
	h.rare = likeness.NewRarity(sets...)
	h.rare.Texts = max(h.rare.Texts, usualPassages)
	asked := maps.Clone(h.asked)
	for stem, t := range asked {
		if _, ok := h.unknown[stem]; !ok && h.rare.With[stem] == 0 {
			t.Weight *= unheard
			asked[stem] = t
		}
	}
	for _, p := range h.passages {
		p.fit, p.words = h.rare.Coverage(asked, p.terms)
	}
	slices.SortStableFunc(h.passages, func(a, b *passage) int { return cmp.Compare(b.fit, a.fit) })
}

// fitting returns the passages that speak of enough of the question, without those that repeat a better one.
func (h *helpAnswer) fitting() []*passage {
	var chosen []*passage
	room := passagesRoom
	for _, p := range h.passages {
		if p.fit < leastFit || len(chosen) == passagesShown || len(chosen) > 0 && (p.fit < chosen[0].fit/2 || tokens(p.text) > room) {
			break
		}
		again := func(other *passage) bool {
			return other.locale == p.locale && h.rare.Overlap(p.terms, other.terms) > sameText
		}
		if slices.ContainsFunc(chosen, again) {
			continue
		}
		chosen = append(chosen, p)
		room -= tokens(p.text)
	}
	return chosen
}

// near returns the best passage of each article, the nearest first, without those of some articles. The API's order is by meaning and ours by
// words. Neither knows what the other does, so an article that is early in both comes first.
func (h *helpAnswer) near(except ...*article) []*passage {
	best := map[*article]*passage{}
	score := map[*article]float64{}
	for _, p := range h.passages {
		if slices.Contains(except, p.article) || best[p.article] != nil {
			continue
		}
		best[p.article] = p
		if p.fit > 0 {
			score[p.article] += 1 / float64(fusedFrom+len(best))
		}
	}
	for i, a := range h.meant {
		score[a] += 1 / float64(fusedFrom+i+1)
	}
	var list []*passage
	for _, a := range h.articles {
		if p := best[a]; p != nil && score[a] > 0 {
			list = append(list, p)
		}
	}
	slices.SortStableFunc(list, func(a, b *passage) int { return cmp.Compare(score[b.article], score[a.article]) })
	return list
}

// statement is a sentence with figures, prepared for comparison with others.
type statement struct {
	figures.Sentence
	about likeness.TermSet // its words, and those above it
	own   likeness.TermSet // its words without the figures and what they count
}
