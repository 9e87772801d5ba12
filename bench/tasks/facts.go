package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"text/template"
	"time"

	"featurebase-mcp/internal/sandbox"
)

// organization answers questions about a sandbox over plain HTTP, with no code of the tools that it judges.
type organization struct {
	box    *sandbox.Sandbox
	client http.Client
	cache  map[string]any // by request
}

// organizationOf opens the organization of a seed and a clock in its first state.
func organizationOf(seed uint64, clock time.Time) (*organization, error) {
	box, err := sandbox.New(sandbox.Options{Seed: seed, Clock: clock, NoAuth: true})
	if err != nil {
		return nil, err
	}
	return &organization{box: box, client: http.Client{Transport: box.Transport()}, cache: map[string]any{}}, nil
}

// request makes a request once, and returns what it was answered.
func (o *organization) request(method, path, body string) (any, error) {
	key := method + path + body
	if v, ok := o.cache[key]; ok {
		return v, nil
	}
	req, err := http.NewRequest(method, "http://127.0.0.1"+path, strings.NewReader(body)) //nolint:noctx // it is answered in the process
	if err != nil {
		return nil, err
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	res, err := o.client.Do(req)
	if err != nil {
		return nil, err
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		return nil, err
	}
	if res.StatusCode >= http.StatusBadRequest {
		return nil, fmt.Errorf("%s %s: %d %s", method, path, res.StatusCode, text)
	}
	var v any
	if err := json.Unmarshal(text, &v); err != nil {
		return nil, err
	}
	o.cache[key] = v
	return v, nil
}

// pairs makes a query of names and values that follow each other.
func pairs(list []any) url.Values {
	q := url.Values{}
	for i := 0; i+1 < len(list); i += 2 {
		q.Set(fmt.Sprint(list[i]), fmt.Sprint(list[i+1]))
	}
	return q
}

// all returns every item of a list.
func (o *organization) all(path string, query ...any) ([]any, error) {
	q := pairs(query)
	var items []any
	for {
		at := path
		if len(q) > 0 {
			at += "?" + q.Encode()
		}
		v, err := o.request(http.MethodGet, at, "")
		if err != nil {
			return nil, err
		}
		if bare, ok := v.([]any); ok {
			return bare, nil
		}
		page, _ := v.(map[string]any)
		data, _ := page["data"].([]any)
		items = append(items, data...)
		next, _ := page["nextCursor"].(string)
		if next == "" {
			return items, nil
		}
		q.Set("cursor", next)
		q.Set("limit", "100")
	}
}

// search returns what a search finds, in its order, at most 100.
func (o *organization) search(path, body string) ([]any, error) {
	v, err := o.request(http.MethodPost, path, body)
	if err != nil {
		return nil, err
	}
	page, _ := v.(map[string]any)
	data, _ := page["data"].([]any)
	return data, nil
}

// get returns one object.
func (o *organization) get(path string) (any, error) { return o.request(http.MethodGet, path, "") }

// at returns what stands at a dotted path, or nil.
func at(v any, path string) any {
	for name := range strings.SplitSeq(path, ".") {
		object, _ := v.(map[string]any)
		v = object[name]
	}
	return v
}

// text writes a value as it stands in an answer.
func text(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	default:
		return fmt.Sprint(v)
	}
}

// where keeps the objects whose value at a path is as asked for.
func where(list []any, path, operator string, want any) ([]any, error) {
	fits := func(any) bool { return false }
	switch operator {
	case "is":
		fits = func(v any) bool { return text(v) == text(want) }
	case "not":
		fits = func(v any) bool { return text(v) != text(want) }
	case "has":
		fits = func(v any) bool {
			if items, ok := v.([]any); ok {
				return slices.ContainsFunc(items, func(item any) bool {
					return text(item) == text(want) || text(at(item, "name")) == text(want) || text(at(item, "id")) == text(want)
				})
			}
			return strings.Contains(strings.ToLower(text(v)), strings.ToLower(text(want)))
		}
	case "in":
		fits = func(v any) bool {
			values := reflect.ValueOf(want)
			for i := range values.Len() {
				if text(values.Index(i).Interface()) == text(v) {
					return true
				}
			}
			return false
		}
	case "over", "since":
		fits = func(v any) bool { return compare(v, want) >= 0 }
	case "under", "before":
		fits = func(v any) bool { return v != nil && compare(v, want) < 0 }
	default:
		return nil, fmt.Errorf("where: no operator is called %q", operator)
	}
	return slices.DeleteFunc(slices.Clone(list), func(v any) bool { return !fits(at(v, path)) }), nil
}

// compare orders numbers by value and texts by letters.
func compare(a, b any) int {
	x, isNumber := a.(float64)
	y, err := strconv.ParseFloat(text(b), 64)
	if isNumber && err == nil {
		return cmp.Compare(x, y)
	}
	return strings.Compare(text(a), text(b))
}

// by sorts objects by the value at a path, the least first.
func by(list []any, path string) []any {
	list = slices.Clone(list)
	slices.SortStableFunc(list, func(a, b any) int { return compare(at(a, path), at(b, path)) })
	return list
}

func reversed(list []any) []any {
	list = slices.Clone(list)
	slices.Reverse(list)
	return list
}

// one returns the first object whose value at a path is the one asked for.
func one(list []any, path string, want any) (any, error) {
	found, err := where(list, path, "is", want)
	if err != nil || len(found) == 0 {
		return nil, cmp.Or(err, fmt.Errorf("nothing has %v at %s", want, path))
	}
	return found[0], nil
}

func nth(list []any, n int) (any, error) {
	if n >= len(list) {
		return nil, fmt.Errorf("there are %d, not %d", len(list), n+1)
	}
	return list[n], nil
}

func first(n int, list []any) []any { return list[:min(n, len(list))] }

// pluck returns the values at a path.
func pluck(list []any, path string) []any {
	values := make([]any, len(list))
	for i, v := range list {
		values[i] = at(v, path)
	}
	return values
}

// distinct returns each value once.
func distinct(list []any) []any {
	var out []any
	for _, v := range list {
		if !slices.ContainsFunc(out, func(o any) bool { return text(o) == text(v) }) {
			out = append(out, v)
		}
	}
	return out
}

func sum(list []any, path string) float64 {
	total := 0.0
	for _, v := range list {
		n, _ := at(v, path).(float64)
		total += n
	}
	return total
}

// day returns the day of a time.
func day(stamp any) string { d, _, _ := strings.Cut(text(stamp), "T"); return d }

// words joins values with a text between them.
func words(list []any, between string) string {
	var all []string
	for _, v := range list {
		all = append(all, text(v))
	}
	return strings.Join(all, between)
}

// inJSON returns a text as it stands between the quotes of JSON.
func inJSON(v any) (string, error) {
	encoded, err := json.Marshal(text(v))
	return strings.Trim(string(encoded), `"`), err
}

// scope is what the templates of a task can name: its values, and what the tools have answered so far.
type scope struct {
	values   map[string]any
	answers  []string
	template *template.Template
}

// scopeOf evaluates the values of a task.
func (o *organization) scopeOf(t *task) (*scope, error) {
	s := &scope{values: map[string]any{}}
	functions := template.FuncMap{
		"all": o.all, "search": o.search, "get": o.get, "where": where, "by": by, "reversed": reversed, "one": one, "nth": nth, "first": first, "pluck": pluck,
		"distinct": distinct, "sum": sum, "day": day, "at": at, "text": text, "words": words, "lower": strings.ToLower,
		"lines":    func(list []any) string { return words(list, "\n") },
		"inJSON":   inJSON,
		"keep":     func(name string, v any) string { s.values[name] = v; return "" },
		"ago":      func(days int) string { return o.box.Now().AddDate(0, 0, -days).Format(time.RFC3339) },
		"today":    func() string { return o.box.Now().Format(time.DateOnly) },
		"answered": s.answered,
	}
	maps.Copy(functions, o.support())
	maps.Copy(functions, o.feedback())
	s.template = template.New("").Funcs(functions).Option("missingkey=error")
	for _, l := range t.lets {
		if _, err := s.fill(fmt.Sprintf("{{keep %q (%s)}}", l.name, l.expression)); err != nil {
			return nil, fmt.Errorf("%s: let %s: %w", t.name, l.name, err)
		}
	}
	return s, nil
}

// answered returns what a regular expression finds in the answers so far, the latest first: its group, or all of it.
func (s *scope) answered(pattern string) (string, error) {
	r, err := regexp.Compile(pattern)
	if err != nil {
		return "", err
	}
	for _, answer := range slices.Backward(s.answers) {
		if m := r.FindStringSubmatch(answer); m != nil {
			return m[len(m)-1], nil
		}
	}
	return "", fmt.Errorf("no answer has %q", pattern)
}

// fill evaluates a template.
func (s *scope) fill(text string) (string, error) {
	t, err := s.template.Clone()
	if err != nil {
		return "", err
	}
	if t, err = t.Parse(text); err != nil {
		return "", err
	}
	var b bytes.Buffer
	if err := t.Execute(&b, s.values); err != nil {
		return "", err
	}
	return b.String(), nil
}
