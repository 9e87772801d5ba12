package main

import (
	"fmt"
	"maps"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"
)

type object = map[string]any

// operations are the facts of a document, by method and path. The names of holes in paths are left out: they are the document's own.
type operations map[string]*operation

// operation is what can be sent in one operation, by place: "query limit", "body author.email", "body tags[]".
type operation struct {
	id     string
	places map[string]fact
}

// fact is what a document says of one argument.
type fact struct {
	required bool
	types    []string
	enum     []string
	bounds   object
}

// bounds are the keywords that bound a value.
var bounds = []string{"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "minLength", "maxLength", "minItems", "maxItems"}

// deepest is how deep bodies are compared; filters that contain filters have no end.
const deepest = 6

var hole = regexp.MustCompile(`\{[^}]*\}`)

// load reads documents as one. Where two have a component of the same name, the first one counts. It returns the references that lead nowhere, too: what they hold is not
// known.
func load(names ...string) (ops operations, lost []string, err error) {
	root := object{}
	for _, name := range names {
		content, err := os.ReadFile(name) //nolint:gosec // the file that the caller names
		if err != nil {
			return nil, nil, err
		}
		var document object
		if err := yaml.Unmarshal(content, &document); err != nil { // JSON is YAML, too
			return nil, nil, fmt.Errorf("%s: %w", name, err)
		}
		if _, ok := document["paths"].(object); !ok {
			return nil, nil, fmt.Errorf("%s has no paths: it is no OpenAPI document", name)
		}
		if version := fmt.Sprint(document["openapi"]); !strings.HasPrefix(version, "3.") {
			return nil, nil, fmt.Errorf("%s is no document of OpenAPI 3: convert it first", name)
		}
		prefixPaths(document)
		merge(root, document)
	}
	d := document{root, map[string]bool{}}
	ops = facts(d)
	return ops, slices.Sorted(maps.Keys(d.lost)), nil
}

// prefixPaths puts the path of the document's server before its paths: some documents say /v2 there alone.
func prefixPaths(document object) {
	servers := list(document, "servers")
	if len(servers) == 0 {
		return
	}
	first, _ := servers[0].(object)
	address, _ := first["url"].(string)
	u, err := url.Parse(address)
	if err != nil || strings.Trim(u.Path, "/") == "" {
		return
	}
	paths, _ := document["paths"].(object)
	prefixed := object{}
	for path, item := range paths {
		prefixed[strings.TrimRight(u.Path, "/")+path] = item
	}
	document["paths"] = prefixed
}

// merge adds what a document has and the other lacks.
func merge(into, from object) {
	for key, value := range from {
		inner, isObject := value.(object)
		existing, both := into[key].(object)
		switch {
		case isObject && both:
			merge(existing, inner)
		case into[key] == nil:
			into[key] = value
		}
	}
}

func facts(d document) operations {
	all := operations{}
	paths, _ := d.root["paths"].(object)
	for path, value := range paths {
		item := d.resolve(value)
		for _, method := range []string{"get", "post", "put", "patch", "delete"} {
			raw, ok := item[method].(object)
			if !ok {
				continue
			}
			op := &operation{places: map[string]fact{}}
			op.id, _ = raw["operationId"].(string)
			d.parameters(op, list(item, "parameters"))
			d.parameters(op, list(raw, "parameters"))
			body := d.resolve(raw["requestBody"])
			if media := d.media(body); media != nil {
				d.body(op, media, body["required"] == true)
			}
			all[strings.ToUpper(method)+" "+hole.ReplaceAllString(strings.TrimRight(path, "/"), "{}")] = op
		}
	}
	return all
}

type document struct {
	root object
	lost map[string]bool // references that lead nowhere
}

func list(o object, key string) []any {
	values, _ := o[key].([]any)
	return values
}

// resolve follows references.
func (d document) resolve(value any) object {
	o, _ := value.(object)
	for range deepest {
		ref, ok := o["$ref"].(string)
		if !ok {
			break
		}
		at := any(d.root)
		for step := range strings.SplitSeq(strings.TrimPrefix(ref, "#/"), "/") {
			inner, _ := at.(object)
			at = inner[strings.NewReplacer("~1", "/", "~0", "~").Replace(step)]
		}
		if o, ok = at.(object); !ok {
			d.lost[ref] = true
		}
	}
	return o
}

// media returns the schema of a JSON body, or nil.
func (d document) media(body object) object {
	content, _ := body["content"].(object)
	for _, name := range slices.Sorted(maps.Keys(content)) {
		kind, _, _ := strings.Cut(name, ";")
		if kind = strings.TrimSpace(kind); kind == "application/json" || strings.HasSuffix(kind, "+json") {
			media, _ := content[name].(object)
			return d.resolve(media["schema"])
		}
	}
	return nil
}

func (d document) parameters(op *operation, parameters []any) {
	for _, value := range parameters {
		p := d.resolve(value)
		name, _ := p["name"].(string)
		in, _ := p["in"].(string)
		if in == "query" { // holes are compared with the path, and headers are the client's
			op.places[in+" "+name] = d.fact(d.resolve(p["schema"]), p["required"] == true)
		}
	}
}

func (d document) body(op *operation, schema object, required bool) {
	op.places["body"] = fact{required: required}
	d.fields(op, "body ", schema, 0)
}

// fields adds the fields of an object at a place, those of all alternatives together. A field is required where all alternatives require it.
func (d document) fields(op *operation, place string, schema object, depth int) {
	if depth > deepest {
		return
	}
	for name, value := range d.properties(schema, depth) {
		at := place + name
		inner := d.resolve(value)
		op.places[at] = d.fact(inner, d.requires(schema, name))
		d.fields(op, at+".", inner, depth+1)
		if items := d.resolve(inner["items"]); items != nil {
			op.places[at+"[]"] = d.fact(items, false)
			d.fields(op, at+"[].", items, depth+1)
		}
	}
}

// number writes a number in one way: documents have 2000000 and 2e+06.
func number(value any) string {
	text := fmt.Sprint(value)
	if n, err := strconv.ParseFloat(text, 64); err == nil {
		return strconv.FormatFloat(n, 'f', -1, 64)
	}
	return text
}

// forms returns the schemas that a schema is made of.
func (d document) forms(schema object) (all, either []object) {
	for _, value := range list(schema, "allOf") {
		all = append(all, d.resolve(value))
	}
	for _, keyword := range []string{"oneOf", "anyOf"} {
		for _, value := range list(schema, keyword) {
			if form := d.resolve(value); form["type"] != "null" {
				either = append(either, form)
			}
		}
	}
	return all, either
}

func (d document) properties(schema object, depth int) object {
	out := object{}
	if depth > deepest {
		return out
	}
	own, _ := schema["properties"].(object)
	maps.Copy(out, own)
	all, either := d.forms(schema)
	for _, form := range slices.Concat(all, either) {
		for name, value := range d.properties(form, depth+1) {
			if known, twice := out[name]; twice { // each form has its own, such as the kind that tells them apart
				value = object{"anyOf": []any{known, value}}
			}
			out[name] = value
		}
	}
	return out
}

func (d document) requires(schema object, name string) bool {
	if slices.Contains(list(schema, "required"), any(name)) {
		return true
	}
	all, either := d.forms(schema)
	if slices.ContainsFunc(all, func(form object) bool { return d.requires(form, name) }) {
		return true
	}
	return len(either) > 0 && !slices.ContainsFunc(either, func(form object) bool { return !d.requires(form, name) })
}

func (d document) fact(schema object, required bool) fact {
	f := fact{required: required, bounds: object{}}
	d.collect(&f, schema, 0)
	slices.Sort(f.types)
	slices.Sort(f.enum)
	f.types, f.enum = slices.Compact(f.types), slices.Compact(f.enum)
	return f
}

// collect adds what a schema and its alternatives say of a value. null is left out, since documents differ in how they say it.
func (d document) collect(f *fact, schema object, depth int) {
	if depth > deepest {
		return
	}
	switch kind := schema["type"].(type) {
	case string:
		f.types = append(f.types, kind)
	case []any:
		for _, one := range kind {
			if name, ok := one.(string); ok && name != "null" {
				f.types = append(f.types, name)
			}
		}
	}
	for _, value := range list(schema, "enum") {
		if value != nil {
			f.enum = append(f.enum, number(value))
		}
	}
	if only, ok := schema["const"]; ok {
		f.enum = append(f.enum, number(only))
	}
	for _, keyword := range bounds {
		value, ok := schema[keyword]
		switch exclusive, isFlag := value.(bool); {
		case !ok || isFlag: // OpenAPI 3.0 has a flag beside the bound
		case keyword == "minimum" && schema["exclusiveMinimum"] == true, keyword == "maximum" && schema["exclusiveMaximum"] == true:
			f.bounds["exclusive"+strings.ToUpper(keyword[:1])+keyword[1:]] = number(value)
		case !exclusive:
			f.bounds[keyword] = number(value)
		}
	}
	all, either := d.forms(schema)
	for _, form := range slices.Concat(all, either) {
		d.collect(f, form, depth+1)
	}
}
