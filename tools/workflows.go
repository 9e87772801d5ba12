package tools

// workflows are the jobs that people have this server for. Each makes several requests, reads only, and gives what an assistant needs to
// do the thinking, well chosen and compact; each says what it looked at, and never presents a part as the whole.
var workflows = &Toolset{
	Name: "workflows", Description: "Whole jobs in one call: what triage, support and reports need, gathered and ranked.",
	Also: "overview, digest, catch up, recap, dedupe, knowledge base, release notes, metrics, statistics",
}

// init adds the workflows when all else is there: their code looks operations up, so literals that name it would be initialized in a circle.
func init() {
	workflows.Operations = []*Operation{
		summarizeConversation(),
		answerFromHelpCenter(),
	}
}
