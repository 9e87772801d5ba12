package shared

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// What is sealed for one purpose cannot be opened for another, nor by another deployment, nor after it was changed; the key before the one in use still
// opens and verifies.
func TestWhatIsSealedHoldsForItsPurpose(t *testing.T) {
	t.Parallel()
	old, next := bytes.Repeat([]byte("o"), 32), bytes.Repeat([]byte("n"), 32)
	sealed := NewKeys(old).Seal("plan of ann", []byte("text"))
	for name, c := range map[string]struct {
		keys    *Keys
		purpose string
		sealed  []byte
		opens   bool
	}{
		"the same":           {NewKeys(old), "plan of ann", sealed, true},
		"after a new key":    {NewKeys(next, old), "plan of ann", sealed, true},
		"before a new key":   {NewKeys(old, next), "plan of ann", sealed, true},
		"another owner":      {NewKeys(old), "plan of bob", sealed, false},
		"another deployment": {NewKeys(next), "plan of ann", sealed, false},
		"cut":                {NewKeys(old), "plan of ann", sealed[:10], false},
		"nothing":            {NewKeys(old), "plan of ann", nil, false},
	} {
		if text, err := c.keys.Open(c.purpose, c.sealed); (err == nil) != c.opens || c.opens && string(text) != "text" {
			t.Errorf("%s: %q, %v", name, text, err)
		}
	}
	for i := range sealed {
		changed := bytes.Clone(sealed)
		changed[i] ^= 1
		if _, err := NewKeys(old).Open("plan of ann", changed); err == nil {
			t.Errorf("byte %d does not matter", i)
		}
	}
	if again := NewKeys(old).Seal("plan of ann", []byte("text")); bytes.Equal(again, sealed) {
		t.Error("a text is sealed in the same way twice")
	}
	if NewKeys(old, next).name("a") != NewKeys(next, old).name("a") || NewKeys(old).name("a") == NewKeys(next).name("a") || NewKeys(old).name("a") == NewKeys(old).name("b") {
		t.Error("names follow the order of the keys, or do not follow the keys")
	}
	if !bytes.Equal(NewKeys(old, next).Salt(), NewKeys(next, old).Salt()) {
		t.Error("callers are other ones when the order of the keys changes")
	}
	if signing := NewKeys(next, old).Signing("questions"); len(signing) != 2 || !bytes.Equal(signing[1], NewKeys(old).Signing("questions")[0]) || bytes.Equal(signing[0], signing[1]) {
		t.Error("the old key does not verify")
	}
}

func TestAKeyFileIsReadStrictly(t *testing.T) {
	t.Parallel()
	key := bytes.Repeat([]byte{0xfa, 3}, 16)
	file := filepath.Join(t.TempDir(), "key")
	for content, want := range map[string]string{
		hex.EncodeToString(key) + "\n":                                                 "",
		base64.StdEncoding.EncodeToString(key):                                         "",
		base64.RawURLEncoding.EncodeToString(key):                                      "",
		"# new\n" + hex.EncodeToString(key) + "\n\n# old\n" + strings.Repeat("ab", 32): "",
		"":                       "holds no key",
		"secret":                 "line 1: a key is 32 random bytes",
		strings.Repeat("ab", 31): "line 1: a key is 32 random bytes",
		strings.Repeat(strings.Repeat("ab", 32)+"\n", 3):       "more than two keys",
		hex.EncodeToString(key) + "\n" + "not a key at all \n": "line 2: a key is 32 random bytes",
	} {
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := ReadKeys(file)
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "secret")) {
			t.Errorf("%q: %v", content, err)
		}
	}
}

func TestAddresses(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"redis://store":                         "redis://store:6379",
		"rediss://u:p%40ss@store:7000/2":        "rediss://store:7000/2",
		"redis://a:1,b,c:3":                     "redis://a:1,b:6379,c:3",
		"redis://:secret@a,b:2/3?sentinel=main": "redis://a:6379,b:2/3?sentinel=main",
		"redis://[::1]:7/":                      "redis://[::1]:7",
		"redis://[::1]":                         "redis://[::1]:6379",
		"http://store":                          "",
		"store:6379":                            "",
		"redis://":                              "",
		"redis://a,b/1":                         "",
		"redis://a/x":                           "",
		"redis://secret%zz@a":                   "",
		"redis://a?skip_verify=secret":          "",
	} {
		a, err := ParseAddress(text)
		if (err == nil) != (want != "") || err == nil && a.String() != want {
			t.Errorf("%s: %s, %v", text, a, err)
		}
		if err != nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v", text, err)
		}
	}
	if a, err := ParseAddress("rediss://u:p%40ss@store"); err != nil || a.User != "u" || a.Password != "p@ss" || !a.TLS {
		t.Errorf("%+v, %v", a, err)
	}
}

// The slots are those of the specification of clusters.
func TestSlots(t *testing.T) {
	t.Parallel()
	for key, want := range map[string]int{"123456789": 0x31c3, "foo": 12182, "bar": 5061, "": 0} {
		if got := slotOf(key); got != want {
			t.Errorf("%q is in slot %d, not %d", key, got, want)
		}
	}
}
