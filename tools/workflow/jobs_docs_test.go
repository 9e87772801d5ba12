package workflow_test

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"testing"

	mcpclient "github.com/mark3labs/mcp-go/client"
	"github.com/mark3labs/mcp-go/mcp"

	"featurebase-mcp/internal/app"
	"featurebase-mcp/internal/engine/enginetest"
	"featurebase-mcp/internal/golden"
)

const jobsHead = `# Jobs

What people use the server for, as transcripts: each call was made on the sandbox, in this order, and each answer is what a model reads. The workflow tools
gather and rank; the assistant does the thinking. A write is a call of its own, or a row of a plan, which is confirmed as a whole. This page is written by ` + "`make update`" + `.

To follow along, use ` + "`featurebase-mcp call --sandbox --sandbox-state /tmp/featurebase.json --acting-admin " + enginetest.ActingAdmin + " TOOL ARGUMENTS`" + `. The file keeps
the state from call to call; take a new one for each job. [Prompts](reference.md#prompts) start these jobs from a host's menu.
`

// shownJob is a job of the page: calls that build on each other.
type shownJob struct {
	title, about string
	calls        []shownCall
	after        func(*testing.T) string // what follows the calls, if anything does
}

type shownCall struct{ why, tool, arguments string }

var shownJobs = []shownJob{
	{"Answer a support question", "What the customer wants, what the help center says about it, and a note for the colleague who takes over.", []shownCall{
		{"Who waits for whom, and the last question word for word.", "summarize_conversation", `{"conversationId":"10083"}`},
		{"What may be cited.", "answer_from_help_center", `{"question":"Reverse charge: no VAT on the invoice for a business in another EU country"}`},
		{"Two articles that contradict each other are both cited, with what each says.", "answer_from_help_center", `{"question":"How long is an invitation valid?"}`},
		{"What a draft would change, before somebody cites it.", "get_article", `{"articleId":"10021353","compare":true}`},
		{"In another language, the article is found by meaning.", "answer_from_help_center", `{"question":"¿Cómo puedo exportar todos mis datos?"}`},
		{"Nothing is made up where the help center is silent: what comes nearest is called weak.", "answer_from_help_center", `{"question":"Is there an affiliate program?"}`},
		{"A note stays internal.", "reply_to_conversation", `{"conversationId":"10083","type":"admin","messageType":"note","bodyMarkdown":"See article 10021328: tax is left out once the VAT number is on the client."}`},
	}, nil},
	{"See who waits for us", "Where a customer spoke last: the inbox, tickets and posts in one answer. A note, a private comment or a bot's words end nobody's wait.", []shownCall{
		{"The ones that pay most first, in each channel.", "awaiting_reply", `{"sort":"revenue","limit":2}`},
		{"On which posts did customers come back to us, and have waited for a month since?", "awaiting_reply", `{"channel":["posts"],"answeredBefore":true,"minDays":30,"boardId":"Integrations","limit":3}`},
		{"The rows of the inbox tell the same.", "search_conversations", `{"query":[{"field":"state","operator":"=","value":"open"}],"limit":3}`},
		{"What the first one needs, before anybody answers.", "summarize_conversation", `{"conversationId":"10072"}`},
	}, nil},
	{"Rank what is asked for", "Who wants what, in money and in votes: the figure that ranks is the one that is shown, and what is unknown is said.", []shownCall{
		{"What the voters' companies pay.", "rank_requests", `{"boardId":"Integrations","limit":4}`},
		{"Votes and revenue together, among the bugs with many votes.", "rank_requests", `{"by":"both","boardId":"Bugs","minVotes":10,"limit":3}`},
	}, nil},
	{"Triage feedback", "What waits for a decision, what it duplicates, and the decision itself.", []shownCall{
		{"Posts awaiting moderation first, then the oldest, with the words to decide in.", "triage_queue", `{"boardId":"Integrations","limit":3}`},
		{"One of them compared with more posts.", "find_similar_posts", `{"postId":"692de4d18c2fe90da8000019","limit":2}`},
		{"It is the same wish as the older post: closed as such, without an e-mail.", "update_post", `{"postId":"692de4d18c2fe90da8000019","statusId":"Duplicate"}`},
		{"Moderation alone, the newest first. One post hides text.", "triage_queue", `{"only":"moderation","sort":"newest","limit":1}`},
		{"What it hides is for the moderator to see, and for no model to follow.", "get_post", `{"postId":"6ae2d9e28c2fe90da800011f","hidden":true}`},
	}, nil},
	{"Find duplicates", "What a customer wrote is compared as it is, by words and by meaning.", []shownCall{
		{"There is something alike.", "find_similar_posts", `{"text":"Our finance team copies the time entries page by page. Could we export a report to CSV?","limit":2}`},
		{"In another language there is no word in common.", "find_similar_posts", `{"text":"Modo noche","limit":2}`},
		{"Two posts: who voted for both, and what can be done, since the API cannot merge them.", "find_similar_posts", `{"postId":"6ae0bd098c2fe90da8000112","limit":2}`},
		{"And here is nothing.", "find_similar_posts", `{"text":"Please support quantum tofu"}`},
	}, duplicateTable},
	{"Teach the AI agent", "What was asked more than once and answered, without what tells who asked. The answer of the team is a draft: it was written to one customer.", []shownCall{
		{"What the conversations of half a year have in common.", "propose_training", `{"startDate":"2026-05-01","endDate":"2026-10-31"}`},
		{"Where what it was taught contradicts the help center.", "compare_knowledge", `{}`},
		{"What somebody has to decide about: what the AI agent knows of invitations.", "ask_qna_oracle", `{"questions":["How long is an invitation valid?"],"answer":"An invitation is valid for 14 days."}`},
		{"The answer is corrected, unless somebody else has changed it since.", "update_qna", `{"qnaId":"6a48f5c070b54c1952000001","answer":"An invitation is valid for 14 days.","expectedRevision":"1"}`},
	}, nil},
	{"Weekly report", "What a period brought against the one before, in figures that were counted.", []shownCall{
		{"One board, in the time zone of the readers.", "feedback_report", `{"boardId":"Bugs","timezone":"Europe/Berlin"}`},
	}, nil},
	{"Report on support", "Inbox and tickets of a period against the one before, with who waits at this moment.", []shownCall{
		{"The last seven days, in the time zone of the team.", "support_report", `{"timezone":"Europe/Berlin"}`},
		{"Who has waited longest, with what was said.", "awaiting_reply", `{"channel":["tickets"],"limit":2}`},
	}, nil},
	{"Sum up a survey", "Figures that were counted, and what people wrote by the score that they gave.", []shownCall{
		{"Which surveys there are.", "survey_summary", `{}`},
		{"One of them, by its title.", "survey_summary", `{"surveyId":"How likely are you to recommend Plumline?"}`},
	}, nil},
	{"Draft a changelog", "What was finished since the last one, as a draft; and what becomes public only after the user has said so.", []shownCall{
		{"The material, without what customers cannot see.", "draft_changelog", `{"since":"2026-10-25"}`},
		{"In the assistant's words: a draft that nobody sees yet.", "create_changelog", `{"title":"What's new: export and search","markdownContent":"[Exports of any size](https://feedback.plumline.example/p/export-fails-with-more-than-5-000-entries) arrive whole."}`},
		{"A host that can ask its user is told to.", "publish_changelog", `{"changelogId":"` + shownChangelog + `","locales":["en"],"sendEmail":true}`},
	}, nil},
	{"Import customers", "200 rows of a table: one plan, one question, one call that sends them. On the command line: `featurebase-mcp call plan_changes --file customers.csv tool=upsert_contact`.", []shownCall{
		{"Each row is checked and compared with what is there; nothing is sent.", "plan_changes", `{"tool":"upsert_contact","csv":"` + customersCSV + `"}`},
		{"The user is asked once. Featurebase takes 25 requests a second, so this is a matter of seconds.", "apply_plan", `{"planId":"<planId>"}`},
	}, nil},
	{"Tag conversations", "40 conversations at a glance get a tag, and lose it again.", []shownCall{
		{"Those that have the tag already are left out.", "plan_changes", `{"changes":[` + taggings + `]}`},
		{"One yes for all.", "apply_plan", `{"planId":"<planId>"}`},
		{"The way back is a plan, too.", "plan_changes", `{"undo":"<planId>"}`},
	}, nil},
	{"Close the loop with voters", "The people who asked for something hear what became of it, once.", []shownCall{
		{"Who waits.", "list_post_voters", `{"postId":"6a0cf1598c2fe90da8000060","limit":2}`},
		{"It is done. The status tells nobody by itself.", "update_post", `{"postId":"6a0cf1598c2fe90da8000060","statusId":"Shipped"}`},
		{"One comment says it to all of them, by e-mail.", "create_comment", `{"postId":"6a0cf1598c2fe90da8000060","content":"You find it under Reports, Export."}`},
	}, nil},
}

// customersCSV is a table of 200 customers, as a JSON text has it.
var customersCSV = func() string {
	var b strings.Builder
	b.WriteString(`email,name,companies.0.id,companies.0.name`)
	for i := range 200 {
		fmt.Fprintf(&b, `\ncustomer%d@example.com,Customer %d,company-%d,Company %d`, i+1, i+1, i%20, i%20)
	}
	return b.String()
}()

// taggings are 40 changes that put a tag on a conversation.
var taggings = func() string {
	var list []string
	for i := range 40 {
		list = append(list, fmt.Sprintf(`{"tool":"attach_conversation_tag","arguments":{"conversationId":"%d","tagId":"Billing"}}`, 10044+i))
	}
	return strings.Join(list, ",")
}()

// planID matches the id of a plan, which is another one each time.
var planID = regexp.MustCompile(`plan_[a-z0-9]{26}`)

// newIDs matches the ids of what a plan made: rows that are sent at the same time get them in any order.
var newIDs = regexp.MustCompile(`(?m)^new: .*$`)

// shown cuts what would make the page long or new each time.
func shown(text string, most int) string {
	text = newIDs.ReplaceAllString(planID.ReplaceAllString(text, "plan_example"), "new: (the ids of the new objects)")
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most]) + "\n[...]"
	}
	return text
}

// shownChangelog is the id that the sandbox gives the first changelog that is made.
const shownChangelog = "6ae729c11f502b2e4100001e"

// asked is a user who agrees, and what was asked.
type asked struct{ question string }

// Elicit implements mcpclient.ElicitationHandler.
func (u *asked) Elicit(_ context.Context, request mcp.ElicitationRequest) (*mcp.ElicitationResult, error) {
	u.question = request.Params.Message
	return &mcp.ElicitationResult{ElicitationResponse: mcp.ElicitationResponse{Action: mcp.ElicitationResponseActionAccept}}, nil
}

// The jobs of the page work, and it shows what they answer.
func TestTheJobsOfTheDocsAreFresh(t *testing.T) {
	t.Parallel()
	var page strings.Builder
	page.WriteString(jobsHead)
	for _, job := range shownJobs {
		fmt.Fprintf(&page, "\n## %s\n\n%s\n", job.title, job.about)
		var user asked
		planMade := ""
		server := enginetest.Start(t, app.Config{Sandbox: &app.Sandbox{}, ActingAdmin: enginetest.ActingAdmin}, mcpclient.WithElicitationHandler(&user))
		for _, call := range job.calls {
			user.question = ""
			const most = 4500 // characters of an answer; what follows is more of the same
			arguments := strings.ReplaceAll(call.arguments, "<planId>", planMade)
			answer, isError := enginetest.Ask(t, server, call.tool, arguments)
			if isError {
				t.Errorf("%s %s: %s", call.tool, arguments, answer)
			}
			if call.tool == "plan_changes" {
				planMade = planID.FindString(answer)
			}
			fmt.Fprintf(&page, "\n%s\n\n```\n%s %s\n```\n", call.why, call.tool, shown(arguments, 400))
			if user.question != "" {
				fmt.Fprintf(&page, "\nThe user reads this, and agrees:\n\n~~~text\n%s\n~~~\n", user.question)
			}
			if call.tool == "plan_changes" {
				fmt.Fprintf(&page, "\n~~~text\n%s\n~~~\n", shown(answer, most/3)) // rows alike
				continue
			}
			fmt.Fprintf(&page, "\n~~~text\n%s\n~~~\n", shown(answer, most))
		}
		if job.after != nil {
			page.WriteString("\n" + job.after(t))
		}
	}
	golden.File(t, "../../docs/jobs.md", page.String())
}
