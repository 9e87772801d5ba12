package main

import (
	"flag"
	"fmt"
	"os"
	"strings"
)

func main() {
	root := flag.String("root", ".", "the root of the tree")
	check := flag.Bool("check", false, "write nothing, and fail where something would change")
	release := flag.Bool("release", false, "fail, too, while a value is a placeholder with which nothing can be released")
	flag.Parse()
	if err := run(*root, *check, *release); err != nil {
		_, _ = fmt.Fprintln(os.Stderr, "owner:", err)
		os.Exit(1)
	}
}

func run(root string, check, release bool) error {
	changed, err := settle(root, !check)
	if err != nil {
		return err
	}
	if check && len(changed) > 0 {
		return fmt.Errorf("run `make owner`: %s would change", strings.Join(changed, ", "))
	}
	for _, name := range changed {
		_, _ = fmt.Fprintln(os.Stdout, name)
	}
	_, _ = fmt.Fprintf(os.Stdout, "owner: %d files changed\n", len(changed))
	if !release {
		return nil
	}
	set, err := readWanted(root)
	if err != nil {
		return err
	}
	if names := set.unsettled(); len(names) > 0 {
		return fmt.Errorf("before a release, %s has to set %s", envFile, strings.Join(names, ", "))
	}
	return nil
}
