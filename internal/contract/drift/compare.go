package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// compare returns a line for each difference, sorted: what only the other document has is new, what only ours has is gone.
func compare(ours, theirs operations) []string {
	var lines []string
	for name, op := range theirs {
		if ours[name] == nil {
			lines = append(lines, fmt.Sprintf("new: %s (%s)", name, op.id))
		}
	}
	for name, op := range ours {
		other := theirs[name]
		if other == nil {
			lines = append(lines, fmt.Sprintf("gone: %s (%s)", name, op.id))
			continue
		}
		for _, difference := range op.differences(other) {
			lines = append(lines, fmt.Sprintf("%s: %s (%s)", difference, name, op.id))
		}
	}
	slices.Sort(lines)
	return lines
}

func (op *operation) differences(other *operation) []string {
	var lines []string
	for place := range other.places {
		if _, ok := op.places[place]; !ok && !op.below(place) {
			lines = append(lines, "new: "+place)
		}
	}
	for place, f := range op.places {
		g, ok := other.places[place]
		if !ok {
			if !other.below(place) {
				lines = append(lines, "gone: "+place)
			}
			continue
		}
		for _, difference := range f.differences(g) {
			lines = append(lines, "different: "+place+": "+difference)
		}
	}
	return lines
}

// below reports whether a place lies in one that the operation lacks, too: the line of the outer one says it all.
func (op *operation) below(place string) bool {
	for i := len(place) - 1; i > 0; i-- {
		if place[i] != '.' && place[i] != '[' && place[i] != ' ' {
			continue
		}
		outer := place[:i]
		if _, ok := op.places[outer]; !ok && outer != "query" {
			return true
		}
	}
	return false
}

func (f fact) differences(g fact) []string {
	var lines []string
	if f.required != g.required {
		lines = append(lines, "required "+map[bool]string{true: "here, optional there", false: "there, optional here"}[f.required])
	}
	if !slices.Equal(f.types, g.types) {
		lines = append(lines, fmt.Sprintf("type %s here, %s there", words(f.types), words(g.types)))
	}
	for _, value := range g.enum {
		if !slices.Contains(f.enum, value) {
			lines = append(lines, "value "+value+" is new")
		}
	}
	for _, value := range f.enum {
		if !slices.Contains(g.enum, value) {
			lines = append(lines, "value "+value+" is gone")
		}
	}
	keywords := slices.Concat(slices.Collect(maps.Keys(f.bounds)), slices.Collect(maps.Keys(g.bounds)))
	slices.Sort(keywords)
	for _, keyword := range slices.Compact(keywords) {
		if f.bounds[keyword] != g.bounds[keyword] {
			lines = append(lines, fmt.Sprintf("%s %s here, %s there", keyword, bound(f.bounds[keyword]), bound(g.bounds[keyword])))
		}
	}
	return lines
}

func words(list []string) string {
	if len(list) == 0 {
		return "any"
	}
	return strings.Join(list, "|")
}

func bound(v any) string {
	if v == nil {
		return "none"
	}
	return fmt.Sprint(v)
}
