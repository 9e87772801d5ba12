package markup

import (
	"strconv"
	"strings"

	"golang.org/x/net/html/atom"
)

// shade is the part of a style that hides the text of an element, but that an element inside can undo. Mail templates do so: a cell with font size 0
// holds text that has a size.
type shade uint8

const (
	tiny      shade = 1 << iota // a font of at most two pixels
	faint                       // transparent, or in the colour of the background
	invisible                   // by the property visibility
)

// isHidden reports whether attributes other than style hide an element.
func isHidden(tag atom.Atom, a *attributes) bool {
	return a.has(attrHidden) || strings.EqualFold(string(a.get(attrARIAHidden)), "true") || tag == atom.Dialog && !a.has(attrOpen)
}

// isPixel reports whether a picture or player is too small to see. Such pictures count who reads a mail.
func isPixel(a *attributes, s *style) bool {
	for _, side := range []string{string(a.get(attrWidth)), string(a.get(attrHeight)), s.value[propWidth], s.value[propHeight]} {
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
	propTop
	propTransform
	propVisibility
	propWidth
	propertyCount
)

var properties = map[string]property{
	"background": propBackground, "background-color": propBackground, "background-clip": propBackgroundClip,
	"-webkit-background-clip": propBackgroundClip, "clip": propClip, "clip-path": propClipPath, "color": propColor,
	"content-visibility": propContentVisibility, "display": propDisplay, "filter": propFilter, "font": propFont, "font-size": propFontSize,
	"height": propHeight, "left": propLeft, "margin-left": propMarginLeft, "margin-top": propMarginTop, "max-height": propMaxHeight,
	"max-width": propMaxWidth, "opacity": propOpacity, "overflow": propOverflow, "overflow-x": propOverflow, "overflow-y": propOverflow,
	"position": propPosition, "right": propRight, "bottom": propBottom, "scale": propScale, "text-indent": propTextIndent, "top": propTop,
	"transform": propTransform, "visibility": propVisibility, "width": propWidth,
}

// style has the properties of a style attribute that can hide an element.
type style struct {
	value     [propertyCount]string
	important [propertyCount]bool
}

// parseStyle reads a style attribute as browsers do: in any case, with comments and escapes. The last declaration of a property counts, unless an earlier
// one is important.
func parseStyle(attr []byte) *style {
	var s style
	rest := strings.ToLower(plainStyle(string(attr)))
	for rest != "" {
		var declaration string
		declaration, rest = cutDeclaration(rest)
		name, value, _ := strings.Cut(declaration, ":")
		p, known := properties[strings.TrimSpace(name)]
		if !known {
			continue
		}
		value, mark, important := strings.Cut(value, "!")
		if important = important && strings.TrimSpace(mark) == "important"; important || !s.important[p] {
			s.value[p], s.important[p] = strings.TrimSpace(value), important
		}
	}
	return &s
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

// plainStyle removes the comments from a style and resolves its escapes, because d\69splay is another way to write display.
func plainStyle(s string) string {
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

// hides reports whether a style hides an element with all its content. The thresholds tell tricks from taste: people read text that is half
// transparent, but not at a hundredth; a pixel to the left is a correction, but five hundred are out of sight.
func (s *style) hides() bool {
	return s.value[propDisplay] == "none" ||
		s.value[propContentVisibility] == "hidden" ||
		atMost(s.value[propOpacity], 0.09) ||
		strings.HasPrefix(s.value[propFilter], "opacity(0)") || strings.HasPrefix(s.value[propFilter], "opacity(0%") ||
		atMost(s.value[propScale], 0.05) ||
		s.isOffScreen() || s.isClosed() || s.isClipped()
}

func (s *style) isOffScreen() bool {
	edges := []property{propTextIndent, propMarginLeft, propMarginTop}
	if p := s.value[propPosition]; p != "" && p != "static" {
		edges = append(edges, propLeft, propTop, propRight, propBottom)
		if n, ok := pixels(s.value[propLeft]); ok && n >= 3000 {
			return true
		}
	}
	for _, edge := range edges {
		if isFarOut(s.value[edge]) {
			return true
		}
	}
	for function := range strings.SplitSeq(s.value[propTransform], ")") {
		name, arguments, _ := strings.Cut(strings.TrimSpace(function), "(")
		for argument := range strings.SplitSeq(arguments, ",") {
			if strings.HasPrefix(name, "translate") && isFarOut(argument) || strings.HasPrefix(name, "scale") && atMost(argument, 0.05) {
				return true
			}
		}
	}
	return false
}

// isFarOut reports whether a length moves an element out of sight. A percentage has to be the whole at least, because half of it is the middle.
func isFarOut(length string) bool {
	n, ok := pixels(length)
	return ok && n <= -500 && (n <= -1000 || !strings.HasSuffix(strings.TrimSpace(length), "%"))
}

// isClosed reports whether a box has no room and cuts off its content.
func (s *style) isClosed() bool {
	if o := s.value[propOverflow]; !strings.HasPrefix(o, "hidden") && !strings.HasPrefix(o, "clip") {
		return false
	}
	for _, side := range []property{propWidth, propHeight, propMaxWidth, propMaxHeight} {
		if n, ok := pixels(s.value[side]); ok && n <= 1 {
			return true
		}
	}
	return false
}

func (s *style) isClipped() bool {
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

// shade returns the shade inside an element with this style, given the shade around it.
func (s *style) shade(outer shade) shade {
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
	if color, ok := parseColor(s.value[propColor]); ok {
		outer &^= faint
		background, plain := parseColor(firstColor(s.value[propBackground]))
		if s.value[propBackgroundClip] != "text" && (color.alpha < 0.1 || plain && background.alpha >= 0.1 && color.near(background)) {
			outer |= faint
		}
	}
	return outer
}

// fontSize returns the font size of a style. In the shorthand, it is the first number with a unit.
func (s *style) fontSize() string {
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

// units has the length of each unit of CSS in pixels. The whole of a window or a parent counts as a thousand.
var units = map[string]float64{
	"": 1, "px": 1, "pt": 4.0 / 3, "pc": 16, "in": 96, "cm": 38, "mm": 3.8, "em": 16, "rem": 16, "ex": 8, "ch": 8,
	"%": 10, "vw": 10, "vh": 10, "vmin": 10, "vmax": 10,
}

// pixels returns a length in pixels, roughly.
func pixels(length string) (float64, bool) {
	length = strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(length), "calc("), ")")
	digits := strings.TrimRight(length, "%abcdefghijklmnopqrstuvwxyz")
	unit, known := units[length[len(digits):]]
	n, err := strconv.ParseFloat(digits, 64)
	return n * unit, err == nil && known
}

// atMost reports whether a number or percentage is between 0 and most. A scale below 0 shows a mirror image.
func atMost(number string, most float64) bool {
	digits, percent := strings.CutSuffix(strings.TrimSpace(number), "%")
	n, err := strconv.ParseFloat(digits, 64)
	if percent {
		n /= 100
	}
	return err == nil && n >= 0 && n <= most
}

// rgba is a colour with channels from 0 to 255 and an opacity from 0 to 1.
type rgba struct {
	red, green, blue int64
	alpha            float64
}

// near reports whether no eye can tell two colours apart.
func (c rgba) near(other rgba) bool {
	const least = 8
	for _, d := range []int64{c.red - other.red, c.green - other.green, c.blue - other.blue} {
		if max(d, -d) > least {
			return false
		}
	}
	return true
}

var namedColors = map[string]string{
	"white": "#fff", "black": "#000", "red": "#f00", "lime": "#0f0", "green": "#008000", "blue": "#00f", "yellow": "#ff0", "cyan": "#0ff",
	"aqua": "#0ff", "magenta": "#f0f", "fuchsia": "#f0f", "gray": "#808080", "grey": "#808080", "silver": "#c0c0c0", "whitesmoke": "#f5f5f5",
	"snow": "#fffafa", "ivory": "#fffff0", "navy": "#000080", "orange": "#ffa500", "transparent": "#0000",
}

// parseColor reads the common forms of colours. It returns false for the others, whose text counts as visible.
func parseColor(s string) (rgba, bool) {
	if named, ok := namedColors[s]; ok {
		s = named
	}
	if digits, ok := strings.CutPrefix(s, "#"); ok {
		return hexColor(digits)
	}
	name, arguments, ok := strings.Cut(strings.TrimSuffix(s, ")"), "(")
	parts := strings.FieldsFunc(arguments, func(r rune) bool { return r == ',' || r == ' ' || r == '/' })
	if !ok || len(parts) < 3 || len(parts) > 4 {
		return rgba{}, false
	}
	c := rgba{alpha: 1}
	if len(parts) == 4 && atMost(parts[3], 0.09) {
		c.alpha = 0
	}
	for i, channel := range []*int64{&c.red, &c.green, &c.blue} {
		n, err := strconv.ParseFloat(strings.TrimSuffix(parts[i], "%"), 64)
		if err != nil {
			return rgba{}, false
		}
		*channel = int64(n)
	}
	return c, strings.HasPrefix(name, "rgb") || strings.HasPrefix(name, "hsl") && c.alpha == 0
}

func hexColor(digits string) (rgba, bool) {
	if len(digits) == 3 || len(digits) == 4 {
		var long strings.Builder
		for i := range len(digits) {
			long.WriteString(digits[i:i+1] + digits[i:i+1])
		}
		digits = long.String()
	}
	if len(digits) == 6 {
		digits += "ff"
	}
	n, err := strconv.ParseInt(digits, 16, 64)
	return rgba{n >> 24 & 255, n >> 16 & 255, n >> 8 & 255, float64(n&255) / 255}, err == nil && len(digits) == 8
}

// firstColor returns the colour of a background, which may also have a picture and its place.
func firstColor(background string) string {
	if strings.Contains(background, "url(") || strings.Contains(background, "gradient(") {
		return ""
	}
	if strings.HasPrefix(background, "rgb") || strings.HasPrefix(background, "hsl") {
		color, _, _ := strings.Cut(background, ")")
		return color + ")"
	}
	color, _, _ := strings.Cut(background, " ")
	return color
}
