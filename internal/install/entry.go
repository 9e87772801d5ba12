package install

import (
	"slices"
	"strings"
)

// Name is what hosts call this server. With it before the longest name of a tool, all names fit into what hosts take.
const Name = "featurebase"

// program is the name of the binary, and of the folder with a person's own files.
const program = "featurebase-mcp"

// The variables by which the server gets the key.
const (
	keyVariable  = "FEATUREBASE_API_KEY"
	fileVariable = "FEATUREBASE_API_KEY_FILE"
)

// sandboxFlag is the argument of a server that needs no key.
const sandboxFlag = "--sandbox"

// Entry is what a host has to know of this server.
type Entry struct {
	Command []string // the program, and what has to stand before the arguments
	Args    []string // none keeps those that are there
	KeyFile string   // the file that holds the key, for hosts that have no place for it
	Sandbox bool     // no key at all
}

// slot is a part of an entry whose value is known when it is installed.
type slot int

const (
	theCommand   slot = iota // the program
	theArgs                  // its arguments
	theWords                 // both in one list
	theVariables             // by which it gets the key
)

// initial is a field that is written once: what a person makes of it stays.
type initial struct{ value any }

// fields returns the entry in the shape of a host. before is what is in the file.
func (h *Host) fields(e Entry, before any) object {
	old, _ := pick(before, h.entry()...)
	args := e.Args
	if args == nil {
		args = settings(h.words(old), e.Command[len(e.Command)-1])
	}
	if e.Sandbox {
		args = append([]string{sandboxFlag}, args...)
	}
	var over object
	for _, f := range h.shape {
		if first, ok := f.value.(initial); ok {
			if _, there := pick(old, f.name); there {
				continue
			}
			f.value = first.value
		}
		switch f.value {
		case theCommand:
			f.value = e.Command[0]
		case theArgs:
			f.value = slices.Concat(e.Command[1:], args)
		case theWords:
			f.value = slices.Concat(e.Command, args)
		case theVariables:
			f.value = e.variables(h)
		}
		over = append(over, f)
	}
	return over
}

// words returns what an entry starts, the program and its arguments.
func (h *Host) words(entry any) []string {
	var all []string
	for _, f := range h.shape {
		value, _ := pick(entry, f.name)
		switch f.value {
		case theCommand:
			if text, ok := value.(string); ok {
				all = append(all, text)
			}
		case theArgs, theWords:
			items, _ := value.([]any)
			for _, item := range items {
				if text, ok := item.(string); ok {
					all = append(all, text)
				}
			}
		}
	}
	return all
}

// settings returns the arguments that the server itself gets in an entry, however it is started: those behind its name. They stay when it is installed
// again, since one of them may be what keeps the assistant from writing.
func settings(words []string, command string) []string {
	kept := []string{}
	for i, word := range words {
		base := word[strings.LastIndexAny(word, `/\`)+1:]
		if cut := strings.IndexAny(base, "@:"); cut > 0 { // a version, or the tag of an image
			base = base[:cut]
		}
		if word == command || strings.TrimSuffix(base, ".exe") == program {
			kept = slices.DeleteFunc(slices.Clone(words[i+1:]), func(arg string) bool { return arg == sandboxFlag })
		}
	}
	return kept
}

// variables returns the variables of the entry. Of the two that can hold the key one has to go, since the server refuses both.
func (e Entry) variables(h *Host) object {
	switch {
	case e.Sandbox:
		return object{{keyVariable, absent{}}, {fileVariable, absent{}}}
	case h.input.list != "":
		return object{{keyVariable, h.input.reference}, {fileVariable, absent{}}}
	}
	return object{{keyVariable, absent{}}, {fileVariable, e.KeyFile}}
}
