package input

import (
	"errors"
	"fmt"
	"reflect"
	"strings"

	"github.com/invopop/jsonschema"

	"featurebase-mcp/internal/legible"
	"featurebase-mcp/internal/markup"
)

// Page is embedded in the arguments of operations that list with pages.
type Page struct {
	Limit  int    `json:"limit,omitempty" jsonschema:"minimum=1,maximum=100,default=10"`
	Cursor string `json:"cursor,omitempty"`
}

// Detail is embedded in the arguments of operations that list objects with more fields than a row shows.
type Detail struct {
	Detail string `json:"detail,omitempty" jsonschema:"enum=concise,enum=full"`
}

// Open is embedded in the arguments of operations whose body is known in part: other fields than the declared ones go to the API as they are.
type Open struct{}

// Onward is embedded in the arguments of operations without a cursor whose answer can be too long for one call.
type Onward struct {
	Offset position `json:"offset,omitempty"`
}

// Document is embedded in the arguments of operations that read one object with a text in HTML. An answer that left hidden text out names the argument.
type Document struct {
	Hidden bool `json:"hidden,omitempty"`
	Onward
}

// position is the offset that the previous answer stated.
type position int

// Wire refuses a negative offset.
func (position) Wire(v any, _ reflect.StructTag) (any, error) {
	if strings.HasPrefix(Show(v), "-") {
		return v, errors.New("not negative; the answer before says where to go on")
	}
	return v, nil
}

// ObjectID is the id of an object in a path, 24 hex digits. A made-up or truncated id is refused here, where the message can say how to
// find the right one. It is not used in bodies, where some fields accept slugs as well.
type ObjectID string

// IsHex24 reports whether a text has the form of an id: 24 hex digits.
func IsHex24(id string) bool {
	return len(id) == 24 && strings.Trim(id, "0123456789abcdefABCDEF") == ""
}

// Normal removes the name before an id in brackets.
func (ObjectID) Normal(v any) any { return withoutName(v, IsHex24) }

// Wire refuses any other form.
func (ObjectID) Wire(v any, _ reflect.StructTag) (any, error) {
	if s, _ := v.(string); !IsHex24(s) {
		return v, fmt.Errorf("not an id: ids are 24 hex digits, got %s. Look it up, do not guess it", Show(v))
	}
	return v, nil
}

// ExternalID is an id from the organization's own system in a path, or a slug. It can be any text except one that a proxy could resolve as
// path steps.
type ExternalID string

// Normal removes the name before an id in brackets.
func (ExternalID) Normal(v any) any { return withoutName(v, IsHex24) }

// Wire refuses texts that are unsafe in a path.
func (ExternalID) Wire(v any, _ reflect.StructTag) (any, error) {
	s, _ := v.(string)
	if s == "" || s == "." || strings.Contains(s, "..") || strings.ContainsAny(s, "/\\") || strings.ContainsFunc(s, legible.IsControl) {
		return v, fmt.Errorf("%s cannot be an id in a path", Show(v))
	}
	return v, nil
}

// ShortID is the id of a conversation, a part of one, an article, a collection or a help center: 1 to 20 letters, digits, "_" or "-".
type ShortID string

func isShortID(id string) bool {
	return id != "" && len(id) <= 20 && strings.Trim(id, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_-") == ""
}

// Normal removes the name before an id in brackets.
func (ShortID) Normal(v any) any { return withoutName(v, IsNumber) }

// Wire refuses any other form.
func (ShortID) Wire(v any, _ reflect.StructTag) (any, error) {
	if s, _ := v.(string); !isShortID(s) {
		return v, fmt.Errorf("not an id: these are short, such as 10021362, got %s. Look it up, do not guess it", Show(v))
	}
	return v, nil
}

// withoutName returns the id from a name with the id in brackets, a form that completions offer and answers show: Dark mode
// (64b0c2f19d3e5a7788990011).
func withoutName(v any, form func(id string) bool) any {
	if s, ok := v.(string); ok && strings.HasSuffix(s, ")") {
		return Bracketed(s, form)
	}
	return v
}

// TicketNumber is the number that addresses a ticket: 42, which people write TK-42. The ticket's id of 24 hex digits does not work in a
// path.
type TicketNumber int

// Normal returns the number in TK-42.
func (TicketNumber) Normal(v any) any {
	s, ok := v.(string)
	if _, number, found := strings.Cut(s, "-"); ok && found {
		return number
	}
	return v
}

// Linked reports whether the value is an address of a ticket, which has its number.
func (TicketNumber) Linked(v any) bool {
	s, ok := v.(string)
	return ok && IsLink(s)
}

// Locale is a language that Featurebase supports.
type Locale string

// JSONSchemaExtend makes the languages an enum, which is too long to be published.
func (Locale) JSONSchemaExtend(s *jsonschema.Schema) {
	s.Enum = OneOf("bn bs pt-BR bg ca hr cs da nl en et fi fr de el hi hu id it ja ko lv lt ms mn nb pl pt ro ru sr zh-CN sk sl es sw sv th zh-TW tr uk vi")
}

// OneOf returns words, separated by spaces, as the values of an enum.
func OneOf(words string) []any {
	var values []any
	for word := range strings.FieldsSeq(words) {
		values = append(values, word)
	}
	return values
}

// Author is the person whom a write is credited to. The API tries id, userId and email in this order.
type Author struct {
	ID             string         `json:"id,omitempty"`
	UserID         string         `json:"userId,omitempty" jsonschema:"maxLength=255"`
	Email          string         `json:"email,omitempty"`
	Name           string         `json:"name,omitempty" jsonschema:"maxLength=255"`
	ProfilePicture markup.Address `json:"profilePicture,omitempty"`
}
