package workflow

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/input"
	"featurebase-mcp/internal/legible"
	"featurebase-mcp/internal/markup"
)

// draftChangelog gathers the material for the next changelog. It writes nothing.
var draftChangelog = &engine.Operation{
	Name:  "draft_changelog",
	Title: "Draft changelog",
	Description: "Draft a changelog: posts finished since the last published one, grouped, with links, the team's words, voters to tell, and Markdown for create_changelog. " +
		"Publishes nothing.",
	Effect:  engine.Read,
	Default: true,
	Input:   input.Args[draftChangelogArgs](),
	Run:     func(ctx context.Context, j *engine.Job) (string, error) { return (&work{j}).draftChangelog(ctx) },
	Uses:    []string{"list_changelogs", "list_post_statuses", "list_boards", "search_posts", "search_comments", "list_post_voters"},
	Example: `{}`,
}

type draftChangelogArgs struct {
	Since moment `json:"since,omitempty" jsonschema_description:"Instead of the last changelog's date."`
	Until moment `json:"until,omitempty" jsonschema_description:"A date is inclusive."`
}

// moment is a date in UTC, or a time.
type moment string

// Wire refuses a text that is neither.
func (moment) Wire(v any, _ reflect.StructTag) (any, error) {
	s, _ := v.(string)
	if _, ok := parseMoment(s); !ok {
		return v, fmt.Errorf("neither a date such as 2026-03-02 nor a time such as 2026-03-02T09:00:00Z: %s", input.Show(v))
	}
	return v, nil
}

func parseMoment(s string) (time.Time, bool) {
	for _, layout := range []string{time.DateOnly, time.RFC3339} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC(), true
		}
	}
	return time.Time{}, false
}

// endOf returns the end of a moment: that of the day for a date.
func endOf(s string) (time.Time, bool) {
	t, ok := parseMoment(s)
	if _, err := time.Parse(time.DateOnly, s); err == nil {
		t = t.AddDate(0, 0, 1)
	}
	return t, ok
}

const (
	draftedPosts     = 500 // finished posts that are read at most
	draftedShown     = 20  // finished posts in the draft
	draftedVoters    = 100 // voters of a post that are read
	recentChangelogs = 20  // published changelogs, and as many drafts, that are searched for mentions
	olderChangelogs  = 100 // the same, where the call says since when or until when, which may be long ago
)

// drafting is the state of one draft_changelog call.
type drafting struct {
	*work
	since time.Time // zero: all finished posts
	until time.Time // zero: until now
	last  *release  // the changelog with the date since; nil where the call gives since

	statuses []postStatus
	boards   postBoards
	unknown  bool      // the boards could not be read
	told     []release // the recent changelogs, drafts among them
	headings headings  // what the published ones are filed under, and say
	olderToo bool      // older changelogs exist
	finished *reading

	drafted   []postFacts                  // posts to announce, most votes first
	answers   map[string]postComment       // the latest public comment of the team by post
	voters    map[string]engine.Collection // of the posts in the draft
	mentioned []mentionedPost
	private   []postFacts // posts that customers cannot see
}

// release is a changelog with the fields that a draft needs.
type release struct {
	ID         string `json:"id"`
	Title      string `json:"title"`
	Content    string `json:"content"`
	Date       string `json:"date"`
	State      string `json:"state"`
	Categories []struct {
		Name string `json:"name"`
	} `json:"categories"`
}

// mentionedPost is a post and the changelog that mentions it.
type mentionedPost struct {
	postFacts
	in release
}

func (j *work) draftChangelog(ctx context.Context) (string, error) {
	d := &drafting{work: j}
	since, given := d.requestedSince()
	if given && since.After(d.Now()) {
		return "", fmt.Errorf("since: %s has not come; it is now %s", since.Format(minuteLayout), d.Now().Format(minuteLayout))
	}
	until, _ := d.Arguments()["until"].(string)
	if d.until, _ = endOf(until); !d.until.IsZero() && given && !since.Before(d.until) {
		return "", fmt.Errorf("until: it lies before since, %s", since.Format(minuteLayout))
	}
	if err := d.gather(ctx); err != nil {
		return "", err
	}
	d.sort()
	if err := d.gatherWords(ctx); err != nil {
		return "", err
	}
	return d.write(), nil
}

// requestedSince returns the argument since.
func (d *drafting) requestedSince() (time.Time, bool) {
	since, _ := d.Arguments()["since"].(string)
	return parseMoment(since)
}

// gather makes the requests: first those that decide which posts are finished, then those for the posts.
func (d *drafting) gather(ctx context.Context) error {
	var published, unpublished releases
	var noStatuses, noChangelogs error
	err := d.All(ctx,
		engine.Part{What: "the published changelogs", Do: func(ctx context.Context) (err error) {
			published, err = d.releases(ctx, "the published changelogs", "live")
			noChangelogs = err
			return err
		}},
		engine.Part{What: "the changelog drafts, which may mention a post already", Do: func(ctx context.Context) (err error) {
			unpublished, err = d.releases(ctx, "the changelog drafts", "draft")
			return err
		}},
		engine.Part{What: "the post statuses", Do: func(ctx context.Context) (err error) {
			d.statuses, err = d.work.statuses(ctx)
			noStatuses = err
			return err
		}},
		engine.Part{What: "the boards, which tell what customers cannot see", Do: func(ctx context.Context) (err error) {
			d.boards, err = d.work.boards(ctx)
			d.unknown = err != nil
			return err
		}},
	)
	if err != nil {
		return err
	}
	d.told, d.olderToo = slices.Concat(published.list, unpublished.list), published.more || unpublished.more
	d.headings = d.headingsOf(published.list)
	since, given := d.requestedSince()
	switch {
	case noStatuses != nil:
		return noStatuses
	case given:
		d.since = since
	case noChangelogs != nil:
		return noChangelogs
	default:
		d.beginAfter(published.list)
	}
	return d.gatherFinished(ctx)
}

// releases are the latest changelogs of a state.
type releases struct {
	list []release
	more bool // older ones exist
}

func (d *drafting) releases(ctx context.Context, what, state string) (releases, error) {
	wire := map[string]any{"state": state, "sortBy": "date", "sortOrder": "desc"}
	most := recentChangelogs
	if len(d.Arguments()) > 0 {
		most = olderChangelogs
	}
	c, err := d.List(ctx, what, "list_changelogs", wire, most)
	list := engine.DecodeAll[release](c.Items)
	for i := range list {
		list[i].State = state
	}
	return releases{list, err == nil && !c.Whole}, err
}

// beginAfter sets since to the date of the last published changelog. It skips dates in the future, which people can set, and those from until
// on.
func (d *drafting) beginAfter(published []release) {
	for i, r := range published {
		if at, ok := parseMoment(r.Date); ok && at.After(d.since) && !at.After(d.Now()) && (d.until.IsZero() || at.Before(d.until)) {
			d.since, d.last = at, &published[i]
		}
	}
}

// gatherFinished reads the posts in a completed status that changed since then. The API keeps no history of statuses, so the date of the
// last change has to do.
func (d *drafting) gatherFinished(ctx context.Context) error {
	var ids []any
	for _, s := range d.statuses {
		if s.kind == completedKind && s.id != "" {
			ids = append(ids, s.id)
		}
	}
	if ids == nil {
		return nil
	}
	filters := []any{where("statusId", "IN", ids)}
	if !d.since.IsZero() {
		filters = append(filters, where("updatedAt", ">=", d.since.Unix()))
	}
	if !d.until.IsZero() {
		filters = append(filters, where("updatedAt", "<", d.until.Unix()))
	}
	var failed error
	err := d.All(ctx, engine.Part{What: "the finished posts", Do: func(ctx context.Context) error {
		d.finished, failed = d.read(d.searchPosts(ctx, "the finished posts", inOrder("upvotes:desc"), draftedPosts, filters...))
		return failed
	}})
	if err == nil && d.finished == nil {
		err = failed
	}
	return err
}

// shown returns the posts in the draft.
func (d *drafting) shown(most int) []postFacts { return d.drafted[:min(len(d.drafted), most)] }

// gatherWords reads what the team said last about each post in the draft, and who voted for it.
func (d *drafting) gatherWords(ctx context.Context) error {
	d.answers, d.voters = map[string]postComment{}, map[string]engine.Collection{}
	shown := d.shown(draftedShown)
	if len(shown) == 0 {
		return nil
	}
	ids := make([]string, len(shown))
	lists := make([]engine.Collection, len(shown))
	parts := []engine.Part{{What: "what the team said about the posts", Do: func(ctx context.Context) error {
		comments, _, err := d.commentsOn(ctx, "the comments on the posts", ids, time.Time{})
		for _, c := range comments {
			if c.by == teamSide && c.public() && c.at.After(d.answers[c.postID].at) {
				d.answers[c.postID] = c
			}
		}
		return err
	}}}
	for i, p := range shown {
		if ids[i] = p.id; p.votes > 0 {
			parts = append(parts, engine.Part{What: "the voters of post " + p.id, Do: func(ctx context.Context) (err error) {
				lists[i], err = d.List(ctx, "the voters", "list_post_voters", map[string]any{"postId": p.id}, draftedVoters)
				return err
			}})
		}
	}
	err := d.All(ctx, parts...)
	for i, list := range lists {
		d.voters[ids[i]] = list
	}
	return err
}

// sort divides the posts into those to announce, those that a changelog mentions, and those that are not public.
func (d *drafting) sort() {
	if d.finished == nil {
		return
	}
	searched := make([]searchable, len(d.told))
	for i, r := range d.told {
		searched[i] = d.searchable(r)
	}
	for _, p := range d.finished.posts {
		i := slices.IndexFunc(searched, func(s searchable) bool { return s.mentions(p) })
		switch {
		case d.privacy(p) != "":
			d.private = append(d.private, p)
		case i >= 0:
			d.mentioned = append(d.mentioned, mentionedPost{p, d.told[i]})
		default:
			d.drafted = append(d.drafted, p)
		}
	}
}

// privacy returns why not every customer can see a post, or an empty text if all can, as far as is known.
func (d *drafting) privacy(p postFacts) string {
	switch b := d.boards.find(p.boardID); {
	case b.restricted:
		return "of the board " + short(b.called()) + ", which not every customer sees"
	case p.restricted:
		return "shown to some customers only"
	case p.inReview:
		return awaitingModeration
	default:
		return ""
	}
}

// searchable is the text of a changelog in the form in which mentions are searched.
type searchable struct{ html, words string }

// searchable converts a changelog with the same cleaning as posts, so that a title or link is altered alike on both sides.
func (d *drafting) searchable(r release) searchable {
	text := strings.Fields(d.Text(markup.Excerpt(r.Content, len(r.Content))))
	text = slices.DeleteFunc(text, func(word string) bool { return strings.Contains(word, "://") }) // an address contains the words of a title
	return searchable{strings.ToLower(d.Text(r.Content)), " " + bareWords(d.Line(r.Title)) + " . " + bareWords(strings.Join(text, " ")) + " "}
}

// bareWords returns the words of a text in lower case, with one space between two words.
func bareWords(s string) string {
	return strings.ToLower(strings.Join(strings.FieldsFunc(s, func(r rune) bool { return !legible.IsWordRune(r) }), " "))
}

// mentions reports whether the changelog links to the post or contains its whole title. A title of one or two words does not count, because
// it can occur by chance.
func (s searchable) mentions(p postFacts) bool {
	address := strings.ToLower(p.url)
	for rest := s.html; address != ""; {
		_, after, found := strings.Cut(rest, address)
		if !found {
			break
		}
		rest = after
		if next, _ := utf8.DecodeRuneInString(rest); !legible.IsWordRune(next) && next != '-' && next != '/' {
			return true
		}
	}
	title := bareWords(p.title)
	return strings.Count(title, " ") >= 2 && strings.Contains(s.words, " "+title+" ")
}
