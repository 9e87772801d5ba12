package engine

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"featurebase-mcp/internal/input"
	"featurebase-mcp/internal/names"
)

// ActingAdmin is the admin to whom Featurebase credits a write, where its API demands one. The user configures an id or an e-mail. An
// e-mail is resolved by the first call that needs it, so that a server starts without a request to the API.
type ActingAdmin struct {
	kind      *names.Kind
	id, email string
}

// NewActingAdmin returns the acting admin for an id of 24 hex digits or an e-mail. admins is the kind of admins. The error for anything
// else is written for a user.
func NewActingAdmin(admins *names.Kind, idOrEmail string) (*ActingAdmin, error) {
	switch {
	case admins.IsID(idOrEmail):
		return &ActingAdmin{kind: admins, id: idOrEmail}, nil
	case strings.Contains(strings.Trim(idOrEmail, "@"), "@"):
		return &ActingAdmin{kind: admins, email: idOrEmail}, nil
	default:
		return nil, fmt.Errorf("%q is neither the id of an admin (24 hex digits) nor an e-mail", idOrEmail)
	}
}

// errNoSuchAdmin is the failure of a configured e-mail that no admin has.
type errNoSuchAdmin struct {
	email string
	cut   bool // the list of admins is incomplete
}

// Error returns a clause for a model, which act completes.
func (e errNoSuchAdmin) Error() string {
	if e.cut {
		return fmt.Sprintf("no admin of the organization, as far as they could be listed, has the e-mail %s, which --acting-admin names", e.email)
	}
	return fmt.Sprintf("no admin of the organization has the e-mail %s, which --acting-admin names", e.email)
}

// resolve returns the admin's id, looked up in the list of admins where only the e-mail is known.
func (a *ActingAdmin) resolve(ctx context.Context, cache *names.Cache) (string, error) {
	if a.id != "" {
		return a.id, nil
	}
	found, dir, err := cache.Find(ctx, a.kind, a.email)
	switch {
	case err != nil:
		return "", err
	case len(found) == 0:
		return "", errNoSuchAdmin{a.email, dir != nil && dir.Cut}
	default:
		return found[0].ID, nil // e-mails are unique
	}
}

// act fills in the acting admin where the API demands one and the call leaves it out. It returns the final answer if no admin is configured
// or the configured one cannot be found.
func (c *call) act(ctx context.Context) *answer {
	rule, wire := c.op.ActingAdmin, c.args.Wire
	if rule == nil || input.Holds(rule.Need, wire) || rule.When != "" && !input.Holds(rule.When, wire) {
		return nil
	}
	if c.ActingAdmin == nil {
		return c.invalid(rule.Need + ": required" + rule.Reason() + ": the id of the admin to act as" + c.adminIDs() + ". The user can set a default with --acting-admin")
	}
	id, err := c.ActingAdmin.resolve(ctx, c.Names)
	if nobody, ok := errors.AsType[errNoSuchAdmin](err); ok {
		text := fmt.Sprintf("%s sent nothing: %v. Do not retry unchanged: give %s, the id of an admin%s, or let the user correct the configuration.", c.op.Name, nobody, rule.Need, c.adminIDs())
		return &answer{Text: text, Outcome: "refused", until: theArguments + " or " + theConfiguration}
	}
	if err != nil {
		a := c.of(c.adminList(), nil).failed(c.op.Name+" sent nothing, since the admin to act as could not be looked up", err)
		return &a
	}
	wire[rule.Need] = id
	return nil
}

// adminList is the operation that lists the admins.
func (c *call) adminList() *Operation {
	return c.Inventory.Lookup(c.Inventory.refs[c.op.Name].Arguments[c.op.ActingAdmin.Need].Kind.List)
}

// adminIDs names the tool that lists the ids of admins, if it is switched on.
func (c *call) adminIDs() string {
	if tool := c.adminList().Name; c.off(tool) == "" {
		return ", from " + tool
	}
	return ""
}

// impersonationRefused explains why this server does not make a call in a customer's name.
func (c *call) impersonationRefused() string {
	name, value, _ := strings.Cut(c.op.Impersonates, "=")
	said := name
	if value != "" {
		said += " " + value
	}
	return fmt.Sprintf("%s sent nothing: with %s it would speak in a customer's name, which this server does not do. Do not retry unchanged: write as an admin instead; only the user can allow it, with --allow-impersonation.", c.op.Name, said)
}
