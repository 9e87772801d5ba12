package markup

import (
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html/atom"

	"featurebase-mcp/internal/legible"
)

// traits say what an element is to a browser, as far as that decides what a reader sees.
type traits uint16

const (
	block      traits = 1 << iota // stands on lines of its own
	void                          // has no content and no end
	unseen                        // its content is never shown
	formatting                    // goes on after badly nested ends, until its own
	special                       // an end tag of something inline does not reach beyond it
	endsP                         // ends an open paragraph
	scope                         // an end tag inside does not reach beyond it
	marker                        // formatting that is open in it does not go on after its own end
	tablePart                     // means nothing outside a table
	heading
)

const (
	blockElement = block | special | endsP
	tableCell    = block | special | scope | marker | tablePart
	tableFrame   = block | special | tablePart
)

// elements are those of which something is known; all others are inline.
var elements = map[atom.Atom]traits{
	atom.Address: blockElement, atom.Article: blockElement, atom.Aside: blockElement, atom.Blockquote: blockElement, atom.Center: blockElement,
	atom.Details: blockElement, atom.Dialog: blockElement, atom.Dir: blockElement, atom.Div: blockElement, atom.Dl: blockElement,
	atom.Fieldset: blockElement, atom.Figcaption: blockElement, atom.Figure: blockElement, atom.Footer: blockElement, atom.Form: blockElement,
	atom.Header: blockElement, atom.Hgroup: blockElement, atom.Main: blockElement, atom.Menu: blockElement, atom.Nav: blockElement,
	atom.Ol: blockElement, atom.Ul: blockElement, atom.P: blockElement, atom.Pre: blockElement, atom.Listing: blockElement,
	atom.Section: blockElement, atom.Summary: blockElement, atom.Xmp: blockElement, atom.Plaintext: blockElement,
	atom.Li: blockElement, atom.Dd: blockElement, atom.Dt: blockElement, atom.Legend: block, atom.Option: block, atom.Optgroup: block,
	atom.Hr: blockElement | void,
	atom.H1: blockElement | heading, atom.H2: blockElement | heading, atom.H3: blockElement | heading,
	atom.H4: blockElement | heading, atom.H5: blockElement | heading, atom.H6: blockElement | heading,

	atom.Table: block | special | scope,
	atom.Td:    tableCell, atom.Th: tableCell, atom.Caption: tableCell,
	atom.Tr: tableFrame, atom.Tbody: tableFrame, atom.Thead: tableFrame, atom.Tfoot: tableFrame, atom.Colgroup: tableFrame,
	atom.Col: tablePart | void,

	atom.A: formatting, atom.B: formatting, atom.Big: formatting, atom.Code: formatting, atom.Em: formatting, atom.Font: formatting,
	atom.I: formatting, atom.Nobr: formatting, atom.S: formatting, atom.Small: formatting, atom.Strike: formatting,
	atom.Strong: formatting, atom.Tt: formatting, atom.U: formatting,

	atom.Script: unseen, atom.Style: unseen, atom.Title: unseen, atom.Noscript: unseen, atom.Noembed: unseen, atom.Noframes: unseen,
	atom.Template: unseen | special | scope, atom.Svg: unseen, atom.Canvas: unseen, atom.Datalist: unseen,
	atom.Object: unseen | special | scope | marker, atom.Applet: unseen | special | scope | marker, atom.Iframe: unseen, atom.Video: unseen, atom.Audio: unseen,
	atom.Annotation: unseen, atom.AnnotationXml: unseen,
	atom.Marquee: special | scope | marker, atom.Button: special, atom.Select: unseen | special | scope, atom.Textarea: special,

	atom.Area: void, atom.Base: void, atom.Br: void, atom.Embed: void, atom.Img: void, atom.Image: void, atom.Input: void, atom.Link: void,
	atom.Meta: void, atom.Param: void, atom.Source: void, atom.Track: void, atom.Wbr: void, atom.Keygen: void,
}

// breakingOut are the elements that end the SVG or MathML that they stand in.
var breakingOut = []atom.Atom{
	atom.B, atom.Big, atom.Blockquote, atom.Br, atom.Center, atom.Code, atom.Dd, atom.Div, atom.Dl, atom.Dt, atom.Em, atom.Embed,
	atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Hr, atom.I, atom.Img, atom.Li, atom.Listing, atom.Menu, atom.Nobr, atom.Ol, atom.P,
	atom.Pre, atom.Ruby, atom.S, atom.Small, atom.Span, atom.Strike, atom.Strong, atom.Sub, atom.Sup, atom.Table, atom.Tt, atom.U, atom.Ul, atom.Var,
}

// elementOf is the element of that name.
func elementOf(name []byte) element {
	tag := atom.Lookup(name)
	return element{tag, elements[tag]}
}

// attribute is one of the attributes that are read; all others are passed over.
type attribute uint8

const (
	attrAlt attribute = iota
	attrARIAHidden
	attrChecked
	attrClass
	attrColspan
	attrData
	attrDataChecked
	attrDataID
	attrDataLabel
	attrDataType
	attrHeight
	attrHidden
	attrHref
	attrOpen
	attrRole
	attrRowspan
	attrSrc
	attrStart
	attrStyle
	attrTitle
	attrType
	attrWidth
)

var attributeNames = map[string]attribute{
	"alt": attrAlt, "aria-hidden": attrARIAHidden, "checked": attrChecked, "class": attrClass, "colspan": attrColspan, "data": attrData,
	"data-checked": attrDataChecked, "data-id": attrDataID, "data-label": attrDataLabel, "data-type": attrDataType, "height": attrHeight,
	"hidden": attrHidden, "href": attrHref, "open": attrOpen, "role": attrRole, "rowspan": attrRowspan, "src": attrSrc, "start": attrStart,
	"style": attrStyle, "title": attrTitle, "type": attrType, "width": attrWidth,
}

// attributes are those of one tag, valid until the next.
type attributes struct {
	names  []attribute
	values [][]byte
	given  uint32
}

// clear makes room for the next tag's.
func (a *attributes) clear() { a.names, a.values, a.given = a.names[:0], a.values[:0], 0 }

// set keeps the first value of an attribute, as browsers do.
func (a *attributes) set(key, value []byte) {
	if name, known := attributeNames[string(key)]; known && !a.has(name) {
		a.names, a.values = append(a.names, name), append(a.values, value)
		a.given |= 1 << name
	}
}

// has reports whether an attribute is given, with a value or without.
func (a *attributes) has(name attribute) bool { return a.given&(1<<name) != 0 }

// get is the value of an attribute, or nothing.
func (a *attributes) get(name attribute) []byte {
	if !a.has(name) {
		return nil
	}
	return a.values[slices.Index(a.names, name)]
}

// longestAttribute is how much of an attribute is read as words or as an address. No address that leads anywhere is longer.
const longestAttribute = 64 << 10

// words is the value of an attribute as text.
func (a *attributes) words(name attribute) string {
	value := a.get(name)
	if len(value) <= longestAttribute {
		return string(value)
	}
	end := longestAttribute
	for end > 0 && !utf8.RuneStart(value[end]) {
		end--
	}
	return string(value[:end]) + legible.MoreCharacters(utf8.RuneCount(value[end:]))
}

// address is the value of an attribute as an address; of one that is too long to be any, nothing.
func (a *attributes) address(name attribute) string {
	value := a.get(name)
	if len(value) > longestAttribute {
		return ""
	}
	return trimAddress(strings.ToValidUTF8(string(value), ""))
}
