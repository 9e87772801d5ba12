package sandbox

import (
	"net/http"
	"slices"
)

func listPostVoters(c *call) (int, any, error) {
	post, err := c.target()
	if err != nil {
		return 0, nil, err
	}
	var people []object
	for _, id := range list(post, "_voters") {
		personID, _ := id.(string)
		if o, _ := c.store.Person(personID); o != nil {
			people = append(people, o)
		}
	}
	return c.page(people, byField("id", false), "voters", c.voter, nil)
}

// voter shows a contact or an admin as a voter.
func (c *call) voter(o object) object {
	out := c.shown(c.kinds.named("contact"), o)
	_, personType := c.store.Person(text(o, "id"))
	out["object"], out["type"] = "contact", personType
	return out
}

func addPostVoter(c *call) (int, any, error) {
	post, err := c.target()
	if err != nil {
		return 0, nil, err
	}
	who, err := c.identify(c.body, "", true)
	if err != nil {
		return 0, nil, err
	}
	id := c.person(who)["id"]
	if voters := list(post, "_voters"); !slices.Contains(voters, id) {
		post["_voters"] = append(slices.Clip(voters), id)
		post["upvotes"] = number(post, "upvotes") + 1
		if contact := c.store.Kind("contact").Get(id.(string)); contact != nil {
			contact["lastActivity"] = stamp(c.store.Now())
		}
	}
	return c.created(), object{"id": id, "object": "voter", "postId": post["id"], "added": true}, nil
}

func removePostVoter(c *call) (int, any, error) {
	post, err := c.target()
	if err != nil {
		return 0, nil, err
	}
	who, err := c.identify(c.body, "", false)
	if err != nil {
		return 0, nil, err
	}
	c.withdraw(post, who.found["id"])
	return http.StatusOK, object{"id": who.found["id"], "object": "voter", "postId": post["id"], "removed": true}, nil
}

// withdraw removes the vote of a person, if there is one.
func (c *call) withdraw(post object, personID any) {
	voters := list(post, "_voters")
	if !slices.Contains(voters, personID) {
		return
	}
	post["_voters"] = slices.DeleteFunc(slices.Clone(voters), func(id any) bool { return id == personID })
	post["upvotes"] = max(0, number(post, "upvotes")-1)
}
