package store

import (
	"encoding/hex"
	"fmt"
	"hash/fnv"
	"strings"
	"time"
)

// Shipped is the present in which a sandbox begins unless it is given another. Each write happens one second after the write before it, so
// that runs repeat exactly and no two writes have the same time.
var Shipped = time.Date(2026, time.November, 1, 12, 0, 0, 0, time.UTC)

// TimeFormat is how the API writes times. Stamps are alike in zone and width, so they compare as texts.
const TimeFormat = "2006-01-02T15:04:05.000Z"

// Stamp writes a time as the API does.
func Stamp(t time.Time) string { return t.UTC().Format(TimeFormat) }

// Seconds reads a stamp as Unix seconds, the unit of dates in searches.
func Seconds(stamp string) (float64, bool) {
	t, err := time.Parse(time.RFC3339, stamp)
	if err != nil {
		return 0, false
	}
	return float64(t.Unix()), true
}

// ObjectID makes an id of 24 hex digits in the usual layout: the time of creation, a digest of the kind where the machine would stand, a
// counter.
func ObjectID(kind string, created time.Time, counter int) string {
	h := fnv.New64a()
	_, _ = h.Write([]byte(kind)) // a hash takes everything
	machine := hex.EncodeToString(h.Sum(nil))[:10]
	return fmt.Sprintf("%08x%s%06x", uint32(created.Unix()), machine, counter&0xffffff) //nolint:gosec // wraps in 2106, as real ones do
}

// FormOfIDs returns the check for the form that ids of a kind have.
func FormOfIDs(kindName string) func(string) bool {
	if firstNumber(kindName) > 0 {
		return IsShortID
	}
	return IsObjectID
}

// IsShortID accepts the short numeric ids.
func IsShortID(id string) bool {
	return id != "" && len(id) <= 16 && strings.Trim(id, "0123456789") == ""
}

// IsObjectID accepts the ids of 24 hex digits.
func IsObjectID(id string) bool {
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
