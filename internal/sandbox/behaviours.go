package sandbox

import "featurebase-mcp/internal/sandbox/report"

// behaviours is the table of operations with a handler of their own, by operation id. All others have a generic handler. What is particular to a
// kind, such as the defaults of a new post or the counters that a comment changes, stands in its row of the table of kinds.
func behaviours() map[string]handler {
	return map[string]handler{
		"listPostVoters":  listPostVoters,  // a list of people, not of posts
		"addPostVoter":    addPostVoter,    // a second vote changes nothing; an empty body votes as the key's admin
		"removePostVoter": removePostVoter, // JSON body on DELETE; an empty one removes the admin's vote

		"deleteComment":       deleteComment,       // one with replies is blanked
		"deleteCommentLegacy": deleteCommentLegacy, // id in the body, {success:true} back

		"upsertContact":                         upsertContact, // creates or updates by userId, then e-mail
		"blockContact":                          blockContact,
		"unblockContact":                        unblockContact,
		"getContactByUserId":                    byUserID(get),
		"deleteContactByUserId":                 byUserID(remove),
		"getContactEmailPreferences":            getEmailPreferences,
		"getContactEmailPreferencesByUserId":    byUserID(getEmailPreferences),
		"updateContactEmailPreferences":         updateEmailPreferences,
		"updateContactEmailPreferencesByUserId": byUserID(updateEmailPreferences),

		"upsertCompany":            upsertCompany, // creates or updates by companyId
		"deleteCompanyByCompanyId": deleteCompanyByCompanyID,
		"listCompanyContacts":      listCompanyContacts, // a list of people, not of companies
		"attachContactToCompany":   attachContactToCompany,
		"removeContactFromCompany": removeContactFromCompany,

		"createWebhook":        createWebhook, // ten at most
		"refreshWebhookSecret": refreshWebhookSecret,

		"listReportDatasets":     listReportDatasets,
		"queryReport":            reported(report.Query),
		"drillIntoReport":        reported(report.DrillIn),
		"listReportFilterValues": reported(report.FilterValues),

		"createConversation":            createConversation,  // from decides which other fields apply
		"replyToConversation":           replyToConversation, // appends a part; a contact's reply opens what was closed
		"redactConversationPart":        redactConversationPart,
		"addConversationParticipant":    addConversationParticipant,
		"removeConversationParticipant": removeConversationParticipant, // JSON body on DELETE, whose id is the contact's
		"attachConversationTag":         attachConversationTag,
		"detachConversationTag":         detachConversationTag,
		"upsertConversationTag":         upsertConversationTag, // renames by id, creates without
		"deleteConversationTag":         deleteConversationTag, // archives
		"replyToTicket":                 replyToTicket,

		"publishChangelog":           publishChangelog, // wants a body, even an empty one; e-mails subscribers only when asked to
		"unpublishChangelog":         unpublishChangelog,
		"addChangelogSubscribers":    addChangelogSubscribers,    // a batch of addresses
		"removeChangelogSubscribers": removeChangelogSubscribers, // JSON body on DELETE

		"getArticle":           getArticle, // a draft-only one is not found without state=draft
		"getRedirectRuleByUrl": getRedirectRuleByURL,

		"listSurveyResponses": listSurveyResponses, // a list of responses, not of surveys

		"createTrainingFile": createTrainingFile, // updates the one with its external id
		"getTrainingFile":    getTrainingFile,    // a fetched one is completed at the second look
		"createQna":          createQna,          // updates the entry that it addresses
		"updateQna":          updateQna,          // refuses an old revision
		"askQnaOracle":       askOracle,

		"deleteHelpCenterApiSpec":        deleteAPISpec, // the default one goes last
		"listHelpCenterApiSpecRevisions": listAPISpecRevisions,
		"getHelpCenterApiSpecDraft":      getAPISpecDraft,
		"publishHelpCenterApiSpec":       publishAPISpec, // refuses an old revision
		"discardHelpCenterApiSpecDraft":  discardAPISpecDraft,
		"importHelpCenterApiSpec":        importAPISpec, // once for each Idempotency-Key
		"syncHelpCenterApiSpec":          syncAPISpec,

		"searchOutboundMessages":         searchOutboundMessages, // the fields of its filter are not published
		"updateOutboundMessage":          keyedWrite(updateOutboundMessage),
		"setOutboundMessageState":        keyedWrite(setOutboundState),
		"duplicateOutboundMessage":       keyedWrite(duplicateOutboundMessage),
		"deleteOutboundMessage":          keyedWrite(deleteOutboundMessage),
		"getOutboundAnalyticsSummary":    getOutboundAnalytics,
		"listOutboundSurveyResponses":    listOutboundResponses,
		"getOutboundSurveyResponseStats": getOutboundSurveyStats,
		"validateOutboundDefinition":     validateOutbound,
		"previewOutboundAudience":        previewAudience,
		"getOutboundOperation":           getOutboundOperation,
		"publishOutboundChangelog":       publishOutboundChangelog,
	}
}
