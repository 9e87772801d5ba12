package workflow

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/input"
	"featurebase-mcp/internal/legible"
	"featurebase-mcp/internal/render"
)

// surveyList names the surveys to choose from: those that a name may mean, or all.
func surveyList(all, meant []survey, name string, whole bool) string {
	var b strings.Builder
	count := legible.Thousands(len(all))
	if !whole {
		count = "at least " + count
	}
	switch {
	case bareWords(name) == "":
		fmt.Fprintf(&b, "surveys: %s; give the title or id of one as surveyId\n", count)
	case len(meant) == 0:
		fmt.Fprintf(&b, "surveys: none of %s is called %s; give the title or id of one as surveyId\n", count, input.Show(name))
		meant = all
	default:
		fmt.Fprintf(&b, "surveys: %d may be meant by %s; give the title or id of one as surveyId\n", len(meant), input.Show(name))
	}
	const most = 30
	for _, s := range meant[:min(most, len(meant))] {
		var kinds []string
		for _, p := range s.pages {
			kinds = append(kinds, p.sort())
		}
		fmt.Fprintf(&b, "- %s: %s; %s\n", s.called(), legible.Commas(s.state(), legible.Count(s.count, "response"), "created "+dayIn(time.UTC, s.created)), legible.Commas(kinds...))
	}
	if more := len(meant) - most; more > 0 {
		fmt.Fprintf(&b, "and %d more\n", more)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// called returns the title of a survey with its id.
func (s survey) called() string {
	return fit(cmp.Or(s.title, untitled), rowTitle) + " (" + s.id + ")"
}

func (s survey) state() string {
	if s.active {
		return "active"
	}
	return "stopped"
}

// sort says in a word or two what a page asks for.
func (p surveyPage) sort() string {
	switch {
	case p.isNPS():
		return "NPS, 0 to 10"
	case p.kind == ratingPage && p.scaled:
		return fmt.Sprintf("rating, %d to %d", p.low, p.high)
	default:
		return cmp.Or(p.kind, "unknown kind")
	}
}

// write returns the answer, with as many and as long comments as there is room for.
func (s *surveying) write() string {
	head := s.head()
	text := ""
	for _, size := range []struct{ comments, words int }{{10, 60}, {8, 45}, {6, 45}, {5, 30}, {4, 20}, {3, 12}, {1, 12}, {0, 0}} {
		var b strings.Builder
		b.WriteString(head)
		for _, p := range s.survey.pages {
			s.comments(&b, p, size.comments, size.words)
		}
		if text = b.String(); tokens(text) <= answerRoom {
			break
		}
	}
	return strings.TrimSuffix(text, "\n")
}

// head returns the figures.
func (s *surveying) head() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%ssurvey: %s\n", engine.Marked(render.IndentedLines), legible.Commas(s.survey.called(), s.survey.state(), "created "+dayIn(s.zone, s.survey.created), render.LeftOut(s.survey.hidden)))
	fmt.Fprintf(&b, "period: %s, time zone %s\n", s.periodLine(), s.zone)
	s.people(&b)
	known := map[string]bool{}
	for i, p := range s.survey.pages {
		known[p.id] = true
		s.page(&b, i+1, p)
	}
	s.strays(&b, known)
	return b.String()
}

// periodLine says which time the responses are from.
func (s *surveying) periodLine() string {
	switch start, end := s.start.Format(minuteLayout), s.end.Format(minuteLayout); {
	case s.start.IsZero() && s.end.IsZero():
		return "all responses"
	case s.end.IsZero():
		return "from " + start
	case s.start.IsZero():
		return "before " + end
	default:
		return start + " to " + end
	}
}

// people writes how many responded, how many of them are anonymous, and what is odd about the responses as such.
func (s *surveying) people(b *strings.Builder) {
	anonymous, silent, again := 0, 0, 0
	first, last := time.Time{}, time.Time{}
	times := map[string]int{}
	for _, r := range s.responses {
		if r.anonymous() {
			anonymous++
		} else if times[cmp.Or(r.contactID, r.who)]++; times[cmp.Or(r.contactID, r.who)] == 2 {
			again++
		}
		if !slices.ContainsFunc(r.answers, func(a surveyAnswer) bool { return !a.empty() }) {
			silent++
		}
		if !r.at.IsZero() && (first.IsZero() || r.at.Before(first)) {
			first = r.at
		}
		if r.at.After(last) {
			last = r.at
		}
	}
	fmt.Fprintf(b, "responses: %s, %s anonymous", legible.Thousands(len(s.responses)), legible.Thousands(anonymous))
	if !first.IsZero() {
		fmt.Fprintf(b, ", from %s to %s", first.In(s.zone).Format(time.DateOnly), last.In(s.zone).Format(time.DateOnly))
	}
	if again > 0 {
		fmt.Fprintf(b, "; %d who responded more than once, all counted", again)
	}
	if silent > 0 {
		fmt.Fprintf(b, "; %s without any answer", legible.Thousands(silent))
	}
	if s.undated > 0 {
		fmt.Fprintf(b, "; %s without a date left out", legible.Thousands(s.undated))
	}
	looked := "all " + legible.Count(len(s.read.Items), "response")
	if !s.read.Whole {
		looked = "the newest " + legible.Count(len(s.read.Items), "response") + "; there are more"
	}
	fmt.Fprintf(b, "\nlooked at: %s to the survey; Featurebase counts %s\n", looked, legible.Thousands(s.survey.count))
}

// given is an answer to a page, with the response that it is in.
type given struct {
	surveyAnswer
	in surveyResponse
}

// answersTo returns the answers to a page that say something, one for each response, and how many say nothing or are a second answer.
func (s *surveying) answersTo(p surveyPage) (answers []given, empty, second int) {
	for _, r := range s.responses {
		found := false
		for _, a := range r.answers {
			switch {
			case a.pageID != p.id:
			case a.empty():
				empty++
			case found:
				second++
			default:
				found = true
				answers = append(answers, given{a, r})
			}
		}
	}
	return answers, empty, second
}

// page writes the figures of one page.
func (s *surveying) page(b *strings.Builder, number int, p surveyPage) {
	answers, empty, second := s.answersTo(p)
	fmt.Fprintf(b, "question %d (%s): %s | %s", number, p.sort(), fit(cmp.Or(p.title, untitled), rowTitle), legible.Count(len(answers), "answer"))
	if none := len(s.responses) - len(answers); none > 0 {
		fmt.Fprintf(b, ", %s without", legible.Thousands(none))
	}
	if empty > 0 {
		fmt.Fprintf(b, ", %s of them empty", legible.Thousands(empty))
	}
	if second > 0 {
		fmt.Fprintf(b, "; %s to the same question in one response left out", legible.Count(second, "further answer"))
	}
	b.WriteString("\n")
	switch p.kind {
	case ratingPage:
		s.scores(b, p, answers)
	case choicePage:
		s.choices(b, p, answers)
	}
}

// valid reports whether a score is on the scale.
func (p surveyPage) valid(score float64) bool {
	return score == math.Trunc(score) && (!p.scaled || score >= float64(p.low) && score <= float64(p.high))
}

// scores writes the distribution of a rating, and what is outside its scale.
func (s *surveying) scores(b *strings.Builder, p surveyPage, answers []given) {
	counts := map[int]int{}
	var sorted []int
	var odd []string
	total := 0
	for _, a := range answers {
		score, ok := a.score()
		if !ok || !p.valid(score) {
			odd = append(odd, fmt.Sprintf("%s (%s)", fit(legible.Commas(a.texts(s.work, surveyPage{})...), 12), a.in.id))
			continue
		}
		counts[int(score)]++
		sorted = append(sorted, int(score))
		total += int(score)
	}
	slices.Sort(sorted)
	if n := len(sorted); n > 0 {
		fmt.Fprintf(b, "- average %.2f, median %s", float64(total)/float64(n), strconv.FormatFloat(middle(sorted), 'f', -1, 64))
		if p.isNPS() {
			groups := [3]int{}
			for score, count := range counts {
				groups[p.group(score)] += count
			}
			fmt.Fprintf(b, "; NPS %+d of %s: %s promoters (9, 10), %s passives (7, 8), %s detractors (0 to 6)", int(math.Round(float64(groups[0]-groups[2])*100/float64(n))),
				legible.Count(n, "score"), legible.Thousands(groups[0]), legible.Thousands(groups[1]), legible.Thousands(groups[2]))
		}
		fmt.Fprintf(b, "\n- scores: %s\n", distribution(p, counts))
	}
	if len(odd) > 0 {
		const most = 5
		fmt.Fprintf(b, "- odd, in no figure: %s outside the scale, with the response:\n", legible.Count(len(odd), "answer"))
		indented(b, strings.Join(odd[:min(most, len(odd))], "\n"))
	}
}

// middle returns the median of sorted numbers.
func middle(sorted []int) float64 {
	n := len(sorted)
	return float64(sorted[(n-1)/2]+sorted[n/2]) / 2
}

// distribution says how often each score was given, the highest first. A scale is shown whole.
func distribution(p surveyPage, counts map[int]int) string {
	const longestScale = 20
	low, high := p.low, p.high
	if !p.scaled || high-low > longestScale {
		low, high = 0, -1
	}
	for score := low; score <= high; score++ {
		counts[score] += 0
	}
	var scores []int
	for score := range counts {
		scores = append(scores, score)
	}
	slices.Sort(scores)
	slices.Reverse(scores)
	words := make([]string, 0, len(scores))
	for _, score := range scores[:min(len(scores), longestScale+1)] {
		words = append(words, fmt.Sprintf("%d: %s", score, legible.Thousands(counts[score])))
	}
	return strings.Join(words, ", ")
}

// choices writes how often each choice was made, and what is none of the survey's.
func (s *surveying) choices(b *strings.Builder, p surveyPage, answers []given) {
	counts := map[string]int{}
	other := map[string]int{}
	for _, a := range answers {
		for _, text := range a.texts(s.work, p) {
			if slices.Contains(p.order, text) {
				counts[text]++
			} else {
				other[text]++
			}
		}
	}
	order := slices.Clone(p.order)
	slices.SortStableFunc(order, func(a, b string) int { return cmp.Compare(counts[b], counts[a]) })
	words := make([]string, 0, len(order))
	const most = 15
	for _, text := range order[:min(most, len(order))] {
		words = append(words, fit(inList(text), rowTitle)+" "+legible.Thousands(counts[text]))
	}
	fmt.Fprintf(b, "- choices: %s\n", cmp.Or(strings.Join(words, ", "), "none"))
	if names := byCount(other); len(names) > 0 {
		const most = 5
		fmt.Fprintf(b, "- odd: %s none of the choices:\n", legible.Count(len(names), "answer"))
		for _, name := range names[:min(most, len(names))] {
			indented(b, fit(name, rowTitle)+" "+legible.Thousands(other[name]))
		}
	}
}

// strays writes how many answers belong to no page of the survey, which was changed since then.
func (s *surveying) strays(b *strings.Builder, known map[string]bool) {
	n := 0
	for _, r := range s.responses {
		for _, a := range r.answers {
			if !known[a.pageID] {
				n++
			}
		}
	}
	if n > 0 {
		fmt.Fprintf(b, "odd: %s to questions that the survey does not have now\n", legible.Count(n, "answer"))
	}
}
