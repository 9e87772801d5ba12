package tools_test

import (
	"fmt"
	"strings"
	"testing"

	"featurebase-mcp/internal/app"
	"featurebase-mcp/tools"
)

const jobsHead = `# Jobs

What people plug the server in for, as transcripts: each call was made on the sandbox, in this order, and each answer is what a model reads. The page is
written by ` + "`make update`" + `. The workflow tools gather and rank; the assistant does the thinking, and every write is a call of its own.

To follow along: ` + "`featurebase-mcp call --sandbox --sandbox-state /tmp/featurebase.json TOOL ARGUMENTS`" + `, with the state kept from call to call. The prompts of the
same names start these jobs from a host's menu.
`

// shownJob is a job of the page: calls that build on each other.
type shownJob struct {
	title, about string
	calls        []shownCall
}

type shownCall struct{ why, tool, arguments string }

var shownJobs = []shownJob{
	{"Answer a support question", "What the customer wants, what the help center says about it, and a note for the colleague who takes over.", []shownCall{
		{"Who waits for whom, and the last question word for word.", "summarize_conversation", `{"conversationId":"10083"}`},
		{"What may be cited.", "answer_from_help_center", `{"question":"Reverse charge: no VAT on the invoice for a business in another EU country"}`},
		{"Nothing is made up where the help center is silent.", "answer_from_help_center", `{"question":"Is there an affiliate program?"}`},
		{"A note stays internal.", "reply_to_conversation", `{"conversationId":"10083","type":"admin","messageType":"note","bodyMarkdown":"See article 10021328: tax is left out once the VAT number is on the client."}`},
	}},
}

// The jobs of the page work, and it shows what they answer.
func TestTheJobsOfTheDocsAreFresh(t *testing.T) {
	t.Parallel()
	var page strings.Builder
	page.WriteString(jobsHead)
	for _, job := range shownJobs {
		fmt.Fprintf(&page, "\n## %s\n\n%s\n", job.title, job.about)
		server := start(t, app.Config{Sandbox: &app.Sandbox{}, ActingAdmin: actingAdmin})
		for _, call := range job.calls {
			const most = 3000 // characters of an answer; what follows is more of the same
			answer, isError := ask(t, server, call.tool, call.arguments)
			if isError {
				t.Errorf("%s %s: %s", call.tool, call.arguments, answer)
			}
			text := []rune(answer)
			if len(text) > most {
				text = append(text[:most:most], []rune("\n[...]")...)
			}
			fmt.Fprintf(&page, "\n%s\n\n```\n%s %s\n```\n\n~~~text\n%s\n~~~\n", call.why, call.tool, call.arguments, string(text))
		}
	}
	tools.Golden(t, "../../docs/jobs.md", []byte(page.String()))
}
