package engine_test

import "featurebase-mcp/internal/engine/enginetest"

const anID = enginetest.AnID
