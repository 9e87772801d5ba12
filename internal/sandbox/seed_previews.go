package sandbox

import "time"

// previews adds what the later operations work on: the versions of an API reference, and messages of each type and state.
func (s *seeder) previews() {
	helpCenter := s.Kind("help_center").All()[0]
	endpoints := []any{"DELETE /v1/tasks/{id}", "GET /v1/projects", "GET /v1/tasks", "POST /v1/tasks"}
	for _, spec := range []struct {
		label     string
		age       int
		isDefault bool
		live      float64
		draft     bool
	}{{"v1", 400, true, 4, false}, {"v2", 120, false, 2, true}} {
		at := s.daysAgo(spec.age)
		o := object{
			"object": apiSpecKind, "helpCenterId": helpCenter["id"], "apiSlug": "plumline-api", "name": "Plumline API", "versionLabel": spec.label, "versionSlug": spec.label,
			"status": "active", "visibleBy": []any{"everyone"}, "isDefault": spec.isDefault, "liveRevision": spec.live, "source": object{"type": "upload"}, "lastSync": nil,
			"createdAt": stamp(at), "_endpoints": endpoints, "_draft": nil,
		}
		revisions := []any{}
		for revision := 1.0; revision <= spec.live; revision++ {
			day := at.AddDate(0, 0, 20*int(revision))
			revisions = append(revisions, object{"revision": revision, "createdAt": stamp(day), "publishedAt": stamp(day.Add(time.Hour)), "endpoints": float64(len(endpoints))})
		}
		o["_revisions"] = revisions
		if spec.draft {
			day := s.daysAgo(3)
			o["lastSync"] = object{"id": s.IDAt("api_spec_sync", day), "status": "draft", "createdAt": stamp(day)}
			o["_draft"] = object{
				"revision": spec.live + 1, "baseRevision": spec.live, "breaking": true, "createdAt": stamp(day), "error": nil, "warnings": []any{}, "warningCounts": object{},
				"changes": object{
					"added": []any{"GET /v1/workloads"}, "removed": []any{"DELETE /v1/tasks/{id}"}, "addedCount": 1.0, "removedCount": 1.0, "truncated": false,
				},
				"_endpoints": []any{"GET /v1/projects", "GET /v1/tasks", "GET /v1/workloads", "POST /v1/tasks"},
			}
		}
		s.put(apiSpecKind, at, o)
	}
	s.outbound()
}

// outbound adds messages, and the answers to the one that is a survey.
func (s *seeder) outbound() {
	admins := s.Kind("admin").All()
	everyone := object{"types": []any{"users"}, "mode": "dynamic", "everyone": true}
	for i, message := range []struct {
		age        int
		state      string
		definition object
		people     object
	}{
		{70, "sent", object{
			"type": "email", "name": "Spring release", "content": object{"subject": "Recurring tasks are here", "body": "Tasks can repeat every week or month."},
			"audience": object{"types": []any{"users"}, "mode": "fixed", "everyone": true},
		}, object{"sent": 118.0, "delivered": 115.0, "opened": 61.0, "clicked": 17.0, "bounced": 3.0, "unsubscribed": 2.0}},
		{30, "live", object{
			"type": "survey", "name": "How likely are you to recommend Plumline?", "audience": everyone,
			"content": object{"pages": []any{
				object{"id": "page-1", "type": "nps", "title": "How likely are you to recommend Plumline?"},
				object{"id": "page-2", "type": "text", "title": "What is the reason?"},
			}},
		}, object{"sent": 74.0, "opened": 38.0, "answered": 12.0, "completed": 9.0}},
		{33, "live", object{
			"type": "banner", "name": "Maintenance on Sunday", "content": object{"text": "Plumline pauses on Sunday from 6 to 7 UTC."}, "audience": everyone,
		}, object{"sent": 52.0, "opened": 52.0, "clicked": 6.0, "dismissed": 31.0, "replied": 0.0}},
		{45, "draft", object{
			"type": "chat", "name": "Welcome", "content": object{"text": "Hello, is there anything that we can set up for you?"}, "audience": everyone,
		}, object{}},
	} {
		at := s.daysAgo(message.age)
		o := s.put(outboundKind, at, object{
			"object": outboundKind, "state": message.state, "revision": 1.0, "scheduleSyncPending": false, "conversationTagIds": []any{}, "definition": message.definition,
			"createdAt": stamp(at), "createdBy": admins[i%len(admins)]["id"], "_people": message.people,
		})
		if message.definition["type"] == "survey" {
			s.outboundAnswers(o, at)
		}
	}
	at := s.daysAgo(12)
	s.Kind(outboundOperationKind).Add(object{
		"id": "5b2f0c8f6f5d4e0b9a7c3d1e2f4a6b8c0d1e2f3a4b5c6d7e8f9a0b1c2d3e4f50", "object": outboundOperationKind, "operation": "setOutboundMessageState",
		"messageId": s.Kind(outboundKind).All()[2]["id"], "status": "completed", "error": nil, "createdAt": stamp(at), "expiresAt": nil,
	})
}

func (s *seeder) outboundAnswers(message object, at time.Time) {
	people, customers := s.cast(1811), s.customers()
	reasons := []string{"The calendar of the whole team is in one place.", "It is slow with large projects.", "", "We plan every sprint with it."}
	for i, score := range []float64{9, 10, 6, 8, 9, 3, 10, 7, 9, 10, 5, 9} {
		day := at.AddDate(0, 0, 1+2*i)
		answers := []any{object{"pageId": "page-1", "type": "nps", "value": score}}
		if reason := reasons[i%len(reasons)]; reason != "" {
			answers = append(answers, object{"pageId": "page-2", "type": "text", "value": reason})
		}
		o := s.put(outboundResponseKind, day, object{"createdAt": stamp(day), "responses": answers, "_messageId": message["id"]})
		if people.roll(4) > 0 {
			o["_contactId"] = customers[people.roll(len(customers))]["id"]
		}
	}
}
