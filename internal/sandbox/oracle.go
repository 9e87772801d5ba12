package sandbox

import (
	"cmp"
	"math"
	"net/http"
	"slices"
	"strings"

	"featurebase-mcp/internal/sandbox/fulltext"
)

// overlap is the code of a refusal by onMatch. The published pages name the refusal, and not its code.
const overlap = "knowledge_overlap"

// How much of the words of two questions have to be the same, for the one to ask what the other does, and for it to be worth a look.
const (
	sameQuestion    = 0.8
	similarQuestion = 0.5
)

// candidate is a piece of knowledge that a proposed entry was compared with.
type candidate struct {
	object object
	what   string // qna, article or file
	title  string
	score  float64
}

func (c candidate) shown() object {
	out := object{"id": c.object["id"], "type": c.what, "title": c.title, "score": math.Round(c.score*100) / 100}
	if c.what == qnaKind {
		out["revision"], out["answer"] = c.object["revision"], c.object["answer"]
	}
	return out
}

// wordsOf returns the words of a text that tell what it is about.
func wordsOf(text string) map[string]bool {
	words := map[string]bool{}
	for _, word := range fulltext.Words(text) {
		if len(word) > 3 || strings.ContainsAny(word, "0123456789") {
			words[word] = true
		}
	}
	return words
}

// likeness is the share of the words of two texts that both have, and covered the share of the first's.
func likeness(a, b map[string]bool) (likeness, covered float64) {
	both := 0
	for word := range a {
		if b[word] {
			both++
		}
	}
	if both == 0 {
		return 0, 0
	}
	return float64(both) / float64(len(a)+len(b)-both), float64(both) / float64(len(a))
}

// candidates returns the knowledge that questions are like, the likest first, without the entries to leave out.
func (c *call) candidates(questions, excluded []any) []candidate {
	var all []candidate
	consider := func(o object, what, title string, score float64) {
		if score >= similarQuestion && !slices.Contains(excluded, o["id"]) {
			all = append(all, candidate{o, what, title, score})
		}
	}
	best := func(titles []any, measure func(asked, known map[string]bool) float64) (score float64) {
		for _, q := range questions {
			asked, _ := q.(string)
			for _, k := range titles {
				known, _ := k.(string)
				score = max(score, measure(wordsOf(asked), wordsOf(known)))
			}
		}
		return score
	}
	like := func(a, b map[string]bool) float64 { score, _ := likeness(a, b); return score }
	within := func(a, b map[string]bool) float64 { _, covered := likeness(a, b); return covered }
	for _, o := range c.store.Kind(qnaKind).All() {
		title, _ := list(o, "questions")[0].(string)
		consider(o, qnaKind, title, best(list(o, "questions"), like))
	}
	for _, o := range c.store.Kind("article").All() {
		if live, ok := o["_live"].(object); ok {
			consider(o, "article", text(live, "title"), best([]any{live["title"]}, like))
		}
	}
	for _, o := range c.store.Kind(trainingFileKind).All() {
		score := best([]any{o["_content"]}, within)
		if status, _ := c.processing(o); status == "completed" && score >= sameQuestion { // a long text has half of the words of anything
			consider(o, "file", text(o, "name"), score)
		}
	}
	slices.SortStableFunc(all, func(a, b candidate) int { return cmp.Compare(b.score, a.score) })
	return all
}

// matched compares an entry with what is known, if the call wants it: what the answer says of it, and the other entry that the call may replace.
func (c *call) matched(known, draft object) (match any, target object, err error) {
	mode := text(c.body, "onMatch")
	if mode == "" {
		return nil, nil, nil
	}
	questions := list(c.body, "questions")
	if len(questions) == 0 {
		questions = list(draft, "questions")
	}
	var own []any
	if known != nil {
		own = []any{known["id"]}
	}
	found := c.candidates(questions, own)
	if len(found) == 0 {
		return object{"verdict": "none", "closest": nil}, nil, nil
	}
	closest := found[0]
	verdict := "similar"
	if closest.score >= sameQuestion {
		verdict = "same"
	}
	switch {
	case mode == "reject", mode == "update" && (verdict == "similar" || closest.what != qnaKind):
		return nil, nil, conflict(overlap, "The "+closest.what+" "+text(closest.object, "id")+" is "+verdict+": "+closest.title)
	case mode == "update":
		target = closest.object
	}
	return object{"verdict": verdict, "closest": closest.shown()}, target, nil
}

// askOracle says what to do with a proposed entry.
func askOracle(c *call) (int, any, error) {
	existing, questions := c.addressed(), list(c.body, "questions")
	excluded := slices.Clone(list(c.body, "excludeIds"))
	if existing != nil {
		excluded = append(excluded, existing["id"])
	}
	found := c.candidates(questions, excluded)
	shown := []any{}
	for _, one := range found {
		shown = append(shown, one.shown())
	}
	answer := object{"action": "create", "existing": nil, "target": nil, "candidates": shown, "checkTruncated": false}
	switch {
	case existing != nil:
		answer["action"] = "update_target"
		answer["existing"] = object{"id": existing["id"], "revision": existing["revision"], "answer": existing["answer"]}
		if c.body["answer"] == nil || text(c.body, "answer") == text(existing, "answer") {
			answer["action"] = "skip"
		}
	case len(found) == 0:
	case found[0].what != qnaKind:
		answer["action"], answer["target"] = "review_"+found[0].what, found[0].shown()
	case found[0].score < sameQuestion:
		answer["action"], answer["target"] = "review_qna", found[0].shown()
	case text(c.body, "answer") == text(found[0].object, "answer"):
		answer["action"], answer["target"] = "skip", found[0].shown()
	default:
		answer["action"], answer["target"] = "update_qna", found[0].shown()
	}
	return http.StatusOK, answer, nil
}
