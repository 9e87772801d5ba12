package sandbox

import (
	"maps"
	"slices"
	"strings"
	"time"

	"featurebase-mcp/internal/contract"
	"featurebase-mcp/internal/sandbox/store"
)

// team has the form of seed/team.json, where rows are lists to keep the file short.
type team struct {
	Roles      [][2]string   `json:"roles"`      // name, and permissions or * for all
	AdminRoles []string      `json:"adminRoles"` // in the order of the admins
	Teams      [][4]any      `json:"teams"`      // name, colour, emoji, names of members
	Brands     [][2]any      `json:"brands"`     // name, whether it is the default
	Webhooks   []seedWebhook `json:"webhooks"`
	Addresses  []string      `json:"addresses"`
	Browsers   []string      `json:"browsers"`
	Events     [][4]string   `json:"events"` // action, type and name of the resource, beginning of the description
}

type seedWebhook struct {
	Name        string  `json:"name"`
	Description any     `json:"description"`
	URL         string  `json:"url"`
	Topics      []any   `json:"topics"`
	Headers     object  `json:"headers"`
	Status      string  `json:"status"`
	Days        int     `json:"days"`     // since it was made
	Response    float64 `json:"response"` // time of the last one, in milliseconds
	Failures    float64 `json:"failures"` // since the last success
	Code        float64 `json:"code"`
	Message     string  `json:"message"`
}

// team makes roles, teams, brands, webhooks, and the audit log.
func (s *seeder) team() {
	var t team
	readSeed("seed/team.json", &t)
	s.roles(t)
	s.teams(t)
	for _, w := range t.Webhooks {
		s.webhook(w)
	}
	s.history(t)
}

func (s *seeder) roles(t team) {
	founded := s.daysAgo(1200)
	for _, row := range t.Roles {
		permissions := object{}
		for _, name := range permissionNames() {
			permissions[name] = row[1] == "*" || slices.Contains(strings.Fields(row[1]), name)
		}
		s.put("admin_role", founded, object{"object": "admin_role", "name": row[0], "permissions": permissions})
	}
	for i, admin := range s.Kind("admin").All() {
		admin["_roleId"] = s.named("admin_role", t.AdminRoles[i])["id"]
	}
}

// permissionNames returns the names that the contract gives to the flags of a role.
func permissionNames() []string {
	document := contract.Load()
	properties, _ := document.Resolve(object{"$ref": "#/components/schemas/AdminRolePermissions"})["properties"].(object)
	return slices.Sorted(maps.Keys(properties))
}

func (s *seeder) teams(t team) {
	founded := s.daysAgo(1190)
	for _, row := range t.Teams {
		members := []any{}
		names, _ := row[3].([]any)
		for _, name := range names {
			admin, _ := name.(string)
			members = append(members, s.named("admin", admin)["id"])
		}
		var icon any
		if row[2] != "" {
			icon = object{"type": "emoji", "value": row[2]}
		}
		s.put("team", founded, object{"object": "team", "name": row[0], "color": row[1], "icon": icon, "members": members})
	}
	for i, row := range t.Brands {
		at := founded.AddDate(0, 0, 700*i)
		s.put("brand", at, object{
			"object": "brand", "name": row[0], "isDefault": row[1], "helpCenterId": nil, "senderEmailAddressId": nil,
			"createdAt": stamp(at), "updatedAt": stamp(at),
		})
	}
}

func (s *seeder) webhook(w seedWebhook) {
	made, last := s.daysAgo(w.Days), s.Epoch.Add(-7*time.Minute)
	success := last
	if w.Failures > 0 {
		success = last.AddDate(0, 0, -3)
	}
	o := newWebhook()
	maps.Copy(o, object{
		"name": w.Name, "description": w.Description, "url": w.URL, "topics": w.Topics, "status": w.Status, "requestConfig": requestConfig(w.Headers),
		"createdAt": stamp(made), "updatedAt": stamp(last),
		"lastStatus": object{"code": w.Code, "message": w.Message, "timestamp": stamp(last)},
		"health": object{
			"avgResponseTime": w.Response + 9, "lastResponseTime": w.Response, "lastSuccessAt": stamp(success),
			"consecutiveFailures": w.Failures, "errorsSinceLastSuccess": w.Failures,
		},
	})
	s.put("webhook", made, o)
	o["secret"] = signingSecret(o)
}

// history makes the audit events of the past weeks: those of the file, and log-ins in between.
func (s *seeder) history(t team) {
	roll := s.cast(20261101)
	admins := s.Kind("admin").All()
	at := s.daysAgo(38)
	for _, row := range t.Events {
		for range roll.roll(3) {
			at = at.Add(time.Duration(1+roll.roll(6)) * time.Hour)
			admin := admins[roll.roll(len(admins))]
			s.event(t, &roll, at, admin, [4]string{"auth.login", "admin", text(admin, "name"), "Logged in:"})
		}
		at = at.Add(time.Duration(20+roll.roll(2000)) * time.Minute)
		s.event(t, &roll, at, admins[roll.roll(len(admins))], row)
	}
}

// event adds an event of the past. An admin did it in a browser.
func (s *seeder) event(t team, roll *dice, at time.Time, admin object, row [4]string) {
	resource := object{"type": row[1], "name": row[2], "id": nil}
	if all := s.Kinds[row[1]]; all != nil { // some resources are not a kind of the sandbox
		resource["id"] = all.Find(func(o object) bool { return store.NameOf(o) == row[2] })["id"]
	}
	addEvent(s.Store, at, row[0], object{
		"actor":       object{"type": "admin", "id": admin["id"], "name": admin["name"], "email": admin["email"], "apiKey": nil},
		"description": row[3] + " " + row[2], "metadata": object{}, "resource": resource,
		"request": object{"ipAddress": roll.pick(t.Addresses), "userAgent": roll.pick(t.Browsers)},
	})
}
