package workflow_test

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"featurebase-mcp/internal/app"
	"featurebase-mcp/internal/engine/enginetest"
)

// labelledPair is a query and the posts that ask for the same. There are none for a wish that nobody has posted.
type labelledPair struct {
	language, query string
	right           []string
}

// labelledSet is a file of testdata/duplicates.
type labelledSet struct {
	posts [][]string // added to the sandbox's: title, text, and perhaps the title of a post about the same
	pairs []labelledPair
}

func readLabelled(t *testing.T, name string) labelledSet {
	t.Helper()
	data, err := os.ReadFile("testdata/duplicates/" + name + ".txt")
	if err != nil {
		t.Fatal(err)
	}
	var set labelledSet
	for line := range strings.Lines(string(data)) {
		line = strings.TrimSpace(line)
		first, rest, isQuery := strings.Cut(line, " | ")
		switch {
		case line == "", strings.HasPrefix(line, "#"):
		case strings.HasPrefix(line, "+ "):
			set.posts = append(set.posts, strings.Split(strings.TrimPrefix(line, "+ "), " | "))
		case isQuery:
			set.pairs = append(set.pairs, labelledPair{language: first, query: rest})
		case line != "-":
			last := &set.pairs[len(set.pairs)-1]
			last.right = append(last.right, line)
		}
	}
	return set
}

// similarRows reads the rows of an answer of find_similar_posts: titles, and whether each is weak.
var similarRows = regexp.MustCompile(`(?m)^\[(\w+)\] (weak, )?score (\d\.\d\d).*\n  (.*)$`)

// measured are the figures of a labelled set.
type measured struct {
	queries, found   int // queries with right posts, and those with one of them among the first five
	right, rightTop  int // right posts, and those among the first five
	strong, same     int // hits above the threshold, and those about the same topic
	negatives, false int // wishes that nobody posted, and those with a hit above the threshold
	languages        map[string]int
	sweep            map[int][3]int // at hundredths of a score: hits, right ones, queries that have one
}

func measure(t *testing.T, seed uint64, set labelledSet) (m measured) {
	t.Helper()
	server := enginetest.Start(t, app.Config{Sandbox: &app.Sandbox{Seed: seed}})
	for _, p := range set.posts {
		if answer, isError := enginetest.Ask(t, server, "create_post", fmt.Sprintf(`{"boardId":"Feature requests","title":%q,"content":%q}`, p[0], p[1])); isError {
			t.Fatal(answer)
		}
	}
	topics := topicsOfSeed(t)
	for i, p := range set.posts {
		topics[p[0]] = 1000 + i
		if len(p) > 2 {
			topics[p[0]] = topics[p[2]]
		}
	}
	m.languages = map[string]int{}
	m.sweep = map[int][3]int{}
	for _, pair := range set.pairs {
		answer, isError := enginetest.Ask(t, server, "find_similar_posts", `{"text":`+strconv.Quote(pair.query)+`}`)
		if isError {
			t.Fatal(answer)
		}
		rows := similarRows.FindAllStringSubmatch(answer, -1)
		var about []int
		for _, title := range pair.right {
			if topics[title] == 0 {
				t.Fatalf("no post is called %q", title)
			}
			about = append(about, topics[title])
		}
		hit, wrong := 0, 0
		for at := 24; at < 70; at += 3 {
			n := m.sweep[at]
			any := 0
			for _, row := range rows {
				score, _ := strconv.ParseFloat(row[3], 64)
				if score*100 < float64(at) {
					continue
				}
				n[0]++
				if slices.Contains(pair.right, row[4]) || topics[row[4]] > 0 && slices.Contains(about, topics[row[4]]) {
					n[1]++
					any = 1
				}
			}
			n[2] += any
			m.sweep[at] = n
		}
		for i, row := range rows {
			isRight := slices.Contains(pair.right, row[4])
			if i < 5 && isRight {
				hit++
			}
			if row[2] == "" {
				m.strong++
				if isRight || topics[row[4]] > 0 && slices.Contains(about, topics[row[4]]) {
					m.same++
				} else {
					wrong++
				}
			}
		}
		if len(pair.right) == 0 {
			m.negatives++
			if wrong > 0 {
				m.false++
			}
		} else {
			m.languages[pair.language]++
			m.queries++
			m.right += min(5, len(pair.right))
			m.rightTop += hit
			if hit > 0 {
				m.found++
			}
		}
		if wrong > 0 || hit == 0 && len(pair.right) > 0 || os.Getenv("SHOW") != "" {
			t.Logf("%s | %s: %d of %d right, %d wrong above the threshold", pair.language, pair.query, hit, len(pair.right), wrong)
			for _, row := range rows {
				t.Logf("      %s%s %s %v", row[2], row[3], row[4], slices.Contains(pair.right, row[4]))
			}
		}
	}
	return m
}

func TestDuplicatesAreMeasured(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"tuning", "heldout"} {
		t.Run(name, func(t *testing.T) {
			m := measure(t, 0, readLabelled(t, name))
			for at := 24; at < 70; at += 3 {
				n := m.sweep[at]
				t.Logf("%d: precision %.3f of %d, queries %d", at, float64(n[1])/float64(n[0]), n[0], n[2])
			}
			t.Logf("%s: recall@5 %d/%d=%.3f (all right %d/%d=%.3f), precision %d/%d=%.3f, negatives with hit %d/%d",
				name, m.found, m.queries, float64(m.found)/float64(m.queries), m.rightTop, m.right, float64(m.rightTop)/float64(m.right), m.same, m.strong, float64(m.same)/float64(m.strong), m.false, m.negatives)
		})
	}
}
