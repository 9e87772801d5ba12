// Package recording draws what a terminal showed, as a picture in which the lines appear one after the other. Tests alone use it, on transcripts that they
// have just made, so that a picture in a document never shows what the program no longer says.
package recording

import (
	"fmt"
	"html"
	"strings"
	"unicode/utf8"
)

// Shot is a command and what it printed.
type Shot struct {
	Command string
	Output  string
	Lines   int // how many of its lines are shown; 0 is all
}

// The measures of the picture, in pixels, and its times, in seconds.
const (
	columns            = 116
	width              = 920 // 116 letters of the fonts that are asked for, and the margins
	fontSize           = 12.5
	lineHeight         = 18
	margin             = 20
	bar                = 36
	typing, line, rest = 0.9, 0.08, 1.6
)

// SVG draws the shots. Where people want no motion, everything is there at once.
func SVG(title string, shots ...Shot) string {
	var body strings.Builder
	y, at := bar+margin, 0.4
	row := func(class, text string) {
		fmt.Fprintf(&body, "<text class=%q x=\"%d\" y=\"%d\" style=\"animation-delay:%.2fs\">%s</text>\n", class, margin, y, at, html.EscapeString(text))
		y += lineHeight
	}
	for i, s := range shots {
		if i > 0 {
			y += lineHeight / 2
			at += rest
		}
		row("p", "$ "+s.Command)
		at += typing
		output := strings.SplitAfter(strings.TrimRight(s.Output, "\n"), "\n")
		if s.Lines > 0 && len(output) > s.Lines {
			output = append(output[:s.Lines:s.Lines], "…")
		}
		for _, text := range wrapped(strings.Join(output, "")) {
			row("o", text)
			at += line
		}
	}
	height := y + margin - lineHeight/2
	return fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %[1]d %[2]d" width="%[1]d" height="%[2]d" role="img" aria-label="%[3]s">
<style>
text { font: %[4]gpx ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; white-space: pre; fill: #d5dbe5; animation: show .2s both; }
text.p { fill: #8bd5a3; font-weight: 600; }
@keyframes show { from { opacity: 0; } to { opacity: 1; } }
@media (prefers-reduced-motion: reduce) { text { animation: none; } }
</style>
<rect width="%[1]d" height="%[2]d" rx="10" fill="#1c212b"/>
<circle cx="22" cy="18" r="6" fill="#ee6a5f"/><circle cx="42" cy="18" r="6" fill="#f5bd4f"/><circle cx="62" cy="18" r="6" fill="#61c454"/>
%[5]s</svg>
`, width, height, html.EscapeString(title), fontSize, body.String())
}

// wrapped breaks a text into lines that fit, between words.
func wrapped(text string) []string {
	var rows []string
	for row := range strings.Lines(text) {
		row = strings.TrimRight(row, "\n")
		indent := row[:len(row)-len(strings.TrimLeft(row, " "))]
		for utf8.RuneCountInString(row) > columns {
			runes := []rune(row)
			at := strings.LastIndexByte(string(runes[:columns]), ' ')
			if at <= len(indent) {
				at = len(string(runes[:columns]))
			}
			rows, row = append(rows, row[:at]), indent+strings.TrimLeft(row[at:], " ")
		}
		rows = append(rows, row)
	}
	return rows
}
