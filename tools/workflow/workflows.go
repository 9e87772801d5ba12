package workflow

import "featurebase-mcp/internal/engine"

// Toolset has the workflows. Each makes several requests, only reads, and returns a compact selection for a model to work with. Each states
// what it looked at, and never presents a part as the whole.
var Toolset = &engine.Toolset{
	Name: "workflows", Description: "Whole jobs in one call: what triage, support and reports need, gathered and ranked.",
	Also: "overview, digest, briefing, recap, dedupe, FAQ, release notes, metrics, statistics",
	Operations: []*engine.Operation{
		summarizeConversation,
		awaitingReply,
		triageQueue,
		findSimilarPosts,
		answerFromHelpCenter,
		rankRequests,
		feedbackReport,
		supportReport,
		surveySummary,
		draftChangelog,
		proposeTraining,
		compareKnowledge,
	},
}
