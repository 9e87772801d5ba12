package workflow

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"featurebase-mcp/internal/input"
	"featurebase-mcp/internal/legible"
	"featurebase-mcp/internal/likeness"
	"featurebase-mcp/internal/markup"
	"featurebase-mcp/internal/render"
)

const (
	longestAddress = 300 // characters of an address that is cited
	mostMatched    = 40  // characters of a word that matches
	oldAfter       = 2   // years after which a text may no longer be true
	alsoNear       = 2   // articles named besides the passages, because the search by meaning puts them early
)

// answer writes the passages that fit.
func (h *helpAnswer) answer(chosen []*passage) string {
	var b strings.Builder
	b.WriteString(h.lookedAt() + "; fit is the share of the question that a passage speaks of, at most 1\n")
	for i, p := range chosen {
		h.cite(&b, i+1, p, chosen, h.beginning(p.text, passageRoom))
	}
	return strings.TrimSuffix(b.String(), "\n") + h.also(chosen)
}

// nearest writes what comes nearest where nothing fits, and calls it weak.
func (h *helpAnswer) nearest() string {
	var b strings.Builder
	list := h.near()
	list = list[:min(len(list), nearestShown)]
	if len(list) == 0 {
		b.WriteString("no article answers this\n" + h.lookedAt() + h.emptyHelpCenter() + "\n")
	} else {
		b.WriteString(h.weakly() + h.lookedAt() + "\n")
	}
	for i, p := range list {
		room := nearestRoom
		if i == 0 && h.foreign() != "" {
			room = foreignRoom
		}
		h.cite(&b, i+1, p, list, h.beginning(p.text, room))
	}
	b.WriteString("\nAsk again in other words" + h.inTheirs())
	if len(list) > 0 {
		b.WriteString(h.Hint("get_article", "; get_article has the whole text"))
	}
	b.WriteString("; or say that the help center has no answer.")
	return b.String()
}

// weakly says what the passages below are worth.
func (h *helpAnswer) weakly() string {
	if language := h.foreign(); language != "" {
		return "no article is in the language of the question (" + language + "); nearest by meaning, and weak: read them before you cite one\n"
	}
	return "no article answers this; nearest, and weak (they share few words with the question or none):\n"
}

// foreign returns the language of the question if it is known and no article has it.
func (h *helpAnswer) foreign() string {
	language := likeness.Language(h.question)
	in := func(l published) bool { return strings.HasPrefix(l.locale, language) }
	if language == "" || len(h.articles) == 0 || slices.ContainsFunc(h.languages(), in) {
		return ""
	}
	return language
}

// lookedAt says how much was looked at, and which languages it is in: a question in another one shares no words with it.
func (h *helpAnswer) lookedAt() string { return h.extent() + h.beginnings() }

// beginnings says that long texts were not searched to their end.
func (h *helpAnswer) beginnings() string {
	if h.cut == 0 {
		return ""
	}
	return fmt.Sprintf(" (of %s, the first megabyte)", legible.Count(h.cut, "long text"))
}

// extent is lookedAt without what was cut.
func (h *helpAnswer) extent() string {
	languages := h.languages()
	in := ""
	if len(languages) > 0 {
		var list []string
		for _, l := range languages {
			list = append(list, fmt.Sprintf("%s %d", h.Line(l.locale), l.articles))
		}
		in = " (languages: " + strings.Join(list, ", ") + ")"
	}
	if h.browsed {
		return fmt.Sprintf("looked at: %s%s of the help center, since %s for the question and its words found none", legible.Count(len(h.articles), "published article"), in, legible.Count(h.searches, "search"))
	}
	return fmt.Sprintf("looked at: %s%s, the best hits of %s for the question and its words", legible.Count(len(h.articles), "published article"), in, legible.Count(h.searches, "search"))
}

// published is a language with the number of articles that are published in it.
type published struct {
	locale   string
	articles int
}

// languages returns the languages of the articles, the most frequent first.
func (h *helpAnswer) languages() []published {
	count := map[string]int{}
	for _, a := range h.articles {
		locales := map[string]bool{}
		for _, locale := range append([]string{a.Locale}, a.PublishedLocales...) {
			if locale != "" && !locales[locale] {
				locales[locale] = true
				count[locale]++
			}
		}
	}
	var list []published
	for _, locale := range slices.Sorted(maps.Keys(count)) {
		list = append(list, published{locale, count[locale]})
	}
	slices.SortStableFunc(list, func(a, b published) int { return b.articles - a.articles })
	return list
}

// inTheirs says in which language to ask again.
func (h *helpAnswer) inTheirs() string {
	languages := h.languages()
	if len(languages) == 0 {
		return ", or in the language of the help center"
	}
	return ", or in the language of the articles (" + h.Line(languages[0].locale) + ")"
}

// cite writes a passage below a line with its source, and what to check before it is cited.
func (h *helpAnswer) cite(b *strings.Builder, number int, p *passage, shown []*passage, text string) {
	a := p.article
	line := fmt.Sprintf("\n%d. %s", number, p.title)
	if p.heading != "" {
		line += " > " + p.heading
	}
	line += " | article " + h.Line(a.ID)
	if p.url != "" {
		line += " | " + h.address(p.url)
	}
	if p.locale != "" {
		line += " | " + h.Line(p.locale)
	}
	if day := dayIn(time.UTC, p.changed); day != "" {
		line += " | updated " + h.Line(day)
	}
	if len(a.VisibleBy) > 0 {
		line += " | not public: only some readers may see it"
	}
	if p.hidden > 0 {
		line += " | " + render.LeftOut(p.hidden)
	}
	line += fmt.Sprintf(" | fit %.2f", p.fit)
	if len(p.words) > 0 {
		var words []string
		for _, w := range p.words[:min(len(p.words), 6)] {
			words = append(words, legible.FirstRunes(h.Line(w), mostMatched))
		}
		line += " (" + strings.Join(words, ", ") + ")"
	}
	b.WriteString(line + "\n")
	for _, c := range h.checks(p, shown) {
		b.WriteString("check: " + c + "\n")
	}
	b.Write(legible.AppendIndented(nil, text))
}

// named returns a title or a heading for an answer.
func (h *helpAnswer) named(title string) string {
	return markup.PlainExcerpt(h.Line(title), titleLength)
}

// address returns an address for an answer. One that is too long is not shown in part, since a part leads nowhere.
func (h *helpAnswer) address(url string) string {
	if utf8.RuneCountInString(url) > longestAddress {
		return "(an address of " + legible.Count(utf8.RuneCountInString(url), "character") + ")"
	}
	return h.Line(url)
}

// checks returns what to check before a passage is cited.
func (h *helpAnswer) checks(p *passage, shown []*passage) []string {
	var list []string
	if p.article.Unpublished {
		list = append(list, "unpublished changes exist"+h.Hint("get_article", "; get_article with compare shows them"))
	}
	if state := p.article.State; state != "" && state != "live" {
		list = append(list, "the article's state is "+h.Line(state))
	} else if isArchived(p.title, p.article.Path) {
		list = append(list, "it is marked as archived or out of date")
	}
	if at, err := time.Parse(time.RFC3339, p.changed); err == nil && at.Before(h.Now().AddDate(-oldAfter, 0, 0)) {
		list = append(list, "older than two years: published last on "+at.UTC().Format(time.DateOnly))
	}
	for _, c := range h.contradictions(p) {
		list = append(list, c.say(h, shown))
	}
	return list
}

// archived are words, as stems, by which people mark articles that no longer hold.
const archived = "archived deprecated obsolete outdated archiviert veraltet archivé obsolète périmé archivado obsoleto arquivado archiviato"

// isArchived reports whether a title or a path marks an article as one that no longer holds: "[Archived] Invite your team". The bare word is
// no mark, since an article may be about archived projects.
func isArchived(title, path string) bool {
	marks := map[string]bool{}
	for stem := range likeness.Terms(archived) {
		marks[stem] = true
	}
	isMark := func(text string) bool {
		count, found := 0, false
		for stem := range likeness.Terms(text) {
			count++
			found = found || marks[stem]
		}
		return found && count == 1
	}
	for segment := range strings.SplitSeq(path, "/") {
		if isMark(segment) || segment == "archive" {
			return true
		}
	}
	for _, pair := range []string{"[]", "()"} {
		for _, part := range strings.Split(title, pair[:1])[1:] {
			if inside, _, closed := strings.Cut(part, pair[1:]); closed && isMark(inside) {
				return true
			}
		}
	}
	before, _, marked := strings.Cut(title, ":")
	return marked && isMark(before)
}

// beginning returns what of a text has room, up to the end of a word.
func (h *helpAnswer) beginning(text string, room int) string {
	const longestToken = 16 // bytes, for most texts
	end := legible.RuneStart(text, min(len(text), longestToken*room))
	for end > 0 && tokens(text[:end]) > room {
		end = legible.RuneStart(text, end-max(1, end/16))
	}
	if end == len(text) {
		return text
	}
	if space := strings.LastIndexAny(text[:end], " \n"); space > end*2/3 {
		end = space
	}
	more := utf8.RuneCountInString(text[end:])
	return fmt.Sprintf("%s … (%s more characters%s)", strings.TrimSpace(text[:end]), legible.Thousands(more), h.Hint("get_article", "; get_article has them"))
}

// also names the articles that the search by meaning puts early and that share too few words with the question.
func (h *helpAnswer) also(chosen []*passage) string {
	var shown []*article
	for _, p := range chosen {
		shown = append(shown, p.article)
	}
	var list []string
	for _, a := range h.meant[:min(len(h.meant), alsoNear+1)] {
		if !slices.Contains(shown, a) && len(list) < alsoNear {
			list = append(list, fmt.Sprintf("%q (%s)", h.named(a.Title), h.Line(a.ID)))
		}
	}
	if len(list) == 0 {
		return ""
	}
	return "\nnear by meaning, and weak: " + strings.Join(list, ", ") + h.Hint("get_article", "; get_article reads one")
}

// emptyHelpCenter warns that the help center of the call may not exist, if nothing was found in it: the API answers both cases alike.
func (h *helpAnswer) emptyHelpCenter() string {
	id, given := h.Arguments()["helpCenterId"].(string)
	if !given || len(h.articles) > 0 {
		return ""
	}
	return "\nThere may be no help center " + input.Show(id) + h.Hint("list_help_centers", "; list_help_centers shows which there are") + "; without helpCenterId all are searched."
}
