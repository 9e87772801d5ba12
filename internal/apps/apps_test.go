package apps_test

import (
	"crypto/sha256"
	"encoding/base64"
	"regexp"
	"strings"
	"testing"

	"featurebase-mcp/internal/apps"
)

// A page that a host shows has to be small, and to be all there is.
func TestPagesAreSmallAndWhole(t *testing.T) {
	t.Parallel()
	const most = 25_000
	for _, v := range apps.Views() {
		t.Run(v.Name, func(t *testing.T) {
			t.Parallel()
			html := v.HTML()
			if len(html) > most {
				t.Errorf("%d bytes, at most %d", len(html), most)
			}
			if !apps.Known(v.Name) || v.URI() != "ui://featurebase/"+v.Name || v.Title == "" || v.Description == "" {
				t.Errorf("%+v at %s", v, v.URI())
			}
			if !strings.Contains(html, "host.start()") || !strings.Contains(html, "tool-result") {
				t.Error("the page does not begin to speak with its host")
			}
		})
	}
	if apps.Known("nothing") {
		t.Error("a panel of any name is known")
	}
}

// The policy of a page allows its own script and styles alone: an injected one has another hash, and no address is allowed.
func TestPolicyAllowsWhatThePageHas(t *testing.T) {
	t.Parallel()
	policy := regexp.MustCompile(`content="(default-src[^"]*)"`)
	for _, v := range apps.Views() {
		html := v.HTML()
		allowed := policy.FindStringSubmatch(html)
		if allowed == nil {
			t.Fatalf("%s has no policy", v.Name)
		}
		for _, tag := range []string{"script", "style"} {
			parts := regexp.MustCompile(`(?s)<`+tag+`>(.*?)</`+tag+`>`).FindAllStringSubmatch(html, -1)
			if len(parts) != 1 {
				t.Fatalf("%s: %d of <%s>", v.Name, len(parts), tag)
			}
			sum := sha256.Sum256([]byte(parts[0][1]))
			if want := tag + "-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"; !strings.Contains(allowed[1], want) {
				t.Errorf("%s: the policy %s does not allow %s", v.Name, allowed[1], want)
			}
		}
		if !strings.HasPrefix(allowed[1], "default-src 'none';") || strings.Contains(allowed[1], "unsafe") || strings.Contains(allowed[1], "http") {
			t.Errorf("%s: %s", v.Name, allowed[1])
		}
	}
}

// No page has a way by which a text could become markup or code, and none names an address.
func TestPagesHaveNoWayToMarkup(t *testing.T) {
	t.Parallel()
	ways := regexp.MustCompile(`innerHTML|outerHTML|insertAdjacent|document\.write|srcdoc|\beval\(|new Function|setTimeout|fetch\(|XMLHttpRequest|WebSocket|localStorage|document\.cookie|@import|url\([^)]`)
	addresses := regexp.MustCompile(`https?://[^\s'"]+`)
	for _, v := range apps.Views() {
		html := v.HTML()
		if found := ways.FindAllString(html, -1); found != nil {
			t.Errorf("%s: %q", v.Name, found)
		}
		for _, address := range addresses.FindAllString(html, -1) {
			if address != "http://www.w3.org/2000/svg" { // a name, which nothing loads
				t.Errorf("%s names %s", v.Name, address)
			}
		}
	}
}
