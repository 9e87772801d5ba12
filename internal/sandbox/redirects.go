package sandbox

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"featurebase-mcp/internal/sandbox/store"
)

// redirectRules returns the kind of rules that lead from an old address on a help center's domain to an article or collection.
func redirectRules() *kind {
	return &kind{
		name: "redirect_rule", title: "redirect rule", path: "/v2/help_center/redirect_rules", isID: store.IsObjectID,
		keep:  keepSame("helpCenterId", "locale", "targetType"),
		order: func(*call) ordering { return byField("createdAt", true) },
		set:   map[string]setter{"fromUrl": setFromURL},
		check: checkRedirect,
	}
}

// normalized returns an address without query, hash and trailing slash and with its host in lower case. It returns the empty text if this is
// not an http address.
func normalized(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return ""
	}
	return u.Scheme + "://" + strings.ToLower(u.Host) + strings.TrimRight(u.EscapedPath(), "/")
}

func setFromURL(_ *call, draft object, value any) error {
	given, _ := value.(string)
	from := normalized(given)
	if from == "" {
		return refused("fromUrl", "Expected a full http(s) URL")
	}
	draft["fromUrl"] = from
	return nil
}

// checkRedirect checks both ends of a rule against the help center and the other rules.
func checkRedirect(c *call, draft object) error {
	helpCenter := c.helpCenter(text(draft, "helpCenterId"))
	if helpCenter == nil {
		return refused("helpCenterId", "No help center has this ID")
	}
	domain := customDomain(helpCenter)
	if domain == "" {
		return refused("helpCenterId", "The help center has no custom domain")
	}
	if u, err := url.Parse(text(draft, "fromUrl")); err != nil || u.Host != domain {
		return refused("fromUrl", "The URL is not on the help center's domain "+domain)
	}
	if other := c.redirectFrom(text(draft, "fromUrl")); other != nil && other["id"] != draft["id"] {
		return refused("fromUrl", "The redirect rule "+text(other, "id")+" has this URL already")
	}
	return c.checkTarget(draft)
}

// checkTarget refuses a target of another help center, one that is not published in the rule's language, and one at the rule's own address.
func (c *call) checkTarget(draft object) error {
	kindName := text(draft, "targetType")
	target := c.store.Kind(kindName).Get(text(draft, "targetId"))
	if target == nil || target["helpCenterId"] != draft["helpCenterId"] {
		return refused("targetId", "The help center has no "+kindName+" with this ID")
	}
	texts, section, named := target, "collections", "name"
	if kindName == "article" {
		texts, _ = target["_live"].(object)
		section, named = "articles", "title"
	}
	if texts == nil || !slices.Contains(localesOf(target["locale"], texts["translations"]), draft["locale"]) {
		return refused("targetId", "The "+kindName+" is not published in this language")
	}
	title := text(texts, named)
	if draft["locale"] != target["locale"] {
		title = text(inner(texts, "translations", text(draft, "locale")), named)
	}
	if c.helpURLs(target, section, text(draft, "locale"), title)["externalUrl"] == draft["fromUrl"] {
		return refused("fromUrl", "The URL is the target's own")
	}
	return nil
}

// redirectFrom returns the rule for a normalized address, or nil. There is at most one, since an address belongs to one help center.
func (c *call) redirectFrom(from string) object {
	return c.store.Kind("redirect_rule").Find(func(o object) bool { return o["fromUrl"] == from })
}

func getRedirectRuleByURL(c *call) (int, any, error) {
	from := normalized(text(c.query, "url"))
	if from == "" {
		return 0, nil, refused("url", "Expected a full http(s) URL")
	}
	o := c.redirectFrom(from)
	if o == nil {
		return 0, nil, notFound(c.kind.title)
	}
	return http.StatusOK, c.shown(c.kind, o), nil
}

// removeRedirects removes the rules that lead to an article or collection.
func (c *call) removeRedirects(target object) {
	rules := c.store.Kind("redirect_rule")
	for _, rule := range slices.Clone(rules.All()) {
		if rule["targetId"] == target["id"] {
			rules.Remove(text(rule, "id"))
		}
	}
}
