package plan_test

import (
	"testing"
	"time"

	"featurebase-mcp/internal/plan"
	"featurebase-mcp/internal/plan/plantest"
)

func TestMemoryKeepsTheContract(t *testing.T) {
	t.Parallel()
	plantest.Contract(t, func(now func() time.Time) plan.Keeper { return plan.NewMemory(now) })
}
