package sandbox

import (
	"slices"
	"strings"
)

const (
	// surrounding is the greatest number of messages that a search shows around a match.
	surrounding = 30
	// previewLength is the greatest length of the preview of a message, in characters.
	previewLength = 240
)

// conversationTexts returns what full-text search reads: the title, and all messages and notes.
func conversationTexts(o object) (title, content string) {
	source, _ := o["source"].(object)
	texts := []string{text(source, "bodyMarkdown")}
	for _, part := range parts(o) {
		if isWritten(part) {
			texts = append(texts, text(part, "bodyMarkdown"))
		}
	}
	return text(o, "title"), strings.Join(texts, "\n")
}

// mentionedAdmins returns the ids of the admins whom internal notes mention by name, as in "@Yuki Tanabe".
func mentionedAdmins(c *call, o object) any {
	mentioned := []any{}
	for _, admin := range c.store.Kind("admin").All() {
		if slices.ContainsFunc(parts(o), func(part object) bool {
			return part["partType"] == "admin_note" && strings.Contains(text(part, "bodyMarkdown"), "@"+text(admin, "name"))
		}) {
			mentioned = append(mentioned, admin["id"])
		}
	}
	return mentioned
}

// foundConversation shows a row of a search. It has fewer fields than a conversation, and with a search text also the message that matched.
func foundConversation(c *call, o object, score float64) object {
	row := c.shown(c.kind, o)
	columns := c.rowProperties()
	for key := range row {
		if _, shown := columns[key]; !shown {
			delete(row, key)
		}
	}
	row["conversationUser"] = nil
	for _, id := range list(o, "_participantIds") {
		if person := c.searchPerson(id); person != nil && person["type"] != "admin" {
			row["conversationUser"] = person
			break
		}
	}
	if wanted := text(c.body, "search"); wanted != "" {
		row["relevanceScore"] = score
		c.showMatch(row, o, wanted)
	}
	return row
}

// rowProperties returns the fields that the contract gives to the rows of the answer.
func (c *call) rowProperties() object {
	properties, _ := c.op.Success["properties"].(object)
	data, _ := properties["data"].(object)
	items, _ := data["items"].(object)
	row, _ := c.defaults.document.Resolve(items)["properties"].(object)
	return row
}

// searchPerson shows a person with their companies, or returns nil if nobody has this id.
func (c *call) searchPerson(id any) object {
	personID, _ := id.(string)
	speaker, ok := speaker(c.store, personID).(object)
	if !ok {
		return nil
	}
	companies := []any{}
	for _, company := range c.store.CompaniesOf(personID) {
		companies = append(companies, object{"id": company["id"], "name": company["name"]})
	}
	speaker["companies"] = companies
	return speaker
}

// showMatch adds the part that matches best and the messages around it. The opening message is not a part and has no id: if it matches best,
// only its text and its author are shown.
func (c *call) showMatch(row, o object, wanted string) {
	source, _ := o["source"].(object)
	written := slices.DeleteFunc(parts(o), func(part object) bool { return !isWritten(part) })
	terms := meanings().Terms(wanted)
	best, weight := -1, meanings().Weight(terms, text(source, "bodyMarkdown"))
	for i, part := range written {
		if w := meanings().Weight(terms, text(part, "bodyMarkdown")); w > weight {
			best, weight = i, w
		}
	}
	row["matchingPart"], row["matchingPartAuthor"] = nil, c.authorOf(o)
	row["matchingBodyPreviewMarkdown"], _ = preview(text(source, "bodyMarkdown"))
	if best >= 0 {
		part := written[best]
		row["matchingPart"] = object{"id": part["id"], "createdAt": part["createdAt"], "partType": part["partType"]}
		row["matchingPartAuthor"] = c.authorOf(part)
		row["matchingBodyPreviewMarkdown"], _ = preview(text(part, "bodyMarkdown"))
	}
	first := min(max(0, best-surrounding/2), max(0, len(written)-surrounding))
	around := []any{}
	for _, part := range written[first:min(len(written), first+surrounding)] {
		body, cut := preview(text(part, "bodyMarkdown"))
		around = append(around, object{
			"id": part["id"], "partType": part["partType"], "createdAt": part["createdAt"], "author": c.authorOf(part),
			"previewMarkdown": body, "previewMarkdownTruncated": cut,
		})
	}
	row["surroundingConversationParts"] = around
}

// authorOf shows the author of a part or of an opening message, or null if that person was deleted.
func (c *call) authorOf(written object) any {
	if person := c.searchPerson(written["_authorId"]); person != nil {
		return person
	}
	return nil
}

// preview returns the beginning of a message and reports whether it left the rest out.
func preview(body string) (string, bool) {
	characters := []rune(body)
	if len(characters) <= previewLength {
		return body, false
	}
	return string(characters[:previewLength]), true
}
