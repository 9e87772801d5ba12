package tools

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/tiktoken-go/tokenizer"
)

// What the tools may cost the context of every user, in tokens and in tools (some hosts stop at 40). The workflow tools have their
// share: what is left of it is theirs alone.
const (
	maxTokensOfAll     = 14000 - workflowTokens
	maxTokensByDefault = 5000 - workflowTokens
	maxToolsByDefault  = 36 - workflowTools
	workflowTokens     = 900
	workflowTools      = 6
)

// defaultTools are what triage and support need every day.
var defaultTools = strings.Fields(`list_boards search_posts list_posts get_post create_post update_post list_post_voters add_post_voter list_comments search_comments
create_comment list_changelogs get_changelog create_changelog update_changelog search_contacts get_contact upsert_contact search_companies
search_conversations get_conversation reply_to_conversation update_conversation list_conversation_tags attach_conversation_tag list_tickets
search_articles get_article list_admins`)

// IsDefault reports whether a tool is exposed to who chose none.
func IsDefault(op *Operation) bool { return slices.Contains(defaultTools, op.Name) }

var o200k = sync.OnceValues(func() (tokenizer.Codec, error) { return tokenizer.Get(tokenizer.O200kBase) })

// CountTokens counts what Operation.Tokens returns.
func CountTokens(t *testing.T, op *Operation) int {
	t.Helper()
	codec, err := o200k()
	if err != nil {
		t.Fatal(err)
	}
	n, err := codec.Count(op.Name + "\n" + op.Description + "\n" + string(op.Input.Schema()))
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

func TestToolsKeepTheirBudgets(t *testing.T) {
	t.Parallel()
	all, byDefault, tools := 0, 0, 0
	for _, op := range All() {
		n := CountTokens(t, op)
		all += n
		if IsDefault(op) {
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
