package markup

// Align returns, for each block of a text, the index of the same block in another version of it, or -1. The blocks that are the same stand in
// the same order in both.
func Align(before, after []string) []int {
	a := alignment{before, after, make([]int, len(before))}
	for i := range a.same {
		a.same[i] = -1
	}
	start := 0
	for start < min(len(before), len(after)) && before[start] == after[start] {
		a.same[start] = start
		start++
	}
	end := 0
	for end < min(len(before), len(after))-start && before[len(before)-1-end] == after[len(after)-1-end] {
		end++
		a.same[len(before)-end] = len(after) - end
	}
	a.between(start, len(before)-end, start, len(after)-end)
	return a.same
}

// alignment is two versions of a text, block by block.
type alignment struct {
	before, after []string
	same          []int
}

// between finds the longest common sequence of blocks between two places. Texts that would take too many comparisons have none.
func (a *alignment) between(from, to, fromAfter, toAfter int) {
	const most = 4 << 20 // comparisons
	rows, columns := to-from, toAfter-fromAfter
	if rows*columns > most {
		return
	}
	length := make([][]int32, rows+1)
	for i := range length {
		length[i] = make([]int32, columns+1)
	}
	for i := rows - 1; i >= 0; i-- {
		for j := columns - 1; j >= 0; j-- {
			if a.before[from+i] == a.after[fromAfter+j] {
				length[i][j] = length[i+1][j+1] + 1
			} else {
				length[i][j] = max(length[i+1][j], length[i][j+1])
			}
		}
	}
	for i, j := 0, 0; i < rows && j < columns; {
		switch {
		case a.before[from+i] == a.after[fromAfter+j]:
			a.same[from+i] = fromAfter + j
			i, j = i+1, j+1
		case length[i+1][j] >= length[i][j+1]:
			i++
		default:
			j++
		}
	}
}
