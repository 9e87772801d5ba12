package main

import (
	"text/template"
	"time"
)

// support has what takes more than a filter to know about conversations.
func (o *organization) support() template.FuncMap {
	return template.FuncMap{"waiting": o.waiting, "daysSince": o.daysSince, "paying": o.paying}
}

// waiting returns the conversations in which a customer waits for the team, the longest first, with the customer: the last person who wrote is
// no admin. Notes, events and bots are no answers.
func (o *organization) waiting(conversations []any) ([]any, error) {
	var list []any
	for _, c := range conversations {
		whole, err := o.get("/v2/conversations/" + text(at(c, "id")))
		if err != nil {
			return nil, err
		}
		author, since := text(at(whole, "source.author.type")), text(at(whole, "createdAt"))
		theirs, person := author != "admin" && author != "bot", at(whole, "source.author")
		parts, _ := at(whole, "conversationParts").([]any)
		for _, p := range parts {
			kind, wrote := text(at(p, "author.type")), text(at(p, "createdAt"))
			if kind == "" || kind == "bot" || text(at(p, "partType")) == "admin_note" {
				continue
			}
			if now := kind != "admin"; now != theirs {
				theirs, since = now, wrote
			}
			if theirs {
				person = at(p, "author")
			}
		}
		if theirs && author != "bot" {
			list = append(list, map[string]any{"id": at(whole, "id"), "since": since, "person": person})
		}
	}
	return by(list, "since"), nil
}

// daysSince returns the whole days from a time until now.
func (o *organization) daysSince(stamp any) (int, error) {
	t, err := time.Parse(time.RFC3339, text(stamp))
	return int(o.box.Now().Sub(t).Hours() / 24), err
}

// paying returns those who wait and whose company pays a known amount, with the company.
func (o *organization) paying(waiting []any) ([]any, error) {
	var list []any
	for _, w := range waiting {
		contact, err := o.get("/v2/contacts/" + text(at(w, "person.id")))
		if err != nil {
			return nil, err
		}
		companies, _ := at(contact, "companies").([]any)
		if len(companies) == 0 {
			continue
		}
		if pays, ok := at(companies[0], "monthlySpend").(float64); ok {
			list = append(list, map[string]any{"id": at(w, "id"), "company": at(companies[0], "name"), "pays": pays})
		}
	}
	return list, nil
}
