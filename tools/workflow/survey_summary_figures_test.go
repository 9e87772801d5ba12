package workflow_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	compare "github.com/google/go-cmp/cmp"
	mcpclient "github.com/mark3labs/mcp-go/client"

	"featurebase-mcp/internal/app"
	"featurebase-mcp/internal/engine/enginetest"
	"featurebase-mcp/internal/sandbox"
)

type rawSurvey struct {
	ID, Title     string
	ResponseCount int
	Pages         []struct {
		ID, Title, Type, SubType string
		Scale                    int
		Choices                  []struct{ Choice string }
	}
}

type rawResponse struct {
	ID        string
	CreatedAt time.Time
	User      *struct{ ID, Name string }
	Responses []struct {
		PageID string
		Value  any
	}
}

// surveyFigures is what a summary says.
type surveyFigures struct {
	Responses, Anonymous, Again, Silent int
	Pages                               []pageFigures
}

// pageFigures is what it says of one question.
type pageFigures struct {
	Answers, Without, Empty int
	Average, Median         string
	NPS                     string // with its promoters, passives and detractors
	Scores                  map[int]int
	Odd                     int
	Choices                 map[string]int
	OddChoices              int
	Comments                map[string][]string // by group, each with its score
}

// Summaries of all surveys, and of parts of their time, have the figures that are counted here.
func TestSurveySummariesCountWhatIsThere(t *testing.T) {
	t.Parallel()
	inEveryOrganization(t, func(t *testing.T, f *facts, server *mcpclient.Client) {
		odd := 0
		for _, survey := range everything[rawSurvey](f, "/v2/surveys", nil) {
			all := everything[rawResponse](f, "/v2/surveys/"+survey.ID+"/responses", nil)
			if len(all) != survey.ResponseCount || len(all) < 10 {
				t.Fatalf("%d responses to %s", len(all), survey.Title)
			}
			first, last := all[len(all)-1].CreatedAt, all[0].CreatedAt
			middle := first.Add(last.Sub(first) / 2).Truncate(24 * time.Hour)
			for arguments, holds := range map[string]func(time.Time) bool{
				``: func(time.Time) bool { return true },
				`,"startDate":"` + middle.Format(time.DateOnly) + `"`: func(at time.Time) bool { return !at.Before(middle) },
				`,"endDate":"` + middle.Format(time.DateOnly) + `"`:   func(at time.Time) bool { return at.Before(middle.AddDate(0, 0, 1)) },
				`,"startDate":"2001-01-01","endDate":"2001-01-02"`:    func(time.Time) bool { return false },
			} {
				text, isError := enginetest.Ask(t, server, "survey_summary", `{"surveyId":`+strconv.Quote(survey.Title)+arguments+`}`)
				if isError {
					t.Fatal(text)
				}
				meant := slices.DeleteFunc(slices.Clone(all), func(r rawResponse) bool { return !holds(r.CreatedAt) })
				want := summed(survey, meant)
				if diff := compare.Diff(want, readSummary(t, text, len(survey.Pages))); diff != "" {
					t.Errorf("%s %s: %s\n%s", survey.Title, arguments, diff, text)
				}
				for _, p := range want.Pages {
					odd += p.Odd + p.OddChoices
				}
				if !strings.Contains(text, fmt.Sprintf("looked at: all %d responses to the survey; Featurebase counts %d\n", len(all), survey.ResponseCount)) {
					t.Error(text)
				}
				if tokens := enginetest.Tokens(t, text); tokens > mostTokens {
					t.Errorf("%s: %d tokens\n%s", survey.Title, tokens, text)
				}
			}
		}
		if odd < 3 {
			t.Errorf("only %d odd answers were seen", odd)
		}
	})
}

// summed counts the answers of a survey.
func summed(survey rawSurvey, responses []rawResponse) surveyFigures {
	want := surveyFigures{Responses: len(responses)}
	people := map[string]int{}
	for _, r := range responses {
		said := 0
		for _, a := range r.Responses {
			if !isNothing(a.Value) {
				said++
			}
		}
		if said == 0 {
			want.Silent++
		}
		if r.User == nil {
			want.Anonymous++
		} else if people[r.User.ID]++; people[r.User.ID] == 2 {
			want.Again++
		}
	}
	rating := slices.IndexFunc(survey.Pages, func(p struct {
		ID, Title, Type, SubType string
		Scale                    int
		Choices                  []struct{ Choice string }
	},
	) bool {
		return p.Type == "rating"
	})
	scored := func(r rawResponse) (float64, bool) {
		for _, a := range r.Responses {
			if n, ok := a.Value.(float64); rating >= 0 && ok && a.PageID == survey.Pages[rating].ID {
				nps := survey.Pages[rating].SubType == "nps"
				return n, n <= float64(survey.Pages[rating].Scale) && (n > 0 || nps)
			}
		}
		return 0, false
	}
	for _, page := range survey.Pages {
		p := pageFigures{Scores: map[int]int{}, Choices: map[string]int{}, Comments: map[string][]string{}}
		var scores []float64
		others := map[string]bool{}
		for _, r := range responses {
			for _, a := range r.Responses {
				if a.PageID != page.ID {
					continue
				}
				if isNothing(a.Value) {
					p.Empty++
					continue
				}
				p.Answers++
				switch page.Type {
				case "rating":
					n := a.Value.(float64)
					if n > float64(page.Scale) || n < 1 && page.SubType != "nps" {
						p.Odd++
						continue
					}
					scores = append(scores, n)
				case "multiple-choice":
					list, several := a.Value.([]any)
					if !several {
						list = []any{a.Value}
					}
					for _, choice := range list {
						if slices.ContainsFunc(page.Choices, func(c struct{ Choice string }) bool { return c.Choice == choice }) {
							p.Choices[choice.(string)]++
						} else {
							others[choice.(string)] = true
						}
					}
				case "text":
					group, score := "without a score", ""
					if n, ok := scored(r); ok {
						group, score = groupOf(survey.Pages[rating].SubType, survey.Pages[rating].Scale, n), fmt.Sprintf("%.0f", n)
					}
					who := "anonymous"
					if r.User != nil {
						who = r.User.Name
					}
					p.Comments[group] = append(p.Comments[group], cmp.Or(score, "none")+" "+who+" "+strings.Fields(a.Value.(string))[0])
				}
			}
		}
		p.Without = len(responses) - p.Answers
		p.OddChoices = len(others)
		p.rate(page.SubType == "nps", page.Scale, scores)
		want.Pages = append(want.Pages, p)
	}
	return want
}

// rate works out what is said of scores.
func (p *pageFigures) rate(nps bool, scale int, scores []float64) {
	if len(scores) == 0 {
		return
	}
	slices.Sort(scores)
	sum, groups := 0.0, map[string]int{}
	for _, n := range scores {
		sum += n
		p.Scores[int(n)]++
		groups[groupOf("nps", 10, n)]++
	}
	n := len(scores)
	p.Average = fmt.Sprintf("%.2f", sum/float64(n))
	p.Median = fmt.Sprint((scores[(n-1)/2] + scores[n/2]) / 2)
	low := 1
	if nps {
		low = 0
		score := math.Round(100 * float64(groups["promoters"]-groups["detractors"]) / float64(n))
		p.NPS = fmt.Sprintf("%+.0f of %d: %d, %d, %d", score, n, groups["promoters"], groups["passives"], groups["detractors"])
	}
	for score := low; score <= scale; score++ {
		p.Scores[score] += 0
	}
}

func groupOf(subType string, scale int, n float64) string {
	switch {
	case subType == "nps" && n >= 9:
		return "promoters"
	case subType == "nps" && n >= 7:
		return "passives"
	case subType == "nps":
		return "detractors"
	case scale == 5 && n >= 4:
		return "high scores"
	case scale == 5 && n == 3:
		return "middle scores"
	default:
		return "low scores"
	}
}

// isNothing reports whether an answer is empty.
func isNothing(v any) bool {
	list, isList := v.([]any)
	return v == nil || v == "" || isList && len(list) == 0
}

var (
	lineOfPeople  = regexp.MustCompile(`(?m)^responses: (\d+), (\d+) anonymous(?:, from \S+ to \S+)?(?:; (\d+) who responded more than once, all counted)?(?:; (\d+) without any answer)?$`)
	lineOfPage    = regexp.MustCompile(`^question (\d+) \(.*\): .* \| (\d+) answers?(?:, (\d+) without)?(?:, (\d+) of them empty)?$`)
	lineOfAverage = regexp.MustCompile(`^- average (\S+), median ([\d.]+)(?:; NPS (\S+ of \d+) scores?: (\d+) promoters \(9, 10\), (\d+) passives \(7, 8\), (\d+) detractors \(0 to 6\))?$`)
	lineOfOdd     = regexp.MustCompile(`^- odd, in no figure: (\d+) answers? outside the scale`)
	lineOfOddOnes = regexp.MustCompile(`^- odd: (\d+) answers? none of the choices:$`)
	lineOfGroup   = regexp.MustCompile(`^comments on question (\d+), (?:by )?(promoters|passives|detractors|high scores|middle scores|low scores|without a score).*: (?:all )?(\d+) (?:of (\d+) )?comments?$`)
	lineOfComment = regexp.MustCompile(`^  (?:(\d+), )?\d{4}-\d\d-\d\d, (.*?): (\S+)`)
)

// readSummary reads the figures of an answer.
func readSummary(t *testing.T, text string, pages int) surveyFigures {
	t.Helper()
	people := lineOfPeople.FindStringSubmatch(text)
	if people == nil {
		t.Fatalf("no responses in\n%s", text)
	}
	got := surveyFigures{numeral(people[1]), numeral(people[2]), numeral(people[3]), numeral(people[4]), make([]pageFigures, pages)}
	for i := range got.Pages {
		got.Pages[i] = pageFigures{Scores: map[int]int{}, Choices: map[string]int{}, Comments: map[string][]string{}}
	}
	page, group := &got.Pages[0], ""
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		if found := lineOfPage.FindStringSubmatch(line); found != nil {
			page, group = &got.Pages[numeral(found[1])-1], ""
			page.Answers, page.Without, page.Empty = numeral(found[2]), numeral(found[3]), numeral(found[4])
		}
		if found := lineOfAverage.FindStringSubmatch(line); found != nil {
			if page.Average, page.Median = found[1], found[2]; found[3] != "" {
				page.NPS = found[3] + ": " + strings.Join(found[4:], ", ")
			}
		}
		if found := lineOfOdd.FindStringSubmatch(line); found != nil {
			page.Odd = numeral(found[1])
		}
		if found := lineOfOddOnes.FindStringSubmatch(line); found != nil {
			page.OddChoices = numeral(found[1])
		}
		if list, ok := strings.CutPrefix(line, "- scores: "); ok {
			for pair := range strings.SplitSeq(list, ", ") {
				score, n, _ := strings.Cut(pair, ": ")
				page.Scores[numeral(score)] = numeral(n)
			}
		}
		if list, ok := strings.CutPrefix(line, "- choices: "); ok {
			for pair := range strings.SplitSeq(list, ", ") {
				at := strings.LastIndex(pair, " ")
				if n := numeral(pair[at+1:]); n > 0 {
					page.Choices[pair[:at]] = n
				}
			}
		}
		if found := lineOfGroup.FindStringSubmatch(line); found != nil {
			page, group = &got.Pages[numeral(found[1])-1], found[2]
		}
		if found := lineOfComment.FindStringSubmatch(line); found != nil && group != "" {
			page.Comments[group] = append(page.Comments[group], cmp.Or(found[1], "none")+" "+found[2]+" "+found[3])
		}
	}
	return got
}

// A survey is found by its title, by words of it or of its questions, or by its id; otherwise the surveys are named.
func TestSurveysAreFoundByWhatPeopleCallThem(t *testing.T) {
	t.Parallel()
	f := factsOf(t, sandbox.Options{})
	server := enginetest.Start(t, app.Config{Sandbox: &app.Sandbox{}})
	surveys := everything[rawSurvey](f, "/v2/surveys", nil)
	for _, tc := range []struct{ name, want string }{
		{"how likely are you to recommend plumline", "survey: How likely are you to recommend Plumline? ("},
		{"NPS", "survey: How likely are you to recommend Plumline? ("},
		{"setting up", "survey: How was setting up? ("},
		{surveys[0].ID, "survey: " + surveys[0].Title + " ("},
		{"rating", "surveys: 2 may be meant by \"rating\"; give the title or id"},
		{"churn", "surveys: none of 3 is called \"churn\"; give the title or id"},
		{"", "surveys: 3; give the title or id of one as surveyId\n"},
	} {
		given, err := json.Marshal(map[string]string{"surveyId": tc.name})
		if err != nil {
			t.Fatal(err)
		}
		if answer, isError := enginetest.Ask(t, server, "survey_summary", string(given)); isError || !strings.Contains(answer, tc.want) {
			t.Errorf("%s: %s", given, answer)
		}
	}
	const missing = `{"surveyId":"64b0c2f19d3e5a77889900ff"}`
	if answer, isError := enginetest.Ask(t, server, "survey_summary", missing); !isError || !strings.HasPrefix(answer, "survey_summary failed, since the survey could not be had: ") {
		t.Error(answer)
	}
}
