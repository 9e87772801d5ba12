package cli

import (
	"fmt"
	"runtime"
	"runtime/debug"

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

type versionCommand struct{}

// Run prints the version on one line.
func (versionCommand) Run(e *environment) error {
	_, err := fmt.Fprintf(e.Out, "%s %s (%s, %s/%s)\n", app.Name, version(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return err
}
