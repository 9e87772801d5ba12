package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
)

func main() {
	ours := flag.String("ours", "internal/contract/contract.json", "the document of this program")
	flag.Parse()
	if err := run(os.Stdout, *ours, flag.Args()); err != nil {
		_, _ = fmt.Fprintln(os.Stderr, "drift:", err)
		os.Exit(1)
	}
}

// run compares a document with others, which are read as one. It fails if they differ.
func run(out io.Writer, ours string, theirs []string) error {
	if len(theirs) == 0 {
		return errors.New("which document? make drift FILE=openapi.yaml; several files are read as one")
	}
	known, _, err := load(ours)
	if err != nil {
		return err
	}
	published, lost, err := load(theirs...)
	if err != nil {
		return err
	}
	found := compare(known, published)
	for _, line := range found {
		_, _ = fmt.Fprintln(out, line)
	}
	if len(lost) > 0 {
		_, _ = fmt.Fprintf(out, "references that lead nowhere: %d, such as %s; what they stand for is compared as if it were not there\n", len(lost), lost[0])
	}
	_, _ = fmt.Fprintf(out, "%d operations here, %d there, %d differences in what can be sent: paths, query parameters, JSON bodies; answers are not compared\n", len(known), len(published), len(found))
	if len(found) > 0 {
		return errors.New("the documents differ")
	}
	return nil
}
