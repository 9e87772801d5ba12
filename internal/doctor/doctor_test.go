package doctor

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"featurebase-mcp/client"
	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/sandbox"
	"featurebase-mcp/tools"
)

const (
	testKey     = "sk_test_0123456789abcdef"
	testVersion = "2026-01-01.nova"
)

// chosen are two toolsets, so that the reports below stay short.
func chosen() []*engine.Toolset {
	var sets []*engine.Toolset
	for _, set := range tools.Inventory().Toolsets() {
		if set.Name == "boards" || set.Name == "posts" {
			sets = append(sets, set)
		}
	}
	return sets
}

// examine runs a doctor against an address.
func examine(t *testing.T, address, key string) Report {
	t.Helper()
	return examineOver(t, nil, address, key)
}

func examineOver(t *testing.T, transport http.RoundTripper, address, key string) Report {
	t.Helper()
	c, err := client.New(client.Config{BaseURL: address, Key: key, NoAuth: key == "", Version: testVersion, Timeout: time.Minute, Transport: transport})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.CloseIdleConnections)
	s := Subject{Client: c, Address: address, APIVersion: testVersion, Toolsets: chosen()}
	if key != "" {
		s.KeySource = "FEATUREBASE_API_KEY"
	}
	findings, err := Examine(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	return Report{Program: "featurebase-mcp 1.2.3", Findings: findings}
}

func text(t *testing.T, r Report) string {
	t.Helper()
	var out strings.Builder
	if err := r.WriteText(&out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// upstream answers like a Featurebase that holds the sandbox's organization and knows one key.
func upstream(t *testing.T) http.Handler {
	t.Helper()
	box, err := sandbox.New(sandbox.Options{Key: testKey})
	if err != nil {
		t.Fatal(err)
	}
	return box
}

// always answers every request alike, and echoes the key where a careless server would.
func always(status int, body string, header ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		for i := 0; i < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, strings.ReplaceAll(body, "KEY", r.Header.Get("Authorization")))
	}
}

// onPosts answers posts with one handler and everything else with another.
func onPosts(posts, others http.Handler) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/v2/posts", posts)
	mux.Handle("/", others)
	return mux
}

// The reports, as people read them.
func TestReports(t *testing.T) {
	t.Parallel()
	const (
		refusal   = `{"error":{"type":"authorization_error","code":"forbidden","message":"Missing permission for KEY.","status":403}}`
		wrongKey  = `{"success":false,"message":"Invalid API Key"}`
		clockLine = `ok clock within 5 minutes of the API's`
	)
	forbidden := always(http.StatusForbidden, refusal)
	anHourAgo := func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Date", time.Now().Add(-time.Hour).UTC().Format(http.TimeFormat))
		_, _ = io.WriteString(w, "[]")
	}
	anHourFromNow := func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Date", time.Now().Add(time.Hour).UTC().Format(http.TimeFormat))
		_, _ = io.WriteString(w, "[]")
	}
	for _, tc := range []struct {
		name string
		api  http.Handler
		key  string
		want string // without the lines that are the same for all; spaces are folded
	}{
		{"all is well", upstream(t), testKey, `
			ok connection the API answers
			ok key accepted the API knows the key
			ok version accepted the API serves 2026-01-01.nova
			` + clockLine + `
			ok read boards allowed (list_boards)
			ok read posts allowed (list_posts)
			problems: 0, warnings: 0`},
		{"a wrong key", upstream(t), "sk_another", `
			ok connection the API answers
			problem key accepted the API does not accept the key: Invalid API Key (HTTP 403)
			-> copy the key anew from the Featurebase dashboard, under Settings, API, to where it comes from (FEATUREBASE_API_KEY)
			problems: 1, warnings: 0`},
		{"one toolset is forbidden", onPosts(forbidden, upstream(t)), testKey, `
			ok connection the API answers
			ok key accepted the API knows the key
			ok version accepted the API serves 2026-01-01.nova
			` + clockLine + `
			ok read boards allowed (list_boards)
			warning read posts list_posts is forbidden: Missing permission for Bearer [API key] (HTTP 403)
			-> if it should be allowed: give the owner of the key the rights in Featurebase, or check the plan of the organization
			problems: 0, warnings: 1`},
		{"everything is forbidden", forbidden, testKey, `
			ok connection the API answers
			ok key accepted the API knows the key
			warning read boards list_boards is forbidden: Missing permission for Bearer [API key] (HTTP 403)
			-> if it should be allowed: give the owner of the key the rights in Featurebase, or check the plan of the organization
			warning read posts list_posts is forbidden: Missing permission for Bearer [API key] (HTTP 403)
			-> if it should be allowed: give the owner of the key the rights in Featurebase, or check the plan of the organization
			problem permissions nothing that was asked for may be read
			-> use a key of somebody with admin rights, or have the rights given in Featurebase
			problems: 1, warnings: 2`},
		{"a firewall refuses, which says nothing of the key", onPosts(upstream(t), always(http.StatusForbidden, "<html>KEY</html>")), testKey, `
			ok connection the API answers
			ok key accepted the API knows the key
			ok version accepted the API serves 2026-01-01.nova
			` + clockLine + `
			warning read boards list_boards is forbidden: the API answered 403 Forbidden with something that is not JSON (HTTP 403)
			-> if it should be allowed: give the owner of the key the rights in Featurebase, or check the plan of the organization
			ok read posts allowed (list_posts)
			problems: 0, warnings: 1`},
		{"a feature is turned off", onPosts(always(http.StatusNotFound, `{"message":"Not enabled"}`), upstream(t)), testKey, `
			ok connection the API answers
			ok key accepted the API knows the key
			ok version accepted the API serves 2026-01-01.nova
			` + clockLine + `
			ok read boards allowed (list_boards)
			warning read posts list_posts is not there: Not enabled (HTTP 404)
			-> if it should be: check whether the feature is turned on in Featurebase
			problems: 0, warnings: 1`},
		{"the key is revoked meanwhile", onPosts(always(http.StatusUnauthorized, wrongKey), upstream(t)), testKey, `
			ok connection the API answers
			ok key accepted the API knows the key
			ok version accepted the API serves 2026-01-01.nova
			` + clockLine + `
			ok read boards allowed (list_boards)
			problem read posts list_posts failed: Invalid API Key (HTTP 401)
			-> run this again: other reads accepted the key, so it may have been revoked just now
			problems: 1, warnings: 0`},
		{"the version is refused", always(http.StatusBadRequest, `{"code":400,"message":"Unsupported Featurebase-Version."}`), testKey, `
			ok connection the API answers
			problem version accepted the API refuses version 2026-01-01.nova: Unsupported Featurebase-Version (HTTP 400)
			-> leave FEATUREBASE_API_VERSION unset, which is the version this program was made for
			problems: 1, warnings: 0`},
		{"reads are refused", onPosts(always(http.StatusBadRequest, `{"code":400,"message":"Unrecognized key: limit"}`), upstream(t)), testKey, `
			ok connection the API answers
			ok key accepted the API knows the key
			ok version accepted the API serves 2026-01-01.nova
			` + clockLine + `
			ok read boards allowed (list_boards)
			problem read posts list_posts failed: Unrecognized key: limit (HTTP 400)
			-> leave FEATUREBASE_API_VERSION unset; if it is, this program and the API have grown apart: update it
			problems: 1, warnings: 0`},
		{"the API is broken", always(http.StatusServiceUnavailable, ""), testKey, `
			ok connection the API answers
			problem read boards list_boards failed: the API answered 503 Service Unavailable with an empty body (HTTP 503)
			-> run this again in a minute; if it repeats, look for an incident of Featurebase and check the network
			problem read posts list_posts failed: the API answered 503 Service Unavailable with an empty body (HTTP 503)
			-> run this again in a minute; if it repeats, look for an incident of Featurebase and check the network
			problems: 2, warnings: 0`},
		{"the limit is used up", onPosts(always(http.StatusTooManyRequests, `{"message":"Slow down"}`), upstream(t)), testKey, `
			ok connection the API answers
			ok key accepted the API knows the key
			ok version accepted the API serves 2026-01-01.nova
			` + clockLine + `
			ok read boards allowed (list_boards)
			problem read posts list_posts failed: Slow down (HTTP 429)
			-> run this again in a minute; if it repeats, something else uses up the limit of the key or the workspace
			problems: 1, warnings: 0`},
		{"a web page answers", always(http.StatusOK, "<html>KEY</html>"), testKey, `
			problem connection what answers is not the Featurebase API: Featurebase answered with something that is not JSON and begins with "Bearer [API key]" (HTTP 200)
			-> set FEATUREBASE_API_URL right, or leave it unset; a proxy or a login page may answer in its place
			problems: 1, warnings: 0`},
		{"a web page is not found", always(http.StatusNotFound, "<html>"), testKey, `
			problem connection what answers is not the Featurebase API: nothing answers at this path of the API; check the API URL and version (HTTP 404)
			-> set FEATUREBASE_API_URL right, or leave it unset; a proxy or a login page may answer in its place
			problems: 1, warnings: 0`},
		{"a login page is elsewhere", always(http.StatusFound, "", "Location", "https://login.example/KEY"), testKey, `
			problem connection what answers is not the Featurebase API: the API redirects to the host login.example; redirects are not followed, check the API URL (HTTP 302)
			-> set FEATUREBASE_API_URL right, or leave it unset; a proxy or a login page may answer in its place
			problems: 1, warnings: 0`},
		{"the connection breaks", http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }), testKey, `
			problem connection the connection to the API broke before the whole answer was there
			-> run this again in a minute; if it repeats, check what answers at FEATUREBASE_API_URL, and a proxy in between
			problems: 1, warnings: 0`},
		{"our clock is an hour ahead", http.HandlerFunc(anHourAgo), testKey, `
			ok connection the API answers
			ok key accepted the API knows the key
			ok version accepted the API serves 2026-01-01.nova
			warning clock this machine's clock is 60 minutes ahead of the API's
			-> set the clock, best by NTP: certificates and tokens are judged by it, and a period such as "last week" is another one
			ok read boards allowed (list_boards)
			ok read posts allowed (list_posts)
			problems: 0, warnings: 1`},
		{"our clock is an hour behind", http.HandlerFunc(anHourFromNow), testKey, `
			ok connection the API answers
			ok key accepted the API knows the key
			ok version accepted the API serves 2026-01-01.nova
			warning clock this machine's clock is 60 minutes behind the API's
			-> set the clock, best by NTP: certificates and tokens are judged by it, and a period such as "last week" is another one
			ok read boards allowed (list_boards)
			ok read posts allowed (list_posts)
			problems: 0, warnings: 1`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(tc.api)
			t.Cleanup(server.Close)
			report := examine(t, server.URL, tc.key)
			want := fmt.Sprintf("featurebase-mcp 1.2.3\nok key from FEATUREBASE_API_KEY\nok address %s\nok version %s", server.URL, testVersion) + folded(tc.want)
			if got := folded(text(t, report)); got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
			secretless(t, report, tc.key)
		})
	}
}

// folded is a text without the spaces that align it.
func folded(text string) string {
	var lines []string
	for line := range strings.Lines(text) {
		lines = append(lines, strings.Join(strings.Fields(line), " "))
	}
	return strings.Join(lines, "\n")
}

// secretless fails if a report shows the key, in either form, or does not survive JSON.
func secretless(t *testing.T, r Report, key string) {
	t.Helper()
	var out strings.Builder
	if err := r.WriteJSON(&out); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(out.String()+text(t, r), key) {
		t.Errorf("the key is shown: %s", out.String())
	}
	var back Report
	if err := json.Unmarshal([]byte(out.String()), &back); err != nil || !reflect.DeepEqual(back, r) {
		t.Errorf("%v: %+v came back as %+v", err, r, back)
	}
	for _, f := range r.Findings {
		if (f.Next == "") != (f.Level == OK) {
			t.Errorf("a next step belongs to what is not ok, and to nothing else: %+v", f)
		}
	}
}

// The table is aligned, and the next step stands below its finding.
func TestTheTableIsAligned(t *testing.T) {
	t.Parallel()
	r := Report{"featurebase-mcp 1.2.3", []Finding{{"key", OK, "from FEATUREBASE_API_KEY", ""}, {"connection", Problem, "broken", "mend it"}}}
	want := `featurebase-mcp 1.2.3
ok       key         from FEATUREBASE_API_KEY
problem  connection  broken
                     -> mend it
problems: 1, warnings: 0
`
	if got := text(t, r); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// Without a key the way to the API is checked all the same, by one request that carries no key.
func TestWithoutAKeyTheConnectionIsChecked(t *testing.T) {
	t.Parallel()
	asked := make(chan string, 10)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked <- r.Method + " " + r.RequestURI + r.Header.Get("Authorization")
		always(http.StatusForbidden, `{"success":false,"message":"Invalid API Key"}`)(w, r)
	}))
	t.Cleanup(server.Close)
	report := examine(t, server.URL, "")
	got := text(t, report)
	if report.Count(Problem) != 1 || !strings.Contains(got, "set FEATUREBASE_API_KEY") || !strings.Contains(got, "the API answers") {
		t.Errorf("%s", got)
	}
	if len(asked) != 1 || <-asked != "GET /v2/boards" {
		t.Error("more than one request without a key")
	}
}

// Only harmless reads are sent: one GET a toolset, for one item where that can be asked for.
func TestEachToolsetIsAskedOnce(t *testing.T) {
	t.Parallel()
	asked := make(chan string, 100)
	api := upstream(t)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked <- r.Method + " " + r.RequestURI
		api.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	_ = examine(t, server.URL, testKey)
	close(asked)
	var got []string
	for request := range asked {
		got = append(got, request)
	}
	if want := []string{"GET /v2/boards", "GET /v2/posts?limit=1"}; !reflect.DeepEqual(got, want) {
		t.Errorf("asked %q, want %q", got, want)
	}
}

// Which versions the workspace answers in is told, and what does not work without them.
func TestOtherVersionsAreTold(t *testing.T) {
	t.Parallel()
	const orbit, pulsar = "2026-08-19.orbit", "2026-09-03.pulsar"
	for _, tc := range []struct {
		name    string
		tool    string // of the toolset that is on besides
		refused string
		want    Finding
	}{
		{"all are answered", "list_qna", "none", Finding{"other versions", OK, "the workspace answers in " + orbit + ", " + pulsar, ""}},
		{"one that nothing needs is refused", "list_qna", pulsar, Finding{"other versions", OK, "the workspace answers in " + orbit + "; it refuses " + pulsar, ""}},
		{"one that tools need is refused", "list_qna", orbit, Finding{
			"other versions", Warning, "the workspace answers in " + pulsar + "; it refuses " + orbit,
			"tools of training-data need " + orbit + ": they do not work, so leave them out",
		}},
		{"one that arguments need is refused", "list_changelogs", orbit, Finding{
			"other versions", OK, "the workspace answers in " + pulsar + "; it refuses " + orbit + "; without " + orbit +
				" it takes no translations of create_changelog, no translations of update_changelog", "",
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if version := r.Header.Get("Featurebase-Version"); version == tc.refused || r.Method != http.MethodGet {
					always(http.StatusBadRequest, `{"code":400,"message":"Unsupported Featurebase-Version."}`)(w, r)
					return
				}
				_, _ = io.WriteString(w, "[]")
			}))
			t.Cleanup(server.Close)
			c, err := client.New(client.Config{BaseURL: server.URL, Key: testKey, Version: testVersion})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(c.CloseIdleConnections)
			sets := append(chosen(), tools.Inventory().ToolsetOf(tc.tool))
			findings, err := Examine(t.Context(), Subject{
				Client: c, Address: server.URL, APIVersion: testVersion, Versions: []string{testVersion, orbit, pulsar}, KeySource: "x", Toolsets: sets,
			})
			if i := slices.IndexFunc(findings, func(f Finding) bool { return f.Check == "other versions" }); err != nil || i < 0 || findings[i] != tc.want {
				t.Errorf("%v %+v, want %+v", err, findings, tc.want)
			}
		})
	}
}

// Alone, tools with a version of their own say nothing of the version of the others, and a refusal names the version that they need.
func TestARefusedOwnVersionIsNamed(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(always(http.StatusBadRequest, `{"code":400,"message":"Unsupported Featurebase-Version."}`))
	t.Cleanup(server.Close)
	c, err := client.New(client.Config{BaseURL: server.URL, Key: testKey, Version: testVersion})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.CloseIdleConnections)
	set := tools.Inventory().ToolsetOf("list_qna")
	findings, err := Examine(t.Context(), Subject{Client: c, Address: server.URL, APIVersion: testVersion, KeySource: "x", Toolsets: []*engine.Toolset{set}})
	i := slices.IndexFunc(findings, func(f Finding) bool { return f.Check == "read training-data" })
	if err != nil || i < 0 || findings[i].Level != Warning || !strings.Contains(findings[i].Text, "needs version 2026-08-19.orbit") || !strings.Contains(findings[i].Next, "training-data") {
		t.Errorf("%v %+v", err, findings)
	}
	if slices.ContainsFunc(findings, func(f Finding) bool { return f.Check == "version accepted" }) {
		t.Errorf("%+v", findings)
	}
}

func TestAToolsetWithoutAHarmlessReadIsNotAsked(t *testing.T) {
	t.Parallel()
	search, byID, gone := *tools.Inventory().Lookup("search_posts"), *tools.Inventory().Lookup("list_post_voters"), *tools.Inventory().Lookup("delete_post")
	findings, err := Examine(t.Context(), Subject{Sandbox: true, Toolsets: []*engine.Toolset{
		{Name: "none", Operations: []*engine.Operation{&search, &byID, &gone}},
	}})
	last := findings[len(findings)-1]
	if err != nil || last.Check != "read none" || last.Level != OK || !strings.HasPrefix(last.Text, "not asked") {
		t.Errorf("%v %+v", err, last)
	}
}

func TestAnAPIThatDoesNotAnswer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		silent := &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
			near, far := net.Pipe()
			go func() { _, _ = io.Copy(io.Discard, far) }()
			return near, nil
		}}
		report := examineOver(t, silent, "http://localhost", testKey)
		if got := text(t, report); report.Count(Problem) != 1 || !strings.Contains(got, "there is a connection, but no answer in time") {
			t.Errorf("%s", got)
		}
	})
}

// An examination that is interrupted reports nothing: what it would say of the API would be wrong.
func TestAnInterruptionIsNoFinding(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		cancel()
		<-r.Context().Done()
	}))
	t.Cleanup(server.Close)
	c, err := client.New(client.Config{BaseURL: server.URL, Key: testKey, Version: testVersion})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.CloseIdleConnections)
	findings, err := Examine(ctx, Subject{Client: c, Address: server.URL, APIVersion: testVersion, KeySource: "x", Toolsets: chosen()})
	if findings != nil || !errors.Is(err, context.Canceled) {
		t.Errorf("%+v %v", findings, err)
	}
}

func TestTheWayToTheAPI(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed := listener.Addr().String()
	_ = listener.Close()
	plain := httptest.NewServer(always(http.StatusOK, "[]"))
	t.Cleanup(plain.Close)
	secret := httptest.NewUnstartedServer(always(http.StatusOK, "[]"))
	secret.Config.ErrorLog = log.New(io.Discard, "", 0) // of the handshake that has to fail
	secret.StartTLS()
	t.Cleanup(secret.Close)
	for _, tc := range []struct{ name, address, want string }{
		{"nobody listens", "http://" + closed, "no connection to " + closed + " could be made"},
		{"TLS is not spoken", strings.Replace(plain.URL, "http:", "https:", 1), "does not speak TLS"},
		{"the certificate is of nobody we know", secret.URL, "is signed by no CA that this machine trusts"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			report := examine(t, tc.address, testKey)
			if got := text(t, report); report.Count(Problem) != 1 || !strings.Contains(got, tc.want) {
				t.Errorf("got\n%s\nwant %q", got, tc.want)
			}
			secretless(t, report, testKey)
		})
	}
}
