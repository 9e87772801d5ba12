//go:build blackbox && !race

package hostile

const raced = false
