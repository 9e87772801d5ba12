package client

import (
	"context"
	"encoding/json"
	"errors"
	"iter"
	"net/http"
	"net/url"

	"featurebase-mcp/internal/rawjson"
)

// Stop says why [Pages] ended with a page.
type Stop int

// The reasons to stop. Only after StopEnd is the list complete.
const (
	// StopNot: more pages may follow.
	StopNot Stop = iota
	// StopEnd: the API says that there is no more.
	StopEnd
	// StopLimit: as many items as asked for were given; Next continues.
	StopLimit
	// StopRepeated: the API gave a cursor again that it gave before, which would go round in circles.
	StopRepeated
	// StopEmpty: the API gave no items and yet a cursor, which might go on for ever.
	StopEmpty
)

// Page is one page of a list or a search.
type Page struct {
	// Items are the entries as the API gave them, without those that are null.
	Items []json.RawMessage
	// Next is the cursor that continues exactly after this page; empty at the end.
	Next string
	// Total is the number of all hits where the API tells it, which searches do; nil otherwise. TotalCapped says
	// that there are more than that.
	Total       *int
	TotalCapped bool
	// Stop says whether this is the last page and why.
	Stop Stop
}

// Pages walks the pages of a list (GET, cursor in the query) or a search (POST, cursor in the body) from the
// cursor first holds, or from the start. send is usually [Client.Do]. It stops after the page that brings
// the number of items to atLeast, which is given whole, so that Next loses nothing; 0 means no limit.
//
// The last page says in Stop why it is the last, and whether the list is complete. A failed request, or
// a done ctx, ends the walk with an error instead; the pages before it were good.
//
// Operations that count pages instead of giving cursors (report drill-in) are not for Pages.
func Pages(ctx context.Context, send func(context.Context, Request) (*Response, error), first Request, atLeast int) iter.Seq2[Page, error] {
	return func(yield func(Page, error) bool) {
		r := first
		given := 0
		seen := map[string]bool{cursorOf(first): true}
		for {
			if ctx.Err() != nil {
				failed := contextError(ctx)
				failed.Operation = r.Operation
				yield(Page{}, failed)
				return
			}
			res, err := send(ctx, r)
			if err != nil {
				yield(Page{}, err)
				return
			}
			page, count, err := parsePage(res)
			if err != nil {
				yield(Page{}, &Error{
					Kind: KindBadResponse, Operation: r.Operation, Status: res.Status, RequestID: res.RequestID, Attempts: res.Attempts,
					Message: "the API answered with something that is not a list", Err: err,
				})
				return
			}
			given += count
			switch {
			case page.Next == "":
				page.Stop = StopEnd
			case seen[page.Next]:
				page.Stop = StopRepeated
			case count == 0:
				page.Stop = StopEmpty
			case atLeast > 0 && given >= atLeast:
				page.Stop = StopLimit
			}
			if !yield(page, nil) || page.Stop != StopNot {
				return
			}
			seen[page.Next] = true
			if r, err = withCursor(first, page.Next); err != nil {
				yield(Page{}, err)
				return
			}
		}
	}
}

// parsePage reads the list envelope, or a bare array, which has one page only. count includes null entries. The items are parts of the
// answer, not copies.
func parsePage(res *Response) (page Page, count int, err error) {
	body, path := rawjson.Value(res.Body), []string(nil)
	switch body.Kind() {
	case rawjson.Array:
	case rawjson.Null:
		return page, 0, nil
	case rawjson.Object:
		if page, err = parseEnvelope(body); err != nil {
			return Page{}, 0, err
		}
		path = []string{"data"}
		switch body.Kind(path...) {
		case rawjson.Array:
		case rawjson.Null, rawjson.Missing:
			return page, 0, nil
		default:
			return Page{}, 0, errNoList
		}
	default:
		return Page{}, 0, errNoList
	}
	for item := range body.Items(path...) {
		if count++; item.Kind() != rawjson.Null {
			page.Items = append(page.Items, json.RawMessage(item))
		}
	}
	return page, count, nil
}

var errNoList = errors.New("no list")

// parseEnvelope reads what the envelope of a list says besides its items.
func parseEnvelope(body rawjson.Value) (page Page, err error) {
	var next *string
	err = errors.Join(
		member(body, "nextCursor", &next), member(body, "totalCount", &page.Total), member(body, "totalCountCapped", &page.TotalCapped),
	)
	if next != nil {
		page.Next = *next
	}
	return page, err
}

// member decodes a member of an object, if it has it.
func member(object rawjson.Value, name string, into any) error {
	value := object.Get(name)
	if value == nil {
		return nil
	}
	return json.Unmarshal(value, into)
}

// cursorOf is the cursor r starts from, empty for the start or a request that withCursor refuses.
func cursorOf(r Request) string {
	if r.Method == http.MethodGet {
		query, _ := url.ParseQuery(r.Query)
		return query.Get("cursor")
	}
	var body struct {
		Cursor string `json:"cursor"`
	}
	_ = json.Unmarshal(r.Body, &body)
	return body.Cursor
}

// withCursor is r for the page that cursor names.
func withCursor(r Request, cursor string) (Request, error) {
	refuse := func(what string, err error) (Request, error) {
		return Request{}, &Error{Kind: KindInvalid, Operation: r.Operation, Message: "the next page was not asked for: " + what, Err: err}
	}
	if r.Method == http.MethodGet {
		query, err := url.ParseQuery(r.Query)
		if err != nil {
			return refuse("the query is not valid", nil)
		}
		query.Set("cursor", cursor)
		r.Query = query.Encode()
		return r, nil
	}
	var fields map[string]json.RawMessage
	if r.Body != nil {
		if err := json.Unmarshal(r.Body, &fields); err != nil {
			return refuse("the body is not a JSON object", err)
		}
	}
	quoted, err := json.Marshal(cursor)
	if err != nil {
		return refuse("the cursor is not text", err)
	}
	if fields == nil {
		fields = make(map[string]json.RawMessage, 1)
	}
	fields["cursor"] = quoted
	if r.Body, err = json.Marshal(fields); err != nil {
		return refuse("the body is not a JSON object", err)
	}
	return r, nil
}
