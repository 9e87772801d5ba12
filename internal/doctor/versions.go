package doctor

import (
	"context"
	"errors"
	"slices"
	"strings"

	"featurebase-mcp/client"
	"featurebase-mcp/internal/engine"
)

// versions reports which of the further versions the workspace of the key answers in, by the read that was answered before. The only error is that of ctx.
func (e *examination) versions(ctx context.Context) error {
	var served, refused, unknown []string
	for _, version := range e.Versions {
		if version == e.APIVersion {
			continue
		}
		req := e.example
		req.Version = version
		_, err := e.Client.Do(ctx, req)
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		failed, _ := errors.AsType[*client.Error](err)
		switch {
		case failed == nil:
			served = append(served, version)
		case refusesVersion(failed):
			refused = append(refused, version)
		default:
			unknown = append(unknown, version)
		}
	}
	var words []string
	for _, list := range []struct {
		words    string
		versions []string
	}{{"answers in ", served}, {"refuses ", refused}, {"did not tell about ", unknown}} {
		if len(list.versions) > 0 {
			words = append(words, list.words+strings.Join(list.versions, ", "))
		}
	}
	if len(words) == 0 {
		return nil
	}
	text := "the workspace " + strings.Join(words, "; it ")
	text += e.untaken(refused)
	var missed []string // toolsets with what they need
	for _, set := range e.Toolsets {
		for _, version := range refused {
			if slices.ContainsFunc(set.Operations, func(op *engine.Operation) bool { return op.Version == version && op.Preview == "" }) {
				missed = append(missed, "tools of "+set.Name+" need "+version)
			}
		}
	}
	if len(missed) > 0 {
		e.note("other versions", Warning, text, strings.Join(missed, ", ")+": they do not work, so leave them out")
		return nil
	}
	e.note("other versions", OK, text, "")
	return nil
}

// untaken says which arguments of the tools need a version that is refused. The tools work without them.
func (e *examination) untaken(refused []string) string {
	var text strings.Builder
	for _, version := range refused {
		var arguments []string
		for _, set := range e.Toolsets {
			for _, op := range set.Operations {
				for _, b := range op.Brings() {
					if b.Version == version {
						arguments = append(arguments, b.Argument+" of "+op.Name)
					}
				}
			}
		}
		if arguments != nil {
			text.WriteString("; without " + version + " it takes no " + strings.Join(arguments, ", no "))
		}
	}
	return text.String()
}
