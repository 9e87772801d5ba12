package tools

import (
	"context"
	"errors"
	"testing"
)

// What the tests that run a whole server need of the inside: they stand outside of the package, since the server stands on it.
var (
	Finders = finders
	Golden  = golden

	CheckAnswer = checkAnswer
	CountText   = tokensOf
)

// Raw runs an operation up to the API's own answer.
func (op *Operation) Raw(ctx context.Context, env Env, arguments string) ([]byte, error) {
	args, err := op.read([]byte(arguments))
	if err != nil {
		return nil, err
	}
	if failed, ok := op.act(ctx, env, args.wire); !ok {
		return nil, errors.New(failed.text)
	}
	req, err := op.request(args.wire)
	if err != nil {
		return nil, err
	}
	res, err := env.Client.Do(ctx, req)
	if err != nil {
		return nil, err
	}
	return res.Body, nil
}

// Answer runs an operation and returns what a model would read.
func (op *Operation) Answer(ctx context.Context, env Env, arguments string) string {
	return op.call(ctx, env, []byte(arguments), reply{}).text
}

// Render shows an answer of the API.
func (op *Operation) Render(body []byte, detail string) string {
	return op.render(body, arguments{detail: detail}, Env{})
}

// CountKept looks in the answer of full detail for every value of the API's, and counts them.
func (op *Operation) CountKept(t *testing.T, body []byte) int {
	t.Helper()
	return keptLeaves(t, op, body)
}

// IsMarked reports whether answers hold customers' words.
func (op *Operation) IsMarked() bool { return op.Output != nil && op.Output.Customer != "" }

// Asked reports whether --confirm always has the operation's calls in these tests asked about.
func (op *Operation) Asked() bool { return op.isFinal() || op.Confirm != "" || len(op.Notifies) > 0 }

// Messages reports whether a call messages people, by the declaration.
func (op *Operation) Messages(arguments string) bool {
	args, err := op.read([]byte(arguments))
	return err == nil && len(op.notices(args.wire)) > 0
}
