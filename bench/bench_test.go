package bench

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/tiktoken-go/tokenizer"
)

const (
	warmCalls  = 100
	blockCalls = 50 // calls in a row, before it is the other's turn
	loadCalls  = 800
	inFlight   = 32
	burstCalls = 200
	burstDelay = 100 * time.Millisecond
)

// listPosts is the call that is measured most. Its answer has the last post of the page.
func listPosts(b *testing.B, up *upstream) func(*client) error {
	b.Helper()
	return call("list_posts", fmt.Sprintf(`{"limit":%d}`, pageSize), up.posts(b)[pageSize-1])
}

// From just before a process is started until initialize is answered, then until tools/list is, and what memory it has then.
func BenchmarkStart(b *testing.B) {
	up, f := newUpstream(b), figures{}
	programs := []program{limit, byDefault, allTools}
	for _, p := range programs {
		p.start(b, "stdio", up).stop() // built, and in the page cache
	}
	for round := range *rounds {
		inTurns(round, programs, func(_ int, p program) {
			begin := time.Now()
			s := p.start(b, "stdio", up)
			c := connect(b, s, "stdio")
			shaken := time.Now()
			c.must(b, "tools/list", "{}")
			f.add(p.name, "initialize-ms", milliseconds(shaken.Sub(begin)))
			f.add(p.name, "tools/list-ms", milliseconds(time.Since(shaken)))
			f.add(p.name, "memory-MB", s.status(b, "VmRSS"))
			s.stop()
			if info, err := os.Stat(s.cmd.Path); err == nil {
				f.add(p.name, "binary-MB", float64(info.Size())/1e6)
			}
		})
	}
	for _, p := range programs {
		f.add(p.name, "fastest-ms", slices.Min(f[p.name]["initialize-ms"]))
	}
	f.report(b)
}

// One caller, one request after the other, and what a request to the API takes without a server between.
func BenchmarkRequest(b *testing.B) {
	up := newUpstream(b)
	post, posts := up.posts(b)[0], listPosts(b, up)
	for _, of := range []struct {
		name, transport string
		programs        []program
		one             func(*client) error
	}{
		{"tools-list", "stdio", []program{limit, byDefault, allTools}, func(c *client) error { _, err := c.ask("tools/list", "{}"); return err }},
		{"list_posts", "stdio", []program{limit, unlimited}, posts},
		{"list_posts-over-HTTP", "http", []program{limit, unlimited}, posts},
		{"get_post", "stdio", []program{limit, unlimited}, call("get_post", fmt.Sprintf(`{"postId":%q}`, post), post)},
	} {
		b.Run(of.name, func(b *testing.B) {
			f, clients, all := figures{}, make([]*client, len(of.programs)), make([][]float64, len(of.programs))
			for i, p := range of.programs {
				clients[i] = connect(b, p.start(b, of.transport, up), of.transport)
				timed(b, warmCalls, func() error { return of.one(clients[i]) })
			}
			for round := range *rounds {
				direct := median(timed(b, blockCalls, func() error { up.page(b); return nil }))
				f.add("without-a-server", "ms", direct)
				inTurns(round, of.programs, func(i int, p program) {
					took := timed(b, blockCalls, func() error { return of.one(clients[i]) })
					all[i] = append(all[i], took...)
					f.add(p.name, "median-ms", median(took))
					if of.name != "tools-list" {
						f.add(p.name, "added-ms", median(took)-direct)
					}
				})
			}
			for i, p := range of.programs {
				f.add(p.name, "p99-ms", tail(all[i]))
			}
			f.report(b)
		})
	}
}

// 32 calls always open: calls a second, the processor time of the server for each, and the most memory it had.
func BenchmarkThroughput(b *testing.B) {
	up, f := newUpstream(b), figures{}
	programs, one := []program{limit, unlimited, measured}, listPosts(b, up)
	clients := overHTTP(b, up, programs, one)
	for round := range *rounds {
		inTurns(round, programs, func(i int, p program) {
			busy, served := clients[i].server.cpu(b), up.served.Load()
			took := together(b, inFlight, loadCalls, func(int) error { return one(clients[i]) })
			if n := up.served.Load() - served; n < loadCalls {
				b.Fatalf("%d calls made %d requests", loadCalls, n)
			}
			f.add(p.name, "calls/s", loadCalls/took.Seconds())
			f.add(p.name, "cpu-ms/call", milliseconds(clients[i].server.cpu(b)-busy)/loadCalls)
		})
	}
	for i, p := range programs {
		f.add(p.name, "peak-MB", clients[i].server.status(b, "VmHWM"))
	}
	f.report(b)
}

// 200 calls at once to an API that takes 100 ms, and a ping beside them.
func BenchmarkBurst(b *testing.B) {
	up, f := newUpstream(b), figures{}
	programs, one := []program{limit, unlimited}, listPosts(b, up)
	clients := overHTTP(b, up, programs, one)
	up.delay.Store(int64(burstDelay))
	for round := range *rounds {
		inTurns(round, programs, func(i int, p program) {
			took := together(b, burstCalls+1, burstCalls+1, func(n int) error {
				if n < burstCalls {
					return one(clients[i])
				}
				begin := time.Now()
				_, err := clients[i].ask("ping", "{}")
				f.add(p.name, "ping-ms", milliseconds(time.Since(begin)))
				return err
			})
			f.add(p.name, "all-ms", milliseconds(took))
		})
	}
	f.report(b)
}

// What the answers cost that support and triage read every day, in tokens of o200k, and what the bodies of the API would, which a server that passes them on
// hands to the model.
func BenchmarkTokens(b *testing.B) {
	codec, err := tokenizer.Get(tokenizer.O200kBase)
	if err != nil {
		b.Fatal(err)
	}
	up, f := newUpstream(b), figures{}
	c, post := connect(b, allTools.start(b, "stdio", up), "stdio"), up.posts(b)[0]
	for _, of := range []struct{ name, tool, arguments, request string }{
		{"10-posts", "list_posts", `{"limit":10}`, "/v2/posts?limit=10 "},
		{"50-posts", "list_posts", `{"limit":50}`, "/v2/posts?limit=50 "},
		{"100-posts", "list_posts", `{"limit":100}`, "/v2/posts?limit=100 "},
		{"one-post", "get_post", fmt.Sprintf(`{"postId":%q}`, post), "/v2/posts/" + post + " "},
		{"10-articles-found", "search_articles", `{"search":"invoice","limit":10}`, "/articles/search "},
		{"a-conversation-of-24-parts", "get_conversation", `{"conversationId":"10027"}`, "/v2/conversations/10027 "},
		{"25-contacts", "list_contacts", `{"limit":25}`, "/v2/contacts?limit=25 "},
		{"25-companies", "list_companies", `{"limit":25}`, "/v2/companies?limit=25 "},
	} {
		line, err := c.ask("tools/call", fmt.Sprintf(`{"name":%q,"arguments":%s}`, of.tool, of.arguments))
		if err != nil {
			b.Fatal(err)
		}
		var answer struct {
			Result struct {
				Content []struct {
					Text string `json:"text"`
				} `json:"content"`
			} `json:"result"`
		}
		if err := json.Unmarshal(line, &answer); err != nil {
			b.Fatal(err)
		}
		for whose, text := range map[string]string{"answer-tokens": answer.Result.Content[0].Text, "API-tokens": up.said(b, of.request)} {
			n, err := codec.Count(text)
			if err != nil {
				b.Fatal(err)
			}
			f.add(of.name, whose, float64(n))
		}
	}
	f.report(b)
}

// overHTTP starts programs and warms them up.
func overHTTP(b *testing.B, up *upstream, programs []program, one func(*client) error) []*client {
	b.Helper()
	clients := make([]*client, len(programs))
	for i, p := range programs {
		clients[i] = connect(b, p.start(b, "http", up), "http")
		together(b, inFlight, warmCalls, func(int) error { return one(clients[i]) })
	}
	return clients
}

// timed does something again and again, and returns how long it took each time, in milliseconds.
func timed(b *testing.B, times int, one func() error) []float64 {
	b.Helper()
	took := make([]float64, times)
	for n := range took {
		begin := time.Now()
		if err := one(); err != nil {
			b.Fatal(err)
		}
		took[n] = milliseconds(time.Since(begin))
	}
	return took
}

// together makes calls, some at once, and returns how long all of them took.
func together(b *testing.B, atOnce, calls int, one func(n int) error) time.Duration {
	b.Helper()
	next := make(chan int, calls)
	for n := range calls {
		next <- n
	}
	close(next)
	var callers sync.WaitGroup
	begin := time.Now()
	for range atOnce {
		callers.Go(func() {
			for n := range next {
				if err := one(n); err != nil {
					b.Error(err)
				}
			}
		})
	}
	callers.Wait()
	if b.Failed() {
		b.FailNow()
	}
	return time.Since(begin)
}

func milliseconds(d time.Duration) float64 { return d.Seconds() * 1e3 }
