package main

import (
	"context"
	"fmt"
	"os"
)

// notices is the name of the file, which every artifact holds.
const notices = "THIRD_PARTY_NOTICES"

func main() {
	if err := run(context.Background()); err != nil {
		_, _ = fmt.Fprintln(os.Stderr, "notices:", err)
		os.Exit(1)
	}
}

// run writes the file in the folder in which the command is started.
func run(ctx context.Context) error {
	all, err := modules(ctx, ".")
	if err != nil {
		return err
	}
	content, err := compose(all)
	if err != nil {
		return err
	}
	return os.WriteFile(notices, []byte(content), 0o644) //nolint:gosec // everybody may read it
}
