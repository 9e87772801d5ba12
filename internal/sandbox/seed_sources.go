package sandbox

import (
	"maps"
	"regexp"
	"strconv"
	"time"
)

// illustration is the picture that belongs to an article which the bot cites. Related pictures come as a message of their own.
const illustration = "![The article in pictures](https://cdn.plumline.example/help/illustration.png)"

// cite gives the answers of the bot that link to articles the form of an AI agent's: the links become [n], and the sources stand beside the body. The first
// one has a picture, too. It comes after all else of the inbox and rolls no dice, so that what was made before stays.
func (s *supportSeeder) cite() {
	link := regexp.MustCompile(`\[([^\]]+)\]\((https://help\.plumline\.example/[^)]+)\)`) // its title and its address
	pictured := false
	for _, thread := range s.Kind("conversation").All() {
		told := []any{}
		for i, part := range parts(thread) {
			told = append(told, part)
			sources := []any{}
			if part["partType"] != "bot_msg" {
				continue
			}
			body := link.ReplaceAllStringFunc(text(part, "bodyMarkdown"), func(whole string) string {
				found := link.FindStringSubmatch(whole)
				sources = append(sources, object{"title": found[1], "url": found[2]})
				return found[1] + " [[" + strconv.Itoa(len(sources)) + "]](" + found[2] + ")"
			})
			if len(sources) == 0 {
				continue
			}
			changed := maps.Clone(part)
			changed["bodyMarkdown"], changed["sources"] = body, sources
			told[len(told)-1] = changed
			if at, _ := time.Parse(time.RFC3339, text(part, "createdAt")); !pictured && i+1 < len(parts(thread)) {
				pictured = true
				told = append(told, newMessage(s.Store, reply{
					partType: "bot_msg", author: object{"id": botID}, channel: text(part, "channel"), body: object{"bodyMarkdown": illustration}, at: at.Add(time.Second),
				}))
			}
		}
		thread["_parts"] = told
	}
}
