package install

import (
	"fmt"
	"slices"
	"strings"
)

// mostCompared bounds the work of a comparison. Beyond it, lines between the first and the last that differ are shown as replaced.
const mostCompared = 4_000_000

// Diff returns the lines that change, with their numbers, and no others: the rest of the file may hold secrets of other servers. For the same reason a line
// that gets a comma at its end counts as unchanged.
func (c *Change) Diff() string {
	before, after := lines(c.Before), lines(c.After)
	first := 0
	for first < len(before) && first < len(after) && bare(before[first]) == bare(after[first]) {
		first++
	}
	last := 0
	for last < len(before)-first && last < len(after)-first && bare(before[len(before)-1-last]) == bare(after[len(after)-1-last]) {
		last++
	}
	before, after = before[first:len(before)-last], after[first:len(after)-last]
	var b strings.Builder
	number, open := first+1, false
	show := func(mark, line string) {
		if !open {
			fmt.Fprintf(&b, "@@ line %d @@\n", number)
			open = true
		}
		b.WriteString(mark + strings.TrimRight(strings.TrimPrefix(line, byteOrderMark), "\r\n") + "\n")
	}
	kept := common(before, after)
	i, k := 0, 0
	for _, pair := range append(kept, [2]int{len(before), len(after)}) {
		for ; i < pair[0]; i++ {
			show("- ", before[i])
		}
		for ; k < pair[1]; k++ {
			show("+ ", after[k])
			number++
		}
		if i < len(before) {
			i, k, open = i+1, k+1, false
			number++
		}
	}
	return b.String()
}

// lines cuts a text into its lines, with their ends.
func lines(text string) []string {
	if text == "" {
		return nil
	}
	return strings.SplitAfter(strings.TrimSuffix(text, "\n")+"\n", "\n")
}

// bare is a line without its commas and its end.
func bare(line string) string { return strings.ReplaceAll(strings.TrimRight(line, "\r\n"), ",", "") }

// common returns the longest sequence of lines that two texts share, as pairs of places.
func common(a, b []string) [][2]int {
	if len(a)*len(b) > mostCompared {
		return nil
	}
	length := make([][]int, len(a)+1)
	for i := range length {
		length[i] = make([]int, len(b)+1)
	}
	for i, x := range slices.Backward(a) {
		for k, y := range slices.Backward(b) {
			if bare(x) == bare(y) {
				length[i][k] = length[i+1][k+1] + 1
			} else {
				length[i][k] = max(length[i+1][k], length[i][k+1])
			}
		}
	}
	var pairs [][2]int
	for i, k := 0, 0; i < len(a) && k < len(b); {
		switch {
		case bare(a[i]) == bare(b[k]):
			pairs = append(pairs, [2]int{i, k})
			i, k = i+1, k+1
		case length[i+1][k] >= length[i][k+1]:
			i++
		default:
			k++
		}
	}
	return pairs
}
