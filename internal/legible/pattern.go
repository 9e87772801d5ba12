package legible

import (
	"regexp"
	"sync"
)

// Pattern returns a function that compiles a regular expression at its first call, so that the start of the program does not wait for it.
func Pattern(expression string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expression) })
}
