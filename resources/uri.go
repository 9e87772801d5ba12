package resources

import (
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"
)

// longestURI bounds the URIs that are matched. Every valid one is shorter.
const longestURI = 4000

// find returns the resource that a URI matches, with the values of its holes.
func find(uri string) (r *resource, values map[string]string, ok bool) {
	if len(uri) > longestURI {
		return nil, nil, false
	}
	requested := strings.Split(uri, "/")
	for _, r := range table {
		if values, ok := r.match(requested); ok {
			return r, values, true
		}
	}
	return nil, nil, false
}

func (r *resource) match(requested []string) (values map[string]string, ok bool) {
	segments := strings.Split(r.uri, "/")
	if len(segments) != len(requested) {
		return nil, false
	}
	values = map[string]string{}
	for i, segment := range segments {
		name, isHole := hole(segment)
		if !isHole {
			if segment != requested[i] {
				return nil, false
			}
			continue
		}
		if values[name], ok = unescape(requested[i]); !ok {
			return nil, false
		}
	}
	return values, true
}

// hole returns the name of the hole that a segment is.
func hole(segment string) (name string, ok bool) {
	name, ok = strings.CutPrefix(segment, "{")
	return strings.TrimSuffix(name, "}"), ok
}

// unescape decodes the value of a hole once. It refuses a value that a proxy or the API could resolve as path steps.
func unescape(segment string) (value string, ok bool) {
	value, err := url.PathUnescape(segment)
	refused := err != nil || strings.TrimSpace(value) == "" || value == "." || strings.Contains(value, "..") || strings.ContainsAny(value, `/\`) ||
		!utf8.ValidString(value) || strings.ContainsFunc(value, unicode.IsControl)
	return value, !refused
}

// escape is the inverse of unescape, as RFC 6570 defines it for {hole}.
func escape(value string) string { return strings.ReplaceAll(url.QueryEscape(value), "+", "%20") }

// fill returns the URI of the object with an id.
func (r *resource) fill(id string) string {
	segments := strings.Split(r.uri, "/")
	for i, segment := range segments {
		if _, isHole := hole(segment); isHole {
			segments[i] = escape(id)
		}
	}
	return strings.Join(segments, "/")
}

// filled returns arguments in which values replace the holes.
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
