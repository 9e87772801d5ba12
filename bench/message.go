package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// pingID is apart from the ids of calls, which count from zero.
const pingID = 1 << 30

const initializeParams = `{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"bench","version":"1"}}`

// initialized is the notification that ends the handshake.
const initialized = `{"jsonrpc":"2.0","method":"notifications/initialized"}` + "\n"

// request returns one JSON-RPC request on a line.
func request(id int, method, params string) []byte {
	if params != "" {
		params = `,"params":` + params
	}
	return fmt.Appendf(nil, `{"jsonrpc":"2.0","id":%d,"method":%q%s}`+"\n", id, method, params)
}

// listPosts returns the call that is measured.
func listPosts(id int) []byte {
	return request(id, "tools/call", `{"name":"list_posts","arguments":{"limit":`+strconv.Itoa(pageSize)+`}}`)
}

// response splits an answer into its id and its result. Both servers write id and result first, so that a look at the beginning
// will do; any other spelling is decoded.
func response(line []byte) (id int, result []byte, err error) {
	if rest, ok := bytes.CutPrefix(line, []byte(`{"jsonrpc":"2.0","id":`)); ok {
		if digits, rest, ok := bytes.Cut(rest, []byte(`,"result":`)); ok && len(digits) < 12 {
			if id, err := strconv.Atoi(string(digits)); err == nil {
				return id, rest, nil
			}
		}
	}
	var m struct {
		ID     *int            `json:"id"`
		Result json.RawMessage `json:"result"`
	}
	if err := json.Unmarshal(line, &m); err != nil || m.ID == nil || m.Result == nil {
		return 0, nil, fmt.Errorf("expected the result of a request, got %.300q", line)
	}
	return *m.ID, m.Result, nil
}

// checkQuickly looks for signs that the result of list_posts is right: no error, and the last post of the page is in it. It costs a few
// microseconds, so that the load generator does not hold the servers back.
func checkQuickly(result []byte, lastID string) error {
	if bytes.Contains(result, []byte(`"isError":true`)) || !bytes.Contains(result, []byte(lastID)) {
		return fmt.Errorf("not the page of posts: %.300q", result)
	}
	return nil
}

// checkFully decodes the result of list_posts and looks for every post.
func checkFully(result []byte, ids []string) error {
	text, err := textOf(result)
	if err != nil {
		return fmt.Errorf("list_posts: %w", err)
	}
	for _, id := range ids {
		if !strings.Contains(text, id) {
			return fmt.Errorf("the answer of list_posts lacks post %s", id)
		}
	}
	return nil
}

// textOf returns the text of the result of a tool that did not fail.
func textOf(result []byte) (string, error) {
	var r struct {
		IsError bool `json:"isError"`
		Content []struct {
			Type string `json:"type"`
			Text string `json:"text"`
		} `json:"content"`
	}
	// What follows the result in its line, the end of the envelope, is not part of it.
	if err := json.NewDecoder(bytes.NewReader(result)).Decode(&r); err != nil {
		return "", fmt.Errorf("decode the result: %w", err)
	}
	if r.IsError || len(r.Content) != 1 || r.Content[0].Type != "text" {
		return "", fmt.Errorf("the call failed: %.300q", result)
	}
	return r.Content[0].Text, nil
}

// checkTools verifies that a tools/list was answered with list_posts in it, and returns the number of tools.
func checkTools(result []byte) (int, error) {
	var r struct {
		Tools []struct {
			Name string `json:"name"`
		} `json:"tools"`
	}
	if err := json.NewDecoder(bytes.NewReader(result)).Decode(&r); err != nil {
		return 0, fmt.Errorf("decode the list of tools: %w", err)
	}
	for _, t := range r.Tools {
		if t.Name == "list_posts" {
			return len(r.Tools), nil
		}
	}
	return 0, errors.New("list_posts is not among the tools")
}
