// Package prompts has the jobs that a person starts from the menu of a host: prompts in the protocol, Markdown files here. The file's name
// is the prompt's name. The front matter is for the person. The text below is for the model: which tools to use, what to ask before a
// write, how to cite.
//
//	text/*.md    a file for each prompt
//	rules.md     the rules that end every prompt
//	file.go      parsing of a file
//	arguments.go checks of arguments
//	prompts.go   the prompts of one server
//	complete.go  completion of arguments
//
// To add one, write a file. A sentence that names a switched-off tool is removed, and so is one with the {blank} of an argument without a
// value (internal/prose). So each sentence has to make sense without the others, and no step may depend on one tool. Some hosts fill
// arguments from the typed words, in order, and drop the rest, so an argument with free text comes last and there is one at most.
// At the start only the names of the files are read. The rest waits until a client lists or gets a prompt.
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

// Set has the prompts of one server.
type Set struct {
	offBy    func(tool string) string
	narrowed func(context.Context) func(tool string) string // nil where all callers have the same tools
	complete Completer
}

// New returns the prompts of a server. offBy returns the setting that switches a tool off, or an empty text for a tool that is on. complete
// may be nil; then only arguments with choices have completions.
func New(offBy func(tool string) string, complete Completer) *Set {
	return &Set{offBy: offBy, complete: complete}
}

// Narrowed returns the prompts with a view for each caller's own tools. offBy returns, for the caller in a context, a function like that of
// New, or nil if the caller may use every exposed tool.
func (s *Set) Narrowed(offBy func(context.Context) func(tool string) string) *Set {
	return &Set{offBy: s.offBy, narrowed: offBy, complete: s.complete}
}

// of returns the prompts for the caller in ctx.
func (s *Set) of(ctx context.Context) *Set {
	if s.narrowed != nil {
		if offBy := s.narrowed(ctx); offBy != nil {
			return &Set{offBy: offBy, complete: s.complete}
		}
	}
	return s
}

// Bare returns the prompts to register, with names and handlers only. [Set.Fill] adds what clients see.
func (s *Set) Bare() []server.ServerPrompt {
	var bare []server.ServerPrompt
	for _, name := range names() {
		bare = append(bare, server.ServerPrompt{Prompt: mcp.Prompt{Name: name}, Handler: s.get})
	}
	return bare
}

// Fill adds the title, description and arguments to bare prompts, and removes the prompts whose tools are all off. It is a filter of
// mcp-go, which also runs it before prompts/get, with that prompt alone.
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

// offers reports whether at least one tool for the main part of the job is on.
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

// text returns the text for the model. Values are inserted as quoted data after the text is shortened, so that the names of tools in a
// value have no effect.
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
