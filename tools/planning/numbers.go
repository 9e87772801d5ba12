package planning

import (
	"fmt"
	"strconv"
	"strings"
)

// rowsInWords names rows by their numbers, which are sorted: "row 3", "rows 1-5, 9".
func rowsInWords(numbers []int) string {
	if len(numbers) == 1 {
		return fmt.Sprintf("row %d", numbers[0])
	}
	return "rows " + ranges(numbers)
}

// ranges returns numbers with runs of three or more as ranges, and only the first of very many.
func ranges(numbers []int) string {
	const most = 25
	var parts []string
	for i := 0; i < len(numbers); {
		end := i
		for end+1 < len(numbers) && numbers[end+1] == numbers[end]+1 {
			end++
		}
		if len(parts) == most {
			parts = append(parts, fmt.Sprintf("and %d more", len(numbers)-i))
			break
		}
		switch end - i {
		case 0:
			parts = append(parts, strconv.Itoa(numbers[i]))
		case 1:
			parts = append(parts, strconv.Itoa(numbers[i]), strconv.Itoa(numbers[end]))
		default:
			parts = append(parts, fmt.Sprintf("%d-%d", numbers[i], numbers[end]))
		}
		i = end + 1
	}
	return strings.Join(parts, ", ")
}
