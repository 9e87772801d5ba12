package tools

import "net/http"

var boardView = &View{
	Row: "id name adminOnly=access.adminOnly|flag postsBy=postDefaults.visibility postingEnabled=features.postingEnabled",
}

// boards are the containers that posts are filed in.
var boards = &Toolset{
	Name: "boards", Description: "Boards, the containers that posts are filed in.",
	Also: "feedback portal, forum, category",
	Operations: []*Operation{
		{
			Name:        "list_boards",
			Title:       "List boards",
			Description: "List all feedback boards with their ids.",
			Effect:      Read,
			Default:     true,
			Method:      http.MethodGet,
			Path:        "/v2/boards",
			Input:       Args[listBoards](),
			Output:      boardView,
			Example:     `{}`,
		},
		{
			Name:        "get_board",
			Title:       "Get board",
			Description: "Get one board: access, features, post defaults, custom fields.",
			Effect:      Read,
			Method:      http.MethodGet,
			Path:        "/v2/boards/{boardId}",
			Input:       Args[getBoard](),
			Output:      boardView,
			Example:     `{"boardId":"<boardId>"}`,
		},
	},
}

type listBoards struct {
	detail
}

type getBoard struct {
	BoardID objectID `json:"boardId"`
}
