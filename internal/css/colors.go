package css

import (
	"math"
	"strconv"
	"strings"
)

// Ground has the colours at a place of the document. A colour that is not known is taken for one that can be read.
type Ground struct {
	Ink   rgba // of text
	Paper rgba // behind it
}

// Page is the ground of a document: white, with a colour of text that the page around it chooses.
var Page = Ground{Paper: rgba{255, 255, 255, opaque, true}}

// isFaint reports whether text cannot be told from what is behind it.
func (g Ground) isFaint() bool {
	return g.Ink.known && (g.Ink.alpha < opaque/10 || g.Paper.known && g.Ink.near(g.Paper))
}

// paint returns the ground inside an element with this style, and whether the style sets a colour.
func (s *Style) paint(on Ground) (inside Ground, painted bool) {
	inside = on
	background := s.value[propBackground]
	if image := s.value[propBackgroundImage]; image != "" && image != "none" {
		background = image
	}
	if background != "" {
		inside.Paper = backgroundColor(background, on.Paper)
	}
	ink := s.value[propColor]
	if fill := s.value[propTextFill]; fill != "" && fill != "currentcolor" {
		ink = fill
	}
	switch clipped := s.value[propBackgroundClip] == "text"; {
	case clipped && background != "":
		inside = Ground{inside.Paper, on.Paper}
	case ink != "" && ink != "inherit" && ink != "currentcolor":
		inside.Ink, _ = parseColor(ink)
	}
	return inside, background != "" || ink != ""
}

// backgroundColor returns the colour that a background shows. It is not known behind a picture, or where it changes.
func backgroundColor(background string, behind rgba) rgba {
	switch background {
	case "none", "transparent", "inherit", "initial", "unset":
		return behind
	}
	if strings.Contains(background, "url(") {
		return rgba{}
	}
	if !strings.Contains(background, "gradient(") {
		color, ok := parseColor(firstColor(background))
		if !ok {
			return rgba{}
		}
		return color.over(behind)
	}
	var shown rgba
	for _, word := range strings.FieldsFunc(background, func(r rune) bool { return strings.ContainsRune("(), ", r) }) {
		color, ok := parseColor(word)
		if color = color.over(behind); ok && shown.known && !shown.near(color) {
			return rgba{}
		} else if ok {
			shown = color
		}
	}
	return shown
}

// rgba is a colour with channels and an opacity from 0 to 255.
type rgba struct {
	red, green, blue, alpha uint8
	known                   bool
}

const opaque = 255

// over returns the colour that is seen where this one covers another one.
func (c rgba) over(behind rgba) rgba {
	if c.alpha > opaque*9/10 || !behind.known {
		return c
	}
	a := float64(c.alpha) / opaque
	mix := func(front, back uint8) uint8 { return channel(a*float64(front) + (1-a)*float64(back)) }
	return rgba{mix(c.red, behind.red), mix(c.green, behind.green), mix(c.blue, behind.blue), opaque, c.known}
}

// near reports whether no eye can tell two colours apart.
func (c rgba) near(other rgba) bool {
	const least = 8
	apart := func(a, b uint8) bool { return max(a, b)-min(a, b) > least }
	return !apart(c.red, other.red) && !apart(c.green, other.green) && !apart(c.blue, other.blue)
}

var namedColors = map[string]string{
	"white": "#fff", "black": "#000", "red": "#f00", "lime": "#0f0", "green": "#008000", "blue": "#00f", "yellow": "#ff0", "cyan": "#0ff",
	"aqua": "#0ff", "magenta": "#f0f", "fuchsia": "#f0f", "gray": "#808080", "grey": "#808080", "silver": "#c0c0c0", "whitesmoke": "#f5f5f5",
	"snow": "#fffafa", "ivory": "#fffff0", "navy": "#000080", "orange": "#ffa500", "transparent": "#0000",
	"ghostwhite": "#f8f8ff", "canvas": "#fff",
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
	c := rgba{alpha: opaque, known: true}
	if len(parts) == 4 {
		c.alpha = share(parts[3])
	}
	var n [3]float64
	for i, part := range parts[:3] {
		digits, percent := strings.CutSuffix(strings.TrimSuffix(part, "deg"), "%")
		value, err := strconv.ParseFloat(digits, 64)
		if err != nil {
			return rgba{}, false
		}
		if n[i] = value; percent && strings.HasPrefix(name, "rgb") {
			n[i] = value * 255 / 100
		}
	}
	switch strings.TrimSuffix(name, "a") {
	case "rgb":
		c.red, c.green, c.blue = channel(n[0]), channel(n[1]), channel(n[2])
	case "hsl":
		c.red, c.green, c.blue = hueChannel(0, n), hueChannel(8, n), hueChannel(4, n)
	default:
		return rgba{}, false
	}
	return c, true
}

// share returns an opacity, which is a number from 0 to 1 or a percentage.
func share(opacity string) uint8 {
	digits, percent := strings.CutSuffix(opacity, "%")
	n, err := strconv.ParseFloat(digits, 64)
	if err != nil {
		return opaque
	}
	if percent {
		n /= 100
	}
	return channel(n * opaque)
}

// channel returns a number as a channel.
func channel(n float64) uint8 { return uint8(max(0, min(n, opaque))) }

// hueChannel returns a channel of a colour that is given by hue, saturation and lightness, as the specification of CSS counts it.
func hueChannel(offset float64, hsl [3]float64) uint8 {
	saturation, lightness := hsl[1]/100, hsl[2]/100
	k := math.Mod(offset+hsl[0]/30, 12)
	return channel(opaque * (lightness - saturation*min(lightness, 1-lightness)*max(-1, min(k-3, 9-k, 1))))
}

// hexColor reads a colour of three to eight digits.
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
	n, err := strconv.ParseUint(digits, 16, 32)
	if err != nil || len(digits) != 8 {
		return rgba{}, false
	}
	return rgba{uint8(n >> 24), uint8(n >> 16), uint8(n >> 8), uint8(n), true}, true //nolint:gosec // the four bytes
}

// firstColor returns the colour of a background, which may also have a place and a size.
func firstColor(background string) string {
	if strings.HasPrefix(background, "rgb") || strings.HasPrefix(background, "hsl") {
		color, _, _ := strings.Cut(background, ")")
		return color + ")"
	}
	color, _, _ := strings.Cut(background, " ")
	return color
}
