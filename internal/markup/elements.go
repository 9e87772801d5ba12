package markup

import (
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html/atom"

	"featurebase-mcp/internal/legible"
)

// traits are the properties of an element that decide how a browser nests it and whether it shows its content.
type traits uint16

const (
	block      traits = 1 << iota // it stands on lines of its own
	void                          // it has no content and no end tag
	unseen                        // its content is never shown
	formatting                    // after badly nested end tags it goes on until its own
	special                       // an end tag of an inline element inside does not close anything outside
	endsP                         // it closes an open paragraph
	scope                         // an end tag inside does not close anything outside
	marker                        // formatting that is open inside does not go on after its end
	tablePart                     // outside a table, its tag is ignored
	heading
)

const (
	blockElement = block | special | endsP
	tableCell    = block | special | scope | marker | tablePart
	tableFrame   = block | special | tablePart
)

// elements has the traits of each element that is not simply inline.
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

// breakingOut are the elements whose start tags close an open SVG or MathML.
var breakingOut = []atom.Atom{
	atom.B, atom.Big, atom.Blockquote, atom.Br, atom.Center, atom.Code, atom.Dd, atom.Div, atom.Dl, atom.Dt, atom.Em, atom.Embed,
	atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Hr, atom.I, atom.Img, atom.Li, atom.Listing, atom.Menu, atom.Nobr, atom.Ol, atom.P,
	atom.Pre, atom.Ruby, atom.S, atom.Small, atom.Span, atom.Strike, atom.Strong, atom.Sub, atom.Sup, atom.Table, atom.Tt, atom.U, atom.Ul, atom.Var,
}

// elementOf returns the element with that name.
func elementOf(name []byte) element {
	tag := atom.Lookup(name)
	return element{tag, elements[tag]}
}

// attribute is an attribute that the reader looks at. It skips all others.
type attribute uint8

const (
	attrAlt attribute = iota
	attrARIAHidden
	attrBgcolor
	attrChecked
	attrClass
	attrColor
	attrColspan
	attrData
	attrDataChecked
	attrDataID
	attrDataLabel
	attrDataType
	attrHeight
	attrHidden
	attrHref
	attrID
	attrOpen
	attrPopover
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
	"alt": attrAlt, "aria-hidden": attrARIAHidden, "bgcolor": attrBgcolor, "checked": attrChecked, "class": attrClass, "color": attrColor, "colspan": attrColspan, "data": attrData,
	"data-checked": attrDataChecked, "data-id": attrDataID, "data-label": attrDataLabel, "data-type": attrDataType, "height": attrHeight,
	"hidden": attrHidden, "href": attrHref, "id": attrID, "open": attrOpen, "popover": attrPopover, "role": attrRole, "rowspan": attrRowspan, "src": attrSrc, "start": attrStart,
	"style": attrStyle, "title": attrTitle, "type": attrType, "width": attrWidth,
}

// attributes are the attributes of one tag. They are valid until the next tag is read.
type attributes struct {
	names  []attribute
	values [][]byte
	given  uint32
	named  map[string]string // those that a stylesheet asks for
}

// clear removes the attributes of the last tag.
func (a *attributes) clear() {
	a.names, a.values, a.given = a.names[:0], a.values[:0], 0
	clear(a.named)
}

// set keeps an attribute. Of two with the same name it keeps the first, as browsers do.
func (a *attributes) set(key, value []byte) {
	if name, known := attributeNames[string(key)]; known && !a.has(name) {
		a.names, a.values = append(a.names, name), append(a.values, value)
		a.given |= 1 << name
	}
}

// setNamed keeps an attribute that a stylesheet asks for.
func (a *attributes) setNamed(key, value []byte) {
	if a.named == nil {
		a.named = map[string]string{}
	}
	if _, given := a.named[string(key)]; !given {
		a.named[string(key)] = string(value)
	}
}

// isHidden reports whether attributes other than style hide an element.
func isHidden(tag atom.Atom, a *attributes) bool {
	return a.has(attrHidden) || a.has(attrPopover) || strings.EqualFold(string(a.get(attrARIAHidden)), "true") || tag == atom.Dialog && !a.has(attrOpen)
}

// has reports whether the tag has an attribute, with a value or without.
func (a *attributes) has(name attribute) bool { return a.given&(1<<name) != 0 }

// get returns the value of an attribute, or nil.
func (a *attributes) get(name attribute) []byte {
	if !a.has(name) {
		return nil
	}
	return a.values[slices.Index(a.names, name)]
}

// longestAttribute is how many bytes of an attribute are read, 64 kB. No address in use is longer.
const longestAttribute = 64 << 10

// words returns the value of an attribute as text. It cuts a long one, with a note.
func (a *attributes) words(name attribute) string {
	value := a.get(name)
	if len(value) <= longestAttribute {
		return string(value)
	}
	end := longestAttribute
	for end > 0 && !utf8.RuneStart(value[end]) {
		end--
	}
	return string(value[:end]) + legible.TruncationNote(utf8.RuneCount(value[end:]))
}

// address returns the value of an attribute as an address, or "" if it is too long to be one.
func (a *attributes) address(name attribute) string {
	value := a.get(name)
	if len(value) > longestAttribute {
		return ""
	}
	return trimAddress(strings.ToValidUTF8(string(value), ""))
}
