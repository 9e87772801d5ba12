package css_test

import (
	"testing"

	"featurebase-mcp/internal/css"
)

// What a style does to text is known from the style alone. That the reader of a document asks for it is tested in markup.
func TestStylesThatHide(t *testing.T) {
	t.Parallel()
	for style, want := range map[string]struct {
		hides, shades, placed, loads bool
	}{
		"color:red":                              {},
		"display:none":                           {hides: true},
		`d\69splay:none`:                         {hides: true},
		"display:none!important;display:block":   {hides: true},
		"opacity:calc(1 - 1)":                    {hides: true},
		"margin-left:min(-3000px, 1em)":          {hides: true},
		"margin-left:-5px":                       {},
		"font-size:0":                            {shades: true},
		"font:bold 1px/2 serif":                  {shades: true},
		"color:hsl(0 0% 100%)":                   {shades: true},
		"color:#fffe;background:black":           {},
		"position:absolute;top:0":                {placed: true},
		"position:static":                        {},
		"background:u\\72l(https://x.example/a)": {loads: true},
	} {
		s := css.Parse([]byte(style))
		shade, _ := s.Shade(0, css.Page)
		if s.Hides() != want.hides || shade != 0 != want.shades || s.IsPlaced() != want.placed || css.Loads(style) != want.loads {
			t.Errorf("%s: hides %t, shade %d, placed %t, loads %t", style, s.Hides(), shade, s.IsPlaced(), css.Loads(style))
		}
	}
}

func TestASheetEndsWhenItIsExhausted(t *testing.T) {
	t.Parallel()
	sheet := css.Elements([]byte("<style>.x{display:none} p .y{display:none}</style>"), 1<<10)
	around := [][]string{{"p"}}
	of := func(keys ...string) *css.Style {
		return sheet.StyleOf(css.Element{Keys: keys, Depth: len(around), Around: func(i int) []string { return around[i] }})
	}
	if s := of("b", ".x"); s == nil || !s.Hides() {
		t.Error("the rule of a class does not apply")
	}
	if of("b", ".z") != nil {
		t.Error("a rule applies to another class")
	}
	for range 1 << 20 {
		if sheet.IsExhausted() {
			break
		}
		of("b", ".x")
	}
	if !sheet.IsExhausted() || of("b", ".x") != nil {
		t.Error("comparing has no end")
	}
}
