package client

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
)

// authenticated adds the key to requests for the API and refuses any other host. Redirects are never
// followed (see verdictOf), so no request for another host exists today; the check keeps it so.
func authenticated(next handler, cfg *Config, base *url.URL) handler {
	if cfg.NoAuth {
		return next
	}
	bearer := []string{"Bearer " + cfg.Key}
	return func(c *call, req *http.Request) (*answer, error) {
		if req.URL.Scheme != base.Scheme || !strings.EqualFold(req.URL.Host, base.Host) {
			return nil, &Error{
				Kind:    KindInvalid,
				Message: "the request was not sent: the key goes to the API host only",
				Err:     errors.New("request for another host than the API's"),
			}
		}
		req.Header["Authorization"] = bearer
		return next(c, req)
	}
}
