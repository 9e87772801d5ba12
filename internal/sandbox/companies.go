package sandbox

import (
	"maps"
	"net/http"
	"slices"

	"featurebase-mcp/internal/sandbox/store"
)

// companies returns the kind of customers' companies. Each contact holds the ids of its companies in _companyIds; linkedUsers counts the
// contacts of a company.
func companies() *kind {
	return &kind{
		name: "company", title: "company", path: "/v2/companies", isID: store.IsObjectID,
		order: func(*call) ordering { return byField("createdAt", true) },
		fields: map[string]func(*call, object) any{
			"externalId": func(_ *call, o object) any { return o["companyId"] },
		},
		sort:  "createdAt:desc",
		start: func(_ *call, draft object) { maps.Copy(draft, newCompany()) },
		set: map[string]setter{
			"companySize": clearable("companySize"),
			"createdAt":   setTime("createdAt", false),
		},
		gone: companyGone,
	}
}

func newCompany() object {
	return object{
		"object": "company", "name": "", "companySize": nil, "industry": nil, "plan": nil, "website": nil, "monthlySpend": nil,
		"linkedUsers": 0.0, "lastActivity": nil, "customFields": object{},
	}
}

// clearable returns the setter of a plain field that null clears.
func clearable(field string) setter {
	return func(_ *call, draft object, value any) error {
		draft[field] = value
		return nil
	}
}

func (c *call) companyWithID(externalID any) object {
	return c.store.Kind("company").Find(func(o object) bool { return o["companyId"] == externalID })
}

// upsertCompany updates the company with the external id of the body, or creates it.
func upsertCompany(c *call) (int, any, error) {
	if known := c.companyWithID(c.body["companyId"]); known != nil {
		c.path = map[string]string{"id": text(known, "id")}
		return update(c)
	}
	return create(c)
}

func deleteCompanyByCompanyID(c *call) (int, any, error) {
	o := c.companyWithID(c.path["companyId"])
	if o == nil {
		return 0, nil, notFound(c.kind.title)
	}
	return http.StatusOK, c.removed(o), nil
}

// companyGone unlinks the contacts of a company and keeps them.
func companyGone(c *call, company object) {
	for _, contact := range c.store.Kind("contact").All() {
		unlink(contact, company)
	}
}

// link adds a contact to a company unless it belongs to it already.
func link(contact, company object) {
	if ids := list(contact, "_companyIds"); !slices.Contains(ids, company["id"]) {
		contact["_companyIds"] = append(slices.Clip(ids), company["id"])
		company["linkedUsers"] = number(company, "linkedUsers") + 1
	}
}

// unlink takes a contact out of a company and reports whether it belonged to it.
func unlink(contact, company object) bool {
	ids := list(contact, "_companyIds")
	if !slices.Contains(ids, company["id"]) {
		return false
	}
	contact["_companyIds"] = slices.DeleteFunc(slices.Clone(ids), func(id any) bool { return id == company["id"] })
	company["linkedUsers"] = max(0, number(company, "linkedUsers")-1)
	return true
}

func listCompanyContacts(c *call) (int, any, error) {
	company, err := c.target()
	if err != nil {
		return 0, nil, err
	}
	members := slices.DeleteFunc(slices.Clone(c.store.Kind("contact").All()), func(o object) bool {
		return !slices.Contains(list(o, "_companyIds"), company["id"])
	})
	contact := c.kinds.named("contact")
	return c.page(members, contact.order(c), "contacts", func(o object) object { return c.shown(contact, o) }, nil)
}

func attachContactToCompany(c *call) (int, any, error) {
	company, contact, err := c.membership(text(c.body, "contactId"))
	if err != nil {
		return 0, nil, err
	}
	if contact["type"] != "customer" {
		return 0, nil, refused("contactId", "Only customers can be attached to a company")
	}
	link(contact, company)
	return http.StatusOK, c.shown(c.kinds.named("contact"), contact), nil
}

func removeContactFromCompany(c *call) (int, any, error) {
	company, contact, err := c.membership(c.path["contactId"])
	if err != nil {
		return 0, nil, err
	}
	if !unlink(contact, company) {
		return 0, nil, refused("contactId", "The contact is not attached to this company")
	}
	return http.StatusOK, c.shown(c.kinds.named("contact"), contact), nil
}

// membership returns the company of the path and the contact with this id.
func (c *call) membership(contactID string) (company, contact object, err error) {
	if company, err = c.target(); err != nil {
		return nil, nil, err
	}
	if !store.IsObjectID(contactID) {
		return nil, nil, invalid("invalid_id", "Invalid contact ID: "+contactID, "contactId")
	}
	if contact = c.store.Kind("contact").Get(contactID); contact == nil {
		return nil, nil, notFound("contact")
	}
	return company, contact, nil
}
