package golden

import (
	"fmt"
	"slices"
	"strings"
)

const (
	mostShown    = 60        // lines of a difference
	mostCompared = 4_000_000 // pairs of lines: the table of a larger comparison would take too much memory
)

// diff shows the lines that went and the lines that came, each with its number in its own text.
func diff(want, got string) string {
	before, after := slices.Collect(strings.Lines(want)), slices.Collect(strings.Lines(got))
	begin := 0
	for begin < min(len(before), len(after)) && before[begin] == after[begin] {
		begin++
	}
	before, after = before[begin:], after[begin:]
	for len(before) > 0 && len(after) > 0 && before[len(before)-1] == after[len(after)-1] {
		before, after = before[:len(before)-1], after[:len(after)-1]
	}
	var b strings.Builder
	differ := 0
	show := func(sign string, number int, line string) {
		if differ++; differ > mostShown {
			return
		}
		text, ended := strings.CutSuffix(line, "\n")
		if !ended {
			text += " (without a line break)"
		}
		fmt.Fprintf(&b, "%6d %s %s\n", begin+number+1, sign, text)
	}
	kept := keptLines(before, after)
	for i, j := 0, 0; i < len(before) || j < len(after); {
		switch {
		case i < len(before) && j < len(after) && before[i] == after[j]:
			i, j = i+1, j+1
		case i < len(before) && (j == len(after) || kept(i+1, j) >= kept(i, j+1)):
			show("-", i, before[i])
			i++
		default:
			show("+", j, after[j])
			j++
		}
	}
	if differ > mostShown {
		fmt.Fprintf(&b, "       and %d lines more\n", differ-mostShown)
	}
	return b.String()
}

// keptLines returns how many lines two texts have in common, in their order, from a line of each on.
func keptLines(before, after []string) func(i, j int) int {
	if len(before)*len(after) > mostCompared {
		return func(int, int) int { return 0 }
	}
	width := len(after) + 1
	table := make([]int32, (len(before)+1)*width)
	for i, old := range slices.Backward(before) {
		for j, now := range slices.Backward(after) {
			if at := i*width + j; old == now {
				table[at] = table[at+width+1] + 1
			} else {
				table[at] = max(table[at+width], table[at+1])
			}
		}
	}
	return func(i, j int) int { return int(table[i*width+j]) }
}
