package engine

import (
	"context"

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

// readCurrent reads the object that an update changes, once.
func (c *call) readCurrent(ctx context.Context, read *Operation, path string) (*client.Response, error) {
	if c.current != nil {
		return c.current, nil
	}
	res, err := c.Client.Do(ctx, client.Request{Operation: read.Name, Method: read.Method, Path: path, Safety: read.safety()})
	c.current = res
	return res, err
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
	res, err := c.readCurrent(ctx, read, req.Path)
	if err != nil {
		a := c.of(read, c.args.Wire).failed(c.op.Name+" failed: nothing was changed, since the text that it replaces could not be read", err).masked(c.MaskEmails)
		return &a
	}
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
