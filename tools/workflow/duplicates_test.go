package workflow_test

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	mcpclient "github.com/mark3labs/mcp-go/client"

	"featurebase-mcp/internal/app"
	"featurebase-mcp/internal/engine/enginetest"
)

// labelledPair is what somebody wrote, and the posts that ask for the same. There are none for a wish that nobody has posted.
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
		language, query, isQuery := strings.Cut(line, " | ")
		switch {
		case line == "", strings.HasPrefix(line, "#"):
		case strings.HasPrefix(line, "+ "):
			set.posts = append(set.posts, strings.Split(strings.TrimPrefix(line, "+ "), " | "))
		case isQuery:
			set.pairs = append(set.pairs, labelledPair{language: language, query: query})
		case line != "-":
			last := &set.pairs[len(set.pairs)-1]
			last.right = append(last.right, line)
		}
	}
	return set
}

// topics returns the topics of the posts by their titles: those of the seed, and those of the added posts.
func (s labelledSet) topics(t *testing.T) map[string]int {
	t.Helper()
	const own = 1000 // topics of added posts are counted from here
	topics := topicsOfSeed(t)
	for i, p := range s.posts {
		topics[p[0]] = own + i
		if len(p) > 2 {
			topics[p[0]] = topics[p[2]]
		}
	}
	for _, pair := range s.pairs {
		for _, title := range pair.right {
			if topics[title] == 0 {
				t.Fatalf("no post is called %q", title)
			}
		}
	}
	return topics
}

// start returns a sandbox with the posts of the set.
func (s labelledSet) start(t *testing.T) *mcpclient.Client {
	t.Helper()
	server := enginetest.Start(t, app.Config{Sandbox: &app.Sandbox{}})
	for _, p := range s.posts {
		if answer, isError := enginetest.Ask(t, server, "create_post", fmt.Sprintf(`{"boardId":"Feature requests","title":%q,"content":%q}`, p[0], p[1])); isError {
			t.Fatal(answer)
		}
	}
	return server
}

// A row of find_similar_posts: the mark of a weak hit and the title.
var hitRow = regexp.MustCompile(`(?m)^\[\w+\] (weak, )?score \d\.\d\d.*\n  (.*)$`)

// duplicateFigures are what find_similar_posts finds of a labelled set.
type duplicateFigures struct {
	wishes, found     int             // wishes with right posts, and those with one of them among the first five
	strong, same      int             // hits above the threshold, and those on the topic of the wish
	unposted, claimed int             // wishes that nobody posted, and those with a hit above the threshold
	languages         map[string]bool // of the wishes
	wrong             []string        // what was not found, or claimed and is not so
}

func (f duplicateFigures) recall() float64    { return float64(f.found) / float64(f.wishes) }
func (f duplicateFigures) precision() float64 { return float64(f.same) / float64(f.strong) }

func measureDuplicates(t *testing.T, name string) duplicateFigures {
	t.Helper()
	set := readLabelled(t, name)
	topics, server := set.topics(t), set.start(t)
	f := duplicateFigures{languages: map[string]bool{}}
	for _, pair := range set.pairs {
		answer, isError := enginetest.Ask(t, server, "find_similar_posts", `{"text":`+strconv.Quote(pair.query)+`}`)
		if isError {
			t.Fatal(answer)
		}
		onTopic := func(title string) bool {
			return slices.ContainsFunc(pair.right, func(right string) bool { return topics[right] == topics[title] })
		}
		found, claimed := false, false
		rows := hitRow.FindAllStringSubmatch(answer, -1)
		for i, row := range rows {
			weak, title := row[1] != "", row[2]
			found = found || i < 5 && slices.Contains(pair.right, title)
			if weak {
				continue
			}
			f.strong++
			if onTopic(title) {
				f.same++
			} else {
				claimed = true
				f.wrong = append(f.wrong, pair.query+" is not "+title)
			}
		}
		f.languages[pair.language] = true
		switch {
		case len(pair.right) == 0:
			f.unposted++
			if claimed {
				f.claimed++
			}
		default:
			f.wishes++
			if found {
				f.found++
			} else {
				f.wrong = append(f.wrong, pair.query+" finds none of "+strings.Join(pair.right, ", "))
			}
		}
	}
	return f
}

// labelled are the sets and their figures, which two tests need.
var labelled = []struct {
	name, about string
	once        *sync.Once
	figures     *duplicateFigures
}{
	{"tuning", "the weights were set on these", new(sync.Once), new(duplicateFigures)},
	{"heldout", "looked at once, after the first measurement", new(sync.Once), new(duplicateFigures)},
}

// duplicatesMeasured returns the figures of one of the labelled sets, which is measured once.
func duplicatesMeasured(t *testing.T, i int) duplicateFigures {
	t.Helper()
	labelled[i].once.Do(func() { *labelled[i].figures = measureDuplicates(t, labelled[i].name) })
	return *labelled[i].figures
}

// What people write is found in other words, other languages, with slips of the pen and deep in a text; and what is called similar is.
func TestDuplicatesAreFound(t *testing.T) {
	t.Parallel()
	for i, set := range labelled {
		t.Run(set.name, func(t *testing.T) {
			t.Parallel()
			f := duplicatesMeasured(t, i)
			t.Logf("recall@5 %.3f of %d, precision %.3f of %d, claimed %d of %d; %d languages", f.recall(), f.wishes, f.precision(), f.strong, f.claimed, f.unposted, len(f.languages))
			if f.recall() < 0.95 || f.precision() < 0.9 || f.wishes < 50 || len(f.languages) < 8 || f.claimed*10 > f.unposted {
				t.Errorf("%s", strings.Join(f.wrong, "\n"))
			}
		})
	}
}

// duplicateTable shows the figures in docs/jobs.md.
func duplicateTable(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	b.WriteString("How well it finds is measured on what people might write about the topics of the sandbox (`tools/workflow/testdata/duplicates`), in " +
		"other words, with typing errors, deep in a text, and in other languages than the posts. A hit counts as right if it is on the topic of the wish.\n\n" +
		"| set | wishes | languages | a right post is among the first five | hits above the threshold that are right | wishes that nobody posted, and had such a hit |\n" +
		"| --- | --- | --- | --- | --- | --- |\n")
	for i, set := range labelled {
		f := duplicatesMeasured(t, i)
		fmt.Fprintf(&b, "| %s: %s | %d | %d | %.1f %% | %.1f %% of %d | %d of %d |\n", set.name, set.about, f.wishes, len(f.languages), 100*f.recall(), 100*f.precision(), f.strong, f.claimed, f.unposted)
	}
	b.WriteString("\nThe sandbox's search knows the words of these topics in the same languages. A search by meaning that knows more finds more; one that knows " +
		"less finds less, and then the words decide.\n")
	return b.String()
}
