package workflow_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	mcpclient "github.com/mark3labs/mcp-go/client"

	"featurebase-mcp/internal/engine/enginetest"
)

// What workflows say of single conversations, posts and articles is what the API says of them, on several organizations: read here over
// plain HTTP, with no code of the tools.

type rawConversation struct {
	ID, State string
	CreatedAt time.Time
	Source    struct{ Author struct{ Type string } }
	Parts     []struct {
		PartType  string
		CreatedAt time.Time
		Author    *struct{ Type string }
	} `json:"conversationParts"`
}

type rawArticle struct {
	ID, Title, State, Body, ExternalURL string
	LiveUpdatedAt                       time.Time
}

// one reads a single object.
func one[T any](f *facts, path string) T {
	f.t.Helper()
	res, err := http.Get(f.base + path)
	if err != nil {
		f.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	var v T
	if err := json.NewDecoder(res.Body).Decode(&v); err != nil || res.StatusCode != http.StatusOK {
		f.t.Fatalf("%s: %d %v", path, res.StatusCode, err)
	}
	return v
}

// Summaries count the messages of each side and say who waits for whom.
func TestSummariesAreTrue(t *testing.T) {
	t.Parallel()
	inEveryOrganization(t, func(t *testing.T, f *facts, server *mcpclient.Client) {
		all := everything[rawConversation](f, "/v2/conversations", nil)
		if len(all) < 50 {
			t.Fatalf("%d conversations", len(all))
		}
		for _, c := range all[:min(len(all), 30)] {
			c = one[rawConversation](f, "/v2/conversations/"+c.ID)
			answer, isError := enginetest.Ask(t, server, "summarize_conversation", `{"conversationId":"`+c.ID+`"}`)
			if want := summaryOf(c); isError || !strings.Contains(answer, want[0]) || !strings.Contains(answer, want[1]) {
				t.Errorf("%s: %q is meant:\n%.1500s", c.ID, want, answer)
			}
		}
	})
}

// side is who wrote a message; leads are customers, too.
func side(author string) string {
	switch author {
	case "customer", "lead", "guest":
		return "customer"
	case "admin":
		return "team"
	default:
		return "bot"
	}
}

// words are the messages that both sides can read, in their order.
func (c rawConversation) words() []rawWords {
	list := []rawWords{{side(c.Source.Author.Type), c.CreatedAt}}
	for _, p := range c.Parts {
		if p.Author != nil && p.Author.Type != "" && p.PartType != "admin_note" {
			list = append(list, rawWords{side(p.Author.Type), p.CreatedAt})
		}
	}
	return list
}

type rawWords struct {
	who string
	at  time.Time
}

// waits is who waits, and the first words that wait for an answer, found from the end; bots is when a bot answered a customer who waits.
// The bot is no side: what it says neither answers a customer nor begins the wait anew.
func waits(list []rawWords) (who string, since, bot time.Time) {
	for _, w := range slices.Backward(list) {
		switch {
		case w.who == "bot" && who == "" && bot.IsZero():
			bot = w.at
		case w.who == "bot":
		case who == "":
			who, since = w.who, w.at
		case w.who == who:
			since = w.at
		default:
			return who, since, bot
		}
	}
	return who, since, bot
}

// summaryOf are the lines of a summary that can be counted.
func summaryOf(c rawConversation) [2]string {
	kinds := map[string]int{side(c.Source.Author.Type): 1}
	for _, p := range c.Parts {
		switch {
		case p.PartType == "admin_note":
			kinds["note"]++
		case p.Author == nil || p.Author.Type == "":
			kinds["event"]++
		default:
			kinds[side(p.Author.Type)]++
		}
	}
	var counts []string
	for _, kind := range [][3]string{{"customer", "by customers", "by customers"}, {"team", "by admins", "by admins"}, {"bot", "by bots", "by bots"}, {"note", "internal note", "internal notes"}, {"event", "event", "events"}} {
		if n := kinds[kind[0]]; n > 0 {
			counts = append(counts, fmt.Sprintf("%d %s", n, map[bool]string{true: kind[1], false: kind[2]}[n == 1]))
		}
	}
	messages := fmt.Sprintf("\nmessages: all %d (%s), oldest first\n", len(c.Parts)+1, strings.Join(counts, ", "))
	const minute = "2006-01-02T15:04Z"
	switch who, since, bot := waits(c.words()); {
	case c.State == "closed":
		return [2]string{messages, "\nwaiting: nobody: it is closed"}
	case who == "customer" && !bot.IsZero():
		return [2]string{messages, fmt.Sprintf("\nwaiting: the customer waits for the team since %s, unless the bot's answer of %s was enough\n", since.Format(minute), bot.Format(minute))}
	case who == "customer":
		return [2]string{messages, "\nwaiting: the customer waits for the team since " + since.Format(minute) + "\n"}
	default:
		return [2]string{messages, "\nwaiting: the team waits for the customer since " + since.Format(minute) + "\n"}
	}
}

var (
	similarFacts = regexp.MustCompile(`(?m)^\[(\w+)\] score \d\.\d\d, (\d+) votes?(?:, (\d+) comments?)?, ([^,]+)(?:, awaiting moderation)?, [^,]+, (\d{4}-\d\d-\d\d), `)
	citedArticle = regexp.MustCompile(`(?m)^\d+\. (.+) \| article (\d+) \| (\S+) \| \w+ \| updated (\S+) `)
	saidByUs     = regexp.MustCompile(`(?m)^(check|near by meaning|Ask again).*\n?| … \(\d+ more characters; get_article has them\)`)
	notSaid      = regexp.MustCompile("\\]\\([^)]*\\)|^\\s*\\d+\\. |^\\s*```\\w*") // addresses, numbers of lists, languages of code
	markdown     = regexp.MustCompile(`[^\pL\pN]+`)
	tag          = regexp.MustCompile(`<[^>]*>`)
)

// Similar posts are shown with their own votes, comments, status and day.
func TestSimilarPostsAreShownAsTheyAre(t *testing.T) {
	t.Parallel()
	inEveryOrganization(t, func(t *testing.T, f *facts, server *mcpclient.Client) {
		rows := 0
		for i := 0; i < len(f.posts); i += 40 {
			answer, isError := enginetest.Ask(t, server, "find_similar_posts", `{"postId":"`+f.posts[i].ID+`"}`)
			if isError {
				t.Fatal(answer)
			}
			for _, row := range similarFacts.FindAllStringSubmatch(answer, -1) {
				rows++
				at := slices.IndexFunc(f.posts, func(p rawPost) bool { return p.ID == row[1] })
				if at < 0 {
					t.Fatalf("no post %s", row[1])
				}
				p := f.posts[at]
				want := []string{strconv.Itoa(p.Upvotes), strconv.Itoa(p.CommentCount), f.status[p.Status.ID].Name, p.CreatedAt.Format(time.DateOnly)}
				if got := []string{row[2], cmp.Or(row[3], "0"), row[4], row[5]}; !slices.Equal(got, want) {
					t.Errorf("%s: %v, not %v", p.ID, got, want)
				}
			}
			if rows < strings.Count(answer, "] score ") {
				t.Errorf("a row that is not understood: %s", answer)
			}
		}
		if rows < 5 {
			t.Errorf("only %d rows compared", rows)
		}
	})
}

// What is cited stands in the article that is named, word for word, and that article is published.
func TestCitedPassagesStandInTheirArticles(t *testing.T) {
	t.Parallel()
	inEveryOrganization(t, func(t *testing.T, f *facts, server *mcpclient.Client) {
		articles := map[string]rawArticle{}
		for _, a := range everything[rawArticle](f, "/v2/help_center/articles", url.Values{"state": {"live"}}) {
			articles[a.ID] = a
		}
		cited := 0
		for question := range answerable {
			answer := askHelp(t, server, question)
			places := citedArticle.FindAllStringSubmatchIndex(answer, -1)
			for i, at := range places {
				title, id, address, updated := answer[at[2]:at[3]], answer[at[4]:at[5]], answer[at[6]:at[7]], answer[at[8]:at[9]]
				a := articles[id]
				if a.State != "live" || !strings.HasPrefix(title, a.Title) || address != a.ExternalURL || a.ExternalURL == "" || updated != a.LiveUpdatedAt.Format(time.DateOnly) {
					t.Errorf("%s is cited as %q %s %s: %+v", id, title, address, updated, a)
				}
				end := len(answer)
				if i+1 < len(places) {
					end = places[i+1][0]
				}
				_, passage, _ := strings.Cut(answer[at[0]:end], "\n")
				passage = saidByUs.ReplaceAllString(passage, "")
				whole := bare(html.UnescapeString(tag.ReplaceAllString(a.Body, " ")))
				for line := range strings.Lines(passage) {
					if words := bare(notSaid.ReplaceAllString(line, "")); !strings.Contains(whole, words) {
						t.Errorf("%s does not say %q", id, line)
					}
				}
				cited++
			}
		}
		if cited < len(answerable)/2 {
			t.Errorf("only %d passages", cited)
		}
	})
}

// bare are the letters and digits of a text, so that marks of HTML and Markdown make no difference.
func bare(text string) string { return strings.ToLower(markdown.ReplaceAllString(text, "")) }
