package workflow

import (
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/rawjson"
)

// survey is a survey with its questions.
type survey struct {
	id, title string
	active    bool
	created   string
	count     int // responses by the API's count
	hidden    int // characters that people would not see, in its texts
	pages     []surveyPage
}

// surveyPage is a question, or a page with a link.
type surveyPage struct {
	id, title, kind, subKind string
	low, high                int // the ends of the scale of a rating
	scaled                   bool
	choices                  map[string]string // texts by id
	order                    []string          // the texts, as the survey shows them
}

// The kinds of pages.
const (
	ratingPage = "rating"
	choicePage = "multiple-choice"
	textPage   = "text"
	linkPage   = "link"
)

// isNPS reports whether the answers are a net promoter score: whole numbers from 0 to 10.
func (p surveyPage) isNPS() bool { return p.kind == ratingPage && p.subKind == "nps" }

func (j *work) surveys(c engine.Collection) []survey {
	var all []survey
	for _, item := range objects(c.Items) {
		if s := j.surveyIn(item); s.id != "" {
			all = append(all, s)
		}
	}
	return all
}

// surveyIn reads a survey in a response.
func (j *work) surveyIn(raw json.RawMessage) survey {
	v := rawjson.Repair(raw)
	s := survey{
		id: j.lineOf(v, "id"), title: j.lineOf(v, "title"), active: v.Get("isActive").Bool(), created: j.lineOf(v, "createdAt"), count: wholeNumber(v.Get("responseCount")),
	}
	s.hidden = hiddenIn(v.Get("title"))
	for page := range v.Items("pages") {
		s.hidden += hiddenIn(page.Get("title"))
		p := surveyPage{
			id: page.Get("id").Text(), title: j.lineOf(page, "title"), kind: j.lineOf(page, "type"), subKind: j.lineOf(page, "subType"), choices: map[string]string{},
		}
		if p.high = wholeNumber(page.Get("scale")); p.isNPS() {
			p.high = 10
		} else {
			p.low = 1
		}
		p.scaled = p.high > p.low
		for choice := range page.Items("choices") {
			text := j.lineOf(choice, "choice")
			p.choices[choice.Get("id").Text()] = text
			s.hidden += hiddenIn(choice.Get("choice"))
			p.order = append(p.order, text)
		}
		s.pages = append(s.pages, p)
	}
	return s
}

// called returns the surveys that are meant by a name: the one with this title or id, or else all whose title or kinds of questions have its
// words. No name means all.
func called(all []survey, name string) []survey {
	wanted := bareWords(name)
	same := slices.DeleteFunc(slices.Clone(all), func(s survey) bool { return s.id != name && bareWords(s.title) != wanted })
	if len(same) > 0 {
		return same
	}
	return slices.DeleteFunc(slices.Clone(all), func(s survey) bool {
		have := strings.Fields(bareWords(s.title))
		for _, p := range s.pages {
			have = append(have, strings.Fields(bareWords(p.sort()))...)
		}
		return slices.ContainsFunc(strings.Fields(wanted), func(word string) bool { return !slices.Contains(have, word) })
	})
}

// surveyResponse is what one person answered.
type surveyResponse struct {
	id, who   string // who is empty for somebody who was not signed in
	contactID string
	at        time.Time
	answers   []surveyAnswer
	hidden    int // characters that people would not see, in the name
}

// surveyAnswer is the answer to one page.
type surveyAnswer struct {
	pageID string
	value  rawjson.Value
}

func (j *work) response(raw json.RawMessage) surveyResponse {
	v := rawjson.Repair(raw)
	user := v.Get("user")
	r := surveyResponse{id: j.lineOf(v, "id"), contactID: j.lineOf(user, "id")}
	r.at, _ = time.Parse(time.RFC3339, v.Get("createdAt").Text())
	r.hidden = hiddenIn(user.Get("name"))
	if r.who = j.lineOf(user, "name"); r.who == "" {
		r.who = j.lineOf(user, "email")
	}
	for answer := range v.Items("responses") {
		r.answers = append(r.answers, surveyAnswer{answer.Get("pageId").Text(), answer.Get("value")})
	}
	return r
}

// anonymous reports whether nobody is named.
func (r surveyResponse) anonymous() bool { return r.contactID == "" && r.who == "" }

// hidden returns how many characters of an answer people would not see.
func (a surveyAnswer) hidden() int {
	n := hiddenIn(a.value)
	for item := range a.value.Items() {
		n += hiddenIn(item)
	}
	return n
}

// empty reports whether an answer says nothing.
func (a surveyAnswer) empty() bool {
	switch a.value.Kind() {
	case rawjson.String:
		return strings.TrimSpace(a.value.Text()) == ""
	case rawjson.Array:
		for item := range a.value.Items() {
			if !item.IsEmpty() {
				return false
			}
		}
		return true
	default:
		return a.value.IsEmpty()
	}
}

// score returns the number that was given, also where it is written as a text.
func (a surveyAnswer) score() (float64, bool) {
	text := string(a.value.Bare())
	if a.value.Kind() == rawjson.String {
		text = strings.TrimSpace(a.value.Text())
	}
	n, err := strconv.ParseFloat(text, 64)
	return n, err == nil && !math.IsNaN(n) && !math.IsInf(n, 0)
}

// texts returns what was written or chosen, each choice by its text.
func (a surveyAnswer) texts(j *work, p surveyPage) []string {
	var all []string
	add := func(v rawjson.Value) {
		text := j.lineIn(v)
		if v.Kind() != rawjson.String {
			text = j.Line(string(v.Bare()))
		}
		if choice := p.choices[v.Text()]; choice != "" {
			text = choice
		}
		if strings.TrimSpace(text) != "" {
			all = append(all, text)
		}
	}
	if a.value.Kind() != rawjson.Array {
		add(a.value)
		return all
	}
	for item := range a.value.Items() {
		add(item)
	}
	return all
}
