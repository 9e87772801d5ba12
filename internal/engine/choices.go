package engine

import (
	"context"
	"slices"
	"strings"

	"featurebase-mcp/internal/legible"
	"featurebase-mcp/internal/markup"
	"featurebase-mcp/internal/render"
)

// Choice is a thing that a person can pick by its name.
type Choice struct {
	ID      string
	Name    string // on one line; empty if it has none
	Updated string // when it was changed last, as the API writes times; empty if the API does not tell

	value string // what stands for it in an argument
	email string
}

// Choices returns the things of each kind, by the kinds' words, in the order of their lists. Like names in answers they come from lists
// that are kept for a minute, are asked for all at once, and are waited for with little patience: of what is not there then, there are none.
func (env Env) Choices(ctx context.Context, words ...string) [][]Choice {
	all := make([][]Choice, len(words))
	for i, d := range env.directories(ctx, words) {
		if d != nil {
			all[i] = d.choices(env.Inventory.Kind(words[i]), env)
		}
	}
	return all
}

// directories returns the list of each kind, nil where it cannot be had soon.
func (env Env) directories(ctx context.Context, words []string) []*directory {
	all := make([]*directory, len(words))
	if env.Names == nil {
		return all
	}
	asked := make([]*Kind, 0, len(words))
	for _, word := range words {
		if k := env.Inventory.Kind(word); k != nil {
			asked = append(asked, k)
		}
	}
	env.Names.complete(ctx, asked)
	for i, word := range words {
		if k := env.Inventory.Kind(word); k != nil {
			all[i], _ = env.Names.known(k)
		}
	}
	return all
}

func (d *directory) choices(k *Kind, env Env) []Choice {
	w := &render.Writer{View: &render.PlainView, Mask: env.MaskEmails && !k.ByEmail}
	all := make([]Choice, len(d.things))
	for i, t := range d.things {
		all[i] = d.choice(k, t, w)
	}
	return all
}

// choice cleans a name as answers do, and finds the value that leads back to the thing: its name where that is enough, else its id behind
// the name. Slashes and the like are left out, since a value may become part of an address.
func (d *directory) choice(k *Kind, t Thing, w *render.Writer) Choice {
	const longest = 80 // characters of a name
	c := Choice{ID: t.ID, Updated: t.Updated, Name: markup.PlainExcerpt(legible.OneLine(w.Words(t.called())), longest)}
	if !w.Mask {
		c.email = t.Email
	}
	name := legible.OneLine(steps.Replace(c.Name))
	switch _, isID := k.idOf(name); {
	case name == "":
		c.value = t.ID
	case k.Most > 0, isID, name != strings.TrimSpace(t.called()), d.ByName[plainName(name)] != 1:
		c.value = name + " (" + t.ID + ")"
	default:
		c.value = name
	}
	return c
}

// steps are what a server in between could take for steps of a path.
var steps = strings.NewReplacer("/", " ", `\`, " ", "..", "…")

// Complete returns the values of a kind, by the kind's word, that fit what was typed of a name or an id: first those that begin so, then
// those that have it further inside. Each works as an argument of that kind. more says that others may fit.
func (env Env) Complete(ctx context.Context, word, typed string) (values []string, more bool) {
	d := env.directories(ctx, []string{word})[0]
	if d == nil {
		return nil, false
	}
	typed = findable(typed)
	var inside []string
	for _, c := range d.choices(env.Inventory.Kind(word), env) {
		switch {
		case c.begins(typed):
			values = append(values, c.value)
		case c.contains(typed):
			inside = append(inside, c.value)
		}
	}
	return slices.Concat(values, inside), d.cut
}

// findable is a name as people type it: in any case, with or without accents.
func findable(name string) string { return string(legible.PlainLetters(strings.TrimSpace(name))) }

func (c Choice) begins(typed string) bool {
	return slices.ContainsFunc([]string{c.Name, c.value, c.ID, c.email}, func(s string) bool { return strings.HasPrefix(findable(s), typed) })
}

func (c Choice) contains(typed string) bool {
	const few = 3 // characters that nearly every id has somewhere
	return strings.Contains(findable(c.Name), typed) || len(typed) > few && strings.Contains(c.ID, typed)
}
