package render

import "strings"

// LinkStart returns how the links of an answer begin, up to and with the last slash that all of them share. An answer says it once, and each
// row shows the rest, which is the slug that arguments take as well. It is empty if there are no two links, or if they share no more than a
// host; then each row shows its whole link. Empty links are skipped.
func LinkStart(links ...string) string {
	start, n := "", 0
	for _, link := range links {
		if link == "" {
			continue
		}
		if n++; n == 1 {
			start = link
		}
		for !strings.HasPrefix(link, start) {
			start = start[:len(start)-1]
		}
	}
	start = start[:strings.LastIndexByte(start, '/')+1]
	_, path, ok := strings.Cut(start, "://")
	if n < 2 || !ok || strings.Count(path, "/") < 2 {
		return ""
	}
	return start
}

// linkForm is the form of a column with the address of the object for people.
const linkForm = "link"

// rest returns what a link has behind the beginning that all links of the answer share, or the whole link where that would be nothing.
func (w *Writer) rest(link string) string {
	if rest, ok := strings.CutPrefix(link, w.linkStart); ok && rest != "" {
		return rest
	}
	return link
}
