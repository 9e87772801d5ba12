package likeness

import (
	_ "embed"
	"strings"
	"sync"
)

//go:embed silent.txt
var silentText string

// german is the only language whose words say more than that they are silent: it writes all nouns with a capital.
const german = "de"

// silentWords has the words of silent.txt with their language. Most of a language's words are found by how rare they are; these are rare by chance
// among few texts, and two texts that share only them have nothing in common. A word of several languages has the last one.
var silentWords = sync.OnceValue(func() map[string]string {
	all := map[string]string{}
	for line := range strings.Lines(silentText) {
		list := strings.Fields(line)
		for _, word := range list[1:] {
			all[string(plain(word))] = list[0]
		}
	}
	return all
})
