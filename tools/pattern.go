package tools

import (
	"regexp"
	"sync"
)

// pattern is a regular expression that is compiled when it is first needed: the start does not wait for it.
func pattern(expression string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expression) })
}
