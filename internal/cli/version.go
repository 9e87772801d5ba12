package cli

import (
	"fmt"
	"io"
	"runtime"
	"runtime/debug"

	"github.com/alecthomas/kong"

	"featurebase-mcp/internal/app"
)

// release is set by the linker in released builds.
var release string

// version returns the released version, or else the version that the Go build has recorded.
func version() string {
	if release != "" {
		return release
	}
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" {
		return "(devel)"
	}
	return info.Main.Version
}

// versionLine returns the output of the version command.
func versionLine() string {
	return fmt.Sprintf("%s %s (%s, %s/%s)\n", app.Name, version(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
}

type versionCommand struct{}

// Run prints the version on one line.
func (versionCommand) Run(e *environment) error {
	_, err := io.WriteString(e.Out, versionLine())
	return err
}

// versionFlag is the flag that does the same.
type versionFlag bool

// BeforeReset is called by kong before anything else. It prints the version and ends the command.
func (versionFlag) BeforeReset(k *kong.Kong) error {
	_, err := io.WriteString(k.Stdout, versionLine())
	k.Exit(exitOK)
	return err
}
