package input

import (
	"reflect"
	"strings"

	"github.com/invopop/jsonschema"
)

// newReflector returns a reflector for flat schemas, because hosts drop tools whose schema has a $ref, a boolean schema or a list of types.
func newReflector() *jsonschema.Reflector {
	return &jsonschema.Reflector{
		Anonymous:      true, // no $id
		DoNotReference: true, // no $defs, no $ref; inputs must not be recursive
		ExpandedStruct: true, // the object at the top
		Mapper: func(t reflect.Type) *jsonschema.Schema {
			switch {
			case t.Kind() == reflect.Interface: // the value of a filter, which is checked by its field
				return &jsonschema.Schema{}
			case t.Kind() == reflect.Map && t.Elem().Kind() == reflect.Interface:
				return &jsonschema.Schema{Type: "object"} // free keys; additionalProperties would only repeat that
			default:
				return nil
			}
		},
	}
}

// reflectSchema returns the schema of a struct of arguments with everything that the checks need. Only the top level forbids further keys
// in writing, since the checks refuse unknown keys at every level.
func reflectSchema(t reflect.Type) *jsonschema.Schema {
	s := newReflector().ReflectFromType(t)
	s.Version = ""
	open := func(s *jsonschema.Schema) {
		if s.Properties != nil {
			s.AdditionalProperties = nil
		}
	}
	for p := s.Properties.Oldest(); p != nil; p = p.Next() {
		walkSchema(p.Value, open)
	}
	for f := range t.Fields() {
		if f.Type == reflect.TypeFor[Open]() {
			s.AdditionalProperties = nil
		}
		if f.Tag.Get("filters") != "" {
			p, _ := s.Properties.Get(jsonName(f))
			p.Description = describeFilters(f.Tag)
		}
	}
	return s
}

// jsonName returns the name of an argument.
func jsonName(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	return name
}

func walkSchema(s *jsonschema.Schema, visit func(*jsonschema.Schema)) {
	visit(s)
	if s.Items != nil {
		walkSchema(s.Items, visit)
	}
	if s.AdditionalProperties != nil { // of a map
		walkSchema(s.AdditionalProperties, visit)
	}
	if s.Properties != nil {
		for p := s.Properties.Oldest(); p != nil; p = p.Next() {
			walkSchema(p.Value, visit)
		}
	}
}
