package resources

import (
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"
)

// longestURI is longer than any that is meant.
const longestURI = 4000

// find returns the resource that an address means, with what its holes are filled with.
func find(uri string) (r *resource, values map[string]string, ok bool) {
	if len(uri) > longestURI {
		return nil, nil, false
	}
	given := strings.Split(uri, "/")
	for _, r := range table {
		if values, ok := r.match(given); ok {
			return r, values, true
		}
	}
	return nil, nil, false
}

func (r *resource) match(given []string) (values map[string]string, ok bool) {
	segments := strings.Split(r.uri, "/")
	if len(segments) != len(given) {
		return nil, false
	}
	values = map[string]string{}
	for i, segment := range segments {
		name, isHole := hole(segment)
		if !isHole {
			if segment != given[i] {
				return nil, false
			}
			continue
		}
		if values[name], ok = unescape(given[i]); !ok {
			return nil, false
		}
	}
	return values, true
}

// hole returns the name of a hole.
func hole(segment string) (name string, ok bool) {
	name, ok = strings.CutPrefix(segment, "{")
	return strings.TrimSuffix(name, "}"), ok
}

// unescape decodes what fills a hole, once. It refuses what could be taken for steps of a path, even behind the API's back.
func unescape(segment string) (value string, ok bool) {
	value, err := url.PathUnescape(segment)
	refused := err != nil || strings.TrimSpace(value) == "" || value == "." || strings.Contains(value, "..") || strings.ContainsAny(value, `/\`) ||
		!utf8.ValidString(value) || strings.ContainsFunc(value, unicode.IsControl)
	return value, !refused
}

// escape is the other way round, as RFC 6570 has it for {hole}.
func escape(value string) string { return strings.ReplaceAll(url.QueryEscape(value), "+", "%20") }

// fill returns the address of the thing of an id.
func (r *resource) fill(id string) string {
	segments := strings.Split(r.uri, "/")
	for i, segment := range segments {
		if _, isHole := hole(segment); isHole {
			segments[i] = escape(id)
		}
	}
	return strings.Join(segments, "/")
}

// filled returns arguments with the values in place of the holes.
func filled(argument any, values map[string]string) any {
	switch v := argument.(type) {
	case string:
		if name, isHole := hole(v); isHole {
			return values[name]
		}
	case []any:
		list := make([]any, len(v))
		for i, item := range v {
			list[i] = filled(item, values)
		}
		return list
	case map[string]any:
		object := make(map[string]any, len(v))
		for name, item := range v {
			object[name] = filled(item, values)
		}
		return object
	}
	return argument
}
