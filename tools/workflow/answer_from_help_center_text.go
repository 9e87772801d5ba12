package workflow

import (
	"cmp"
	"fmt"
	"strings"
	"unicode/utf8"

	"featurebase-mcp/internal/input"
	"featurebase-mcp/internal/legible"
	"featurebase-mcp/internal/render"
)

// cite writes a passage below a line with its source.
func (p *passage) cite(j *work, number int) string {
	a := p.article
	line := fmt.Sprintf("\n%d. %s", number, j.Line(p.title))
	if p.heading != "" {
		line += " > " + j.Line(p.heading)
	}
	line += " | article " + j.Line(a.ID)
	if url := cmp.Or(a.FeaturebaseURL, a.ExternalURL); url != "" {
		line += " | " + j.Line(url)
	}
	if p.locale != "" {
		line += " | " + j.Line(p.locale)
	}
	if day, _, _ := strings.Cut(legible.Minute(a.UpdatedAt), "T"); day != "" {
		line += " | updated " + j.Line(day)
	}
	if len(a.VisibleBy) > 0 {
		line += " | not public: only some readers may see it"
	}
	if p.hidden > 0 {
		line += " | " + render.LeftOut(p.hidden)
	}
	line += fmt.Sprintf(" | fit %.2f (%s)\n", p.fit, j.Line(strings.Join(p.words[:min(len(p.words), 6)], ", ")))
	return string(legible.AppendIndented([]byte(line), j.cutPassage(p.text)))
}

// cutPassage cuts a single paragraph that is longer than a passage should be.
func (j *work) cutPassage(text string) string {
	const longest = 2 * longestPassage
	if utf8.RuneCountInString(text) <= longest {
		return text
	}
	more := utf8.RuneCountInString(text) - longest
	return fmt.Sprintf("%s … (%s more characters%s)", legible.FirstRunes(text, longest), legible.Thousands(more), j.Hint("get_article", "; get_article has them"))
}

// emptyHelpCenter warns that the help center of the call may not exist, if nothing was found in it: the API answers both cases alike.
func (j *work) emptyHelpCenter(articles []*article) string {
	id, given := j.Arguments()["helpCenterId"].(string)
	if !given || len(articles) > 0 {
		return ""
	}
	return "\nThere may be no help center " + input.Show(id) + j.Hint("list_help_centers", "; list_help_centers shows which there are") + "; without helpCenterId all are searched."
}

// nearestTitles names the best articles that were looked at, because one may still be useful.
func (j *work) nearestTitles(articles []*article) string {
	const most = 5
	var titles []string
	for _, a := range articles[:min(len(articles), most)] {
		titles = append(titles, fmt.Sprintf("%q (%s)", j.Line(a.Title), j.Line(a.ID)))
	}
	if len(titles) == 0 {
		return ""
	}
	text := ": " + strings.Join(titles, ", ")
	if more := len(articles) - most; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text + j.Hint("get_article", "; get_article reads one")
}
