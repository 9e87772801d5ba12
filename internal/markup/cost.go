package markup

import (
	"fmt"
	"strings"

	"featurebase-mcp/internal/legible"
)

// The parser goes over a paragraph again for each mark in it, and over the beginning of a line for each quote or list in it. Without these
// limits, 200 kB that nobody would write take half a minute, in which other long texts wait. What people write is far below them.
const (
	marks      = "*_~[]()<>!`"
	mostMarks  = 10_000 // in a paragraph
	mostNested = 1_000  // quotes and lists in each other, at the beginning of a line
)

// checkCost refuses Markdown that takes too long to parse.
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

// behindContainers is a line without the quotes and list items that it begins with, and how many those are.
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

// containerMark is the length of the mark of a quote or list item that a text begins with, or 0.
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
