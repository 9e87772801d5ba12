package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// platforms are those that are released. Their binaries do not all hold the same packages.
var platforms = []string{"linux/amd64", "linux/arm64", "darwin/amd64", "darwin/arm64", "windows/amd64", "windows/arm64"}

// module is a module of which something is in a binary.
type module struct {
	path, version string
	texts         []text
}

// text is a file of a module that states terms.
type text struct {
	file    string // below the folder of the module
	content string
}

// golang is what is in each binary besides modules: the runtime and the standard library. It has no version here, since it is that of whoever builds.
const golang = "Go, its runtime and its standard library"

// modules lists what the binaries hold of others, in order. root is the folder of the main package.
func modules(ctx context.Context, root string) ([]module, error) {
	found := map[string]*module{}
	for _, platform := range platforms {
		system, processor, _ := strings.Cut(platform, "/")
		out, err := list(ctx, root, []string{"GOOS=" + system, "GOARCH=" + processor, "CGO_ENABLED=0"},
			"list", "-deps", "-f", "{{with .Module}}{{if not .Main}}{{.Path}}\t{{.Version}}\t{{.Dir}}\t{{$.Dir}}{{end}}{{end}}", ".")
		if err != nil {
			return nil, err
		}
		for line := range strings.Lines(string(out)) {
			facts := strings.Split(strings.TrimSpace(line), "\t")
			if len(facts) != 4 {
				continue
			}
			m := found[facts[0]]
			if m == nil {
				m = &module{path: facts[0], version: facts[1]}
				found[facts[0]] = m
			}
			if err := m.read(facts[2], facts[3]); err != nil {
				return nil, err
			}
		}
	}
	out, err := list(ctx, root, nil, "env", "GOROOT")
	if err != nil {
		return nil, err
	}
	goroot := strings.TrimSpace(string(out))
	standard := &module{path: golang}
	if err := standard.read(goroot, goroot); err != nil {
		return nil, err
	}
	all := []module{*standard}
	for _, m := range found {
		all = append(all, *m)
	}
	slices.SortFunc(all, func(a, b module) int { return cmp.Compare(a.path, b.path) })
	return all, nil
}

func list(ctx context.Context, root string, environ []string, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, "go", args...) //nolint:gosec // the arguments stand above
	cmd.Dir, cmd.Env = root, append(os.Environ(), environ...)
	out, err := cmd.Output()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		err = fmt.Errorf("go %s: %s", strings.Join(args, " "), bytes.TrimSpace(exit.Stderr))
	}
	return out, err
}

// read adds the texts that cover a package: those of its folder and of each above, up to the module's.
func (m *module) read(root, folder string) error {
	for ; ; folder = filepath.Dir(folder) {
		entries, err := os.ReadDir(folder)
		if err != nil {
			return err
		}
		for _, entry := range entries {
			if !regexp.MustCompile(`(?i)^(licen[cs]e|copying|notice)[\w-]*(\.md|\.txt)?$`).MatchString(entry.Name()) || entry.IsDir() {
				continue
			}
			name, err := filepath.Rel(root, filepath.Join(folder, entry.Name()))
			if err != nil {
				return err
			}
			if slices.ContainsFunc(m.texts, func(t text) bool { return t.file == filepath.ToSlash(name) }) {
				continue
			}
			content, err := os.ReadFile(filepath.Join(root, name)) //nolint:gosec // a file of a module
			if err != nil {
				return err
			}
			m.texts = append(m.texts, text{filepath.ToSlash(name), string(content)})
		}
		if folder == root {
			slices.SortFunc(m.texts, func(a, b text) int { return cmp.Compare(a.file, b.file) })
			return nil
		}
	}
}
