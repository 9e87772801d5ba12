package tools

import (
	"net/http"

	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/input"
	"featurebase-mcp/internal/render"
	"featurebase-mcp/tools/kind"
)

// boardView hides a board's picture and the texts of its page. The name in all languages and the description stay.
var boardView = &render.View{
	Row:   "id name adminOnly=access.adminOnly|flag allowedRoles=access.allowedRoles|few deniedRoles=access.deniedRoles|few segments=access.segments|few visibility=postDefaults.visibility off=features|off",
	Lines: "id name description=localization.description access|brief visibility=postDefaults.visibility off=features|off customFields created=createdAt",
	Hide:  "icon localization",
}

// boards are the operations on boards, which contain posts.
var boards = &engine.Toolset{
	Name: "boards", Description: "Boards, the containers that posts are filed in.",
	Also:       "feedback portal, forum, category",
	Refs:       engine.Refs{"boardId": {Kind: kind.Board}},
	AnswerRefs: engine.Refs{"customFields": {Kind: kind.CustomField}},
	Operations: []*engine.Operation{
		{
			Name:        "list_boards",
			Title:       "List boards",
			Description: "List all feedback boards.",
			Effect:      engine.Read,
			Default:     true,
			Method:      http.MethodGet,
			Path:        "/v2/boards",
			Input:       input.Args[listBoards](),
			Output:      boardView,
			Example:     `{}`,
		},
		{
			Name:        "get_board",
			Title:       "Get board",
			Description: "Get one board: access, features, post defaults, custom fields.",
			Effect:      engine.Read,
			Method:      http.MethodGet,
			Path:        "/v2/boards/{boardId}",
			Browsed:     true,
			Input:       input.Args[getBoard](),
			Output:      boardView,
			Example:     `{"boardId":"<boardId>"}`,
		},
	},
}

type listBoards struct {
	input.Detail
}

type getBoard struct {
	BoardID string `json:"boardId" jsonschema_description:"Or name."`
}
