package plan

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Nest returns the values of a row as nested arguments: companies.0.id becomes the id of the first of companies. A list has no gaps, because
// empty cells are absent.
func Nest(values map[string]string) (map[string]any, error) {
	root := map[string]any{}
	names := make([]string, 0, len(values))
	for name := range values {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		at := root
		steps := strings.Split(name, ".")
		for i, step := range steps[:len(steps)-1] {
			inner, isObject := at[step].(map[string]any)
			if at[step] != nil && !isObject {
				return nil, fmt.Errorf("%s: %s has a value of its own in another column", name, strings.Join(steps[:i+1], "."))
			}
			if inner == nil {
				inner = map[string]any{}
				at[step] = inner
			}
			at = inner
		}
		last := steps[len(steps)-1]
		if at[last] != nil {
			return nil, fmt.Errorf("%s: other columns give parts of it", name)
		}
		at[last] = values[name]
	}
	for name, value := range root {
		root[name] = listed(value)
	}
	return root, nil
}

// listed turns objects whose names are all numbers into lists, at any depth.
func listed(value any) any {
	object, ok := value.(map[string]any)
	if !ok {
		return value
	}
	var numbers []int
	for name, inner := range object {
		object[name] = listed(inner)
		if n, err := strconv.Atoi(name); err == nil && n >= 0 && strconv.Itoa(n) == name {
			numbers = append(numbers, n)
		}
	}
	if len(numbers) < len(object) {
		return object
	}
	slices.Sort(numbers)
	list := make([]any, 0, len(numbers))
	for _, n := range numbers {
		list = append(list, object[strconv.Itoa(n)])
	}
	return list
}
