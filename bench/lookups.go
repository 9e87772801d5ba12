package main

// lookup is a list by which names are found for the ids in answers, or ids for names. Who asks for one is welcome to it.
type lookup struct {
	operation, endpoint string
	body                []byte
}

func lookups() []lookup {
	return []lookup{
		{"listBoards", "GET /v2/boards", encode([]any{board("65f0c3a1b2d4e6f8091b0001", "Feature requests"), board("65f0c3a1b2d4e6f8091b0002", "Bugs")})},
		{"listAdmins", "GET /v2/admins", encode(map[string]any{
			"object": "list", "nextCursor": nil, "data": []any{map[string]any{
				"object": "admin", "id": admin, "name": adminName, "email": "sam@example.com", "roleId": "65f0c3a1b2d4e6f809270001",
				"profilePicture": "https://cdn.example.com/avatars/admin.png",
			}},
		})},
		{"listCollections", "GET /v2/help_center/collections?limit=100", encode(map[string]any{
			"object": "list", "nextCursor": nil, "data": []any{map[string]any{
				"object": "collection", "id": collection, "name": "Your data", "organization": organization, "helpCenterId": helpCenter, "parentId": nil,
				"locale": "en", "availableLocales": []any{"en"}, "createdAt": "2026-01-12T08:00:00.000Z", "updatedAt": "2026-03-02T09:30:00.000Z",
			}},
		})},
	}
}

func board(id, name string) map[string]any {
	return map[string]any{
		"object": "board", "id": id, "name": name, "icon": nil, "createdAt": "2025-06-01T09:00:00.000Z", "customFields": []any{},
		"access":       map[string]any{"adminOnly": false, "allowedRoles": []any{}, "deniedRoles": []any{}, "segments": []any{}},
		"features":     map[string]any{"commentsEnabled": true, "createdDatesVisible": true, "postingEnabled": true},
		"postDefaults": map[string]any{"visibility": "public"},
		"localization": map[string]any{
			"name": map[string]any{"en": name}, "description": nil, "formPlaceholder": nil, "heroDescription": nil, "heroTitle": nil, "submitButtonText": nil,
		},
	}
}
