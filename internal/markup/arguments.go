package markup

import (
	"errors"
	"fmt"
	"reflect"
	"strings"

	"featurebase-mcp/internal/legible"
)

// What a write sends is harmless in the browsers of those who read it, whatever a model was talked into writing: a text of one of the types below has no
// element that runs, covers or hides anything, and no address that does more than name a place. Arguments of other types are plain text, which
// Featurebase shows as it is.

// Markdown is the type of an argument for a field that the API takes as HTML. Models write Markdown at a third of the length of HTML.
type Markdown string

// Wire converts an argument of at most 200,000 bytes of Markdown to HTML.
func (Markdown) Wire(v any, _ reflect.StructTag) (any, error) {
	source := v.(string) // the shape of the argument allows nothing else
	if err := checkLength(source); err != nil {
		return nil, err
	}
	return WrittenHTML(source)
}

// Source is the type of an argument for a field that the API takes as Markdown.
type Source string

// Wire escapes the HTML in an argument of at most 200,000 bytes of Markdown.
func (Source) Wire(v any, _ reflect.StructTag) (any, error) {
	source := v.(string) // the shape of the argument allows nothing else
	if err := checkLength(source); err != nil {
		return nil, err
	}
	return withoutHTML(source)
}

// HTML is the type of an argument for a field that the API takes as HTML, in which a model writes what Markdown cannot hold.
type HTML string

// Wire returns an argument of at most 200,000 bytes of harmless HTML as it is, and refuses any other.
func (HTML) Wire(v any, _ reflect.StructTag) (any, error) {
	source := v.(string) // the shape of the argument allows nothing else
	if err := checkLength(source); err != nil {
		return nil, err
	}
	return source, checkHTML(source)
}

// Body is the type of an argument for a field that the API takes as Markdown or HTML. The API looks at the beginning of the text to tell which it is.
type Body string

// Wire treats a text that begins with a tag as [HTML], and any other as [Source].
func (Body) Wire(v any, tag reflect.StructTag) (any, error) {
	if IsHTML(v.(string)) { // the shape of the argument allows nothing else
		return HTML("").Wire(v, tag)
	}
	return Source("").Wire(v, tag)
}

// IsHTML reports whether a text begins with a tag, a comment or a declaration of HTML, and not with an address in angle brackets.
func IsHTML(text string) bool {
	text = strings.TrimSpace(text)
	if !strings.HasPrefix(text, "<") || !hasTags([]byte(text[:min(len(text), 2)])) {
		return false
	}
	name, _, _ := strings.Cut(text, ">")
	return !strings.ContainsAny(strings.Fields(name)[0], ":@")
}

// Address is the type of an argument for the address of a page, a picture or a file on the web.
type Address string

// Wire refuses addresses that run code, carry data or open files.
func (Address) Wire(v any, _ reflect.StructTag) (any, error) {
	address := v.(string) // the shape of the argument allows nothing else
	switch schemeOf(address) {
	case "", "http", "https":
	default:
		return nil, errors.New("only an address that begins with https:// or http:// is sent")
	}
	if strings.ContainsFunc(address, func(r rune) bool { return endsAddress(r) || legible.IsControl(r) }) {
		return nil, errors.New("not an address: spaces, invisible characters, quotation marks and angle brackets are written with % and two digits in one")
	}
	return address, nil
}

// checkLength returns an error for a text that is too long to be parsed.
func checkLength(source string) error {
	if len(source) > longestWritten {
		return fmt.Errorf("%s bytes of text: at most %s", legible.Thousands(len(source)), legible.Thousands(longestWritten))
	}
	return nil
}
