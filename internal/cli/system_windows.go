package cli

import (
	"io"
	"os"
	"strings"
	"syscall"

	"golang.org/x/sys/windows"
)

// Why Windows refuses to listen. Go's names for these reasons are numbers of its own there, which no call ever returns.
const (
	addressInUse     = windows.WSAEADDRINUSE
	addressElsewhere = windows.WSAEADDRNOTAVAIL
	addressForbidden = syscall.WSAEACCES
)

// endOfInput is what a user types to end the input.
const endOfInput = "Ctrl-Z and Enter end it"

// variableName returns the name of a variable as this program writes it. Windows knows no upper and lower case there, so featurebase_read_only is the
// restriction, too, and must not be overlooked.
func variableName(name string) string { return strings.ToUpper(name) }

// showsColors reports whether a terminal shows colors. A console of Windows has to be told to; one that cannot would show the codes.
func showsColors(terminal io.Writer) bool {
	f, ok := terminal.(*os.File)
	if !ok {
		return false
	}
	var mode uint32
	console := windows.Handle(f.Fd())
	if windows.GetConsoleMode(console, &mode) != nil {
		return false
	}
	return windows.SetConsoleMode(console, mode|windows.ENABLE_VIRTUAL_TERMINAL_PROCESSING) == nil
}
