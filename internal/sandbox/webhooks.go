package sandbox

import (
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"net/http"
	"net/url"
	"strconv"

	"featurebase-mcp/internal/contract"
	"featurebase-mcp/internal/sandbox/store"
)

const (
	// maxWebhooks is the greatest number of webhooks of an organization.
	maxWebhooks = 10
	// deliveryTimeout is the longest time of a delivery, in milliseconds. Requests cannot change it.
	deliveryTimeout = 5000.0
)

// webhooks returns the kind of webhooks. One key stands beside the plain fields: _rotations, how often the secret was replaced.
func webhooks() *kind {
	return &kind{
		name: "webhook", title: "webhook", path: "/v2/webhooks", isID: store.IsObjectID,
		keep:  keepWebhooks,
		order: func(*call) ordering { return byField("createdAt", true) },
		start: func(_ *call, draft object) { maps.Copy(draft, newWebhook()) },
		set: map[string]setter{
			"description":   clearable("description"),
			"requestConfig": setRequestConfig,
			"status":        setWebhookStatus,
			"url":           setWebhookURL,
		},
		made: func(_ *call, o object) { o["secret"] = signingSecret(o) },
	}
}

func newWebhook() object {
	return object{
		"object": "webhook", "description": nil, "status": "active", "lastStatus": nil, "version": contract.Load().Version(),
		"requestConfig": requestConfig(nil), "_rotations": 0.0,
		"health": object{
			"avgResponseTime": 0.0, "lastResponseTime": 0.0, "lastSuccessAt": nil, "consecutiveFailures": 0.0, "errorsSinceLastSuccess": 0.0,
		},
	}
}

func requestConfig(headers object) object {
	config := object{"timeoutMs": deliveryTimeout}
	if len(headers) > 0 {
		config["headers"] = headers
	}
	return config
}

// signingSecret returns the secret of a webhook, which follows from its id and the number of rotations. It protects nothing, since the sandbox
// sends no deliveries.
func signingSecret(o object) string {
	digest := sha256.Sum256([]byte(text(o, "id") + " " + strconv.Itoa(int(number(o, "_rotations")))))
	return "whsec_" + hex.EncodeToString(digest[:16])
}

func keepWebhooks(c *call) (func(object) bool, error) {
	status := text(c.query, "status")
	return func(o object) bool { return status == "" || o["status"] == status }, nil
}

func setWebhookURL(_ *call, draft object, value any) error {
	given, _ := value.(string)
	if target, err := url.Parse(given); err != nil || target.Scheme != "https" || target.Host == "" {
		return refused("url", "Webhook URLs must use HTTPS")
	}
	draft["url"] = given
	return nil
}

func setRequestConfig(_ *call, draft object, value any) error {
	given, _ := value.(object)
	if headers, ok := given["headers"].(object); ok {
		draft["requestConfig"] = requestConfig(headers)
	}
	return nil
}

// setWebhookStatus pauses or resumes a webhook. Resuming sets its counts of failures back to 0.
func setWebhookStatus(_ *call, draft object, value any) error {
	draft["status"] = value
	if value == "active" {
		stored, _ := draft["health"].(object)
		health := maps.Clone(stored)
		health["consecutiveFailures"], health["errorsSinceLastSuccess"] = 0.0, 0.0
		draft["health"] = health
	}
	return nil
}

func createWebhook(c *call) (int, any, error) {
	if len(c.collection().All()) >= maxWebhooks {
		return 0, nil, invalid("invalid_request", "An organization can have at most "+strconv.Itoa(maxWebhooks)+" webhooks", "")
	}
	return create(c)
}

func refreshWebhookSecret(c *call) (int, any, error) {
	o, err := c.target()
	if err != nil {
		return 0, nil, err
	}
	o["_rotations"] = number(o, "_rotations") + 1
	o["secret"], o["updatedAt"] = signingSecret(o), stamp(c.store.Now())
	return http.StatusOK, c.shown(c.kind, o), nil
}
