package names_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"featurebase-mcp/internal/engine/enginetest"
	"featurebase-mcp/internal/names"
	"featurebase-mcp/tools"
	"featurebase-mcp/tools/kind"
)

// However many callers have large organizations, their lists of names have one bound together, and each caller still gets its names.
func TestTheNamesOfAllAccountsHaveOneBound(t *testing.T) {
	t.Parallel()
	var items []string
	for i := range 100 { // 100 items a page, of 3.5 kB each, over and over
		items = append(items, fmt.Sprintf(`{"id":"64b921c0d0013bb2e%07d","name":"Board %d %s"}`, i, i, strings.Repeat("x", 3500)))
	}
	api := enginetest.NewAPI(t, http.StatusOK, `{"data":[`+strings.Join(items, ",")+`],"nextCursor":null}`)
	var memory names.Memory
	var all []*names.Cache
	for i := range 60 {
		cache := names.NewCache(api.Client(t), tools.Inventory())
		cache.Memory = &memory
		all = append(all, cache)
		if found, _, err := cache.Find(t.Context(), kind.Board, "Board 7 "+strings.Repeat("x", 3500)); err != nil || len(found) != 1 {
			t.Fatalf("caller %d finds %d, %v", i, len(found), err)
		}
		if got := memory.Taken(); got > names.MostBytes {
			t.Fatalf("after %d callers the lists take %d bytes", i+1, got)
		}
	}
	kept := 0
	for _, cache := range all {
		kept += cache.Lists()
	}
	if kept < 10 || kept == len(all) {
		t.Errorf("%d of %d lists are kept", kept, len(all))
	}
	for _, cache := range all {
		cache.Close()
	}
	if got := memory.Taken(); got != 0 {
		t.Errorf("%d bytes are still counted", got)
	}
}
