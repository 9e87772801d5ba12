package sandbox

import (
	"maps"
	"net/http"
	"net/mail"
	"slices"
	"strings"
)

// Two groups get changelogs by e-mail: contacts that subscribed, and addresses that belong to no contact. The store holds the latter under the
// kind changelog_subscriber, which the API never shows.

func addChangelogSubscribers(c *call) (int, any, error) {
	locale := text(c.body, "locale")
	if locale == "" {
		locale = defaultLocale
	}
	emails := c.addresses()
	for _, email := range emails {
		c.subscribe(email, locale)
	}
	return http.StatusOK, object{"object": "changelog_subscribers_import", "count": len(emails)}, nil
}

// removeChangelogSubscribers counts the addresses that were subscribed and ignores others.
func removeChangelogSubscribers(c *call) (int, any, error) {
	count := 0
	for _, email := range c.addresses() {
		if c.unsubscribe(email) {
			count++
		}
	}
	return http.StatusOK, object{"object": "changelog_subscribers_removal", "count": count}, nil
}

// addresses returns the e-mail addresses of the body, each once and in lower case. It drops texts that are not addresses.
func (c *call) addresses() []string {
	var emails []string
	for _, item := range list(c.body, "emails") {
		given, _ := item.(string)
		email := strings.ToLower(strings.TrimSpace(given))
		if parsed, err := mail.ParseAddress(email); err == nil && parsed.Address == email && !slices.Contains(emails, email) {
			emails = append(emails, email)
		}
	}
	return emails
}

func (c *call) subscribe(email, locale string) {
	if contact := c.customerWith("email", email); contact != nil {
		preferChangelogs(contact, subscribed)
		return
	}
	if o := c.subscriberAt(email); o != nil {
		o["locale"] = locale
		return
	}
	c.store.Kind("changelog_subscriber").Add(object{"id": c.store.NewID("changelog_subscriber"), "email": email, "locale": locale})
}

// unsubscribe ends a subscription and reports whether there was one.
func (c *call) unsubscribe(email string) bool {
	if contact := c.customerWith("email", email); contact != nil {
		was := changelogPreference(contact, "status") == subscribed
		preferChangelogs(contact, unsubscribed)
		return was
	}
	o := c.subscriberAt(email)
	if o == nil {
		return false
	}
	c.store.Kind("changelog_subscriber").Remove(text(o, "id"))
	return true
}

func (c *call) subscriberAt(email string) object {
	return c.store.Kind("changelog_subscriber").Find(func(o object) bool { return o["email"] == email })
}

// preferChangelogs sets both places that hold whether a contact wants changelogs: a field of its own, and its preferences.
func preferChangelogs(contact object, wish string) {
	stored, _ := contact["_preferences"].(object)
	merged := object{}
	maps.Copy(merged, stored)
	merged["changelog"] = wish
	contact["_preferences"], contact["subscribedToChangelog"] = merged, wish == subscribed
}

// changelogPreference returns the "status" or the "effectiveStatus" of a contact for changelogs.
func changelogPreference(contact object, which string) string {
	return text(inner(preferences(contact), "preferences", "changelog"), which)
}

// receivers counts who gets a changelog in a language: the subscribers who read that language. Subscribers whose language the changelog does not
// have get it in its own language.
func (c *call) receivers(changelog object, locale string) int {
	count := 0
	reads := func(person object) bool {
		language := text(person, "locale")
		if textIn(changelog, language) == nil {
			language = text(changelog, "locale")
		}
		return language == locale
	}
	for _, contact := range c.store.Kind("contact").All() {
		wants := contact["type"] == "customer" && contact["email"] != nil && !flag(contact, "manuallyOptedOutFromChangelog") &&
			changelogPreference(contact, "effectiveStatus") == subscribed
		if wants && reads(contact) {
			count++
		}
	}
	for _, subscriber := range c.store.Kind("changelog_subscriber").All() {
		if reads(subscriber) {
			count++
		}
	}
	return count
}
