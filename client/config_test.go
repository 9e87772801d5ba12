package client

import (
	"math"
	"strings"
	"testing"
	"time"
)

func TestNewRefusesWhatWouldFailOrLeakLater(t *testing.T) {
	t.Parallel()
	base := func(url string) func(*Config) { return func(c *Config) { c.BaseURL = url } }
	tests := []struct {
		name   string
		change func(*Config)
		words  string
	}{
		{"no address", base(""), "empty"},
		{"no host", base("https://"), "not a URL"},
		{"a host without a scheme", base("do.featurebase.app"), "not a URL"},
		{"http to the internet", base("http://do.featurebase.app"), "https"},
		{"http to a name that only begins like loopback", base("http://localhost.example.com"), "https"},
		{"http to every interface", base("http://0.0.0.0:80"), "https"},
		{"http to a host in capitals", base("http://LOCALHOST.EXAMPLE.COM"), "https"},
		{"another scheme", base("ftp://do.featurebase.app"), "https"},
		{"a user", base("https://hush@do.featurebase.app"), "user name"},
		{"a password", base("https://u:hush@do.featurebase.app"), "password"},
		{"a query", base("https://do.featurebase.app?hush=1"), "query"},
		{"an empty query", base("https://do.featurebase.app?"), "query"},
		{"a fragment", base("https://do.featurebase.app#hush"), "fragment"},
		{"a broken port", base("https://do.featurebase.app:hush"), "not a URL"},
		{"a key with a line break", func(c *Config) { c.Key = "sk_hush\n" }, "key"},
		{"a key with a space", func(c *Config) { c.Key = "sk hush" }, "key"},
		{"a key with a fancy dash", func(c *Config) { c.Key = "sk–hush" }, "key"},
		{"no version", func(c *Config) { c.Version = "" }, "version"},
		{"a version with a line break", func(c *Config) { c.Version = "a\r\nb" }, "version"},
		{"a user agent with a line break", func(c *Config) { c.UserAgent = "a\nb" }, "user agent"},
		{"a negative rate", func(c *Config) { c.Rate = -1 }, "rate"},
		{"a rate that is no number", func(c *Config) { c.Rate = math.NaN() }, "rate"},
		{"a negative burst", func(c *Config) { c.Burst = -1 }, "negative"},
		{"negative concurrency", func(c *Config) { c.Concurrency = -1 }, "negative"},
		{"negative retries", func(c *Config) { c.Retries = -1 }, "negative"},
		{"a negative timeout", func(c *Config) { c.Timeout = -time.Second }, "negative"},
		{"a negative wait", func(c *Config) { c.MaxWait = -time.Second }, "negative"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			cfg := config("https://do.featurebase.app")
			tt.change(&cfg)
			_, err := New(cfg)
			if err == nil {
				t.Fatal("accepted")
			}
			if !strings.Contains(err.Error(), tt.words) || strings.Contains(err.Error(), "hush") {
				t.Errorf("the error should say %q and quote no secret: %v", tt.words, err)
			}
		})
	}
}

func TestNewAcceptsHTTPSAndLoopback(t *testing.T) {
	t.Parallel()
	for _, url := range []string{"https://do.featurebase.app", "https://do.featurebase.app/", "https://gateway.example.com/featurebase/", "http://localhost:4010", "http://LOCALHOST", "http://127.0.0.1:4010", "http://127.8.9.1", "http://[::1]:4010"} {
		t.Run(url, func(t *testing.T) {
			t.Parallel()
			mustNew(t, config(url))
		})
	}
}
