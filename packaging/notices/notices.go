package main

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
)

// rule is the line between two texts.
var rule = strings.Repeat("-", 100)

// compose writes the file. It fails on a module without a licence, and on one whose licence is not taken.
func compose(all []module) (string, error) {
	var table, texts strings.Builder
	holders := map[string][]string{} // by text
	var order []string
	for _, m := range all {
		var terms []string
		for _, t := range m.texts {
			who := strings.TrimSpace(m.path + " " + m.version)
			if folder := path.Dir(t.file); folder != "." {
				who += ", " + folder
			}
			content := strings.Trim(strings.ReplaceAll(t.content, "\r\n", "\n"), "\n")
			if holders[content] == nil {
				order = append(order, content)
			}
			holders[content] = append(holders[content], who)
			if isNotice(t.file) {
				continue
			}
			names, err := recognise(content)
			if err != nil {
				return "", fmt.Errorf("%s, %s: %w", m.path, t.file, err)
			}
			for _, name := range names {
				if !slices.Contains(terms, name) {
					terms = append(terms, name)
				}
			}
		}
		if len(terms) == 0 {
			return "", fmt.Errorf("%s has no file that states its licence", m.path)
		}
		fmt.Fprintf(&table, "%-60s %-12s %s\n", m.path, m.version, strings.Join(terms, " and "))
	}
	for _, content := range order {
		fmt.Fprintf(&texts, "\n%s\n%s\n%s\n\n%s\n", rule, strings.Join(holders[content], "\n"), rule, content)
	}
	return "The binaries of featurebase-mcp hold the following works of others, under the licences that stand below.\n\n" + table.String() + texts.String(), nil
}

// isNotice reports a text that has to go along with a work, and states no licence of its own.
func isNotice(file string) bool {
	return regexp.MustCompile(`(?i)^notice`).MatchString(path.Base(file))
}
