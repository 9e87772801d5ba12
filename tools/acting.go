package tools

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"

	"featurebase-mcp/client"
)

// ActingAdmin is the admin whom writes are credited to where the API demands one, given as an id or an e-mail. An e-mail is looked up
// at the first call that needs it, and only then: a server must start without asking the API.
type ActingAdmin struct {
	idOrEmail string

	mu sync.Mutex
	id string // found so far
}

// NewActingAdmin takes an id of 24 hex digits or an e-mail, and refuses anything else in words for a user.
func NewActingAdmin(idOrEmail string) (*ActingAdmin, error) {
	a := &ActingAdmin{idOrEmail: idOrEmail}
	switch {
	case hex24.MatchString(idOrEmail):
		a.id = idOrEmail
	case !strings.Contains(strings.Trim(idOrEmail, "@"), "@"):
		return nil, fmt.Errorf("%q is neither the id of an admin (24 hex digits) nor an e-mail", idOrEmail)
	}
	return a, nil
}

// errNoSuchAdmin is in words for a model: nothing it does can help.
type errNoSuchAdmin struct{ email string }

func (e errNoSuchAdmin) Error() string {
	return fmt.Sprintf("No admin of the organization has the e-mail %s, which --acting-admin names. Nothing was sent. Do not retry: give the id of an admin (see list_admins), or let the user correct the configuration.", e.email)
}

// resolve returns the admin's id. Calls that need it at the same time wait for one lookup; a failed one is tried again by the next.
func (a *ActingAdmin) resolve(ctx context.Context, c *client.Client) (string, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.id != "" {
		return a.id, nil
	}
	req, err := Lookup("list_admins").request(nil)
	if err != nil {
		return "", err
	}
	res, err := c.Do(ctx, req)
	if err != nil {
		return "", err
	}
	var list struct {
		Data []*struct {
			ID    string `json:"id"`
			Email string `json:"email"`
		} `json:"data"`
	}
	if err := json.Unmarshal(res.Body, &list); err != nil {
		return "", err
	}
	for _, admin := range list.Data {
		if admin != nil && strings.EqualFold(admin.Email, a.idOrEmail) {
			a.id = admin.ID
			return a.id, nil
		}
	}
	return "", errNoSuchAdmin{a.idOrEmail}
}

// act fills in the admin to act as where the API demands one and the call left it out. It returns false with the answer when there is none.
func (op *Operation) act(ctx context.Context, env Env, wire map[string]any) (answer, bool) {
	rule := op.ActingAdmin
	if rule == nil || holds(rule.Need, wire) || rule.When != "" && !holds(rule.When, wire) {
		return answer{}, true
	}
	if env.ActingAdmin == nil {
		var p problems
		p.add("", rule.Need+": required"+rule.reason()+": the id of the admin to act as, from list_admins. The user can set a default with --acting-admin")
		return answer{text: p.err(op).Error(), outcome: "invalid_arguments"}, false
	}
	id, err := env.ActingAdmin.resolve(ctx, env.Client)
	switch err := err.(type) { //nolint:errorlint // both are made in this package and in the client, and never wrapped
	case nil:
		wire[rule.Need] = id
		return answer{}, true
	case errNoSuchAdmin:
		return answer{text: err.Error(), outcome: "refused"}, false
	default:
		a := op.failed(err, arguments{wire: wire})
		a.text = "The admin to act as could not be looked up, so nothing was sent. " + a.text
		return a, false
	}
}

// impersonationRefused says why a call in a customer's name is not made.
func (op *Operation) impersonationRefused() string {
	name, value, _ := strings.Cut(op.Impersonates, "=")
	said := name
	if value != "" {
		said += " " + value
	}
	return fmt.Sprintf("%s with %s would speak in a customer's name, which this server does not do. Nothing was sent. Write as an admin instead; only the user can allow it, with --allow-impersonation.", op.Name, said)
}
