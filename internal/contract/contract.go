// Package contract holds the description of the Featurebase REST API as data: 123 operations of version nova,
// and those that were published later, the training data and the previews, with their parameters, bodies and responses.
//
// contract.json is the one place of these facts, one line per operation and per schema. The program carries it
// compressed (packed.go), since it would be the largest thing in it otherwise. It is read on first use; each
// schema is compiled when something is first validated against it. The package has two customers: tests, which
// hold tools and clients against it, and the sandbox, which validates and routes by it. The product itself never
// loads it unless the sandbox runs.
//
// Start reading at Document (what there is), then Operation (one row), then the Validate methods in validate.go
// and query.go. ordered.go reads objects whose members have an order.
package contract

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"featurebase-mcp/internal/packed"
)

var load = sync.OnceValue(func() *Document {
	source, err := packed.Unpack(carried)
	if err != nil {
		panic("contract.json.gz: " + err.Error())
	}
	doc, err := parse(source)
	if err != nil {
		panic("contract.json: " + err.Error())
	}
	return doc
})

// Load returns the document, parsed on the first call and shared from then on. Callers must not change what they
// get from it.
func Load() *Document { return load() }

// Document is the whole API description. Its methods are safe for concurrent use.
type Document struct {
	version    string
	operations []*Operation
	byID       map[string]*Operation
	schemas    map[string]any

	mu       sync.Mutex // guards the two below; a compiler is not safe for concurrent use
	compiler *jsonschema.Compiler
	compiled map[string]*jsonschema.Schema
}

// Operation is one method on one path.
type Operation struct {
	ID, Method, Path string
	Summary          string
	Toolset          string
	Effect           string // read, write or destructive
	Reversible       bool
	Idempotent       bool
	Pagination       string // cursor-query, cursor-body, page-body or none
	SideEffects      []string
	ErrorCodes       []string
	Legacy           bool

	// Versions are the API versions that the document offers for it, the newest first.
	Versions []string
	// Sources are the pages that it was read from, Read how much of them ("full" or "part"), and Unread what was cut off. They are empty
	// for the operations of nova, which come from one reference that was read as a whole, but for pages that say more of one today.
	Sources      []string
	Read, Unread string

	// SearchFields are the fields a search accepts, in document order; nil for other operations.
	SearchFields []SearchField
	// SearchAliases are deprecated snake_case names a search accepts besides SearchFields.
	SearchAliases []string
	// SearchTotalCap bounds totalCount by mode: "filter", and "search" where the operation has full text.
	SearchTotalCap map[string]int

	// Parameters are those in the path and in the query, in document order.
	Parameters []Parameter
	// Headers are the headers that it takes besides the version.
	Headers []string

	// Body is the schema of the JSON request body, its own $ref resolved; nil without one.
	Body         map[string]any
	BodyRequired bool
	// Since has the fields of the body that later versions brought, each with the first one that has it.
	Since map[string]string

	// Success is the schema of the answer, its own $ref resolved, under the documented SuccessStatus: "200", "201",
	// "202" or "2XX".
	Success       map[string]any
	SuccessStatus string

	later      map[string]map[string]any // successes of later versions, where they differ, by the first version that has them
	document   *Document
	bodySchema map[string]any            // as written, for the compiler
	responses  map[string]map[string]any // by documented status, as written
}

// Parameter is one argument in the path or in the query.
type Parameter struct {
	Name        string
	In          string // path or query
	Required    bool
	Description string
	Schema      map[string]any // its $ref resolved
	Explode     bool           // false on lists that travel comma-separated in one value
}

// SearchField is one field a search can filter on.
type SearchField struct {
	Name      string   `json:"-"`
	Type      string   `json:"type"` // string, number, boolean, id, unix_seconds, any or enum:a|b; "|null" at the end allows null
	Operators []string `json:"operators"`
	Note      string   `json:"note"`
}

// Version returns the API version the document describes.
func (d *Document) Version() string { return d.version }

// Operations returns every operation in document order.
func (d *Document) Operations() []*Operation { return slices.Clone(d.operations) }

// Operation returns the operation with this operationId, or nil.
func (d *Document) Operation(id string) *Operation { return d.byID[id] }

// Resolve returns the schema with its own $ref followed and its other keywords laid over the target. References
// deeper inside stay: call Resolve on the part you descend into.
func (d *Document) Resolve(schema map[string]any) map[string]any {
	for {
		ref, ok := schema["$ref"].(string)
		if !ok {
			return schema
		}
		target, ok := d.schemas[strings.TrimPrefix(ref, schemaPrefix)].(map[string]any)
		if !ok {
			panic("contract.json: no such schema: " + ref)
		}
		if len(schema) == 1 {
			schema = target
			continue
		}
		merged := maps.Clone(target)
		maps.Copy(merged, schema)
		if next, ok := target["$ref"]; ok {
			merged["$ref"] = next
		} else {
			delete(merged, "$ref")
		}
		schema = merged
	}
}

const schemaPrefix = "#/components/schemas/"

// The shapes of contract.json, as far as they are read.
type (
	rawDocument struct {
		Info struct {
			Version string `json:"version"`
		} `json:"info"`
		Paths      ordered[ordered[rawOperation]] `json:"paths"`
		Components struct {
			Schemas    map[string]any          `json:"schemas"`
			Parameters map[string]rawParameter `json:"parameters"`
			Responses  map[string]rawContent   `json:"responses"`
		} `json:"components"`
	}
	rawOperation struct {
		OperationID string                    `json:"operationId"`
		Summary     string                    `json:"summary"`
		Toolset     string                    `json:"x-toolset"`
		Effect      string                    `json:"x-effect"`
		Reversible  bool                      `json:"x-reversible"`
		Idempotent  bool                      `json:"x-idempotent"`
		Pagination  string                    `json:"x-pagination"`
		SideEffects []string                  `json:"x-side-effects"`
		ErrorCodes  []string                  `json:"x-error-codes"`
		Legacy      bool                      `json:"x-legacy"`
		Later       map[string]map[string]any `json:"x-later-success"`
		Sources     []string                  `json:"x-source"`
		Read        string                    `json:"x-read"`
		Unread      string                    `json:"x-unread"`
		Fields      ordered[SearchField]      `json:"x-search-fields"`
		Aliases     []string                  `json:"x-search-deprecated-aliases"`
		TotalCap    map[string]int            `json:"x-search-total-cap"`
		Parameters  []rawParameter            `json:"parameters"`
		RequestBody *rawContent               `json:"requestBody"`
		Responses   map[string]rawContent     `json:"responses"`
	}
	rawParameter struct {
		Ref         string         `json:"$ref"`
		Name        string         `json:"name"`
		In          string         `json:"in"`
		Required    bool           `json:"required"`
		Description string         `json:"description"`
		Schema      map[string]any `json:"schema"`
		Explode     *bool          `json:"explode"`
	}
	rawContent struct {
		Ref      string `json:"$ref"`
		Required bool   `json:"required"`
		Content  map[string]struct {
			Schema map[string]any `json:"schema"`
		} `json:"content"`
	}
)

const mediaType = "application/json"

// versionHeader is the header of every operation.
const versionHeader = "Featurebase-Version"

func parse(data []byte) (*Document, error) {
	var raw rawDocument
	if err := json.Unmarshal(data, &raw); err != nil {
		return nil, err
	}
	doc := &Document{
		version:  raw.Info.Version,
		byID:     map[string]*Operation{},
		schemas:  raw.Components.Schemas,
		compiled: map[string]*jsonschema.Schema{},
	}
	for _, path := range raw.Paths {
		for _, method := range path.value {
			op, err := doc.operation(&raw, path.key, method.key, &method.value)
			if err != nil {
				return nil, fmt.Errorf("%s %s: %w", method.key, path.key, err)
			}
			doc.operations = append(doc.operations, op)
			doc.byID[op.ID] = op
		}
	}
	return doc, nil
}

// sinceOf returns the fields of a body that say since when there are.
func sinceOf(body map[string]any) map[string]string {
	properties, _ := body["properties"].(map[string]any)
	since := map[string]string{}
	for name, p := range properties {
		property, _ := p.(map[string]any)
		if version, ok := property["x-since"].(string); ok {
			since[name] = version
		}
	}
	return since
}

func (d *Document) operation(doc *rawDocument, path, method string, raw *rawOperation) (*Operation, error) {
	op := &Operation{
		ID: raw.OperationID, Method: strings.ToUpper(method), Path: path,
		Summary: raw.Summary, Toolset: raw.Toolset, Effect: raw.Effect,
		Reversible: raw.Reversible, Idempotent: raw.Idempotent, Pagination: raw.Pagination,
		SideEffects: raw.SideEffects, ErrorCodes: raw.ErrorCodes, Legacy: raw.Legacy,
		later: raw.Later, Sources: raw.Sources, Read: raw.Read, Unread: raw.Unread,
		SearchAliases: raw.Aliases, SearchTotalCap: raw.TotalCap,
		document: d, responses: map[string]map[string]any{},
	}
	for _, field := range raw.Fields {
		field.value.Name = field.key
		op.SearchFields = append(op.SearchFields, field.value)
	}
	for _, p := range raw.Parameters {
		if p.Ref != "" {
			p = doc.Components.Parameters[p.Ref[strings.LastIndex(p.Ref, "/")+1:]]
		}
		switch p.In {
		case "header":
			if p.Name != versionHeader {
				op.Headers = append(op.Headers, p.Name)
				continue
			}
			for _, version := range p.Schema["enum"].([]any) {
				op.Versions = append(op.Versions, version.(string))
			}
			continue
		case "path", "query":
		default:
			return nil, fmt.Errorf("parameter %q is in %q", p.Name, p.In)
		}
		op.Parameters = append(op.Parameters, Parameter{
			Name: p.Name, In: p.In, Required: p.Required, Description: p.Description,
			Schema: d.Resolve(p.Schema), Explode: p.Explode == nil || *p.Explode,
		})
	}
	if raw.RequestBody != nil {
		op.bodySchema = raw.RequestBody.Content[mediaType].Schema
		op.Body, op.BodyRequired = d.Resolve(op.bodySchema), raw.RequestBody.Required
		op.Since = sinceOf(op.Body)
	}
	for status, response := range raw.Responses {
		if response.Ref != "" {
			response = doc.Components.Responses[response.Ref[strings.LastIndex(response.Ref, "/")+1:]]
		}
		schema := response.Content[mediaType].Schema
		if schema == nil {
			return nil, fmt.Errorf("response %s has no JSON schema", status)
		}
		op.responses[status] = schema
	}
	for _, status := range []string{"200", "2XX", "201", "202"} {
		if schema, ok := op.responses[status]; ok {
			op.Success, op.SuccessStatus = d.Resolve(schema), status
			break
		}
	}
	if op.ID == "" || op.Success == nil {
		return nil, fmt.Errorf("operation %q lacks an id or a %d answer", op.ID, http.StatusOK)
	}
	return op, nil
}
