//go:build blackbox

package faults

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// upstream is a Featurebase that does to each exchange what its row of the table says, and keeps account of it.
type upstream struct {
	*httptest.Server
	quit chan struct{} // closed when nobody waits any more

	mu        sync.Mutex
	exchanges map[string]*exchange // by the number in the id that a call names
	names     map[string]*exchange // lists of admins, which calls need for the names of these, by the beginning of the path
	walked    map[string]*exchange // workflows that are under way, by the beginning of the path of all that they ask for
}

// exchange is one call as the upstream sees it: all its requests name the same id.
type exchange struct {
	row  *row
	kind *kind
	id   string

	mu       sync.Mutex
	requests int
	applied  int // how often the thing was done that the call asks for; deleting what is gone does nothing
}

// arrival is one request of an exchange.
type arrival struct {
	*exchange
	w    http.ResponseWriter
	r    *http.Request
	body string
	n    int // counted from 1
	quit chan struct{}
}

// behaviour is what the upstream does to a request.
type behaviour func(*arrival)

func newUpstream(t *testing.T) *upstream {
	t.Helper()
	u := &upstream{exchanges: map[string]*exchange{}, names: map[string]*exchange{}, walked: map[string]*exchange{}, quit: make(chan struct{})}
	u.Server = httptest.NewUnstartedServer(u)
	u.Config.SetKeepAlivesEnabled(false) // on a connection that was used before, net/http repeats reads on its own
	u.Start()
	t.Cleanup(func() {
		close(u.quit)
		u.CloseClientConnections()
		u.Close()
	})
	return u
}

// expect returns the exchange of a row and a kind of call, which has an id of its own.
func (u *upstream) expect(r *row, k *kind) *exchange {
	u.mu.Lock()
	defer u.mu.Unlock()
	number := strconv.Itoa(10_000_000 + len(u.exchanges))
	x := &exchange{row: r, kind: k, id: k.idBegin + number}
	u.exchanges[number] = x
	return x
}

var idNumber = regexp.MustCompile(`(1\d{7})(?:/reply)?$`)

// exchange returns the one that a request belongs to, or nil.
func (u *upstream) exchange(r *http.Request) *exchange {
	u.mu.Lock()
	defer u.mu.Unlock()
	if prefix, ok := strings.CutSuffix(r.URL.Path, "/v2/admins"); ok && u.names[prefix] != nil {
		return u.names[prefix]
	}
	for _, id := range []string{r.URL.Path, r.URL.Query().Get("boardId")} {
		if found := idNumber.FindStringSubmatch(id); found != nil {
			return u.exchanges[found[1]]
		}
	}
	prefix, _, _ := strings.Cut(r.URL.Path, "/v2/")
	return u.walked[prefix]
}

// walk makes an exchange the one that all requests below the path of its setting belong to.
func (u *upstream) walk(x *exchange) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if x.row.under.walked {
		u.walked[x.row.under.api] = x
	}
}

// expectNames returns the exchange of all requests for admins below a path.
func (u *upstream) expectNames(prefix string, does behaviour) *exchange {
	u.mu.Lock()
	defer u.mu.Unlock()
	x := &exchange{row: &row{does: does}}
	u.names[prefix] = x
	return x
}

func (u *upstream) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	x := u.exchange(r)
	if x == nil {
		http.NotFound(w, r) // other lists of names, which answers can do without
		return
	}
	x.mu.Lock()
	x.requests++
	n := x.requests
	x.mu.Unlock()
	x.row.does(&arrival{x, w, r, string(body), n, u.quit})
}

// apply does what the request asks for, and reports whether that changed anything.
func (a *arrival) apply() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.r.Method == http.MethodGet || a.r.Method == http.MethodDelete && a.applied > 0 {
		return false
	}
	a.applied++
	return true
}

// answer sends a status, a body and headers, which are names and values.
func (a *arrival) answer(status int, body string, header ...string) {
	a.w.Header().Set("Content-Type", "application/json")
	for i := 0; i < len(header); i += 2 {
		a.w.Header().Set(header[i], header[i+1])
	}
	a.w.WriteHeader(status)
	_, _ = io.WriteString(a.w, body)
}

// conn takes the connection over, to send what no HTTP server sends.
func (a *arrival) conn() net.Conn {
	conn, _, err := http.NewResponseController(a.w).Hijack()
	if err != nil {
		panic(err)
	}
	return conn
}

// works is an API without faults.
func works(a *arrival) {
	if !a.apply() && a.r.Method == http.MethodDelete {
		a.answer(http.StatusNotFound, `{"error":{"type":"invalid_request_error","code":"resource_not_found","message":"Post not found"}}`)
		return
	}
	a.answer(http.StatusOK, a.kind.body(a.id))
}

// replies answers always the same, without having done anything.
func replies(status int, body string, header ...string) behaviour {
	return func(a *arrival) { a.answer(status, body, header...) }
}

// applied does what was asked for before it goes wrong, which is the worst case of every failure whose answer leaves that open.
func applied(then behaviour) behaviour {
	return func(a *arrival) { a.apply(); then(a) }
}

// once goes wrong at the first request of a call, and works from then on.
func once(first behaviour) behaviour {
	return func(a *arrival) {
		if a.n == 1 {
			first(a)
			return
		}
		works(a)
	}
}

// status answers with a status that is right or wrong for the body: of those that leave open what became of a write, the worst case.
func status(code int) behaviour {
	said := fmt.Sprintf(`{"error":{"message":"These are the words for %d."}}`, code)
	switch {
	case code < 300:
		return func(a *arrival) { a.apply(); a.answer(code, a.kind.body(a.id)) }
	case code < 400, code == http.StatusRequestTimeout, code >= 500:
		return applied(replies(code, said))
	}
	return replies(code, said)
}

// sends writes bytes of its own to the connection and closes it.
func sends(raw string) behaviour {
	return func(a *arrival) {
		conn := a.conn()
		_, _ = io.WriteString(conn, raw)
		_ = conn.Close()
	}
}

// resets writes the beginning of an answer, if any, and resets the connection.
func resets(beginning string) behaviour {
	return func(a *arrival) {
		conn := a.conn()
		_, _ = io.WriteString(conn, beginning)
		if beginning != "" {
			time.Sleep(50 * time.Millisecond) // a reset may overtake what was sent before it
		}
		if tcp, ok := conn.(*net.TCPConn); ok {
			_ = tcp.SetLinger(0)
		}
		_ = conn.Close()
	}
}

// goesOn sends a beginning and then the same again and again, with pauses, until nobody listens.
func goesOn(beginning, more string, pause time.Duration) behaviour {
	return func(a *arrival) {
		conn := a.conn()
		defer func() { _ = conn.Close() }()
		if _, err := io.WriteString(conn, beginning); err != nil {
			return
		}
		gone := make(chan struct{})
		go func() {
			_, _ = io.Copy(io.Discard, conn) // ends with the connection
			close(gone)
		}()
		for {
			select {
			case <-gone:
				return
			case <-a.quit:
				return
			case <-time.After(pause):
			}
			if _, err := io.WriteString(conn, more); err != nil {
				return
			}
		}
	}
}

// floods sends a beginning and then the same again and again, as fast as it is taken.
func floods(beginning, more string) behaviour {
	return func(a *arrival) {
		conn := a.conn()
		defer func() { _ = conn.Close() }()
		_, err := io.WriteString(conn, beginning)
		for err == nil {
			_, err = io.WriteString(conn, more)
		}
	}
}

// zipped answers with the gzip of a text whose middle is repeated: so many megabytes of it, each a member of the file, so that it takes no time
// to make.
func zipped(status int, begin, repeated string, megabytes int, end string) behaviour {
	middle := gzipOf(strings.Repeat(repeated, 1<<20/len(repeated)))
	bomb := gzipOf(begin) + strings.Repeat(middle, megabytes) + gzipOf(end)
	return func(a *arrival) {
		a.apply()
		a.answer(status, bomb, "Content-Encoding", "gzip")
	}
}

// gzipOf is the gzip of a text.
func gzipOf(text string) string {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = io.WriteString(z, text)
	_ = z.Close()
	return b.String()
}

// items is a list of n posts and what follows it.
func items(n int, after string) string {
	var b strings.Builder
	b.WriteString(`{"data":[`)
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"object":"post","id":"64b0c2f19d3e5a77%08d","title":"Post %d","content":"<p>%s</p>","upvotes":%d}`, i, i, strings.Repeat("word ", 40), i)
	}
	return b.String() + `]` + after + `}`
}
