package sandbox

import (
	"strings"

	"featurebase-mcp/internal/sandbox/store"
)

// byline shows who wrote something, or null if that person was deleted.
func byline(st *store.Store, id string) any {
	o, personType := st.Person(id)
	if o == nil {
		return nil
	}
	return object{
		"id": o["id"], "name": text(o, "name"), "email": o["email"], "profilePicture": o["profilePicture"], "type": personType,
	}
}

// identified is a person who was found by id, userId or e-mail, or the draft of a contact that will be created.
type identified struct {
	found  object
	create object // the new contact if found is nil
}

// identify finds the person whom an author or voter object names: by id, then userId, then e-mail. An empty object means the admin of the API
// key. With create, an unknown e-mail address makes a draft of a contact. path is the place of the object and stands in refusals.
func (c *call) identify(ref object, path string, create bool) (identified, error) {
	id, userID, email := text(ref, "id"), text(ref, "userId"), text(ref, "email")
	if id == "" && userID == "" && email == "" {
		return identified{found: c.store.KeyAdmin()}, nil
	}
	if id != "" {
		if !store.IsObjectID(id) {
			return identified{}, invalid("invalid_id", "Invalid user ID: "+id, join(path, "id"))
		}
		if o, _ := c.store.Person(id); o != nil {
			return identified{found: o}, nil
		}
	}
	contacts := c.store.Kind("contact")
	if userID != "" {
		if o := contacts.Find(func(o object) bool { return o["userId"] == userID }); o != nil {
			return identified{found: o}, nil
		}
	}
	if email != "" {
		hasEmail := func(o object) bool { return strings.EqualFold(text(o, "email"), email) }
		if o := contacts.Find(hasEmail); o != nil {
			return identified{found: o}, nil
		}
		if o := c.store.Kind("admin").Find(hasEmail); o != nil {
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

// person returns the identified person, and creates the contact if it is a draft.
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

// counted changes a counter of a contact, and its last activity if the counter grows. Admins have no counters.
func (c *call) counted(personID, counter string, by float64) {
	o := c.store.Kind("contact").Get(personID)
	if o == nil {
		return
	}
	o[counter] = max(0, number(o, counter)+by)
	if by > 0 {
		o["lastActivity"] = stamp(c.store.Now())
	}
}

// renderAdmin shows the role of an admin. The role is stored under a key that is never shown by itself, because admins are shown as voters,
// too, and voters have no role.
func renderAdmin(_ *call, shown, stored object) { shown["roleId"] = stored["_roleId"] }
