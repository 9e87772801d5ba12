package markup

import (
	"strings"
	"testing"
)

func TestLinksThatLeadElsewhere(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ text, address, leads string }{
		{"bank.example", "https://evil.example/x", "evil.example"},
		{"https://bank.example/login", "https://evil.example", "evil.example"},
		{"Log in at www.bank.com.", "https://evil.example", "evil.example"},
		{"bank.co.uk", "//evil.co.uk/bank.co.uk", "evil.co.uk"},
		{"jo@bank.example", "mailto:jo@evil.example?subject=x", "evil.example"},
		{"bank.example", `https:\\evil.example\x`, "evil.example"},
		{"bank.example", "https:/\t/evil\n.example", "evil.example"},
		{"bank.example", "https://evil.example:8080", "evil.example"},
		{"bank.example", "https://%65vil.example", "evil.example"},
		{"here", "https://bank.example@evil.example/", "evil.example"},
		{"bank.example", "https://bank.example:x@evil.example/", "evil.example"},
		{"here", `https://bank.example\@evil.example/`, ""}, // a browser takes what comes first
		{"bank.example", "https://bаnk.example", "xn--bnk-6cd.example"},
		{"bаnk.example", "https://bank.example", "bank.example"},
		{"bаnk.example", "https://xn--bnk-6cd.example", ""},
		{"10.0.0.1", "http://10.0.0.2/", "10.0.0.2"},
		{"one.github.io", "https://two.github.io", "two.github.io"},
		{"bank.example (leads to bank.example)", "https://evil.example", "evil.example"},
		{"bank.example (leads to evil.example)", "https://evil.example", ""},
		{"bank.example", "https://www.bank.example/", ""},
		{"BANK.example.", "http://docs.bank.example", ""},
		{"https://bank.example", "https://bank.example/", ""},
		{"Node.js, report.pdf, v1.2.3 and e.g. this", "https://any.example", ""},
		{"bank.example", "/relative", ""},
		{"bank.example", "tel:123", ""},
		{"Bank", "https://evil.example", ""},
	} {
		if got := leadsElsewhere(tc.text, tc.address); got != tc.leads {
			t.Errorf("%q to %q: got %q, want %q", tc.text, tc.address, got, tc.leads)
		}
	}
}

func TestLinksShowWhereTheyLead(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ body, want string }{
		{`<a href="https://evil.example/x">bank.<b>example</b></a>`, "[bank.**example** (leads to evil.example)](https://evil.example/x)"},
		{`<a href="https://bank.example@evil.example">a</a>`, "[a (leads to evil.example)](https://bank.example@evil.example)"},
		{`<a href="https://bаnk.example/ü">a</a>`, "[a](https://xn--bnk-6cd.example/ü)"},
		{`<img src="https://evil.example/x.png" alt="bank.example">`, "[image: bank.example (leads to evil.example)](https://evil.example/x.png)"},
	} {
		got := HTMLToMarkdown(tc.body)
		if got != tc.want {
			t.Errorf("%s: got %s, want %s", tc.body, got, tc.want)
		}
		if again := roundTrip(t, got); strings.Count(again, "leads to") != strings.Count(got, "leads to") {
			t.Errorf("%s becomes %s", got, again)
		}
	}
}

func TestSafeAddresses(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"https://a", "HTTP://a", "mailto:a@b", "tel:1", "/a:b", "?a:b", "#a:b", "a", "", "//a"} {
		if !isSafe(address) {
			t.Errorf("%q is refused", address)
		}
	}
	for _, address := range []string{
		"javascript:a", " JAVASCRIPT:a", "java\nscript:a", "java\tscript:a", "\x01javascript:a", "\u200bjavascript:a", "vbscript:a", "data:text/html,a", "file:///a",
		"blob:a", "about:blank", "x:a",
	} {
		if isSafe(address) {
			t.Errorf("%q is taken", address)
		}
	}
}

func TestSignedAddresses(t *testing.T) {
	t.Parallel()
	for _, address := range []string{
		"https://b.s3.amazonaws.com/a/r.pdf?X-Amz-Algorithm=AWS4&X-Amz-Credential=AKIA%2F2026&X-Amz-Signature=0",
		"https://s3.example/r.pdf?AWSAccessKeyId=A&Expires=1&Signature=x", "https://d.cloudfront.net/r.pdf?Policy=x&Signature=y&Key-Pair-Id=K",
		"https://a.blob.core.windows.net/c/r.pdf?sv=2026&se=2027&sr=b&sp=r&sig=x", "https://storage.googleapis.com/b/r.pdf?X-Goog-Signature=x",
		"https://cdn.example/r.pdf?token=x&expires=1", "https://cdn.example/r.pdf?exp=1;hmac=x", "https://cdn.example/r.pdf?x%2Damz%2Dsignature=x",
	} {
		if !isSigned(address) || fileName(address) != "r.pdf" {
			t.Errorf("%q: %v, %q", address, isSigned(address), fileName(address))
		}
	}
	for _, address := range []string{
		"https://e.example/r.pdf", "https://e.example/?token=x", "https://e.example/?expires=1", "https://e.example/signature?q=sig", "/r.pdf?sign=in",
	} {
		if isSigned(address) {
			t.Errorf("%q is taken for signed", address)
		}
	}
	for address, name := range map[string]string{
		"https://e.example/a%20b%2Fc.txt?x": "c.txt", "https://e.example": "unnamed", "https://e.example/": "unnamed", "https://e.example/a/?x": "a",
		"https://e.example/%E2%80%8Ba%0Ab": "a b", "https://e.example/50%25%.pdf": "50%%.pdf", "https://e.example/" + strings.Repeat("x", 200): strings.Repeat("x", 100) + "…",
	} {
		if got := fileName(address); got != name {
			t.Errorf("%q: got %q, want %q", address, got, name)
		}
	}
}

func TestSignedAddressesAreReplacedByNames(t *testing.T) {
	t.Parallel()
	const signed = "?X-Amz-Credential=AKIA&amp;X-Amz-Signature=0"
	for _, tc := range []struct{ body, want string }{
		{`<img src="https://e.example/scan.png` + signed + `">`, "[image: scan.png]"},
		{`<img src="https://e.example/scan.png` + signed + `" alt="scan">`, "[image: scan.png]"},
		{`<img src="https://e.example/scan.png` + signed + `" alt="A cat">`, "[image: A cat (scan.png)]"},
		{`<video src="https://e.example/a.mp4` + signed + `"></video>`, "[video: a.mp4]"},
		{`a <a href="https://e.example/r.pdf` + signed + `">r.pdf</a> b`, "a [file: r.pdf] b"},
		{`<a href="https://e.example/r.pdf` + signed + `">The <b>report</b></a>, b`, "The **report** [file: r.pdf], b"},
		{`<a href="https://e.example/r.pdf` + signed + `">https://e.example/r.pdf` + signed + `</a>`, "[file: r.pdf]"},
		{`<img src="/x" alt="https://e.example/r.pdf` + signed + `">`, `[image: \[file: r.pdf\]](/x)`},
		{`<pre>https://e.example/r.pdf` + signed + `</pre>`, "```\n[file: r.pdf]\n```"},
		{`https://e.example/r.pdf` + signed + `, https://e.example/b?c=1`, "[file: r.pdf], https://e.example/b?c=1"},
		{`(see https://müller.example/r.pdf` + signed + `).`, "(see [file: r.pdf])."},
		{`https://例え.example/字/r.pdf` + signed, "[file: r.pdf]"},
		{`//e.example/r.pdf` + signed, "[file: r.pdf]"},
		{`url=e.example/r.pdf` + signed, "url=[file: r.pdf]"},
		{`https:\\e.example\r.pdf` + signed, "[file: r.pdf]"},
		{`https://e.example/a|b/r.pdf` + signed, "[file: r.pdf]"},
		{`https://e.example/r.pdf?a=b|c&amp;X-Amz-Signature=0`, "[file: r.pdf]"},
		{`https://e.example/r.pdf?%58-Amz-%53ignature=0`, "[file: r.pdf]"},
		{`https://e.example/r.pdf?%58-Amz-Signature%=0&amp;%zz&amp;%58-Amz-Credential=AKIA`, "[file: r.pdf]"},
		{`https://e.example/r.pdf?a=字&amp;X-Amz-Credential=AKIA`, "[file: r.pdf]"},
		{`請看https://e.example/r.pdf` + signed + `。次`, "請看[file: r.pdf]。次"},
		{`What? //e.example/?a=b, c?`, "What? //e.example/?a=b, c?"},
	} {
		if got := HTMLToMarkdown(tc.body); got != tc.want {
			t.Errorf("%s: got %s, want %s", tc.body, got, tc.want)
		}
		if got := Excerpt(tc.body, 1000); strings.Contains(got, "AKIA") {
			t.Errorf("%s: the excerpt shows %s", tc.body, got)
		}
	}
}

func TestAddressesInText(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"see https://e.example/a.":              "https://e.example/a",
		"(http://e.example/(a))":                "http://e.example/(a)",
		"HTTPS://e.example":                     "HTTPS://e.example",
		"https://e.example/ü?q=ö#x, y":          "https://e.example/ü?q=ö#x",
		"請看https://e.example/a。":                "",
		"請看 https://e.example/a。":               "https://e.example/a",
		"https://e.example/aを見る":                "https://e.example/a",
		"<https://e.example/a>":                 "https://e.example/a",
		"xhttps://e.example":                    "",
		"https://":                              "",
		"https://...":                           "",
		"ftp://e.example":                       "",
		"https://bаnk.example":                  "",
		"a://b://c https://e.example:80/a?b=:c": "https://e.example:80/a?b=:c",
	} {
		start, end := findAddress(text)
		got := ""
		if start >= 0 {
			got = text[start:end]
		}
		if got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}
