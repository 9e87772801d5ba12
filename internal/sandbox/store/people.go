package store

import "slices"

// Person returns the contact or admin with this id, and what the API calls its type; nil when nobody has the id.
func (st *Store) Person(id string) (o Object, personType string) {
	if o = st.Kind("contact").Get(id); o != nil {
		return o, Text(o, "type")
	}
	if o = st.Kind("admin").Get(id); o != nil {
		return o, "admin"
	}
	return nil, ""
}

// KeyAdmin returns the admin for whom the API key acts.
func (st *Store) KeyAdmin() Object { return st.Kind("admin").All()[0] }

// CompaniesOf returns the companies of a person. Admins and leads have none.
func (st *Store) CompaniesOf(personID string) []Object {
	var out []Object
	for _, id := range List(st.Kind("contact").Get(personID), "_companyIds") {
		companyID, _ := id.(string)
		if company := st.Kind("company").Get(companyID); company != nil {
			out = append(out, company)
		}
	}
	return out
}

// CompaniesBehind returns the companies of all these people, each company once.
func (st *Store) CompaniesBehind(people []any) []Object {
	var out []Object
	for _, id := range people {
		personID, _ := id.(string)
		for _, company := range st.CompaniesOf(personID) {
			if !slices.ContainsFunc(out, func(o Object) bool { return o["id"] == company["id"] }) {
				out = append(out, company)
			}
		}
	}
	return out
}
