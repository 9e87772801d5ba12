package tools

import (
	"net/http"

	"featurebase-mcp/internal/engine"
	"featurebase-mcp/internal/input"
	"featurebase-mcp/internal/markup"
	"featurebase-mcp/internal/render"
	"featurebase-mcp/tools/kind"
)

var companyView = &render.View{
	Row:      "id companyId name plan monthlySpend industry companySize linkedUsers website lastActivity|date",
	Lines:    "id companyId name plan monthlySpend industry companySize linkedUsers website lastActivity created=createdAt updated=updatedAt|new customFields",
	Written:  "id companyId name plan monthlySpend",
	Customer: "name industry website customFields",
}

// companies are the operations on companies, which contacts belong to. A company has two ids. The organization's own id is companyId, as in
// the API. Featurebase's id is id in answers and featurebaseId in arguments, because there companyId could mean either.
var companies = &engine.Toolset{
	Name: "companies", Description: "Companies that contacts belong to, with plan and revenue.",
	Also: "accounts, organizations, revenue, MRR, CRM",
	Refs: engine.Refs{"featurebaseId": {Kind: kind.Company}, "contactId": {Kind: kind.Contact}},
	Operations: []*engine.Operation{
		{
			Name:        "search_companies",
			Title:       "Search companies",
			Description: "Search companies by filters such as name (~ matches part of it), plan or revenue.",
			Default:     true,
			Effect:      engine.Read,
			Method:      http.MethodPost,
			Path:        "/v2/companies/search",
			Input:       input.Args[searchCompanies](),
			Output:      companyView,
			Example:     `{"query":[{"field":"monthlySpend","operator":">","value":100}],"sort":"monthlySpend:desc"}`,
		},
		{
			Name:        "list_companies",
			Title:       "List companies",
			Description: "List companies. To find some, use search_companies.",
			Effect:      engine.Read,
			Method:      http.MethodGet,
			Path:        "/v2/companies",
			Input:       input.Args[listCompanies](),
			Output:      companyView,
			Example:     `{"limit":5}`,
		},
		{
			Name:        "get_company",
			Title:       "Get company",
			Description: "Get one company with its custom fields.",
			Effect:      engine.Read,
			Method:      http.MethodGet,
			Path:        "/v2/companies/{featurebaseId}",
			Input:       input.Args[getCompany](),
			Output:      companyView,
			Example:     `{"featurebaseId":"<featurebaseId>"}`,
		},
		{
			Name:        "upsert_company",
			Title:       "Create or update company",
			Description: "Create a company, or update the one with this companyId.",
			Effect:      engine.Write,
			Idempotent:  true,
			Method:      http.MethodPost,
			Path:        "/v2/companies",
			Finds:       &engine.Found{With: "search_companies", By: []engine.FoundBy{{Argument: "companyId", Filter: "externalId", Field: "companyId"}}},
			Undo:        "delete_company featurebaseId=made",
			Overwrites:  true,
			Input:       input.Args[upsertCompany](),
			Output:      companyView,
			Example:     `{"companyId":"acme","name":"Acme","plan":"Pro","monthlySpend":250}`,
		},
		{
			Name:        "delete_company",
			Title:       "Delete company",
			Description: "Delete a company for good; its contacts stay.",
			Effect:      engine.Destroy,
			Method:      http.MethodDelete,
			Path:        "/v2/companies/{featurebaseId}",
			Input:       input.Args[deleteCompany](),
			Example:     `{"featurebaseId":"<featurebaseId>"}`,
		},
		{
			Name:        "delete_company_by_company_id",
			Title:       "Delete company by company ID",
			Description: "Delete a company for good, by your own system's id; its contacts stay.",
			Effect:      engine.Destroy,
			Method:      http.MethodDelete,
			Path:        "/v2/companies/by-company-id/{companyId}",
			Input:       input.Args[deleteCompanyByCompanyID](),
			Example:     `{"companyId":"<companyId>"}`,
		},
		{
			Name:        "list_company_contacts",
			Title:       "List company contacts",
			Description: "List the customers who belong to a company.",
			Effect:      engine.Read,
			Method:      http.MethodGet,
			Path:        "/v2/companies/{featurebaseId}/contacts",
			Input:       input.Args[listCompanyContacts](),
			Output:      contactView,
			Example:     `{"featurebaseId":"<featurebaseId>"}`,
		},
		{
			Name:        "attach_contact_to_company",
			Title:       "Attach contact to company",
			Description: "Add a customer to a company and keep their others.",
			Effect:      engine.Write,
			Method:      http.MethodPost,
			Path:        "/v2/companies/{featurebaseId}/contacts",
			Undo:        "remove_contact_from_company featurebaseId contactId",
			Input:       input.Args[attachContactToCompany](),
			Output:      contactView,
			Example:     `{"featurebaseId":"<featurebaseId>","contactId":"<contactId>"}`,
		},
		{
			Name:        "remove_contact_from_company",
			Title:       "Remove contact from company",
			Description: "Take a customer out of a company.",
			Effect:      engine.Destroy,
			Reversible:  true,
			Method:      http.MethodDelete,
			Path:        "/v2/companies/{featurebaseId}/contacts/{contactId}",
			Undo:        "attach_contact_to_company featurebaseId contactId",
			Input:       input.Args[removeContactFromCompany](),
			Output:      contactView,
			Example:     `{"featurebaseId":"<featurebaseId>","contactId":"<companyContactId>"}`,
		},
	},
}

type searchCompanies struct {
	Query input.Clauses `json:"query,omitempty" jsonschema:"minItems=1,maxItems=15" filters:"externalId,name/part,monthlySpend:number/strict,plan,industry,website,companySize:number/strict,linkedUsers:number/strict,lastActivity:date/strict,createdAt:date/strict"`
	Sort  string        `json:"sort,omitempty" jsonschema:"enum=createdAt:desc,enum=createdAt:asc,enum=monthlySpend:desc,enum=monthlySpend:asc,enum=lastActivity:desc,enum=lastActivity:asc"`
	input.Page
	input.Detail
}

type listCompanies struct {
	input.Page
	input.Detail
}

type getCompany struct {
	FeaturebaseID string `json:"featurebaseId" jsonschema_description:"Or name."`
}

type upsertCompany struct {
	CompanyID    string         `json:"companyId" jsonschema_description:"Your own system's id, as search_companies shows it."`
	Name         string         `json:"name"`
	MonthlySpend float64        `json:"monthlySpend,omitempty"`
	Plan         string         `json:"plan,omitempty"`
	Industry     string         `json:"industry,omitempty"`
	Website      markup.Address `json:"website,omitempty"`
	CompanySize  float64        `json:"companySize,omitempty"`
	Clear        []string       `json:"clear,omitempty" jsonschema:"enum=companySize"`
	CustomFields map[string]any `json:"customFields,omitempty"`
	CreatedAt    string         `json:"createdAt,omitempty" jsonschema:"format=date-time"`
}

type deleteCompany struct {
	FeaturebaseID string `json:"featurebaseId" jsonschema_description:"Or name."`
}

type deleteCompanyByCompanyID struct {
	CompanyID input.ExternalID `json:"companyId"`
}

type listCompanyContacts struct {
	FeaturebaseID string `json:"featurebaseId" jsonschema_description:"Or name."`
	input.Page
	input.Detail
}

type attachContactToCompany struct {
	FeaturebaseID string `json:"featurebaseId" jsonschema_description:"Or name."`
	ContactID     string `json:"contactId" jsonschema_description:"Or e-mail."`
}

type removeContactFromCompany struct {
	FeaturebaseID string `json:"featurebaseId" jsonschema_description:"Or name."`
	ContactID     string `json:"contactId" jsonschema_description:"Or e-mail."`
}
