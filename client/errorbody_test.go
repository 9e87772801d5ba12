package client

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestErrorsOfTheAPI(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		status int
		body   string
		want   Error
	}{
		{
			"the envelope", 404, `{"error":{"type":"invalid_request_error","code":"resource_not_found","message":"No such post.","param":"id","status":404}}`,
			Error{Kind: KindNotFound, Type: "invalid_request_error", Code: "resource_not_found", Quoted: true, Message: "No such post.", Param: "id"},
		},
		{
			"the envelope without a status and with details", 400, `{"error":{"type":"invalid_request_error","message":"Bad.","details":[{"path":"title","message":"Required"},{"path":["tags",0],"message":"Too long"},null,7,{}]}}`,
			Error{Kind: KindInvalid, Type: "invalid_request_error", Quoted: true, Message: "Bad.", Details: []Detail{{"title", "Required"}, {"tags.0", "Too long"}}},
		},
		{
			"details outside the envelope", 422, `{"error":{"message":"Bad."},"details":[{"path":"a","message":"b"}]}`,
			Error{Kind: KindInvalid, Quoted: true, Message: "Bad.", Details: []Detail{{"a", "b"}}},
		},
		{"the flat shape", 400, `{"code":400,"message":"Validation error: title"}`, Error{Kind: KindInvalid, Quoted: true, Message: "Validation error: title"}},
		{"the flat shape with a code of its own", 400, `{"code":1234,"message":"m"}`, Error{Kind: KindInvalid, Code: "1234", Quoted: true, Message: "m"}},
		{"a wrong key as 403", 403, `{"success":false,"message":"Invalid API Key"}`, Error{Kind: KindUnauthenticated, Quoted: true, Message: "Invalid API Key"}},
		{"a wrong key as 401", 401, `{"success":false,"message":"Invalid API Key"}`, Error{Kind: KindUnauthenticated, Quoted: true, Message: "Invalid API Key"}},
		{"a missing permission", 403, envelope("authorization_error", "forbidden", "Not allowed."), Error{Kind: KindForbidden, Type: "authorization_error", Code: "forbidden", Quoted: true, Message: "Not allowed."}},
		{"a plan that lacks it", 402, `{"message":"Upgrade."}`, Error{Kind: KindForbidden, Quoted: true, Message: "Upgrade."}},
		{"words for an error", 400, `{"error":"It is wrong."}`, Error{Kind: KindInvalid, Quoted: true, Message: "It is wrong."}},
		{"types nobody has seen", 410, envelope("new_type", "new_code", "Gone."), Error{Kind: KindInvalid, Type: "new_type", Code: "new_code", Quoted: true, Message: "Gone."}},
		{"a page of HTML for a route", 404, "<!DOCTYPE html><p>Cannot GET /v2", Error{Kind: KindNoRoute, Message: "nothing answers at this path of the API; check the API URL and version"}},
		{"a page of HTML for a failure", 502, "<html>nginx", Error{Kind: KindServer, Message: "the API answered 502 Bad Gateway with something that is not JSON"}},
		{"nothing at all", 500, "", Error{Kind: KindServer, Message: "the API answered 500 Internal Server Error with an empty body"}},
		{"an empty object", 404, "{}", Error{Kind: KindNotFound, Message: "the API answered 404 Not Found without further words"}},
		{"JSON of another shape", 400, `["no"]`, Error{Kind: KindInvalid, Message: "the API answered 400 Bad Request with something that is not JSON"}},
		{"wrong types everywhere", 400, `{"error":{"type":[],"code":{},"message":true,"param":null,"details":{}}}`, Error{Kind: KindInvalid, Message: "the API answered 400 Bad Request without further words"}},
		{"an unknown status", 599, "", Error{Kind: KindServer, Message: "the API answered 599 with an empty body"}},
		{"the key in every place", 400, strings.ReplaceAll(`{"error":{"type":"K","code":"K","message":"bad K!","param":"K","details":[{"path":"K","message":"K"}]}}`, "K", testKey), Error{Kind: KindInvalid, Type: "[API key]", Code: "[API key]", Quoted: true, Message: "bad [API key]!", Param: "[API key]", Details: []Detail{{"[API key]", "[API key]"}}}},
		{"the key with an invisible rune inside", 400, `{"message":"sk_\u200btest_0123456789abcdef"}`, Error{Kind: KindInvalid, Quoted: true, Message: "[API key]"}},
		{"control characters", 400, `{"message":"a\u0000b\u001b[31m\n\n c\u202ed"}`, Error{Kind: KindInvalid, Quoted: true, Message: "ab[31m cd"}},
		{"a long message", 400, `{"message":"` + strings.Repeat("é", 900) + `"}`, Error{Kind: KindInvalid, Quoted: true, Message: strings.Repeat("é", maxMessage-1) + "…"}},
		{"a page of HTML as the message", 400, `{"message":"<!DOCTYPE html><html><body class=x>Bad <b>title</b> <script"}`, Error{Kind: KindInvalid, Quoted: true, Message: "Bad title < script"}},
		{"a comparison in the message", 400, `{"message":"1 < 2 and a > b"}`, Error{Kind: KindInvalid, Quoted: true, Message: "1 < 2 and a > b"}},
		{
			"URLs that hold secrets", 400, `{"message":"No file at https://u:p@files.example/a.png?X-Amz-Signature=abc (see https://files.example/b#token)."}`,
			Error{Kind: KindInvalid, Quoted: true, Message: "No file at https://files.example/a.png?… (see https://files.example/b?…"},
		},
		{"an error as a success", 200, `{"error":{"type":"invalid_request_error","code":"resource_not_found","message":"No such post.","status":404}}`, Error{Kind: KindNotFound, Type: "invalid_request_error", Code: "resource_not_found", Quoted: true, Message: "No such post."}},
		{"an error as a success, by its type", 200, `{"error":{"type":"authorization_error","message":"No."}}`, Error{Kind: KindForbidden, Type: "authorization_error", Quoted: true, Message: "No."}},
		{"a wrong key as a success", 201, `{"success":false,"message":"Invalid API Key"}`, Error{Kind: KindUnauthenticated, Quoted: true, Message: "Invalid API Key"}},
		{"a refusal without words as a success", 200, `{"success":false}`, Error{Kind: KindInvalid, Message: "the API answered with an error and no words for it"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c, _ := onSocket(t, func(cfg *Config) { cfg.Retries = 0 }, reply(tt.status, tt.body))
			_, err := c.Do(t.Context(), getPost)
			got := *wantError(t, err, tt.want.Kind)
			tt.want.Operation, tt.want.Status, tt.want.Attempts = getPost.Operation, tt.status, 1
			if !reflect.DeepEqual(got, tt.want) {
				t.Errorf("got  %+v\nwant %+v", got, tt.want)
			}
		})
	}
}

// What has an "error" or a "success" of another meaning is an answer.
func TestSuccessesThatResembleErrors(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		`{"success":true}`, `{"id":"1","error":null}`, `{"error":false,"success":true}`, `{"error":""}`, `["error"]`, `{"title":"error"}`,
		`{"title":"\"success\":false"}`, `{"error":{"message":"x"},"body":"` + strings.Repeat("long ", maxDisguised) + `"}`,
	} {
		c, _ := onSocket(t, nil, reply(http.StatusOK, body))
		if res, err := c.Do(t.Context(), getPost); err != nil || string(res.Body) != body {
			t.Errorf("%.80s: %v", body, err)
		}
	}
}

// What comes with a status that has no content is none, not even where a transport hands it on.
func TestNoContentHasNoBody(t *testing.T) {
	t.Parallel()
	cfg := config("http://127.0.0.1:1")
	cfg.Transport = transportFunc(func(*http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: http.StatusNoContent, Body: io.NopCloser(strings.NewReader("0[")), ContentLength: 2}, nil
	})
	if res, err := mustNew(t, cfg).Do(t.Context(), deletePost); err != nil || res.Body != nil {
		t.Errorf("%+v %v", res, err)
	}
}

// An error in a success leaves open whether a write was applied, unless it tells its own status.
func TestAWriteWithAnErrorAsASuccess(t *testing.T) {
	t.Parallel()
	for body, applied := range map[string]bool{
		`{"success":false}`:          true,
		`{"error":"It is wrong."}`:   true,
		`{"error":{"status":400}}`:   false,
		`{"error":{"status":"500"}}`: true,
	} {
		c, _ := onSocket(t, func(cfg *Config) { cfg.Retries = 0 }, reply(http.StatusOK, body))
		_, err := c.Do(t.Context(), createPost)
		failed, ok := errors.AsType[*Error](err)
		if !ok || failed.MaybeApplied != applied {
			t.Errorf("%s: %+v", body, failed)
		}
	}
}

// Only a real 404 tells that an earlier attempt deleted.
func TestADeleteWithANotFoundAsASuccess(t *testing.T) {
	t.Parallel()
	c, _ := onSocket(t, nil, reply(http.StatusInternalServerError, ""), reply(http.StatusOK, `{"error":{"message":"Gone.","status":404}}`))
	_, err := c.Do(t.Context(), deletePost)
	if failed := wantError(t, err, KindNotFound); !failed.MaybeApplied {
		t.Errorf("%+v", failed)
	}
}

func TestCausesDoNotHoldTheKey(t *testing.T) {
	t.Parallel()
	c, _ := onSocket(t, func(cfg *Config) { cfg.Retries = 0 }, raw("HTTP/1.1 "+testKey+"\r\n\r\n"))
	_, err := c.Do(t.Context(), Request{Operation: "get_post", Method: http.MethodGet, Path: "/v2/posts", Query: "email=someone", Safety: Read})
	failed := wantError(t, err, KindConnection)
	for e := error(failed); e != nil; {
		if text := e.Error(); strings.Contains(text, testKey) || strings.Contains(text, "someone") {
			t.Errorf("a secret in %q", text)
		}
		u, ok := e.(interface{ Unwrap() error })
		if !ok {
			break
		}
		e = u.Unwrap()
	}
}

func FuzzErrorBody(f *testing.F) {
	for _, body := range []string{
		"", "{", "[]", "null", `"x"`, "7", `{"error":null}`, `{"error":{"message":null,"details":[[]]}}`, `{"error":"` + testKey + `"}`,
		`{"code":400,"message":"m","details":[{"path":[["a"],0],"message":{}}]}`, `{"success":false,"message":"Invalid API Key"}`,
		"<html>" + testKey, "{\"message\":\"\xff\xfe\"}", strings.Repeat("[", 20000), `{"message":"` + strings.Repeat("a", 490) + testKey + `"}`,
	} {
		for _, status := range []int{400, 403, 404, 429, 500, 599} {
			f.Add(status, []byte(body))
		}
	}
	scrub := newScrubber(testKey)
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		if status < 400 || status > 999 {
			t.Skip("not a failure")
		}
		failed := apiError(&answer{status: status, header: http.Header{}, body: body}, scrub)
		if failed.Kind == 0 || failed.Message == "" || len(failed.Details) > maxDetails {
			t.Errorf("got %+v", failed)
		}
		if utf8.RuneCountInString(failed.Message) > maxMessage {
			t.Errorf("a message of %d runes", utf8.RuneCountInString(failed.Message))
		}
		all := fmt.Sprint(failed.Type, "|", failed.Code, "|", failed.Message, "|", failed.Param, "|", failed.Details)
		if tag.MatchString(all) || openTag.MatchString(all) || strings.Contains(all, testKey) || strings.ContainsFunc(all, unicode.IsControl) || !utf8.ValidString(all) {
			t.Errorf("not clean: %q", all)
		}
	})
}
