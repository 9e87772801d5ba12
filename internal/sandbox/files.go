package sandbox

import (
	"fmt"
	"hash/fnv"
	"html"
	"net/url"
	"path"
	"regexp"
	"strings"
	"time"

	"featurebase-mcp/internal/sandbox/store"
)

// storageURL is the address under which the API would keep copies of customers' files.
const storageURL = "https://files.plumline.example/"

// fileLifetime is how long a signed address works, in seconds.
const fileLifetime = 3600

// hosted returns the address of the copy that the API makes of a linked or inline file.
func hosted(source string) string {
	if at, _, _ := strings.Cut(source, "?"); strings.HasPrefix(at, storageURL) {
		return at // a copy is not copied again
	}
	name := "file"
	if data, ok := strings.CutPrefix(source, "data:"); ok {
		mediaType, _, _ := strings.Cut(data, ";")
		name = strings.Replace(mediaType, "/", ".", 1)
	} else if u, err := url.Parse(source); err == nil && path.Base(u.Path) != "/" && path.Base(u.Path) != "." {
		name = url.PathEscape(path.Base(u.Path))
	}
	return storageURL + digest(source) + "/" + name
}

func digest(s string) string {
	h := fnv.New64a()
	_, _ = h.Write([]byte(s)) // a hash takes everything
	return fmt.Sprintf("%016x", h.Sum64())
}

// isWebAddress accepts addresses from which a file can be fetched.
func isWebAddress(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != ""
}

// storedFile matches the address of a copy. It includes the signature, because clients send back addresses that they were shown.
var storedFile = regexp.MustCompile(regexp.QuoteMeta(storageURL) + `[\w/.%~-]+(\?X-Amz-[^\s"'<>()\\]*)?`)

// signed adds a signature to each address of a stored file in a text, as the API does. A signature is good for an hour.
func signed(s string, now time.Time) string {
	return storedFile.ReplaceAllStringFunc(s, func(address string) string {
		address, _, _ = strings.Cut(address, "?")
		day := now.Format("20060102")
		return address + "?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=SANDBOX%2F" + day + "%2Fauto%2Fs3%2Faws4_request" +
			"&X-Amz-Date=" + now.Format("20060102T150405Z") + fmt.Sprintf("&X-Amz-Expires=%d", fileLifetime) +
			"&X-Amz-Signature=" + digest(address+now.Format(store.TimeFormat))
	})
}

// signedHTML does what signed does, for addresses in attributes of HTML.
func signedHTML(s string, now time.Time) string {
	return storedFile.ReplaceAllStringFunc(s, func(address string) string { return html.EscapeString(signed(address, now)) })
}

// picture matches an image in Markdown: its description and its address.
var picture = regexp.MustCompile(`!\[([^\]]*)\]\(\s*([^)\s]+)[^)]*\)`)

// withCopies returns Markdown with its pictures replaced by their copies.
func withCopies(markdown string) string {
	return picture.ReplaceAllStringFunc(markdown, func(found string) string {
		parts := picture.FindStringSubmatch(found)
		return "![" + parts[1] + "](" + hosted(parts[2]) + ")"
	})
}

// withoutFiles returns Markdown with pictures without addresses. The API shows opening messages of conversations so.
func withoutFiles(markdown string) string {
	return picture.ReplaceAllLiteralString(markdown, "![Image]()")
}
