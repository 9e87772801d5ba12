package engine

import "featurebase-mcp/internal/render"

var PartView = &render.View{Written: "id partType author=author.name created=createdAt|minute text=bodyHtml|excerpt", Customer: "author text"}
