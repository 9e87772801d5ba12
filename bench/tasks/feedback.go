package main

import (
	"regexp"
	"slices"
	"text/template"
	"time"
)

// feedback has what takes more than a filter to know about posts and surveys.
func (o *organization) feedback() template.FuncMap {
	return template.FuncMap{
		"open": o.openPosts, "worth": o.worth, "richest": o.richest, "hidden": hidden, "within": o.within, "finished": o.finished, "nps": nps,
	}
}

// statusTypes returns the types of the statuses of posts by their ids.
func (o *organization) statusTypes() (map[string]string, error) {
	list, err := o.all("/v2/post_statuses")
	types := map[string]string{}
	for _, s := range list {
		types[text(at(s, "id"))] = text(at(s, "type"))
	}
	return types, err
}

// openPosts returns the posts that are neither completed nor canceled.
func (o *organization) openPosts(posts []any) ([]any, error) {
	return o.ofTypes(posts, func(kind string) bool { return kind != "completed" && kind != "canceled" })
}

// finished returns the posts that are completed.
func (o *organization) finished(posts []any) ([]any, error) {
	return o.ofTypes(posts, func(kind string) bool { return kind == "completed" })
}

func (o *organization) ofTypes(posts []any, wanted func(string) bool) ([]any, error) {
	types, err := o.statusTypes()
	return slices.DeleteFunc(slices.Clone(posts), func(p any) bool { return !wanted(types[text(at(p, "status.id"))]) }), err
}

// worth returns what the companies of the voters of a post pay, each counted once.
func (o *organization) worth(post any) (float64, error) {
	voters, err := o.all("/v2/posts/" + text(at(post, "id")) + "/voters")
	paid := map[string]float64{}
	for _, v := range voters {
		companies, _ := at(v, "companies").([]any)
		for _, c := range companies {
			paid[text(at(c, "id"))], _ = at(c, "monthlySpend").(float64)
		}
	}
	total := 0.0
	for _, one := range paid {
		total += one
	}
	return total, err
}

// richest returns the posts whose voters pay most, the most first, with their worth.
func (o *organization) richest(posts []any) ([]any, error) {
	var list []any
	for _, p := range posts {
		worth, err := o.worth(p)
		if err != nil {
			return nil, err
		}
		list = append(list, map[string]any{"title": at(p, "title"), "slug": at(p, "slug"), "upvotes": at(p, "upvotes"), "worth": worth})
	}
	return reversed(by(list, "worth")), nil
}

var hiddenElement = regexp.MustCompile(`(?s)<(\w+) style="display:none">(.*?)</`)

// hidden returns the words of an HTML text that a browser does not show.
func hidden(html any) string {
	m := hiddenElement.FindStringSubmatch(text(html))
	if m == nil {
		return ""
	}
	return m[2]
}

// within keeps the objects that were created in a span of time that ends some days before the end of the minute that is now.
func (o *organization) within(list []any, from, to int) []any {
	now := o.box.Now().Truncate(time.Minute).Add(time.Minute)
	start, end := now.AddDate(0, 0, -from), now.AddDate(0, 0, -to)
	return slices.DeleteFunc(slices.Clone(list), func(v any) bool {
		created, err := time.Parse(time.RFC3339, text(at(v, "createdAt")))
		return err != nil || created.Before(start) || !created.Before(end)
	})
}

// nps returns promoters, passives, detractors, all of these and the score of the answers to a page of a survey.
func nps(responses []any, page any) map[string]any {
	promoters, passives, detractors := 0, 0, 0
	for _, r := range responses {
		answers, _ := at(r, "responses").([]any)
		for _, a := range answers {
			value, ok := at(a, "value").(float64)
			if text(at(a, "pageId")) != text(page) || !ok || value < 0 || value > 10 { // what is outside the scale is no answer to the question
				continue
			}
			switch {
			case value >= 9:
				promoters++
			case value >= 7:
				passives++
			default:
				detractors++
			}
		}
	}
	score, all := 0, promoters+passives+detractors
	if all > 0 {
		score = roundedPercent(promoters-detractors, all)
	}
	return map[string]any{"promoters": promoters, "passives": passives, "detractors": detractors, "score": score, "all": all}
}

// roundedPercent returns a share of a hundred, rounded half away from zero.
func roundedPercent(part, all int) int {
	if part < 0 {
		return -roundedPercent(-part, all)
	}
	return (part*200 + all) / (all * 2)
}
