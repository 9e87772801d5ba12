// Package resources shows what people browse in a host as MCP resources: boards and their posts, changelogs, the help center, single
// posts, conversations and contacts. Each reads through operations of package tools, so its text is what a tool would answer.
//
//	table.go     the resources, as data
//	uri.go       an address and what it means
//	resources.go the resources of one server: what is listed, and reading
//	complete.go  completions of the ids in addresses, by title or name
//
// To add one, write its row. Nothing is asked of the API until a client lists, reads or completes.
package resources

import (
	"context"
	"slices"
	"strings"

	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/legible"
	"featurebase-mcp/internal/render"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"featurebase-mcp/internal/wire"
)

const mimeType = "text/markdown"

// Set is the resources of one server.
type Set struct {
	inventory *engine.Inventory
	env       func(context.Context) (engine.Env, error)
	reads     func(ctx context.Context, operation string) bool
}

// New returns the resources of a server. env is what the caller of a request is served in, and reads reports what resources may read
// with for it, as [tools.Selection.Reads].
func New(inventory *engine.Inventory, env func(context.Context) (engine.Env, error), reads func(ctx context.Context, operation string) bool) *Set {
	return &Set{inventory, env, reads}
}

// Hook has lists made and addresses read here, and leaves resources of others as they are. Pass the hooks to the server.
func (s *Set) Hook(hooks *server.Hooks) {
	hooks.AddAfterListResources(func(ctx context.Context, _ any, _ *mcp.ListResourcesRequest, result *mcp.ListResourcesResult) {
		others := slices.DeleteFunc(result.Resources, func(r mcp.Resource) bool { return lookup(r.URI) != nil })
		result.Resources = append(s.list(ctx), others...)
	})
	hooks.AddAfterListResourceTemplates(func(ctx context.Context, _ any, _ *mcp.ListResourceTemplatesRequest, result *mcp.ListResourceTemplatesResult) {
		result.ResourceTemplates = append(s.templates(ctx), result.ResourceTemplates...)
	})
	hooks.AddBeforeReadResource(func(_ context.Context, _ any, request *mcp.ReadResourceRequest) {
		if r, _, ok := find(request.Params.URI); ok {
			request.Params.Arguments = map[string]any{given: request.Params.URI}
			request.Params.URI = r.uri
		}
	})
}

// given is where the address that a client gave is kept while mcp-go looks for the resource.
const given = "given"

// Register adds the resources to a server, templates by their own addresses: mcp-go would match these itself, but in random order, at a
// second for each megabyte, and not what JavaScript's encodeURIComponent leaves as it is, such as brackets. [Set.Hook] leads each
// request to its resource.
func (s *Set) Register(to *server.MCPServer) {
	for _, r := range table {
		to.AddResource(mcp.Resource{URI: r.uri, Name: r.name}, s.read)
	}
}

// isOn reports whether a resource is there for a caller.
func (s *Set) isOn(ctx context.Context, r *resource) bool {
	for _, p := range r.parts {
		if !s.reads(ctx, p.operation) {
			return false
		}
	}
	return true
}

// list answers resources/list: the resources that stand for themselves, then what there is of some kinds by name, in the order of the
// table and of the API. Without those names, the rest.
func (s *Set) list(ctx context.Context) []mcp.Resource {
	list := []mcp.Resource{}
	for _, r := range table {
		if !r.isTemplate() && s.isOn(ctx, r) {
			list = append(list, r.entry())
		}
	}
	return append(list, s.things(ctx)...)
}

// things are the entries of the kinds that are listed by name. All kinds are asked for at the same time.
func (s *Set) things(ctx context.Context) []mcp.Resource {
	var kinds []string
	for _, l := range listed {
		if s.reads(ctx, s.inventory.Lister(l.kind)) {
			kinds = append(kinds, l.kind)
		}
	}
	env, err := s.env(ctx)
	if err != nil {
		return nil
	}
	choices := env.Choices(ctx, kinds...)
	var list []mcp.Resource
	for _, l := range listed {
		i := slices.Index(kinds, l.kind)
		if i < 0 {
			continue
		}
		of := choices[i]
		if l.most > 0 {
			of = of[:min(len(of), l.most)]
		}
		for _, c := range of {
			for _, uri := range l.uris {
				if r := lookup(uri); c.Name != "" && s.isOn(ctx, r) {
					list = append(list, r.thing(c))
				}
			}
		}
	}
	return list
}

// templates answers resources/templates/list, in the order of the table.
func (s *Set) templates(ctx context.Context) []mcp.ResourceTemplate {
	list := []mcp.ResourceTemplate{}
	for _, r := range table {
		if r.isTemplate() && s.isOn(ctx, r) {
			list = append(list, r.template())
		}
	}
	return list
}

func (r *resource) entry() mcp.Resource {
	entry := mcp.NewResource(r.uri, r.name, mcp.WithResourceTitle(r.title), mcp.WithResourceDescription(r.description), mcp.WithMIMEType(mimeType))
	entry.Annotations = r.annotations("")
	return entry
}

func (r *resource) template() mcp.ResourceTemplate {
	template := mcp.NewResourceTemplate(r.uri, r.name, mcp.WithTemplateTitle(r.title), mcp.WithTemplateDescription(r.description), mcp.WithTemplateMIMEType(mimeType))
	template.Annotations = r.annotations("")
	return template
}

// thing is the entry of one thing, by its name.
func (r *resource) thing(c engine.Choice) mcp.Resource {
	entry := mcp.NewResource(r.fill(c.ID), c.Name, mcp.WithResourceTitle(r.title+": "+c.Name), mcp.WithMIMEType(mimeType))
	entry.Annotations = r.annotations(c.Updated)
	return entry
}

func (r *resource) annotations(modified string) *mcp.Annotations {
	if !legible.IsTime(modified) { // whatever the API has there
		modified = ""
	}
	return &mcp.Annotations{Audience: []mcp.Role{mcp.RoleUser, mcp.RoleAssistant}, Priority: &r.priority, LastModified: modified}
}

// read answers resources/read. One that the caller may not read is not found.
func (s *Set) read(ctx context.Context, request mcp.ReadResourceRequest) ([]mcp.ResourceContents, error) {
	uri, _ := request.Params.Arguments[given].(string)
	r, values, ok := find(uri)
	if !ok || !s.isOn(ctx, r) {
		return nil, wire.ResourceNotFound(ctx, uri)
	}
	env, err := s.env(ctx)
	if err != nil {
		return nil, err
	}
	if env.Deadline > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, env.Deadline)
		defer cancel()
	}
	env = env.Within(max(env.AnswerBudget/render.Budget(len(r.parts)), min(env.AnswerBudget, render.LeastBudget)))
	ids := map[string]any{}
	for name, value := range values {
		ids[name] = value
	}
	texts := make([]string, 0, len(r.parts))
	for _, p := range r.parts {
		arguments, _ := filled(p.arguments, values).(map[string]any)
		a := env.Ask(ctx, p.operation, arguments, p.outline)
		if a.Empty && p.of != "" && s.reads(ctx, p.of) {
			if of := env.Ask(ctx, p.of, ids, render.Outline{}); of.NotFound {
				a = of
			}
		}
		switch {
		case a.NotFound && r.isTemplate():
			missing := wire.ResourceNotFound(ctx, uri)
			missing.Message += "\n" + a.Text
			return nil, missing
		case a.Failed:
			return nil, &wire.CodedError{Code: mcp.INTERNAL_ERROR, Message: a.Text}
		}
		texts = append(texts, a.Text)
	}
	return []mcp.ResourceContents{mcp.TextResourceContents{URI: uri, MIMEType: mimeType, Text: strings.Join(texts, "\n\n")}}, nil
}
