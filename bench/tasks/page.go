package main

import (
	"fmt"
	"strings"
)

const pageHead = "# Evaluation\n\n" +
	"Tasks of product managers and support leads on the sandbox, to see how well a model does with the tools: the question, the facts that a right answer has, the calls\n" +
	"that an expert makes, and the writes that are allowed. The facts are worked out from the sandbox over plain HTTP, never from an answer of the tools, so another\n" +
	"organization (`-seed 2`) has others. This page is written by `make update` from `bench/tasks/data`.\n\n" +
	"```sh\n" +
	"go run ./bench/tasks                                          # an expert's calls through the real program: a table, and what is missing\n" +
	"go run ./bench/tasks -task who_waits -serve -dir /tmp/who     # prints the question, serves the tools over HTTP, and prints a configuration for stdio\n" +
	"go run ./bench/tasks -task who_waits -check answer.txt -dir /tmp/who   # judges the final answer of any model, the writes and the calls\n" +
	"```\n\n" +
	"A task is passed if every fact is in the answer, the journal of the sandbox has exactly the writes that are allowed, and no call was refused. `go test ./bench/tasks`\n" +
	"plays the expert, so CI holds the answers of the tools to these facts.\n"

// page returns docs/evaluation.md, for an organization.
func page(org *organization, all []*task, verdicts []*verdict) (string, error) {
	var b strings.Builder
	b.WriteString(pageHead)
	b.WriteString("\n| task | question | calls of an expert | characters read | writes |\n| --- | --- | ---: | ---: | ---: |\n")
	calls, characters := 0, 0
	for i, t := range all {
		v := verdicts[i]
		calls, characters = calls+v.calls, characters+v.characters
		fmt.Fprintf(&b, "| [%s](#%s) | %s | %d | %d | %d |\n", t.name, anchor(t.title), t.title, v.calls, v.characters, len(t.writes))
	}
	fmt.Fprintf(&b, "| %d tasks | | %d | %d | |\n", len(all), calls, characters)
	for _, t := range all {
		in, err := org.scopeOf(t)
		if err != nil {
			return "", err
		}
		if err := t.section(&b, in); err != nil {
			return "", err
		}
	}
	return b.String(), nil
}

// anchor returns the address of a heading.
func anchor(title string) string {
	keep := func(r rune) rune {
		switch {
		case r == ' ':
			return '-'
		case strings.ContainsRune("?!.,:'\"", r):
			return -1
		default:
			return r
		}
	}
	return strings.Map(keep, strings.ToLower(title))
}

// section writes a task.
func (t *task) section(b *strings.Builder, in *scope) error {
	fmt.Fprintf(b, "\n## %s\n\n`%s`", t.title, t.name)
	if t.sets != "default" {
		fmt.Fprintf(b, ", with `--toolsets %s`", t.sets)
	}
	ask, err := in.fill(t.ask)
	if err != nil {
		return err
	}
	fmt.Fprintf(b, "\n\n> %s\n\nFacts:\n\n", ask)
	v := &verdict{task: t}
	if err := v.judgeFacts(in, "", false); err != nil {
		return err
	}
	label := ""
	for _, f := range v.facts {
		words := strings.ReplaceAll(strings.TrimSpace(f.words), " || ", "*, or *")
		if f.label == label {
			fmt.Fprintf(b, "; *%s*", words)
			continue
		}
		if label != "" {
			b.WriteString("\n")
		}
		label = f.label
		fmt.Fprintf(b, "- %s: *%s*", f.label, words)
	}
	b.WriteString("\n\nCalls:\n\n```\n")
	for _, c := range t.calls {
		arguments, err := in.fill(c.arguments)
		if err != nil {
			return err
		}
		fmt.Fprintf(b, "%s %s\n", c.tool, arguments)
	}
	b.WriteString("```\n\nWrites: ")
	if len(t.writes) == 0 {
		b.WriteString("none.\n")
		return nil
	}
	var list []string
	for _, w := range t.writes {
		list = append(list, "`"+w.describe(in)+"`")
	}
	fmt.Fprintf(b, "%s, and no other.\n", strings.Join(list, ", "))
	return nil
}
