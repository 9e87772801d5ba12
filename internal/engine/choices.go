package engine

import (
	"context"
	"slices"
	"strings"

	"featurebase-mcp/internal/legible"
	"featurebase-mcp/internal/markup"
	"featurebase-mcp/internal/names"
	"featurebase-mcp/internal/render"
)

// Choice is an object that a person can pick by its name.
type Choice struct {
	ID      string
	Name    string // on one line; empty if it has none
	Updated string // time of the last change in the API's form; empty if the API does not return it

	value string // the text that identifies it in an argument
	email string
}

// Choices returns the objects of each kind, in the order of the API's list. words are the words of the kinds. All missing lists are
// requested at once and kept for a minute, and Choices waits a second at most: the choices of a kind whose list is not there by then are
// nil.
func (env Env) Choices(ctx context.Context, words ...string) [][]Choice {
	all := make([][]Choice, len(words))
	for i, d := range env.directories(ctx, words) {
		if d != nil {
			all[i] = env.choicesOf(env.Inventory.Kind(words[i]), d)
		}
	}
	return all
}

// directories returns the list of each kind, or nil where it is not available in time.
func (env Env) directories(ctx context.Context, words []string) []*names.List {
	all := make([]*names.List, len(words))
	if env.Names == nil {
		return all
	}
	asked := make([]*names.Kind, 0, len(words))
	for _, word := range words {
		if k := env.Inventory.Kind(word); k != nil {
			asked = append(asked, k)
		}
	}
	env.Names.Complete(ctx, asked)
	for i, word := range words {
		if k := env.Inventory.Kind(word); k != nil {
			all[i], _ = env.Names.Known(k)
		}
	}
	return all
}

func (env Env) choicesOf(k *names.Kind, d *names.List) []Choice {
	w := &render.Writer{View: &render.PlainView, Mask: env.MaskEmails && !k.ByEmail}
	all := make([]Choice, len(d.Things))
	for i, t := range d.Things {
		all[i] = choiceOf(k, d, t, w)
	}
	return all
}

// choiceOf returns a thing with a cleaned name and the value that identifies it: the name where that is unique, otherwise the name with the
// id in brackets. The value has no slashes or "..", since it may become part of a URI.
func choiceOf(k *names.Kind, d *names.List, t names.Thing, w *render.Writer) Choice {
	const longest = 80 // characters of a name
	c := Choice{ID: t.ID, Updated: t.Updated, Name: markup.PlainExcerpt(legible.OneLine(w.Words(t.Called())), longest)}
	if !w.Mask {
		c.email = t.Email
	}
	name := legible.OneLine(steps.Replace(c.Name))
	switch _, isID := k.IDOf(name); {
	case name == "":
		c.value = t.ID
	case k.Most > 0, isID, name != strings.TrimSpace(t.Called()), d.Named(name) != 1:
		c.value = name + " (" + t.ID + ")"
	default:
		c.value = name
	}
	return c
}

// steps removes what a proxy could take for a step of a path.
var steps = strings.NewReplacer("/", " ", `\`, " ", "..", "…")

// Complete returns the values of a kind that match what the user typed of a name or an id: first those that begin with it, then those that
// contain it. word is the word of the kind. Each value works as an argument of that kind. more reports that the list is incomplete, so that
// others may match.
func (env Env) Complete(ctx context.Context, word, typed string) (values []string, more bool) {
	d := env.directories(ctx, []string{word})[0]
	if d == nil {
		return nil, false
	}
	typed = findable(typed)
	var inside []string
	for _, c := range env.choicesOf(env.Inventory.Kind(word), d) {
		switch {
		case c.begins(typed):
			values = append(values, c.value)
		case c.contains(typed):
			inside = append(inside, c.value)
		}
	}
	return slices.Concat(values, inside), d.Cut
}

// findable folds the case and the accents of a name, so that people find it however they type it.
func findable(name string) string { return string(legible.PlainLetters(strings.TrimSpace(name))) }

func (c Choice) begins(typed string) bool {
	return slices.ContainsFunc([]string{c.Name, c.value, c.ID, c.email}, func(s string) bool { return strings.HasPrefix(findable(s), typed) })
}

func (c Choice) contains(typed string) bool {
	const few = 3 // so few characters occur in nearly every id
	return strings.Contains(findable(c.Name), typed) || len(typed) > few && strings.Contains(c.ID, typed)
}
