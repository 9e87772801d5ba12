package tools

import (
	"net/http"

	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/input"
	"featurebase-mcp/internal/render"
	"featurebase-mcp/tools/kind"
)

// adminView hides a picture.
var adminView = &render.View{Row: "id name email roleId", Lines: "id name email roleId", Hide: "profilePicture", Staff: true}

var adminRoleView = &render.View{Row: "id name permissions|names"}

// teamView hides the looks of a team.
var teamView = &render.View{Row: "id name members", Lines: "id name members", Hide: "color icon"}

// brandView hides the age of a brand.
var brandView = &render.View{
	Row: "id name isDefault|flag helpCenterId senderEmailAddressId", Lines: "id name isDefault|flag helpCenterId senderEmailAddressId", Hide: "createdAt updatedAt",
}

// organization are the operations on the people who work in Featurebase and on brands.
var organization = &engine.Toolset{
	Name: "organization", Description: "Admins, their roles and teams, and brands.",
	Also: "teammates, staff, agents, permissions, workspace",
	Refs: engine.Refs{
		"adminId": {Kind: kind.Admin},
		"teamId":  {Kind: kind.Team},
	},
	AnswerRefs: engine.Refs{"members": {Kind: kind.Admin}},
	Operations: []*engine.Operation{
		{
			Name:        "list_admins",
			Title:       "List admins",
			Description: "List admins, the team's own people, with their ids.",
			Browsed:     true,
			Effect:      engine.Read,
			Method:      http.MethodGet,
			Path:        "/v2/admins",
			Input:       input.Args[listAdmins](),
			Output:      adminView,
			Example:     `{}`,
		},
		{
			Name:        "get_admin",
			Title:       "Get admin",
			Description: "Get one admin.",
			Effect:      engine.Read,
			Method:      http.MethodGet,
			Path:        "/v2/admins/{adminId}",
			Input:       input.Args[getAdmin](),
			Output:      adminView,
			Example:     `{"adminId":"<adminId>"}`,
		},
		{
			Name:             "list_admin_roles",
			Title:            "List admin roles",
			Description:      "List admin roles with the permissions that each grants.",
			Effect:           engine.Read,
			Method:           http.MethodGet,
			Path:             "/v2/admins/roles",
			Input:            input.Args[listAdminRoles](),
			Output:           adminRoleView,
			ShowsPermissions: true,
			Example:          `{}`,
		},
		{
			Name:        "list_teams",
			Title:       "List teams",
			Description: "List teams with the ids of the admins in them.",
			Effect:      engine.Read,
			Method:      http.MethodGet,
			Path:        "/v2/teams",
			Browsed:     true,
			Input:       input.Args[listTeams](),
			Output:      teamView,
			Example:     `{}`,
		},
		{
			Name:        "get_team",
			Title:       "Get team",
			Description: "Get one team with the ids of the admins in it.",
			Effect:      engine.Read,
			Method:      http.MethodGet,
			Path:        "/v2/teams/{teamId}",
			Input:       input.Args[getTeam](),
			Output:      teamView,
			Example:     `{"teamId":"<teamId>"}`,
		},
		{
			Name:        "list_brands",
			Title:       "List brands",
			Description: "List brands with their help centers.",
			Effect:      engine.Read,
			Method:      http.MethodGet,
			Path:        "/v2/brands",
			Input:       input.Args[listBrands](),
			Output:      brandView,
			Example:     `{}`,
		},
		{
			Name:        "get_brand",
			Title:       "Get brand",
			Description: "Get one brand.",
			Effect:      engine.Read,
			Method:      http.MethodGet,
			Path:        "/v2/brands/{brandId}",
			Input:       input.Args[getBrand](),
			Output:      brandView,
			Example:     `{"brandId":"<brandId>"}`,
		},
	},
}

type listAdmins struct{}

type getAdmin struct {
	AdminID string `json:"adminId" jsonschema_description:"Or name."`
}

type listAdminRoles struct {
	input.Onward
}

type listTeams struct {
	input.Onward
}

type getTeam struct {
	TeamID string `json:"teamId" jsonschema_description:"Or name."`
}

type listBrands struct {
	input.Page
}

type getBrand struct {
	BrandID input.ObjectID `json:"brandId"`
}
