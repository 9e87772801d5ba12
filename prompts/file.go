package prompts

import (
	"bytes"
	"embed"
	"strings"
	"sync"

	"go.yaml.in/yaml/v4"
)

//go:embed text/*.md
var folder embed.FS

// rules is appended to every text.
//
//go:embed rules.md
var rules string

const (
	extension = ".md"
	fence     = "---\n" // surrounds the front matter
)

// file is one prompt.
type file struct {
	Title       string     // for people, in the menu
	Description string     // what the prompt does, for people
	Needs       []string   // tools of which one has to be on, or the prompt is not offered
	Arguments   []argument // in the order in which a person would type them

	name string
	text string // the text for models, with the rules
}

// names returns the names of all prompts.
func names() []string {
	entries, err := folder.ReadDir("text")
	if err != nil {
		panic(err) // the folder is embedded
	}
	all := make([]string, len(entries))
	for i, entry := range entries {
		all[i] = strings.TrimSuffix(entry.Name(), extension)
	}
	return all
}

// files returns all prompts by name. It parses the embedded files once. A file that cannot be parsed is a fault of the build, which a test
// finds.
var files = sync.OnceValue(func() map[string]*file {
	all := map[string]*file{}
	for _, name := range names() {
		content, err := folder.ReadFile("text/" + name + extension)
		if err != nil {
			panic(err)
		}
		if all[name], err = read(name, content); err != nil {
			panic("prompts: " + name + ": " + err.Error())
		}
	}
	return all
})

func read(name string, content []byte) (*file, error) {
	head, text, _ := strings.Cut(strings.TrimPrefix(string(content), fence), "\n"+fence)
	p := &file{name: name, text: text + rules}
	decoder := yaml.NewDecoder(bytes.NewReader([]byte(head)))
	decoder.KnownFields(true)
	return p, decoder.Decode(p)
}
