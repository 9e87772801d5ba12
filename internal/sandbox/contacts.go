package sandbox

import (
	"maps"
	"net/http"
	"strings"

	"featurebase-mcp/internal/sandbox/store"
)

// organizationID is the id of the one organization, to which all contacts belong.
const organizationID = "5f0c9a7e1d2b3c4d5e6f7081"

// contacts returns the kind of customers and leads. Three keys stand beside the plain fields: _companyIds, _blocked, _preferences.
func contacts() *kind {
	return &kind{
		name: "contact", title: "contact", path: "/v2/contacts", isID: store.IsObjectID,
		render: renderContact,
		keep:   keepContacts,
		order:  func(*call) ordering { return byField("lastActivity", true) },
		fields: map[string]func(*call, object) any{
			"externalId": func(_ *call, o object) any { return o["userId"] },
			"companyIds": func(_ *call, o object) any { return list(o, "_companyIds") },
		},
		sort: "lastActivity:desc",
		set: map[string]setter{
			"companies": setCompanies,
			"createdAt": setTime("createdAt", false),
			// The hash proves to the API who sent a contact from a browser. The API accepts phone numbers and never shows them.
			"userHash": notStored,
			"phone":    notStored,
		},
		gone: contactGone,
	}
}

func newContact(name, email string) object {
	o := object{
		"name": name, "type": "customer", "organizationId": organizationID, "profilePicture": nil, "email": nil,
		"postsCreated": 0.0, "commentsCreated": 0.0, "verified": false, "roles": []any{}, "customFields": object{},
		"subscribedToChangelog": true, "manuallyOptedOutFromChangelog": false,
	}
	if email != "" {
		o["email"] = email
		if name == "" {
			o["name"], _, _ = strings.Cut(email, "@")
		}
	}
	return o
}

func (c *call) insertContact(draft object) {
	draft["lastActivity"] = stamp(c.store.Now())
	c.insert(c.kinds.named("contact"), draft)
}

func renderContact(c *call, shown, stored object) {
	delete(shown, "createdAt") // searches sort and filter by these two fields, but answers do not have them
	delete(shown, "updatedAt")
	companies := []any{}
	for _, company := range c.store.CompaniesOf(text(stored, "id")) {
		companies = append(companies, maps.Clone(company))
	}
	shown["companies"] = companies
}

func keepContacts(c *call) (func(object) bool, error) {
	wanted := text(c.query, "contactType")
	return func(o object) bool { return wanted == "all" || o["type"] == wanted }, nil
}

// upsertContact finds the contact by userId, or else by e-mail among the contacts that have no other userId.
func upsertContact(c *call) (int, any, error) {
	userID, email := text(c.body, "userId"), text(c.body, "email")
	all := c.collection()
	var o object
	if userID != "" {
		o = all.Find(func(o object) bool { return o["userId"] == userID })
	}
	if o == nil && email != "" {
		o = all.Find(func(o object) bool {
			return strings.EqualFold(text(o, "email"), email) && (userID == "" || text(o, "userId") == "")
		})
	}
	status := http.StatusOK
	draft := maps.Clone(o)
	if o == nil {
		status = http.StatusCreated
		draft = newContact(text(c.body, "name"), email)
	}
	if err := c.apply(draft); err != nil {
		return 0, nil, err
	}
	draft["type"] = "customer" // a lead with an identity becomes a customer
	if o == nil {
		c.insertContact(draft)
		o = draft
	} else {
		maps.Copy(o, draft)
		o["updatedAt"] = stamp(c.store.Now())
	}
	return status, c.shown(c.kind, o), nil
}

// setCompanies links the contact to companies by their external ids. It creates and updates these companies from the body, and keeps the
// contact's other companies.
func setCompanies(c *call, _ object, value any) error {
	given, _ := value.([]any)
	c.later = append(c.later, func(draft object) {
		for _, v := range given {
			input, _ := v.(object)
			link(draft, c.company(input))
		}
	})
	return nil
}

// company returns the company with the external id of the input. It creates the company if there is none, and updates it from the input.
func (c *call) company(input object) object {
	company := c.companyWithID(input["id"])
	if company == nil {
		company = newCompany()
		company["companyId"] = input["id"]
		c.insert(c.kinds.named("company"), company)
	}
	for key, value := range input {
		if key != "id" && key != "companyHash" && value != nil {
			company[key] = value
		}
	}
	company["updatedAt"] = stamp(c.store.Now())
	return company
}

// contactGone withdraws the votes of a contact and keeps what the contact wrote, without an author.
func contactGone(c *call, o object) {
	for _, post := range c.store.Kind("post").All() {
		c.withdraw(post, o["id"])
	}
	for _, company := range c.store.CompaniesOf(text(o, "id")) {
		unlink(o, company)
	}
}

func blockContact(c *call) (int, any, error)   { return c.block(true, "blocked") }
func unblockContact(c *call) (int, any, error) { return c.block(false, "unblocked") }

func (c *call) block(blocked bool, word string) (int, any, error) {
	o, err := c.target()
	if err != nil {
		return 0, nil, err
	}
	o["_blocked"] = blocked
	return http.StatusOK, object{"id": o["id"], "object": "contact", word: true}, nil
}

// byUserID serves an operation for the customer that the path names by external id. The API finds leads by id alone.
func byUserID(next handler) handler {
	return func(c *call) (int, any, error) {
		o := c.collection().Find(func(o object) bool { return o["type"] == "customer" && o["userId"] == c.path["userId"] })
		if o == nil {
			return 0, nil, notFound("contact")
		}
		c.path = map[string]string{"id": text(o, "id")}
		return next(c)
	}
}

var preferenceNames = []string{"all", "changelog", "commentReplies", "postComments", "postUpdates"}

const (
	subscribed   = "subscribed"
	unsubscribed = "unsubscribed"
)

func getEmailPreferences(c *call) (int, any, error) {
	o, err := c.customer()
	if err != nil {
		return 0, nil, err
	}
	return http.StatusOK, preferences(o), nil
}

func updateEmailPreferences(c *call) (int, any, error) {
	o, err := c.customer()
	if err != nil {
		return 0, nil, err
	}
	stored, _ := o["_preferences"].(object)
	merged := object{}
	maps.Copy(merged, stored)
	given, _ := c.body["preferences"].(object)
	maps.Copy(merged, given)
	o["_preferences"] = merged
	if changelog, ok := given["changelog"]; ok {
		o["subscribedToChangelog"] = changelog == subscribed
	}
	return http.StatusOK, preferences(o), nil
}

// customer returns the target. It answers 404 for a lead, because leads have no preferences.
func (c *call) customer() (object, error) {
	o, err := c.target()
	if err == nil && o["type"] != "customer" {
		return nil, notFound("contact")
	}
	return o, err
}

// preferences shows each stored status beside the effective status, which follows from the stored one and "all".
func preferences(o object) object {
	stored, _ := o["_preferences"].(object)
	status := func(name string) string {
		if given := text(stored, name); given != "" {
			return given
		}
		if name == "changelog" && !flag(o, "subscribedToChangelog") {
			return unsubscribed
		}
		return subscribed
	}
	states := object{}
	for _, name := range preferenceNames {
		effective := status(name)
		if status("all") == unsubscribed {
			effective = unsubscribed
		}
		states[name] = object{"status": status(name), "effectiveStatus": effective}
	}
	return object{"object": "contact_email_preferences", "contactId": o["id"], "userId": o["userId"], "email": o["email"], "preferences": states}
}
