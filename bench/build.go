package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// buildFlags are those of a release, the same for both programs.
var buildFlags = []string{"-trimpath", "-ldflags", "-s -w"}

// build builds pkg, without cgo, and returns the path of the binary.
func build(ctx context.Context, dir, pkg string) (string, error) {
	path := filepath.Join(dir, filepath.Base(pkg))
	args := append([]string{"build", "-o", path}, buildFlags...)
	cmd := exec.CommandContext(ctx, "go", append(args, pkg)...) //nolint:gosec // the packages are named in this program
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build %s: %w\n%s", pkg, err, out)
	}
	return path, nil
}

// pair is the product and its yardstick, ready to run.
type pair struct{ product, limited, all, perCaller, limit program }

// prepare builds what is not given. The product comes four times: without its limits on the rate of calls, to be compared, with
// them, as users run it, with all its tools, and with a key for each caller.
func prepare(ctx context.Context, s settings, dir string) (pair, error) {
	product := s.given
	if product == "" {
		var err error
		if product, err = build(ctx, dir, "featurebase-mcp"); err != nil {
			return pair{}, err
		}
	}
	limit, err := build(ctx, dir, "featurebase-mcp/bench/limit")
	if err != nil {
		return pair{}, err
	}
	env := []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + os.Getenv("HOME"), "TMPDIR=" + os.TempDir(),
		"GOMAXPROCS=" + strconv.Itoa(s.procs),
	}
	keyed := append(slices.Clip(env), "FEATUREBASE_API_KEY=sk_benchmark")
	unlimited := []string{"--rate", "0", "--concurrency", "0"}
	return pair{
		product: program{path: product, env: keyed, arguments: productArguments(unlimited)},
		limited: program{path: product, env: keyed, arguments: productArguments(nil)},
		all:     program{path: product, env: keyed, arguments: productArguments([]string{"--toolsets", "all"})},
		perCaller: program{path: product, env: env, arguments: productArguments([]string{
			"--auth", "key", "--rate", strconv.Itoa(callerRate), "--burst", strconv.Itoa(callerBurst),
		})},
		limit: program{path: limit, env: keyed, arguments: func(transport, apiURL, addr string) []string {
			return []string{"-transport", transport, "-addr", addr, "-api-url", apiURL}
		}},
	}, nil
}

func productArguments(more []string) func(transport, apiURL, addr string) []string {
	return func(transport, apiURL, addr string) []string {
		args := append([]string{transport, "--api-url", apiURL}, more...)
		if transport == "http" {
			args = append(args, "--addr", addr)
		}
		return args
	}
}

// commandLine is how the program is started, with placeholders for what differs from run to run.
func (p program) commandLine(transport string) string {
	return filepath.Base(p.path) + " " + strings.Join(p.arguments(transport, "URL", "ADDR"), " ")
}
