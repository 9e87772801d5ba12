//go:build !windows

package cli

import (
	"io"
	"syscall"
)

// Why the system refuses to listen.
const (
	addressInUse     = syscall.EADDRINUSE
	addressElsewhere = syscall.EADDRNOTAVAIL
	addressForbidden = syscall.EACCES
)

// endOfInput is what a user types to end the input.
const endOfInput = "Ctrl-D ends it"

// variableName returns the name of a variable as this program writes it. Here it is what it is.
func variableName(name string) string { return name }

// showsColors reports whether a terminal shows colors.
func showsColors(terminal io.Writer) bool { return isTerminal(terminal) }
