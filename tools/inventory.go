package tools

import (
	"sync"

	"featurebase-mcp/internal/engine"
	"featurebase-mcp/tools/kind"
	"featurebase-mcp/tools/planning"
	"featurebase-mcp/tools/workflow"
)

// Inventory returns all operations and kinds, in the order of the documentation. It builds the inventory at the first call.
var Inventory = sync.OnceValue(func() *engine.Inventory {
	return engine.NewInventory(schemas, kind.All(),
		boards,
		posts,
		comments,
		changelogs,
		contacts,
		companies,
		conversations,
		tickets,
		helpCenter,
		surveys,
		webhooks,
		organization,
		reports,
		auditLogs,
		trainingData,
		apiSpecs,
		outbound,
		workflow.Toolset,
		planning.Toolset,
	)
})
