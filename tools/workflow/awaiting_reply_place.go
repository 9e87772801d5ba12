package workflow

import (
	"cmp"
	"errors"
	"hash/crc32"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"featurebase-mcp/internal/input"
)

// lanePlace is a place in a channel: the batch of candidates whose words are read, and the rows of it that were shown. A cursor holds the places of
// what was seen last and not how many were seen, because threads are answered while a model works on them.
type lanePlace struct {
	From  *rankKey // the last candidate of the batches before; nil: none
	After *rankKey // the last row shown of this batch; nil: none
}

// rankKey is the place of something in an order: the highest revenue first, then the earliest time.
type rankKey struct {
	Unknown bool // nothing is known of the revenue
	Revenue int
	At      int64  // milliseconds
	ID      uint32 // a checksum of the id, for those of the same time
}

func (k rankKey) compare(other rankKey) int {
	if k.Unknown != other.Unknown {
		if other.Unknown {
			return -1
		}
		return 1
	}
	return cmp.Or(cmp.Compare(other.Revenue, k.Revenue), cmp.Compare(k.At, other.At), cmp.Compare(k.ID, other.ID))
}

// keyAt returns the place of a thread by a time of the API. A text that is no time comes first.
func keyAt(one *awaited, at string) rankKey {
	k := rankKey{ID: crc32.ChecksumIEEE([]byte(one.id))}
	if t, err := time.Parse(time.RFC3339, at); err == nil {
		k.At = t.UnixMilli()
	}
	return k
}

// A cursor has a place for each channel that is not at its end, such as "inbox__0.mhg7j9fk.vxk3s1": the channel, the last candidate and the last
// row, with the numbers of a key to the base 36. The digits and letters cost fewer tokens than JSON, and need no escapes in a call.
const (
	base        = 36
	ofChannels  = "/"
	ofPlaces    = "_"
	ofNumbers   = "."
	unknownMark = "u"
)

func (k *rankKey) text() string {
	if k == nil {
		return ""
	}
	revenue := strconv.FormatInt(int64(k.Revenue), base)
	if k.Unknown {
		revenue = unknownMark
	}
	return strings.Join([]string{revenue, strconv.FormatInt(k.At, base), strconv.FormatUint(uint64(k.ID), base)}, ofNumbers)
}

// placesText returns places for a cursor.
func placesText(places map[string]lanePlace) string {
	texts := make([]string, 0, len(places))
	for _, channel := range slices.Sorted(maps.Keys(places)) {
		texts = append(texts, strings.Join([]string{channel, places[channel].From.text(), places[channel].After.text()}, ofPlaces))
	}
	return strings.Join(texts, ofChannels)
}

// parsePlaces parses what placesText returned. An empty text has no places.
func parsePlaces(text string) (map[string]lanePlace, error) {
	places := map[string]lanePlace{}
	if text == "" {
		return places, nil
	}
	for one := range strings.SplitSeq(text, ofChannels) {
		fields := strings.Split(one, ofPlaces)
		if len(fields) != 3 {
			return nil, errCursor
		}
		from, err := parseKey(fields[1])
		if err != nil {
			return nil, err
		}
		after, err := parseKey(fields[2])
		if err != nil {
			return nil, err
		}
		places[fields[0]] = lanePlace{from, after}
	}
	return places, nil
}

var errCursor = errors.New(input.CursorArg + ": damaged or made up: copy the whole nextCursor of the last answer, or leave it out to start over")

func parseKey(text string) (*rankKey, error) {
	if text == "" {
		return nil, nil //nolint:nilnil // no key is the beginning
	}
	numbers := strings.Split(text, ofNumbers)
	if len(numbers) != 3 {
		return nil, errCursor
	}
	k := &rankKey{Unknown: numbers[0] == unknownMark}
	at, err := strconv.ParseInt(numbers[1], base, 64)
	if err != nil {
		return nil, errCursor
	}
	id, err := strconv.ParseUint(numbers[2], base, 32)
	if err != nil {
		return nil, errCursor
	}
	if !k.Unknown {
		revenue, err := strconv.ParseInt(numbers[0], base, 64)
		if err != nil {
			return nil, errCursor
		}
		k.Revenue = int(revenue)
	}
	k.At, k.ID = at, uint32(id)
	return k, nil
}
