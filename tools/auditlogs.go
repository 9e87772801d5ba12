package tools

import (
	"net/http"

	"github.com/invopop/jsonschema"

	"featurebase-mcp/client"
	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/input"
	"featurebase-mcp/internal/render"
)

var auditLogView = &render.View{
	Row:      "id at=createdAt|minute action actor=actor.name email=actor.email apiKey=actor.apiKey.name actorType=actor.type description resource=resource.name resourceType=resource.type resourceId=resource.id",
	Customer: "actor email apiKey description resource",
}

// auditLogs are the operations on the record of what admins did.
var auditLogs = &engine.Toolset{
	Name: "audit-logs", Description: "The record of what admins did.",
	Also:   "history, who changed what, activity, compliance",
	Unsaid: []engine.Unsaid{{Failures: []client.Kind{client.KindForbidden, client.KindNotFound}, Words: "Audit logs may need the Enterprise plan."}},
	Operations: []*engine.Operation{
		{
			Name:        "list_audit_logs",
			Title:       "List audit logs",
			Description: "List audit log events, newest first: who did what, when.",
			Effect:      engine.Read,
			Method:      http.MethodGet,
			Path:        "/v2/audit-logs",
			Input:       input.Args[listAuditLogs](),
			Output:      auditLogView,
			Example:     `{"limit":5}`,
		},
	},
}

// auditLogAction is an action that the audit log records.
type auditLogAction string

// JSONSchemaExtend makes the actions an enum, which is too long to be published.
func (auditLogAction) JSONSchemaExtend(s *jsonschema.Schema) {
	s.Enum = input.OneOf(`auth.login auth.logout auth.login_failed auth.password_reset_requested auth.password_changed auth.mfa_enabled auth.mfa_disabled
		auth.sso_login auth.password_reset_completed auth.unauthorized_method auth.recovery_code_regenerated auth.sso_enforcement_blocked
		auth.sso_enforcement_session_invalidated auth.managed_account_link_blocked auth.cross_org_invite_accepted auth.sso_enforcement_shadow
		teammate.invited teammate.joined teammate.removed teammate.email_changed teammate.name_changed teammate.seat_changed teammate.deactivated
		teammate.invite_changed teammate.invite_deleted teammate.scim_provisioned teammate.scim_deprovisioned teammate.scim_unlinked
		teammate.scim_relinked teammate.scim_operation_blocked teammate.scim_seat_capacity_blocked teammate.scim_email_updated
		teammate.scim_exclusion_list_updated teammate.restored teammate.scim_restored teammate.scim_auto_claimed
		teammate.scim_claim_role_preserved teammate.permanently_removed member.role_changed organization.owner_transferred article.created
		article.updated article.published article.unpublished article.deleted changelog.created changelog.published changelog.deleted
		changelog.unpublished settings.name_changed settings.branding_updated settings.custom_domain_changed settings.language_changed
		settings.timezone_changed settings.email_settings_changed settings.help_center_updated settings.moderation_changed settings.voting_changed
		settings.statuses_updated settings.boards_updated settings.privacy_changed settings.subdomain_changed settings.subdomain_change_requested
		settings.grace_period_changed security.scim_override_blocked security.sso_enabled security.sso_disabled security.sso_configured
		security.sso_jit_provisioning_blocked security.directory_sync_enabled security.directory_sync_disabled security.directory_sync_reconciled
		security.two_factor_enforced security.auth_method_changed security.ip_allowlist_changed security.ip_allowlist_blocked
		security.identity_verification_changed security.sso_url_changed security.sso_jit_provisioning_changed security.sso_enforcement_enabled
		security.sso_enforcement_disabled security.dsync_group_mappings_changed security.dsync_mapping_priority_changed security.user_banned
		security.user_unbanned integration.installed integration.uninstalled integration.configured webhook.created webhook.updated
		webhook.deleted webhook.secret_rotated api_key.created api_key.regenerated api_key.deleted organization.deletion_scheduled
		organization.deletion_cancelled data.export_initiated data.import_initiated data.bulk_delete data.user_data_deleted data.csv_exported
		billing.plan_changed billing.plan_cancelled billing.seat_limit_changed billing.seat_activated workflow.created workflow.activated
		workflow.deactivated workflow.deleted workflow.updated messenger.look_and_feel_changed messenger.spaces_changed messenger.language_changed
		messenger.platform_availability_changed messenger.search_browse_changed messenger.email_collection_changed
		messenger.welcome_message_changed messenger.launcher_changed messenger.inbound_conversations_changed messenger.office_hours_changed
		messenger.identity_verification_changed messenger.privacy_policy_changed brand.created brand.updated brand.deleted
		brand.messenger_look_and_feel_changed brand.messenger_launcher_changed brand.messenger_welcome_message_changed
		brand.messenger_privacy_policy_changed brand.default_changed ai_agent.enabled ai_agent.disabled ai_agent.identity_changed
		ai_agent.customization_changed ai_agent.guidance_changed ai_agent.multilingual_changed ai_agent.data_context_changed
		email.sending_address_created email.sending_address_updated email.sending_address_deleted email.domain_registered email.domain_deleted
		email.reply_to_changed email.ignored_address_added email.ignored_address_removed`)
}

type listAuditLogs struct {
	Action    auditLogAction `json:"action,omitempty" jsonschema_description:"Such as teammate.invited."`
	Domain    string         `json:"domain,omitempty" jsonschema:"enum=authentication,enum=team_management,enum=permissions,enum=articles,enum=changelog,enum=workspace_settings,enum=security,enum=integrations,enum=data_management,enum=billing,enum=workflows,enum=messenger,enum=brands,enum=ai_agent,enum=email_config"`
	StartDate string         `json:"startDate,omitempty" jsonschema:"format=date-time"`
	EndDate   string         `json:"endDate,omitempty" bound:"end" jsonschema:"format=date-time"`
	input.Page
	input.Detail
}
