package engine

import (
	"context"
	"errors"

	"featurebase-mcp/client"
	"featurebase-mcp/internal/markup"
)

// Kept says which text an update replaces. A model reads it as Markdown and writes it back as Markdown, which does not hold captions, players and
// callouts. The parts that it did not change are taken from the text that is there.
type Kept struct {
	Argument string // holds the new text
	Field    string // holds the old text as HTML, in the answer of the operation that reads the object
	HTML     string // the argument for the new text as HTML, if that is another one
	Markdown bool   // the new text is sent as Markdown
}

// keep puts the parts of the old text into the new one that Markdown does not hold. It reads the object first.
func (c *call) keep(ctx context.Context) *answer {
	k := c.op.Keeps
	if k == nil {
		return nil
	}
	text, _ := c.args.Wire[k.Argument].(string)
	if text == "" || k.Markdown && markup.IsHTML(text) {
		return nil
	}
	read := c.Inventory.readerOf(c.op.Path)
	req, err := requestOf(c.op, c.args.Wire)
	if err != nil {
		return c.invalid(err.Error())
	}
	res, err := c.Client.Do(ctx, client.Request{Operation: read.Name, Method: read.Method, Path: req.Path, Safety: read.safety(), Version: read.Version})
	if err != nil {
		if failed, ok := errors.AsType[*client.Error](err); ok {
			unsent := *failed
			unsent.MaybeApplied = false // what failed is the read of the text that is replaced
			err = &unsent
		}
		a := c.failed(c.op.Name+" failed", err).masked(c.MaskEmails)
		return &a
	}
	c.current = res
	old, _ := members(res.Body)[k.Field].(string)
	if k.Markdown {
		if text, err = markup.WrittenHTML(text); err != nil {
			return c.invalid(k.Argument + ": " + err.Error())
		}
	}
	kept, err := markup.Keep(old, text)
	if err != nil {
		return c.invalid(k.Argument + ": " + err.Error())
	}
	if kept == "" {
		return nil
	}
	name := k.Argument
	if k.HTML != "" {
		delete(c.args.Wire, name)
		name = k.HTML
	}
	c.args.Wire[name] = kept
	return nil
}
