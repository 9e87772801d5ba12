package markup

import (
	"fmt"
	"strings"

	"featurebase-mcp/internal/legible"
)

// The parser reads a paragraph again for each mark in it, and the beginning of a line for each quote or list there. Without these limits, 200 kB of
// nothing but marks take half a minute, and other long texts wait for that time. Texts of people are far below the limits.
const (
	marks      = "*_~[]()<>!`"
	mostMarks  = 10_000 // in one paragraph
	mostNested = 1_000  // quotes and lists in each other, at the beginning of a line
)

// checkCost returns an error for Markdown that would take too long to parse.
func checkCost(source string) error {
	count := 0
	for line := range strings.Lines(source) {
		text, nested := behindContainers(line)
		if nested > mostNested {
			return fmt.Errorf("more than %s quotes or lists in each other, at the beginning of a line: nest less", legible.Thousands(mostNested))
		}
		if strings.TrimSpace(text) == "" {
			count = 0
			continue
		}
		for _, c := range []byte(line) {
			if strings.IndexByte(marks, c) >= 0 {
				count++
			}
		}
		if count > mostMarks {
			return fmt.Errorf("more than %s of the marks %s in one paragraph: put empty lines between paragraphs, or send less", legible.Thousands(mostMarks), marks)
		}
	}
	return nil
}

// behindContainers returns a line without the marks of quotes and list items at its beginning, and how many marks these are.
func behindContainers(line string) (text string, nested int) {
	for {
		line = strings.TrimLeft(line, " \t")
		n := containerMark(line)
		if n == 0 {
			return line, nested
		}
		line = line[n:]
		nested++
	}
}

// containerMark returns the length of the mark of a quote or list item at the beginning of a text, or 0 if there is none.
func containerMark(text string) int {
	n := 0
	for n < len(text) && text[n] >= '0' && text[n] <= '9' {
		n++
	}
	bullets := "-+*"
	if n > 0 {
		bullets = ".)"
	}
	switch {
	case n == len(text):
		return 0
	case n == 0 && text[0] == '>':
		return 1
	case strings.IndexByte(bullets, text[n]) < 0, n+1 < len(text) && strings.IndexByte(" \t\n", text[n+1]) < 0:
		return 0
	}
	return n + 1
}
