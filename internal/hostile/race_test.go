//go:build blackbox && race

package hostile

// raced is that these tests run with the race detector, and so does the program. Its memory is then not that of the program that is shipped.
const raced = true
