package sandbox

import (
	"encoding/hex"
	"fmt"
	"hash/fnv"
	"strings"
	"time"
)

// shipped is the present that sandboxes begin with unless they are given another. Every write happens one second after the one before, so
// that runs repeat exactly and sorting by time is never a tie.
var shipped = time.Date(2026, time.November, 1, 12, 0, 0, 0, time.UTC)

const timeFormat = "2006-01-02T15:04:05.000Z"

func stamp(t time.Time) string { return t.UTC().Format(timeFormat) }

// seconds reads a stamp as Unix seconds, the unit of dates in searches.
func seconds(stamp string) (float64, bool) {
	t, err := time.Parse(time.RFC3339, stamp)
	if err != nil {
		return 0, false
	}
	return float64(t.Unix()), true
}

// objectID makes a 24-hex id in the usual layout: creation time, the kind in place of the machine, a counter.
func objectID(kind string, created time.Time, counter int) string {
	h := fnv.New64a()
	_, _ = h.Write([]byte(kind)) // a hash takes everything
	machine := hex.EncodeToString(h.Sum(nil))[:10]
	return fmt.Sprintf("%08x%s%06x", uint32(created.Unix()), machine, counter&0xffffff) //nolint:gosec // wraps in 2106, as real ones do
}

// formOfIDs returns the form that ids of a kind have.
func formOfIDs(kindName string) func(string) bool {
	if firstNumber(kindName) > 0 {
		return isShortID
	}
	return isObjectID
}

// isShortID accepts the short numeric ids.
func isShortID(id string) bool {
	return id != "" && len(id) <= 16 && strings.Trim(id, "0123456789") == ""
}

func isObjectID(id string) bool {
	if len(id) != 24 {
		return false
	}
	for _, r := range id {
		if (r < '0' || r > '9') && (r < 'a' || r > 'f') && (r < 'A' || r > 'F') {
			return false
		}
	}
	return true
}
