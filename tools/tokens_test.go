package tools

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/tiktoken-go/tokenizer"
)

// What the tools may cost the context of every user, in tokens and in tools: some hosts stop at 40.
const (
	maxTokensOfAll     = 14000
	maxTokensByDefault = 5000
	maxToolsByDefault  = 36
)

var o200k = sync.OnceValues(func() (tokenizer.Codec, error) { return tokenizer.Get(tokenizer.O200kBase) })

// CountTokens counts what Operation.Tokens returns.
func CountTokens(t *testing.T, op *Operation) int {
	t.Helper()
	codec, err := o200k()
	if err != nil {
		t.Fatal(err)
	}
	n, err := codec.Count(op.Name + "\n" + op.Description + "\n" + string(op.Schema(false)))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestTokensAreFresh(t *testing.T) {
	t.Parallel()
	var lines strings.Builder
	for _, op := range All() {
		n := CountTokens(t, op)
		fmt.Fprintln(&lines, op.Name, n)
		if op.Tokens() != n && !*update {
			t.Errorf("%s costs %d tokens and is said to cost %d", op.Name, n, op.Tokens())
		}
	}
	golden(t, "../tokens.txt", []byte(lines.String()))
}

// The instructions are in every context too.
func TestInstructionsAreShort(t *testing.T) {
	t.Parallel()
	const most = 400
	text, err := os.ReadFile(filepath.Join("..", "internal", "app", "instructions.md"))
	if err != nil {
		t.Fatal(err)
	}
	if n := tokensOf(t, string(text)); n > most || !strings.Contains(string(text), untrusted) {
		t.Errorf("%d tokens, at most %d are meant; and the mark has to be explained: %s", n, most, text)
	}
}

func TestToolsKeepTheirBudgets(t *testing.T) {
	t.Parallel()
	all, byDefault, tools := 0, 0, 0
	for _, op := range All() {
		n := CountTokens(t, op)
		all += n
		if op.Default {
			byDefault += n
			tools++
		}
	}
	t.Logf("all %d tools: %d tokens of %d; default %d tools: %d of %d", len(All()), all, maxTokensOfAll, tools, byDefault, maxTokensByDefault)
	if all > maxTokensOfAll || byDefault > maxTokensByDefault || tools > maxToolsByDefault {
		t.Errorf("all tools: %d tokens of %d; by default: %d tokens of %d in %d tools of %d",
			all, maxTokensOfAll, byDefault, maxTokensByDefault, tools, maxToolsByDefault)
	}
}
