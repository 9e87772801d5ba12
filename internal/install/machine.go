package install

import (
	"os"
	"path/filepath"
	"strings"
)

// Machine is a person's machine: where folders are, and what can be started there.
type Machine struct {
	System   string // as runtime.GOOS has it
	Home     string
	Getenv   func(string) string
	LookPath func(string) (string, error)
}

// folders are the variables that name the usual folders, and where these are without.
func (m Machine) folders(variable string) string {
	if value := m.Getenv(variable); value != "" {
		return value
	}
	switch variable {
	case "XDG_CONFIG_HOME":
		return filepath.Join(m.Home, ".config")
	case "APPDATA":
		return filepath.Join(m.Home, "AppData", "Roaming")
	case "LOCALAPPDATA":
		return filepath.Join(m.Home, "AppData", "Local")
	}
	return ""
}

// expand returns the path that a declaration means: ~ and $NAME at its beginning are folders of this machine. $NAME|path is the path where the variable
// is not set.
func (m Machine) expand(declared string) string {
	first, rest, _ := strings.Cut(declared, "/")
	name, isVariable := strings.CutPrefix(first, "$")
	switch {
	case first == "~":
		return filepath.Join(m.Home, filepath.FromSlash(rest))
	case isVariable && strings.HasSuffix(name, "|~"):
		// $CODEX_HOME|~/.codex/config.toml: the folder of the host, up to the file
		if value := m.Getenv(strings.TrimSuffix(name, "|~")); value != "" {
			return filepath.Join(value, filepath.FromSlash(rest[strings.IndexByte(rest, '/')+1:]))
		}
		return filepath.Join(m.Home, filepath.FromSlash(rest))
	case isVariable:
		return filepath.Join(m.folders(name), filepath.FromSlash(rest))
	}
	return filepath.FromSlash(declared)
}

// file returns where the configuration of a host is: the first of its places that is there, or else the first whose folder is, or else the first.
func (m Machine) file(h *Host) string {
	var places []string
	for _, declared := range h.places(m.System) {
		places = append(places, m.expand(declared))
	}
	for _, exists := range []func(string) string{func(file string) string { return file }, filepath.Dir} {
		for _, place := range places {
			if isThere(exists(place)) {
				return place
			}
		}
	}
	return places[0]
}

// Has reports whether a host is on the machine, by its folders or its command.
func (m Machine) Has(h *Host) bool {
	if h.command != "" {
		if _, err := m.LookPath(h.command); err == nil {
			return true
		}
	}
	for _, sign := range h.signs {
		if isThere(m.expand(sign)) {
			return true
		}
	}
	for _, declared := range h.places(m.System) {
		path := m.expand(declared)
		if folder := filepath.Dir(path); isThere(path) || folder != filepath.Clean(m.Home) && isThere(folder) {
			return true
		}
	}
	return false
}

// Folder returns where the program keeps what is a person's own: the key, backups, and notes about what was installed.
func (m Machine) Folder() string {
	switch m.System {
	case "windows":
		return filepath.Join(m.folders("APPDATA"), program)
	case "darwin":
		return filepath.Join(m.Home, "Library", "Application Support", program)
	}
	return filepath.Join(m.folders("XDG_CONFIG_HOME"), program)
}

// KeyFile returns the file that holds the key, for hosts that have no place of their own for secrets.
func (m Machine) KeyFile() string { return filepath.Join(m.Folder(), "api-key") }

func isThere(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
