package sandbox

import (
	"slices"
	"strings"
)

// person returns the contact or admin with this id, and what the API calls its type; nil when there is none.
func (st *store) person(id string) (o object, personType string) {
	if o = st.kind("contact").get(id); o != nil {
		return o, text(o, "type")
	}
	if o = st.kind("admin").get(id); o != nil {
		return o, "admin"
	}
	return nil, ""
}

// keyAdmin is whom the API key acts for.
func (st *store) keyAdmin() object { return st.kind("admin").all[0] }

// byline shows who wrote something; null when that person is gone.
func (st *store) byline(id string) any {
	o, personType := st.person(id)
	if o == nil {
		return nil
	}
	return object{
		"id": o["id"], "name": text(o, "name"), "email": o["email"], "profilePicture": o["profilePicture"], "type": personType,
	}
}

// identified is a person found by id, userId or e-mail, or the plan to create one.
type identified struct {
	found  object
	create object // the new contact, when found is nil
}

// identify finds the person an author or voter object means: by id, then userId, then e-mail; an empty object
// means the key's admin. With create, an unknown e-mail stands for a person to be created. path names the object in
// complaints.
func (c *call) identify(ref object, path string, create bool) (identified, error) {
	id, userID, email := text(ref, "id"), text(ref, "userId"), text(ref, "email")
	if id == "" && userID == "" && email == "" {
		return identified{found: c.store.keyAdmin()}, nil
	}
	if id != "" {
		if !isObjectID(id) {
			return identified{}, invalid("invalid_id", "Invalid user ID: "+id, join(path, "id"))
		}
		if o, _ := c.store.person(id); o != nil {
			return identified{found: o}, nil
		}
	}
	contacts := c.store.kind("contact")
	if userID != "" {
		if o := contacts.find(func(o object) bool { return o["userId"] == userID }); o != nil {
			return identified{found: o}, nil
		}
	}
	if email != "" {
		hasEmail := func(o object) bool { return strings.EqualFold(text(o, "email"), email) }
		if o := contacts.find(hasEmail); o != nil {
			return identified{found: o}, nil
		}
		if o := c.store.kind("admin").find(hasEmail); o != nil {
			return identified{found: o}, nil
		}
		if create {
			draft := newContact(text(ref, "name"), email)
			for _, key := range []string{"userId", "profilePicture"} {
				if ref[key] != nil {
					draft[key] = ref[key]
				}
			}
			return identified{create: draft}, nil
		}
	}
	return identified{}, refused(path, "No user matches")
}

// person returns the identified person, created now if need be.
func (c *call) person(who identified) object {
	if who.found == nil {
		c.insertContact(who.create)
		who.found = who.create
	}
	return who.found
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

// setAuthor is the setter of the author of posts and comments.
func setAuthor(c *call, _ object, value any) error {
	ref, _ := value.(object)
	who, err := c.identify(ref, "author", true)
	if err != nil {
		return err
	}
	c.later = append(c.later, func(draft object) { draft["_authorId"] = c.person(who)["id"] })
	return nil
}

// counted moves a counter of a contact and marks it as active; admins have no counters.
func (c *call) counted(personID, counter string, by float64) {
	o := c.store.kind("contact").get(personID)
	if o == nil {
		return
	}
	o[counter] = max(0, number(o, counter)+by)
	if by > 0 {
		o["lastActivity"] = stamp(c.store.now())
	}
}

// companiesOf returns the companies of a person; none for admins and leads.
func (st *store) companiesOf(personID string) []object {
	person := st.kind("contact").get(personID)
	var out []object
	for _, id := range list(person, "_companyIds") {
		companyID, _ := id.(string)
		if company := st.kind("company").get(companyID); company != nil {
			out = append(out, company)
		}
	}
	return out
}

// companiesBehind returns the companies of all these people, each once.
func (st *store) companiesBehind(people []any) []object {
	var out []object
	for _, id := range people {
		personID, _ := id.(string)
		for _, company := range st.companiesOf(personID) {
			if !slices.ContainsFunc(out, func(o object) bool { return o["id"] == company["id"] }) {
				out = append(out, company)
			}
		}
	}
	return out
}
