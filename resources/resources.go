// Package resources shows what people browse in a host as MCP resources: boards and their posts, changelogs, the help center, single posts,
// conversations and contacts. Each resource reads through operations of package tools, so its text is what the tool would answer.
//
//	table.go     the resources, as data
//	uri.go       matching and filling of URIs
//	resources.go the resources of one server: lists and reading
//	complete.go  completion of the ids in URIs, by title or name
//
// To add one, write its row in table.go. No request is made until a client lists, reads or completes.
package resources

import (
	"context"
	"slices"
	"strings"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/legible"
	"featurebase-mcp/internal/render"
	"featurebase-mcp/internal/wire"
)

const mimeType = "text/markdown"

// Set has the resources of one server.
type Set struct {
	inventory *engine.Inventory
	env       func(context.Context) (engine.Env, error)
	reads     func(ctx context.Context, operation string) bool
}

// New returns the resources of a server. env returns the surroundings of a request's caller, and reads reports whether the caller's
// resources may read with an operation, as [tools.Selection.Reads] does for the server.
func New(inventory *engine.Inventory, env func(context.Context) (engine.Env, error), reads func(ctx context.Context, operation string) bool) *Set {
	return &Set{inventory, env, reads}
}

// Hook makes the hooks answer lists and reads of these resources, and leaves other resources unchanged. The caller passes the hooks to the
// server.
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
			request.Params.Arguments = map[string]any{requestedURI: request.Params.URI}
			request.Params.URI = r.uri
		}
	})
}

// requestedURI is the name of the argument that keeps the URI of a request while mcp-go looks for its resource.
const requestedURI = "requestedURI"

// Register adds the resources to a server, and templates under their own URIs, to which [Set.Hook] redirects each request. mcp-go could
// match templates by itself, but it does so in random order, takes a second for each megabyte, and does not match characters that
// JavaScript's encodeURIComponent leaves alone, such as brackets.
func (s *Set) Register(to *server.MCPServer) {
	for _, r := range table {
		to.AddResource(mcp.Resource{URI: r.uri, Name: r.name}, s.read)
	}
}

// isOn reports whether the caller may read all parts of a resource.
func (s *Set) isOn(ctx context.Context, r *resource) bool {
	for _, p := range r.parts {
		if !s.reads(ctx, p.operation) {
			return false
		}
	}
	return true
}

// list answers resources/list: the resources without ids, then the objects of some kinds by name, in the order of the table and of the API.
// If the names are not available, it returns the others.
func (s *Set) list(ctx context.Context) []mcp.Resource {
	list := []mcp.Resource{}
	for _, r := range table {
		if !r.isTemplate() && s.isOn(ctx, r) {
			list = append(list, r.entry())
		}
	}
	return append(list, s.things(ctx)...)
}

// things returns the objects that are listed by name. It requests all kinds at the same time.
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

// thing returns the entry of one object.
func (r *resource) thing(c engine.Choice) mcp.Resource {
	entry := mcp.NewResource(r.fill(c.ID), c.Name, mcp.WithResourceTitle(r.title+": "+c.Name), mcp.WithMIMEType(mimeType))
	entry.Annotations = r.annotations(c.Updated)
	return entry
}

func (r *resource) annotations(modified string) *mcp.Annotations {
	if !legible.IsTime(modified) { // the live API may return another text
		modified = ""
	}
	return &mcp.Annotations{Audience: []mcp.Role{mcp.RoleUser, mcp.RoleAssistant}, Priority: &r.priority, LastModified: modified}
}

// read answers resources/read. A resource that the caller may not read is not found.
func (s *Set) read(ctx context.Context, request mcp.ReadResourceRequest) ([]mcp.ResourceContents, error) {
	uri, _ := request.Params.Arguments[requestedURI].(string)
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
