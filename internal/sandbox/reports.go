package sandbox

import (
	"errors"
	"net/http"

	"featurebase-mcp/internal/sandbox/report"
	"featurebase-mcp/internal/sandbox/store"
)

func listReportDatasets(*call) (int, any, error) { return http.StatusOK, report.Catalogue(), nil }

// reported serves a question about reports. What the report package finds wrong with it is refused like any other body.
func reported(answer func(*store.Store, object) (object, error)) handler {
	return func(c *call) (int, any, error) {
		shown, err := answer(c.store, c.body)
		if problem, ok := errors.AsType[*report.Problem](err); ok {
			err = refused(problem.Path, problem.Message)
		}
		return http.StatusOK, shown, err
	}
}
