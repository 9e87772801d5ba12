package main

import (
	"cmp"
	"slices"
	"strings"
)

// place is where a value stands in a text.
type place struct {
	at    int
	value string
	names []string // the variables that have it; several only where their values are the same
}

// finder finds the values of the owner in texts.
type finder struct {
	modules []string            // paths
	folders []string            // at the root that hold Go files
	names   map[string][]string // of the variables, by value
}

// newFinder returns a finder of these values.
func newFinder(folders []string, sets ...values) finder {
	f := finder{folders: folders, names: map[string][]string{}}
	for _, set := range sets {
		if !slices.Contains(f.modules, set[module]) {
			f.modules = append(f.modules, set[module])
		}
		for _, is := range variables() {
			if value := set[is.name]; is.name != module && !slices.Contains(f.names[value], is.name) {
				f.names[value] = append(f.names[value], is.name)
			}
		}
	}
	return f
}

// isModule reports whether the path of the module stands as one between the two texts: in go.mod, before a folder of ours that has packages, after go
// install, and in the settings of the linter. Anywhere else the same letters are the name of the program.
func (f finder) isModule(before, after string) bool {
	line := before[strings.LastIndexByte(before, '\n')+1:]
	if line == "module " {
		return after == "" || after[0] == '\n' || after[0] == '/'
	}
	if strings.HasSuffix(line, "go install ") && strings.HasPrefix(after, "@") {
		return true
	}
	if (strings.HasSuffix(line, "pkg: ") || strings.HasSuffix(line, "module-path: ")) && after != "" && strings.IndexByte(",}\n", after[0]) >= 0 {
		return true
	}
	if before != "" && (isWord(before[len(before)-1]) || strings.IndexByte("./@~-", before[len(before)-1]) >= 0) {
		return false
	}
	return slices.ContainsFunc(f.folders, func(folder string) bool {
		rest, is := strings.CutPrefix(after, "/"+folder)
		return is && (rest == "" || !isWord(rest[0]))
	})
}

// occurrences calls each with where a text holds a value.
func occurrences(text, value string, each func(at, end int)) {
	for end := 0; ; {
		i := strings.Index(text[end:], value)
		if i < 0 {
			return
		}
		at := end + i
		end = at + len(value)
		each(at, end)
	}
}

// find returns the places of a text in their order. None overlaps another.
func (f finder) find(text string) []place {
	var modules []place
	for _, path := range f.modules {
		occurrences(text, path, func(at, end int) {
			if f.isModule(text[:at], text[end:]) {
				modules = append(modules, place{at, path, []string{module}})
			}
		})
	}
	places := slices.Clone(modules)
	for value, names := range f.names {
		occurrences(text, value, func(at, end int) {
			if !midword(text, at) && !midword(text, end) {
				places = append(places, place{at, value, names})
			}
		})
	}
	// Of places that overlap, a module comes before the first, and the first before the longest.
	slices.SortFunc(places, func(a, b place) int { return cmp.Or(a.at-b.at, len(b.value)-len(a.value)) })
	slices.SortFunc(modules, func(a, b place) int { return cmp.Or(a.at-b.at, len(b.value)-len(a.value)) })
	end, next := 0, 0
	return slices.DeleteFunc(places, func(p place) bool {
		for next < len(modules) && modules[next].at+len(modules[next].value) <= p.at {
			next++
		}
		if p.at < end || p.names[0] != module && next < len(modules) && modules[next].at < p.at+len(p.value) {
			return true
		}
		end = p.at + len(p.value)
		return false
	})
}

// midword reports whether a place is inside a word, where no value begins or ends.
func midword(text string, at int) bool {
	return at > 0 && at < len(text) && isWord(text[at-1]) && isWord(text[at])
}

func isWord(b byte) bool {
	return b == '_' || '0' <= b && b <= '9' || 'a' <= b && b <= 'z' || 'A' <= b && b <= 'Z' || b >= 0x80
}
