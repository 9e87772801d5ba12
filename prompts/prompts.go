// Package prompts holds the jobs that a person starts from the menu of a host: prompts in the protocol, Markdown files here. A file's name
// is the prompt's. Its front matter is for the person, what stands below for the model: which tools to use, what to ask before
// anything is written, how to cite.
//
//	text/*.md    one file a prompt
//	rules.md     what holds for all of them and ends each
//	file.go      a file, read
//	arguments.go what an argument may be
//	prompts.go   the prompts of one server
//	complete.go  what an argument is completed by
//
// To add one, write a file. A text is plain: a sentence that names a tool is left out where that tool is off, and one with a {blank} where
// that argument was not given (internal/prose). So each sentence has to make sense without the others, and no step hangs on one tool.
// Some hosts fill arguments from the words that are typed, in order, and drop the rest. Hence text comes last, and there is one such
// argument at most.
//
// Nothing is read at start but the names of the files. The rest waits until a client lists or gets a prompt.
package prompts

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"featurebase-mcp/internal/prose"
	"featurebase-mcp/internal/render"
	"featurebase-mcp/internal/wire"
	"featurebase-mcp/tools"
)

// Set is the prompts of one server.
type Set struct {
	offBy    func(tool string) string
	narrowed func(context.Context) func(tool string) string // nil where all callers may use the same
	complete Completer
}

// New returns the prompts of a server on which offBy names the setting that keeps a tool off; it is empty for one that is on. Without
// complete, arguments have the completions that the files give.
func New(offBy func(tool string) string, complete Completer) *Set {
	return &Set{offBy: offBy, complete: complete}
}

// Narrowed has the prompts of a caller be those of its own tools. offBy returns what keeps tools from the caller in a context, or nil for one
// who may use all that the server has.
func (s *Set) Narrowed(offBy func(context.Context) func(tool string) string) *Set {
	return &Set{offBy: s.offBy, narrowed: offBy, complete: s.complete}
}

// of returns the prompts of the caller in ctx.
func (s *Set) of(ctx context.Context) *Set {
	if s.narrowed != nil {
		if offBy := s.narrowed(ctx); offBy != nil {
			return &Set{offBy: offBy, complete: s.complete}
		}
	}
	return s
}

// Bare returns the prompts to register: names and handlers. [Set.Fill] adds what clients are shown.
func (s *Set) Bare() []server.ServerPrompt {
	var bare []server.ServerPrompt
	for _, name := range names() {
		bare = append(bare, server.ServerPrompt{Prompt: mcp.Prompt{Name: name}, Handler: s.get})
	}
	return bare
}

// Fill completes prompts that were registered bare, and leaves out those whose tools are all off. It is a filter of mcp-go: it also runs
// before a prompt is got, with that one alone.
func (s *Set) Fill(ctx context.Context, list []mcp.Prompt) []mcp.Prompt {
	own := s.of(ctx)
	offered := make([]mcp.Prompt, 0, len(list))
	for _, shown := range list {
		p := files()[shown.Name]
		if p != nil && !own.offers(p) {
			continue
		}
		if p != nil {
			shown.Title, shown.Description, shown.Arguments = p.Title, p.Description, p.published()
		}
		offered = append(offered, shown)
	}
	return offered
}

// offers reports whether one of the tools that do the main part of the job is on.
func (s *Set) offers(p *file) bool { return slices.ContainsFunc(p.Needs, s.on) }

func (s *Set) on(tool string) bool {
	return tools.Inventory().Lookup(tool) != nil && s.offBy(tool) == ""
}

// get answers prompts/get.
func (s *Set) get(ctx context.Context, request mcp.GetPromptRequest) (*mcp.GetPromptResult, error) {
	p := files()[request.Params.Name]
	values, err := p.values(request.Params.Arguments)
	if err != nil {
		return nil, err
	}
	text := mcp.NewTextContent(s.of(ctx).text(p, values))
	return mcp.NewGetPromptResult(p.Description, []mcp.PromptMessage{mcp.NewPromptMessage(mcp.RoleUser, text)}), nil
}

// text is what the model reads. Values are put in as data, after the text was shortened, so that no word of theirs takes part in it.
func (s *Set) text(p *file, values map[string]string) string {
	var blanks []string
	for name, value := range values {
		blanks = append(blanks, "{"+name+"}", render.Quote(value))
	}
	missing := func(word string) bool {
		if name, blank := strings.CutPrefix(word, "{"); blank {
			return values[strings.TrimSuffix(name, "}")] == ""
		}
		return !s.on(word)
	}
	return strings.NewReplacer(blanks...).Replace(prose.Without(p.text, missing))
}

func invalid(format string, args ...any) error {
	return &wire.CodedError{Code: mcp.INVALID_PARAMS, Message: fmt.Sprintf(format, args...)}
}
