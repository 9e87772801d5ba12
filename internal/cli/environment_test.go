package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Variables of other programs do not keep the server from starting: hosts would show no reason.
func TestVariablesOfOtherProgramsOnlyWarn(t *testing.T) {
	t.Parallel()
	for _, name := range []string{
		"JWT_SECRET", "APP_ID", "SSO_KEY", "ORGANIZATION", "WEBHOOK_SECRET", "ORG", "ORG_ID", "SECRET", "TOKEN", "URL", "KEY", "ENV", "DOMAIN", "HOST", "PORT",
		"PUBLIC_KEY", "WIDGET_ID", "IDENTITY_SECRET", "WORKSPACE_ID", "USER_HASH", "API_KEY_STAGING", "EMAIL", "READ", "ZZZZZZZZZZZZZZZZZZZZ",
	} {
		name = prefix + name
		session := runProgram(t, strings.NewReader(`{"jsonrpc":"2.0","id":1,"method":"ping"}`+"\n"), []string{name + "=value"}, "--sandbox")
		got := session.end()
		if got.code != exitOK || !strings.Contains(got.out, `"id":1`) || strings.Count(got.err, name+" is no setting of featurebase-mcp and has no effect here") != 1 {
			t.Errorf("%+v", got)
		}
	}
	if got := start("", []string{"FEATUREBASE_KEY=x"}, "version"); !strings.Contains(got.err, "; if it was meant for it, the name is FEATUREBASE_API_KEY\n") {
		t.Errorf("%+v", got)
	}
}

// What is nearly a setting of ours is refused: a restriction that is not heard would open everything.
func TestVariablesThatAreNearlyOursAreRefused(t *testing.T) {
	t.Parallel()
	for name, meant := range map[string]string{
		"READONLY": "READ_ONLY", "REED_ONLY": "READ_ONLY", "IS_READ_ONLY": "READ_ONLY", "READ_ONLY_MODE": "READ_ONLY", "NO_DESTRUCTIV": "NO_DESTRUCTIVE",
		"DRYRUN": "DRY_RUN", "DRY_RUN_ONLY": "DRY_RUN", "TOOLSET": "TOOLSETS", "EXCLUDED_TOOLS": "EXCLUDE_TOOLS", "CONFIRM_WRITES": "CONFIRM",
		"APIKEY": "API_KEY", "API_KEYFILE": "API_KEY_FILE", "AUTH_TOKEN": "AUTH_TOKENS", "ALLOWED_HOST": "ALLOWED_HOSTS",
	} {
		got := start("", []string{prefix + name + "=1"}, "--sandbox")
		if got.code != exitUsage || !strings.Contains(got.err, "unknown variable "+prefix+name+"; did you mean "+prefix+meant+"?") {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

// Kubernetes sets these in every container, for services called featurebase and featurebase-mcp.
func TestServiceLinksAreIgnored(t *testing.T) {
	t.Parallel()
	var environ []string
	for _, service := range []string{"FEATUREBASE", "FEATUREBASE_MCP", "FEATUREBASE_API", "FEATUREBASE_READ_ONLY"} {
		for _, link := range []string{
			"SERVICE_HOST=10.96.0.7", "SERVICE_PORT=8080", "SERVICE_PORT_HTTP=8080", "SERVICE_PORT_METRICS=9090", "PORT=tcp://10.96.0.7:8080", "PORT_8080_TCP=tcp://10.96.0.7:8080",
			"PORT_8080_TCP_PROTO=tcp", "PORT_8080_TCP_PORT=8080", "PORT_8080_TCP_ADDR=10.96.0.7", "PORT_53_UDP=udp://10.96.0.7:53",
		} {
			environ = append(environ, service+"_"+link)
		}
	}
	if got := runProgram(t, nil, environ, "call", "--sandbox", "list_boards").end(); got.code != exitOK || got.err != "" {
		t.Errorf("%+v", got)
	}
}

// A key is found as people copy it. What was put right is told, and what cannot be is refused, without showing it.
func TestKeysAsPeopleCopyThem(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	file := func(name, content string) string {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	api := keyedAPI(t)
	for _, tc := range []struct {
		name, variable, file string
		code                 int
		told                 string // on standard error
	}{
		{"as it is", "sk_right", "", exitOK, ""},
		{"with a byte order mark", byteOrderMark + "sk_right", "", exitOK, ""},
		{"in quotation marks", `"sk_right"`, "", exitOK, "FEATUREBASE_API_KEY has quotation marks around the key, which are no part of it"},
		{"in quotation marks of a word processor", "“sk_right”", "", exitOK, "FEATUREBASE_API_KEY has quotation marks around the key"},
		{"behind Bearer", "Bearer sk_right", "", exitOK, "FEATUREBASE_API_KEY begins with Bearer, which is no part of the key"},
		{"a file with a byte order mark", "", file("bom", byteOrderMark+"sk_right\r\n"), exitOK, ""},
		{"a file with quotation marks", "", file("quoted", "'sk_right'\n"), exitOK, "quoted has quotation marks around the key"},
		{"a placeholder", "${FEATUREBASE_API_KEY}", "", exitUsage, "FEATUREBASE_API_KEY holds a ${...} that nothing has replaced, and counts as unset"},
		{"a placeholder of a shell", "$FEATUREBASE_API_KEY", "", exitUsage, "FEATUREBASE_API_KEY holds a placeholder in place of the key, which nothing has replaced"},
		{"a placeholder of VS Code", "${input:featurebase-key}", "", exitUsage, "counts as unset"},
		{"a placeholder in quotation marks", `"${KEY}"`, "", exitUsage, "FEATUREBASE_API_KEY holds a placeholder"},
		{"a placeholder of Windows", "%FEATUREBASE_API_KEY%", "", exitUsage, "FEATUREBASE_API_KEY holds a placeholder"},
		{"the key of the documentation", "sk_...", "", exitUsage, "FEATUREBASE_API_KEY holds a placeholder"},
		{"a file of variables", "", file("env", "FEATUREBASE_API_KEY=sk_right\n"), exitUsage, "env does not hold an API key but a line NAME=value: only the key belongs there"},
		{"a file of placeholders", "", file("unfilled", "${KEY}"), exitUsage, "unfilled holds no key"},
		{"a file in UTF-16", "", file("utf16", "\xff\xfes\x00k\x00"), exitUsage, "utf16 is UTF-16, or no text; save it as UTF-8"},
		{"two lines", "", file("two", "sk_right\nsk_other"), exitUsage, "two does not hold an API key: keys are one word of plain letters"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got := start("", []string{"FEATUREBASE_API_KEY=" + tc.variable, "FEATUREBASE_API_KEY_FILE=" + tc.file}, "call", "--api-url", api, "list_boards")
			if got.code != tc.code || !strings.Contains(got.err, tc.told) || tc.told == "" && got.err != "" {
				t.Errorf("%+v", got)
			}
			if strings.Contains(got.err, "right") {
				t.Errorf("the key is shown: %s", got.err)
			}
		})
	}
}

// Values of other variables may begin with a byte order mark, too. A placeholder is told, since what it stands for may be a restriction.
func TestVariablesAsHostsSetThem(t *testing.T) {
	t.Parallel()
	got := start("", []string{"FEATUREBASE_SANDBOX=" + byteOrderMark + "true", "FEATUREBASE_READ_ONLY=${user_config.read_only}"}, "call", "list_boards")
	if got.code != exitOK || got.err != "featurebase-mcp: FEATUREBASE_READ_ONLY holds a ${...} that nothing has replaced, and counts as unset\n" {
		t.Errorf("%+v", got)
	}
}
