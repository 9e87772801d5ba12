package contract

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
)

// Problem is one thing that is wrong with a request, in the words of the API.
type Problem struct {
	Path    string `json:"path"` // dotted, such as "author.email"; empty for the whole body
	Message string `json:"message"`
}

// ValidateBody says what is wrong with a decoded JSON body; nothing means it is valid. It is stricter than the
// document: a key the document does not name is a problem, because the live API refuses it. An operation without a
// body accepts only nil and an empty object.
func (o *Operation) ValidateBody(body any) []Problem {
	if o.bodySchema == nil {
		if m, ok := body.(map[string]any); body != nil && (!ok || len(m) > 0) {
			return []Problem{{Message: "This endpoint takes no request body"}}
		}
		return nil
	}
	schema, err := o.document.compile("body:"+o.ID, o.strictBody)
	if err != nil {
		return []Problem{{Message: err.Error()}}
	}
	if err := schema.Validate(body); err != nil {
		return problems(err)
	}
	return o.document.atLeastOne(o.Body, body, "")
}

// atLeastOne checks what JSON Schema has no short word for: the groups of fields of which one is needed, wherever the document has them.
func (d *Document) atLeastOne(schema map[string]any, value any, path string) []Problem {
	given, ok := value.(map[string]any)
	if !ok {
		return nil
	}
	schema = d.Resolve(schema)
	if alternatives, ok := schema["oneOf"].([]any); ok {
		return d.atLeastOne(d.chosen(alternatives, given), value, path)
	}
	if names, ok := schema["x-at-least-one-of"].([]any); ok && !slices.ContainsFunc(names, func(name any) bool { key, _ := name.(string); return given[key] != nil }) {
		quoted := make([]string, len(names))
		for i, name := range names {
			quoted[i] = fmt.Sprintf("'%v'", name)
		}
		return []Problem{{Path: path, Message: "At least one of " + strings.Join(quoted, ", ") + " is required"}}
	}
	properties, _ := schema["properties"].(map[string]any)
	for _, name := range slices.Sorted(maps.Keys(properties)) {
		property, _ := properties[name].(map[string]any)
		inner := name
		if path != "" {
			inner = path + "." + name
		}
		if found := d.atLeastOne(property, given[name], inner); found != nil {
			return found
		}
	}
	return nil
}

// chosen returns the alternative whose constants a value has.
func (d *Document) chosen(alternatives []any, given map[string]any) map[string]any {
	for _, a := range alternatives {
		schema, _ := a.(map[string]any)
		schema = d.Resolve(schema)
		properties, _ := schema["properties"].(map[string]any)
		fits := true
		for name, p := range properties {
			property, _ := p.(map[string]any)
			if only, ok := property["const"]; ok && given[name] != nil && given[name] != only {
				fits = false
			}
		}
		if fits {
			return schema
		}
	}
	return nil
}

// ValidateResponse checks an answer against the schema documented for its status, nearest first: the exact status,
// then its class ("2XX"), then "default".
func (o *Operation) ValidateResponse(status int, body []byte) error {
	var schema map[string]any
	var documented string
	for _, documented = range []string{strconv.Itoa(status), strconv.Itoa(status/100) + "XX", "default"} {
		if schema = o.responses[documented]; schema != nil {
			break
		}
	}
	if documented == "default" && status < 300 {
		return fmt.Errorf("%s: status %d is not documented, want %s", o.ID, status, o.SuccessStatus)
	}
	if schema == nil {
		return fmt.Errorf("%s: status %d is not documented", o.ID, status)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("%s: status %d: the body is not JSON: %w", o.ID, status, err)
	}
	compiled, err := o.response(documented)
	if err != nil {
		return err
	}
	if err := compiled.Validate(doc); err != nil {
		return fmt.Errorf("%s: status %d: %w", o.ID, status, err)
	}
	return nil
}

// ValidateResponseIn is ValidateResponse for an answer in a version, which may have another success than the document's own.
func (o *Operation) ValidateResponseIn(version string, status int, body []byte) error {
	for since, schema := range o.later {
		if status/100 != 2 || version < since {
			continue
		}
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
		if err != nil {
			return fmt.Errorf("%s in %s: the body is not JSON: %w", o.ID, version, err)
		}
		compiled, err := o.document.compile("response:"+o.ID+":"+since, func() map[string]any { return schema })
		if err != nil {
			return err
		}
		if err := compiled.Validate(doc); err != nil {
			return fmt.Errorf("%s in %s: %w", o.ID, version, err)
		}
		return nil
	}
	return o.ValidateResponse(status, body)
}

func (o *Operation) response(documented string) (*jsonschema.Schema, error) {
	return o.document.compile("response:"+o.ID+":"+documented, func() map[string]any { return o.responses[documented] })
}

// compile returns the compiled schema of this name, made from what source returns the first time. References
// inside it mean the schemas of the document, or those it brings along itself under "components".
func (d *Document) compile(name string, source func() map[string]any) (*jsonschema.Schema, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if schema, ok := d.compiled[name]; ok {
		return schema, nil
	}
	if d.compiler == nil {
		d.compiler = jsonschema.NewCompiler()
		d.compiler.DefaultDraft(jsonschema.Draft2020)
		d.compiler.AssertFormat()
		shared := map[string]any{"components": map[string]any{"schemas": d.schemas}}
		if err := d.compiler.AddResource(documentURL, shared); err != nil {
			return nil, fmt.Errorf("schemas: %w", err)
		}
	}
	root := source()
	url := "contract:///" + name
	if _, alone := root["components"]; !alone {
		root = absolute(root)
	}
	if err := d.compiler.AddResource(url, root); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	schema, err := d.compiler.Compile(url)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	d.compiled[name] = schema
	return schema, nil
}

const documentURL = "contract:///document"

// absolute returns the schema with its references pointing into the shared document, so that each named schema is
// compiled once however many operations use it.
func absolute(schema map[string]any) map[string]any {
	return rewrite(schema, func(m map[string]any) {
		if ref, ok := m["$ref"].(string); ok {
			m["$ref"] = documentURL + ref
		}
	})
}

// strictBody returns the body schema, with every schema it reaches, closed against unknown keys. It is a document
// of its own: the same named schemas stay open in answers, where new fields may appear at any time.
func (o *Operation) strictBody() map[string]any {
	named := map[string]any{}
	var closeUp func(schema map[string]any) map[string]any
	closeUp = func(schema map[string]any) map[string]any {
		return rewrite(schema, func(m map[string]any) {
			if ref, ok := m["$ref"].(string); ok {
				name := strings.TrimPrefix(ref, schemaPrefix)
				if _, seen := named[name]; !seen {
					named[name] = nil // against cycles
					target, _ := o.document.schemas[name].(map[string]any)
					named[name] = closeUp(target)
				}
			}
			_, described := m["properties"].(map[string]any)
			_, open := m["additionalProperties"]
			if described && !open && m["type"] != nil {
				m["additionalProperties"] = false
			}
		})
	}
	root := closeUp(o.bodySchema)
	root["components"] = map[string]any{"schemas": named}
	return root
}

// rewrite returns a deep copy of the schema in which change has been applied to every object.
func rewrite(schema map[string]any, change func(map[string]any)) map[string]any {
	var value func(any) any
	value = func(v any) any {
		switch v := v.(type) {
		case map[string]any:
			return rewrite(v, change)
		case []any:
			list := make([]any, len(v))
			for i := range v {
				list[i] = value(v[i])
			}
			return list
		default:
			return v
		}
	}
	out := make(map[string]any, len(schema)+1)
	for key, v := range schema {
		out[key] = value(v)
	}
	change(out)
	return out
}

// problems flattens a validation error into the sentences the API would answer with, ordered by path.
func problems(err error) []Problem {
	failed, ok := err.(*jsonschema.ValidationError) //nolint:errorlint // Validate returns it bare, and it is unwrapped by hand below
	if !ok {
		return []Problem{{Message: err.Error()}}
	}
	var out []Problem
	collect(failed, &out)
	slices.SortStableFunc(out, func(a, b Problem) int { return strings.Compare(a.Path, b.Path) })
	return slices.Compact(out)
}

func collect(err *jsonschema.ValidationError, out *[]Problem) {
	path := strings.Join(err.InstanceLocation, ".")
	switch k := err.ErrorKind.(type) {
	case *kind.AnyOf, *kind.OneOf:
		if branch := nearest(err); branch != nil {
			collect(branch, out)
			return
		}
		*out = append(*out, Problem{path, "Invalid input"})
		return
	case *kind.AdditionalProperties:
		quoted := make([]string, len(k.Properties))
		for i, name := range slices.Sorted(slices.Values(k.Properties)) {
			quoted[i] = "'" + name + "'"
		}
		*out = append(*out, Problem{path, "Unrecognized key(s) in object: " + strings.Join(quoted, ", ")})
		return
	case *kind.Required:
		for _, name := range k.Missing {
			*out = append(*out, Problem{strings.Join(append(slices.Clone(err.InstanceLocation), name), "."), "Required"})
		}
		return
	case *kind.Type:
		*out = append(*out, Problem{path, "Expected " + strings.Join(k.Want, " or ") + ", received " + k.Got})
		return
	case *kind.Enum:
		want := make([]string, len(k.Want))
		for i, v := range k.Want {
			want[i] = fmt.Sprintf("'%v'", v)
		}
		*out = append(*out, Problem{path, "Invalid enum value. Expected " + strings.Join(want, " | ") +
			fmt.Sprintf(", received '%v'", k.Got)})
		return
	case *kind.Format:
		*out = append(*out, Problem{path, "Invalid " + k.Want})
		return
	}
	if len(err.Causes) == 0 {
		*out = append(*out, Problem{path, err.ErrorKind.LocalizedString(message.NewPrinter(language.English))})
		return
	}
	for _, cause := range err.Causes {
		collect(cause, out)
	}
}

// nearest picks the alternative the sender most likely meant: the one that did not fail on the type of the value
// itself and has the fewest complaints. It returns nil when every alternative is of another type.
func nearest(err *jsonschema.ValidationError) *jsonschema.ValidationError {
	var best *jsonschema.ValidationError
	fewest := 0
	for _, branch := range err.Causes {
		if wrongType(branch, len(err.InstanceLocation)) {
			continue
		}
		var found []Problem
		collect(branch, &found)
		if best == nil || len(found) < fewest {
			best, fewest = branch, len(found)
		}
	}
	return best
}

func wrongType(err *jsonschema.ValidationError, depth int) bool {
	if _, ok := err.ErrorKind.(*kind.Type); ok {
		return len(err.InstanceLocation) == depth
	}
	return slices.ContainsFunc(err.Causes, func(cause *jsonschema.ValidationError) bool { return wrongType(cause, depth) })
}

// Compile compiles every schema of the operation, for tests that prove the document sound.
func (o *Operation) Compile() error {
	if o.bodySchema != nil {
		if _, err := o.document.compile("body:"+o.ID, o.strictBody); err != nil {
			return err
		}
	}
	for _, documented := range slices.Sorted(maps.Keys(o.responses)) {
		if _, err := o.response(documented); err != nil {
			return err
		}
	}
	for _, p := range o.Parameters {
		if _, err := o.parameter(p); err != nil {
			return err
		}
	}
	return nil
}

// Decode reads one JSON document and refuses anything after it.
func Decode(data []byte) (any, error) {
	dec := json.NewDecoder(bytes.NewReader(data))
	var v any
	if err := dec.Decode(&v); err != nil {
		return nil, err
	}
	end := dec.InputOffset()
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("unexpected text after the JSON document at byte %d", end)
	}
	return v, nil
}
