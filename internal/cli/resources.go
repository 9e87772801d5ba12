package cli

import (
	"context"
	"fmt"
	"strings"
	"text/tabwriter"

	mcpclient "github.com/mark3labs/mcp-go/client"
	"github.com/mark3labs/mcp-go/mcp"

	"featurebase-mcp/internal/app"
)

type resourcesCommand struct {
	Address string `arg:"" optional:"" help:"Address to read, such as featurebase://boards."`
}

// Run lists the addresses, or reads one. Without a key the list has no addresses of single objects.
func (c resourcesCommand) Run(ctx context.Context, e *environment) error {
	const scheme = "featurebase://"
	configure := e.config
	switch {
	case strings.HasPrefix(c.Address, scheme):
		configure = e.keyedConfig
	case c.Address != "":
		return usagef("%s is no address: addresses begin with %s, and %s resources lists them", excerpt(c.Address), scheme, app.Name)
	}
	cfg, err := configure()
	if err != nil {
		return err
	}
	return e.inProcess(ctx, cfg, func(client *mcpclient.Client) error {
		if c.Address == "" {
			return listResources(ctx, e, client)
		}
		res, err := client.ReadResource(ctx, mcp.ReadResourceRequest{Params: mcp.ReadResourceParams{URI: c.Address}})
		if err != nil {
			return said(err)
		}
		for _, content := range res.Contents {
			if text, ok := content.(mcp.TextResourceContents); ok {
				if _, err := fmt.Fprintln(e.Out, text.Text); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

func listResources(ctx context.Context, e *environment, client *mcpclient.Client) error {
	fixed, err := client.ListResources(ctx, mcp.ListResourcesRequest{})
	if err != nil {
		return said(err)
	}
	templates, err := client.ListResourceTemplates(ctx, mcp.ListResourceTemplatesRequest{})
	if err != nil {
		return said(err)
	}
	w := tabwriter.NewWriter(e.Out, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(w, "ADDRESS\tSHOWS")
	for _, r := range fixed.Resources {
		shows := r.Description
		if shows == "" {
			shows = r.Title
		}
		_, _ = fmt.Fprintf(w, "%s\t%s\n", r.URI, shows)
	}
	for _, t := range templates.ResourceTemplates {
		_, _ = fmt.Fprintf(w, "%s\t%s\n", t.URITemplate.Raw(), t.Description)
	}
	_, _ = fmt.Fprintf(w, "%d addresses and %d patterns; %s resources ADDRESS reads one\n", len(fixed.Resources), len(templates.ResourceTemplates), app.Name)
	return w.Flush()
}
