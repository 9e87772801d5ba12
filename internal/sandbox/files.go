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

// storageURL is where copies of customers' files would be.
const storageURL = "https://files.plumline.example/"

// fileLifetime is how long a signed address works, in seconds.
const fileLifetime = 3600

// hosted returns the address of the copy that the API makes of a linked or inline file.
func hosted(source string) string {
	if at, _, _ := strings.Cut(source, "?"); strings.HasPrefix(at, storageURL) {
		return at // one already
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

// isWebAddress accepts what a file can be fetched from.
func isWebAddress(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != ""
}

// storedFile is the address of a copy, with the signature if somebody sends back what they were shown.
var storedFile = regexp.MustCompile(regexp.QuoteMeta(storageURL) + `[\w/.%~-]+(\?X-Amz-[^\s"'<>()\\]*)?`)

// signed lets the stored files that a text links be fetched for an hour, with a signature in each address.
func signed(s string, now time.Time) string {
	return storedFile.ReplaceAllStringFunc(s, func(address string) string {
		address, _, _ = strings.Cut(address, "?")
		day := now.Format("20060102")
		return address + "?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=SANDBOX%2F" + day + "%2Fauto%2Fs3%2Faws4_request" +
			"&X-Amz-Date=" + now.Format("20060102T150405Z") + fmt.Sprintf("&X-Amz-Expires=%d", fileLifetime) +
			"&X-Amz-Signature=" + digest(address+now.Format(store.TimeFormat))
	})
}

// signedHTML is signed for addresses in attributes.
func signedHTML(s string, now time.Time) string {
	return storedFile.ReplaceAllStringFunc(s, func(address string) string { return html.EscapeString(signed(address, now)) })
}

// picture is an image in Markdown: what it shows, and where it is.
var picture = regexp.MustCompile(`!\[([^\]]*)\]\(\s*([^)\s]+)[^)]*\)`)

// withCopies returns Markdown with its pictures replaced by their copies.
func withCopies(markdown string) string {
	return picture.ReplaceAllStringFunc(markdown, func(found string) string {
		parts := picture.FindStringSubmatch(found)
		return "![" + parts[1] + "](" + hosted(parts[2]) + ")"
	})
}

// withoutFiles returns Markdown with pictures that lead nowhere, as the opening message of a conversation has them.
func withoutFiles(markdown string) string {
	return picture.ReplaceAllLiteralString(markdown, "![Image]()")
}
