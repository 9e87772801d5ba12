package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A user and a password stand on no command line and in no message, and what would have no effect is refused.
func TestThePasswordOfTheStoreIsNeverShown(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	file := func(name, content string) string {
		name = filepath.Join(folder, name)
		if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return name
	}
	key, address := file("key", strings.Repeat("5a", 32)), "redis://ann:hunter2@127.0.0.1:1"
	for name, c := range map[string]struct {
		args    []string
		environ []string
		want    string
		code    int
	}{
		"on the command line":  {[]string{"--store", address, "--state-key-file", key}, nil, "stand on no command line", 2},
		"in the variable":      {[]string{"--state-key-file", key}, []string{"FEATUREBASE_STORE=" + address}, "does not answer", 1},
		"in a file":            {[]string{"--state-key-file", key, "--store-file", file("store", address+"\n")}, nil, "does not answer", 1},
		"in both":              {[]string{"--state-key-file", key, "--store-file", file("store", address)}, []string{"FEATUREBASE_STORE=" + address}, "set one of them", 2},
		"no key":               {[]string{"--store", "redis://127.0.0.1:1"}, nil, "needs --state-key-file", 2},
		"a key alone":          {[]string{"--state-key-file", key}, nil, "needs --store", 2},
		"a bad key":            {[]string{"--store", "redis://127.0.0.1:1", "--state-key-file", file("bad", "hunter2")}, nil, "32 random bytes", 2},
		"no file":              {[]string{"--store-file", filepath.Join(folder, "none"), "--state-key-file", key}, nil, "--store-file: ", 2},
		"no address":           {[]string{"--store-file", file("empty", "ann:hunter2"), "--state-key-file", key}, nil, "begins with redis://", 2},
		"an address of others": {[]string{"--store", "http://127.0.0.1", "--state-key-file", key}, nil, "begins with redis://", 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out, complaints strings.Builder
			code := Run(Process{Name: "featurebase-mcp", Args: append([]string{"doctor", "--sandbox"}, c.args...), Environ: c.environ, In: strings.NewReader(""), Out: &out, Err: &complaints})
			said := out.String() + complaints.String()
			if code != c.code || !strings.Contains(said, c.want) || strings.Contains(said, "hunter2") || strings.Contains(said, "ann") {
				t.Errorf("exit %d: %s", code, said)
			}
		})
	}
}
