package css

import (
	"slices"
	"strconv"
	"strings"
)

// Shade is the part of a style that hides the text of an element, but that an element inside can undo. Mail templates do so: a cell with font size 0
// holds text that has a size.
type Shade uint8

const (
	tiny      Shade = 1 << iota // a font of at most two pixels
	faint                       // transparent, or in the colour of the background
	squeezed                    // with its letters on top of each other
	invisible                   // by the property visibility
)

// IsPixel reports whether a picture or player with this style is too small to see, given the width and the height that its own attributes set. Such
// pictures count who reads a mail.
func (s *Style) IsPixel(width, height string) bool {
	for _, side := range []string{width, height, s.value[propWidth], s.value[propHeight]} {
		if n, ok := pixels(side); ok && n <= 1 {
			return true
		}
	}
	return false
}

// property is a property of CSS that can hide an element. All others are skipped.
type property uint8

const (
	propBackground property = iota
	propBackgroundClip
	propBackgroundImage
	propClip
	propClipPath
	propColor
	propContentVisibility
	propDisplay
	propFilter
	propFont
	propFontSize
	propHeight
	propLeft
	propLetterSpacing
	propMarginLeft
	propMarginTop
	propMaxHeight
	propMaxWidth
	propOpacity
	propOverflow
	propPosition
	propRight
	propBottom
	propScale
	propTextIndent
	propTextFill
	propTop
	propTransform
	propTranslate
	propVisibility
	propWidth
	propZoom
	propertyCount
)

var properties = map[string]property{
	"background": propBackground, "background-color": propBackground, "background-clip": propBackgroundClip,
	"-webkit-background-clip": propBackgroundClip, "background-image": propBackgroundImage, "clip": propClip, "clip-path": propClipPath, "color": propColor,
	"content-visibility": propContentVisibility, "display": propDisplay, "filter": propFilter, "font": propFont, "font-size": propFontSize,
	"height": propHeight, "left": propLeft, "letter-spacing": propLetterSpacing, "margin-left": propMarginLeft, "margin-top": propMarginTop, "max-height": propMaxHeight,
	"max-width": propMaxWidth, "opacity": propOpacity, "overflow": propOverflow, "overflow-x": propOverflow, "overflow-y": propOverflow,
	"position": propPosition, "right": propRight, "bottom": propBottom, "scale": propScale, "text-indent": propTextIndent, "top": propTop,
	"-webkit-text-fill-color": propTextFill, "transform": propTransform, "translate": propTranslate, "visibility": propVisibility, "width": propWidth,
	"zoom": propZoom,
}

// Style has the properties of a style attribute that can hide an element.
type Style struct {
	value     [propertyCount]string
	important [propertyCount]bool
}

// Parse reads a style attribute as browsers do: in any case, with comments and escapes. The last declaration of a property counts, unless an earlier
// one is important.
func Parse(attr []byte) *Style {
	var s Style
	rest := strings.ToLower(plain(string(attr)))
	for rest != "" {
		var declaration string
		declaration, rest = cutDeclaration(rest)
		name, value, _ := strings.Cut(declaration, ":")
		value, mark, important := strings.Cut(value, "!")
		important = important && strings.TrimSpace(mark) == "important"
		name, value = strings.TrimSpace(name), strings.TrimSpace(value)
		if p, known := properties[name]; known {
			s.set(p, value, important)
		} else if sides, known := shorthands[name]; known {
			lengths := strings.Fields(value)
			for i, p := range sides {
				switch n := len(lengths); { // right is top, bottom is top, left is right, if they are left out
				case i < n:
					s.set(p, lengths[i], important)
				case n > 0:
					s.set(p, lengths[max(0, i-2)%n], important)
				}
			}
		}
	}
	return &s
}

// shorthands are the properties that set a length for each side: top, right, bottom, left.
var shorthands = map[string][4]property{
	"margin": {propMarginTop, propertyCount, propertyCount, propMarginLeft}, "inset": {propTop, propRight, propBottom, propLeft},
}

// set sets a property, unless an earlier declaration is more important.
func (s *Style) set(p property, value string, important bool) {
	if p < propertyCount && (important || !s.important[p]) {
		s.value[p], s.important[p] = value, important
	}
}

// Add sets the properties of a style that comes later.
func (s *Style) Add(later *Style) {
	for p, value := range later.value {
		if value != "" {
			s.set(property(p), value, later.important[p])
		}
	}
}

// cutDeclaration cuts a style behind its first declaration. A semicolon inside brackets or quotes does not end a declaration.
func cutDeclaration(s string) (declaration, rest string) {
	depth, quote := 0, byte(0)
	for i := range len(s) {
		switch c := s[i]; {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '(':
			depth++
		case c == ')':
			depth--
		case c == ';' && depth <= 0:
			return s[:i], s[i+1:]
		}
	}
	return s, ""
}

// plain removes the comments from a style and resolves its escapes, because d\69splay is another way to write display.
func plain(s string) string {
	if !strings.Contains(s, `\`) && !strings.Contains(s, "/*") {
		return s
	}
	var b strings.Builder
	for s != "" {
		switch {
		case strings.HasPrefix(s, "/*"):
			_, s, _ = strings.Cut(s[2:], "*/")
		case s[0] == '\\':
			digits := 1
			for digits < len(s) && digits < 7 && strings.IndexByte("0123456789abcdefABCDEF", s[digits]) >= 0 {
				digits++
			}
			code, err := strconv.ParseUint(s[1:digits], 16, 32)
			if s = s[digits:]; err == nil {
				b.WriteRune(rune(code)) //nolint:gosec // six digits at most
				s = strings.TrimPrefix(s, " ")
			}
		default:
			b.WriteByte(s[0])
			s = s[1:]
		}
	}
	return b.String()
}

// Hides reports whether a style hides an element with all its content. The thresholds tell tricks from taste: people read text that is half
// transparent, but not at a hundredth; a pixel to the left is a correction, but five hundred are out of sight.
func (s *Style) Hides() bool {
	return s.value[propDisplay] == "none" ||
		s.value[propContentVisibility] == "hidden" ||
		atMost(s.value[propOpacity], 0.09) ||
		atMost(s.value[propZoom], 0.05) ||
		atMost(s.value[propScale], 0.05) ||
		s.isTransformedAway() || s.isOffScreen() || s.isClosed() || s.isClipped()
}

// isOffScreen reports whether the place of a box is out of sight: far to the left or above, where nobody can scroll to, or as far to the right.
func (s *Style) isOffScreen() bool {
	edges := []property{propTextIndent, propMarginLeft}
	if s.IsPlaced() {
		edges = append(edges, propLeft, propRight, propBottom)
		if isFarBefore(s.value[propTop]) {
			return true
		}
	}
	for _, edge := range edges {
		if isFarBefore(s.value[edge]) || isFarBehind(s.value[edge]) {
			return true
		}
	}
	return isFarBefore(s.value[propMarginTop])
}

// isTransformedAway reports whether functions move, turn or shrink a box out of sight, or make it transparent.
func (s *Style) isTransformedAway() bool {
	for name, arguments := range functions(s.value[propTransform] + " " + s.value[propFilter] + " translate(" + s.value[propTranslate] + ")") {
		for i, argument := range arguments {
			switch {
			case strings.HasPrefix(name, "translate") && (isFarBefore(argument) || isFarBehind(argument)),
				strings.HasPrefix(name, "scale") && atMost(argument, 0.05),
				name == "matrix" && (i == 0 || i == 3) && atMost(argument, 0.05) && atMost(arguments[(i+1)%len(arguments)], 0.05),
				(name == "rotatex" || name == "rotatey") && slices.Contains([]string{"90deg", "-90deg", "270deg", ".25turn", "0.25turn", "100grad"}, argument),
				name == "opacity" && atMost(argument, 0.09):
				return true
			}
		}
	}
	return false
}

// isFarBefore reports whether a length moves an element out of sight to the left or up. A percentage has to be the whole at least, because half of it is
// the middle.
func isFarBefore(length string) bool {
	n, ok := pixels(length)
	return ok && n <= -500 && (n <= -1000 || !strings.HasSuffix(strings.TrimSpace(length), "%"))
}

// isFarBehind reports whether a length moves an element out of sight to the right or down.
func isFarBehind(length string) bool {
	n, ok := pixels(length)
	return ok && n >= 3000
}

// isClosed reports whether a box has no room and cuts off its content.
func (s *Style) isClosed() bool {
	if o := s.value[propOverflow]; o == "" || strings.HasPrefix(o, "visible") {
		return false
	}
	for _, side := range []property{propWidth, propHeight, propMaxWidth, propMaxHeight} {
		if n, ok := pixels(s.value[side]); ok && n <= 1 {
			return true
		}
	}
	return false
}

func (s *Style) isClipped() bool {
	shape, arguments, _ := strings.Cut(s.value[propClip], "(")
	if shape == "rect" && allAtMost(arguments, 1) {
		return true
	}
	shape, arguments, _ = strings.Cut(s.value[propClipPath], "(")
	first, _, _ := strings.Cut(strings.TrimRight(arguments, ") "), " ")
	n, ok := pixels(first)
	switch shape {
	case "inset":
		return ok && n >= 500 // half of the whole, for which pixels has 1000
	case "circle", "ellipse":
		return ok && n <= 1
	case "polygon":
		return allAtMost(arguments, 0)
	default:
		return false
	}
}

// allAtMost reports whether the arguments of a function are lengths of at most most pixels.
func allAtMost(arguments string, most float64) bool {
	lengths := strings.FieldsFunc(arguments, func(r rune) bool { return r == ',' || r == ' ' || r == ')' })
	for _, length := range lengths {
		if n, ok := pixels(length); !ok || n > most {
			return false
		}
	}
	return len(lengths) > 0
}

// Shade returns the shade and the ground inside an element with this style, given those around it.
func (s *Style) Shade(outer Shade, on Ground) (Shade, Ground) {
	if v := s.value[propVisibility]; v != "" && v != "inherit" {
		outer &^= invisible
		if v == "hidden" || v == "collapse" {
			outer |= invisible
		}
	}
	if size := s.fontSize(); size != "" {
		relative := strings.HasSuffix(size, "%") || strings.HasSuffix(size, "em") && !strings.HasSuffix(size, "rem")
		if n, ok := pixels(size); ok && (!relative || outer&tiny == 0) {
			outer &^= tiny
			if n <= 2 || strings.HasSuffix(size, "%") && n <= 100 {
				outer |= tiny
			}
		}
	}
	if spacing := s.value[propLetterSpacing]; spacing != "" && spacing != "inherit" {
		outer &^= squeezed
		if n, ok := pixels(spacing); ok && n <= -5 {
			outer |= squeezed
		}
	}
	if inside, painted := s.paint(on); painted {
		on = inside
		outer &^= faint
		if on.isFaint() {
			outer |= faint
		}
	}
	return outer, on
}

// fontSize returns the font size of a style. In the shorthand, it is the first number with a unit.
func (s *Style) fontSize() string {
	if s.value[propFontSize] != "" {
		return s.value[propFontSize]
	}
	for word := range strings.FieldsSeq(s.value[propFont]) {
		size, _, _ := strings.Cut(word, "/")
		if _, ok := pixels(size); ok && (strings.Trim(size, "0123456789") != "" || size == "0") { // a bare number is a weight
			return size
		}
	}
	return ""
}

// IsPlaced reports whether a style takes an element out of its place in the text, where it could cover others.
func (s *Style) IsPlaced() bool {
	return s.value[propPosition] != "" && s.value[propPosition] != "static"
}

// SetsColors reports whether a style sets the colour of the text or of what is behind it.
func (s *Style) SetsColors() bool { return s.value[propBackground] != "" || s.value[propColor] != "" }

// Loads reports whether a style attribute loads something from an address.
func Loads(attr string) bool { return strings.Contains(strings.ToLower(plain(attr)), "url(") }

// Presentational returns the style that attributes of old set: the colour behind an element and, of a font element, that of its text. An empty text
// sets none.
func Presentational(background, ink string) *Style {
	var s Style
	if background != "" {
		s.value[propBackground] = oldColor(background)
	}
	if ink != "" {
		s.value[propColor] = oldColor(ink)
	}
	return &s
}

// oldColor returns the colour of an attribute as CSS writes it: digits may stand there without a sign.
func oldColor(value string) string {
	value = strings.ToLower(strings.TrimSpace(value))
	if _, err := strconv.ParseUint(value, 16, 32); err == nil {
		return "#" + value
	}
	return value
}
