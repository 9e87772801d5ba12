package engine

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"featurebase-mcp/client"
	"featurebase-mcp/internal/input"
	"featurebase-mcp/internal/legible"
	"featurebase-mcp/internal/rawjson"
	"featurebase-mcp/internal/render"
)

// Versions says that an object has two versions: what is published, and a draft of what comes next. The read shows one of them, and says which;
// with the argument compare it shows what differs.
type Versions struct {
	Argument    string // selects the version
	Published   string // its value for what is published, which is the default
	Draft       string // its value for the draft
	IsPublished string // the field that is true if there is a published version
	Differs     string // the field that is true if the draft has changes that are not published
	Fields      string // the fields that are compared besides the body, separated by spaces
}

// shown returns the line that says which version of an object an answer shows, or an empty text if there is nothing else to see.
func (v *Versions) shown(body rawjson.Value, wire map[string]any) string {
	draft := wire[v.Argument] == v.Draft
	switch differs := body.Get(v.Differs).Bool(); {
	case draft && body.Get(v.IsPublished) != nil && !body.Get(v.IsPublished).Bool():
		return "shown: a draft that was never published, so that readers see nothing of it\n"
	case draft && differs:
		return "shown: the draft, with unpublished changes that readers do not see; " + input.CompareArg + " true shows what differs\n"
	case draft:
		return "shown: the draft, which is the same as what is published\n"
	case differs:
		return "shown: what is published; unpublished changes exist, and " + input.CompareArg + " true shows what differs\n"
	default:
		return ""
	}
}

// compare reads both versions of an object and answers with what differs. What was never published has one version, which is shown.
func (c *call) compare(ctx context.Context) answer {
	v := c.op.Versions
	draft, err := c.readVersion(ctx, v.Draft)
	if err != nil {
		return c.failed(c.op.Name+" failed", err)
	}
	attempts := draft.Attempts
	published, err := c.readVersion(ctx, v.Published)
	if failed, ok := errors.AsType[*client.Error](err); ok && failed.Kind == client.KindNotFound {
		c.args.Wire[v.Argument] = v.Draft
		return answer{Text: c.render(c.Named(ctx, c.op, draft.Body, c.args.Detail)), Outcome: "ok", attempts: attempts + failed.Attempts, requestID: draft.RequestID}
	}
	if err != nil {
		return c.failed(c.op.Name+" failed", err)
	}
	text, head := c.comparison(rawjson.Repair(published.Body), rawjson.Repair(draft.Body))
	return answer{
		Text:    strings.TrimSuffix(part(c.op, text, head, c.args.Offset, c.AnswerBudget), "\n"),
		Outcome: "ok", attempts: attempts + published.Attempts, requestID: draft.RequestID,
	}
}

// readVersion reads a version of the object. From then on the call is about this version.
func (c *call) readVersion(ctx context.Context, version string) (*client.Response, error) {
	c.args.Wire[c.op.Versions.Argument] = version
	req, err := requestOf(c.op, c.args.Wire)
	if err != nil {
		return nil, err
	}
	res, err := c.Client.Do(ctx, req)
	if err != nil {
		return nil, err
	}
	if wrong := c.misshapen(res); wrong != nil {
		return nil, wrong
	}
	return res, nil
}

// comparison writes which object was compared, and what differs. head is the length of the former.
func (c *call) comparison(published, draft rawjson.Value) (text []byte, head int) {
	v, view := c.op.Versions, c.op.Output
	view.Parse()
	w := &render.Writer{View: view, Mask: c.MaskEmails && !view.Staff}
	for _, field := range []string{"id", "title"} {
		text = fmt.Appendf(text, "%s: %s\n", field, legible.OneLine(w.Words(published.Get(field).Text())))
	}
	changes, same := w.Comparison(published, draft, strings.Fields(v.Fields))
	switch {
	case !same:
		text = append(text, "compared: lines with - are published, lines with + are in the draft alone, which readers do not see\n"...)
	case draft.Get(v.Differs).Bool():
		text = append(text, "compared: Featurebase says that the draft differs from what is published, but these texts are the same\n"...)
	default:
		text = append(text, "compared: no unpublished changes; the draft is the same as what is published\n"...)
	}
	return append(text, changes...), len(text)
}
