package workflow

import "featurebase-mcp/internal/engine"

// workflows are the jobs that people have this server for. Each makes several requests, reads only, and gives what an assistant needs to
// do the thinking, well chosen and compact; each says what it looked at, and never presents a part as the whole.
var Toolset = &engine.Toolset{
	Name: "workflows", Description: "Whole jobs in one call: what triage, support and reports need, gathered and ranked.",
	Also: "overview, digest, catch up, recap, dedupe, knowledge base, release notes, metrics, statistics",
	Operations: []*engine.Operation{
		summarizeConversation,
		triageQueue,
		findSimilarPosts,
		answerFromHelpCenter,
		feedbackReport,
		draftChangelog,
	},
}
