package gosdk

import (
	"bufio"
	"regexp"
	"syscall"
	"testing"
)

var address = regexp.MustCompile(`http://127\.0\.0\.1:\d+`)

// serve starts the program on a free port and gives its address. At the end of the test it is told to stop, and has to exit with 0.
func serve(t *testing.T, to target) string {
	t.Helper()
	cmd := to.command(t, "http", "--addr", "127.0.0.1:0")
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM) // it fails only if the program has ended, and then Wait knows
		if err := cmd.Wait(); err != nil {
			t.Errorf("the program ended with %v", err)
		}
	})
	lines := bufio.NewScanner(stdout)
	for lines.Scan() {
		if url := address.FindString(lines.Text()); url != "" {
			return url
		}
	}
	t.Fatalf("the program ended before it served: %v", lines.Err())
	return ""
}
