package sandbox

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"featurebase-mcp/internal/sandbox/store"
)

// requestKeyID is the id of the API key in all audit events. The sandbox has one key.
const requestKeyID = "5f0c9a7e1d2b3c4d5e6f7a11"

// auditLog returns the kind of audit log events. Writes make them, and the API only lists them.
func auditLog() *kind {
	return &kind{
		name: "audit_log", title: "audit log event", path: "/v2/audit-logs", isID: isEventID,
		keep:  keepEvents,
		order: func(*call) ordering { return byField("createdAt", true) },
	}
}

// domains gives the category of an action by the first word of the action.
var domains = map[string]string{
	"auth": "authentication", "teammate": "team_management", "member": "permissions", "article": "articles", "changelog": "changelog",
	"settings": "workspace_settings", "security": "security", "integration": "integrations", "webhook": "integrations",
	"api_key": "integrations", "data": "data_management", "billing": "billing", "workflow": "workflows", "messenger": "messenger",
	"brand": "brands", "ai_agent": "ai_agent", "email": "email_config",
}

// deed says what the audit event of a write contains.
type deed struct {
	action   string
	resource string // type of the object
	says     string // the description, up to the name of the object
}

// deeds is the table of writes that make an audit event, by operation id. The API has no action for other writes: it does not audit what
// customers and agents do to posts, comments, companies, conversations and tickets.
func deeds() map[string]deed {
	userDeleted := deed{"data.user_data_deleted", "contact", "Deleted the data of contact"}
	helpCenter := func(says string) deed { return deed{"settings.help_center_updated", "help_center", says} }
	return map[string]deed{
		"createArticle": {"article.created", "article", "Created article"},
		"updateArticle": {"article.updated", "article", "Updated article"},
		"deleteArticle": {"article.deleted", "article", "Deleted article"},

		"createCollection":   helpCenter("Created collection"),
		"updateCollection":   helpCenter("Updated collection"),
		"deleteCollection":   helpCenter("Deleted collection"),
		"createRedirectRule": helpCenter("Created redirect rule"),
		"updateRedirectRule": helpCenter("Updated redirect rule"),
		"deleteRedirectRule": helpCenter("Deleted redirect rule"),

		"createChangelog":    {"changelog.created", "changelog", "Created changelog"},
		"publishChangelog":   {"changelog.published", "changelog", "Published changelog"},
		"unpublishChangelog": {"changelog.unpublished", "changelog", "Unpublished changelog"},
		"deleteChangelog":    {"changelog.deleted", "changelog", "Deleted changelog"},

		"createWebhook":        {"webhook.created", "webhook", "Created webhook"},
		"updateWebhook":        {"webhook.updated", "webhook", "Updated webhook"},
		"deleteWebhook":        {"webhook.deleted", "webhook", "Deleted webhook"},
		"refreshWebhookSecret": {"webhook.secret_rotated", "webhook", "Replaced the signing secret of webhook"},

		"blockContact":          {"security.user_banned", "contact", "Blocked contact"},
		"unblockContact":        {"security.user_unbanned", "contact", "Unblocked contact"},
		"deleteContact":         userDeleted,
		"deleteContactByUserId": userDeleted,
	}
}

// record adds an event about the current write to the audit log. item is the answer of the write, before is the object as it was until then.
func (c *call) record(what deed, before, item object) object {
	name := cmp.Or(store.NameOf(item), store.NameOf(before))
	id := cmp.Or(text(item, "id"), text(before, "id"))
	admin := c.store.KeyAdmin()
	return addEvent(c.store, c.store.Now(), what.action, object{
		"actor": object{
			"type": "api_key", "id": admin["id"], "name": admin["name"], "email": admin["email"],
			"apiKey": object{"id": requestKeyID, "name": "Sandbox key"},
		},
		"description": what.says + " " + cmp.Or(name, id),
		"metadata":    object{"fields": fieldNames(c.body)},
		"request":     object{"ipAddress": nil, "userAgent": nil},
		"resource":    object{"id": orNull(id), "name": orNull(name), "type": what.resource},
	})
}

// addEvent completes an event and adds it to the log. Its id is a UUID made from the number of earlier events, so that runs repeat exactly.
func addEvent(st *store.Store, at time.Time, action string, o object) object {
	st.Made["audit_log"]++
	word, _, _ := strings.Cut(action, ".")
	maps.Copy(o, object{
		"id": eventID(st.Made["audit_log"]), "object": "audit_log", "action": action, "domain": domains[word],
		"createdAt": stamp(at), "correlationId": nil,
	})
	st.Kind("audit_log").Add(o)
	return o
}

// eventID returns the UUID of the n-th event. Version 8 of UUIDs leaves the bits to us.
func eventID(n int) string {
	b := sha256.Sum256([]byte("audit_log " + strconv.Itoa(n)))
	b[6] = b[6]&0x0f | 0x80
	b[8] = b[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:16])
}

func isEventID(id string) bool {
	for i, part := range strings.Split(id, "-") {
		lengths := []int{8, 4, 4, 4, 12}
		if i >= len(lengths) || len(part) != lengths[i] || strings.Trim(part, "0123456789abcdef") != "" {
			return false
		}
	}
	return len(id) == 36
}

func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// fieldNames lists the fields that a body sets. It leaves the values out because they may be secret.
func fieldNames(body object) []any {
	names := []any{}
	for _, name := range slices.Sorted(maps.Keys(body)) {
		names = append(names, name)
	}
	return names
}

func keepEvents(c *call) (func(object) bool, error) {
	from, err := queryTime(c, "startDate")
	if err != nil {
		return nil, err
	}
	until, err := queryTime(c, "endDate")
	if err != nil {
		return nil, err
	}
	return func(o object) bool {
		for _, field := range []string{"action", "domain"} {
			if wanted := text(c.query, field); wanted != "" && o[field] != wanted {
				return false
			}
		}
		at := text(o, "createdAt") // stamps compare as texts
		return (from == "" || at >= from) && (until == "" || at <= until)
	}, nil
}

// queryTime returns a time of the query as a stamp, or the empty text if the query has none.
func queryTime(c *call, name string) (string, error) {
	given := text(c.query, name)
	if given == "" {
		return "", nil
	}
	t, err := time.Parse(time.RFC3339, given)
	if err != nil {
		return "", refused(name, "Invalid date")
	}
	return stamp(t), nil
}
