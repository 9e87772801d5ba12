//go:build blackbox && !race

package faults

const raced = false
