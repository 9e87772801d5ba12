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

// version returns the version of this program: the released one, else what the build knows of its source.
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

// versionLine says which program this is.
func versionLine() string {
	return fmt.Sprintf("%s %s (%s, %s/%s)\n", app.Name, version(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
}

type versionCommand struct{}

// Run prints the version on one line.
func (versionCommand) Run(e *environment) error {
	_, err := io.WriteString(e.Out, versionLine())
	return err
}

// versionFlag is the same as a flag.
type versionFlag bool

// BeforeReset prints the version in place of anything else.
func (versionFlag) BeforeReset(k *kong.Kong) error {
	_, err := io.WriteString(k.Stdout, versionLine())
	k.Exit(exitOK)
	return err
}
