package engine

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"strings"

	"featurebase-mcp/client"
	"featurebase-mcp/internal/input"
	"featurebase-mcp/internal/rawjson"
)

// requestOf builds the request. Arguments in the path fill its holes; the others go to the query for GET and InQuery, and to the JSON body for the
// other methods. A POST or PATCH without fields sends {}, a DELETE without fields sends no body.
func requestOf(op *Operation, wire map[string]any) (client.Request, error) {
	r := client.Request{Operation: op.Name, Method: op.Method, Safety: op.safety(), Version: op.Version, Since: op.since(wire)}
	rest := maps.Clone(wire)
	var path strings.Builder
	for i, part := range strings.Split(op.Path, "/") {
		if i > 0 {
			path.WriteByte('/')
		}
		name, isHole := hole(part)
		if !isHole {
			path.WriteString(part)
			continue
		}
		segment, err := pathSegment(name, rest[name])
		if err != nil {
			return r, err
		}
		delete(rest, name)
		path.WriteString(segment)
	}
	r.Path = path.String()
	if op.Key != "" {
		r.IdempotencyKey = asText(rest[op.Key])
		delete(rest, op.Key)
	}
	switch {
	case op.Method == http.MethodGet || op.InQuery:
		q, err := query(rest)
		if err != nil {
			return r, err
		}
		r.Query = q
	case op.Method == http.MethodDelete && len(rest) == 0:
	default:
		r.Body = rawjson.Encode(rest)
	}
	return r, nil
}

// hole returns the name of the argument that fills a segment of a path.
func hole(part string) (name string, ok bool) {
	name, ok = strings.CutPrefix(part, "{")
	return strings.TrimSuffix(name, "}"), ok
}

// pathSegment escapes an id for a path. It refuses an empty id and ".", which would address another operation, and ".." and slashes, which
// a proxy could resolve as path steps even if they are escaped.
func pathSegment(name string, v any) (string, error) {
	s, _ := v.(string)
	if n, ok := v.(json.Number); ok { // tickets go by number
		s = n.String()
	}
	if s == "" || s == "." || strings.Contains(s, "..") || strings.ContainsAny(s, `/\`) {
		return "", fmt.Errorf("%s: %s cannot be an id", name, input.Show(s))
	}
	return url.PathEscape(s), nil
}

// query encodes the query. A list is one value joined by commas, as the contract says, so it refuses an item with a comma, which the API
// would read as two.
func query(fields map[string]any) (string, error) {
	q := make(url.Values, len(fields))
	for name, v := range fields {
		list, ok := v.([]any)
		if !ok {
			q.Set(name, queryText(v))
			continue
		}
		texts := make([]string, len(list))
		for i, item := range list {
			texts[i] = queryText(item)
			if strings.Contains(texts[i], ",") {
				return "", fmt.Errorf("%s: %s has a comma, and the API reads commas as separators here: it cannot be filtered for", name, input.Show(texts[i]))
			}
		}
		q.Set(name, strings.Join(texts, ","))
	}
	return q.Encode(), nil
}

// queryText returns a string as it is, and any other value as JSON.
func queryText(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	default:
		return string(rawjson.Encode(v))
	}
}
