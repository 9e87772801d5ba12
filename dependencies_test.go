package main

import (
	"os/exec"
	"strings"
	"testing"
)

// keptOut are libraries that must not be in the product, each with the reason.
var keptOut = map[string]string{
	"github.com/tiktoken-go/tokenizer":                 "12 MB of vocabulary; tools/tokens.txt has the counts",
	"github.com/pkoukk/tiktoken-go":                    "it fetches its vocabulary from the network",
	"github.com/getkin/kin-openapi":                    "it takes 92 ms to read the contract; internal/contract takes 5",
	"github.com/microcosm-cc/bluemonday":               "HTML becomes Markdown here, it is not passed on",
	"google.golang.org/grpc":                           "nothing here speaks it, and it adds megabytes",
	"go.opentelemetry.io/contrib/exporters/autoexport": "it brings every exporter there is, gRPC among them",
	"net/http/pprof":                                   "it shows memory, keys and all, to whoever reaches it; bench/soak/server has it, for itself",
	"go.opentelemetry.io/otel/sdk":                     "traces are in builds with the tag otel alone",
	"google.golang.org/protobuf":                       "as above",
	"github.com/google/go-cmp":                         "for tests",
	"github.com/stretchr/testify":                      "for tests",
	"go.uber.org/goleak":                               "for tests",
	"pgregory.net/rapid":                               "for tests",
	"testing":                                          "for tests",
}

func TestTheProductHoldsWhatItNeeds(t *testing.T) {
	t.Parallel()
	product := dependencies(t, "-deps", ".")
	for library, why := range keptOut {
		if product(library) {
			t.Errorf("%s is in the product: %s (go mod why -m %s)", library, why, library)
		}
	}
	withTests := dependencies(t, "-deps", "-test", "./...")
	for _, library := range []string{"github.com/tiktoken-go/tokenizer", "github.com/google/go-cmp", "go.uber.org/goleak", "pgregory.net/rapid", "testing"} {
		if !withTests(library) || keptOut[library] == "" {
			t.Errorf("%s is not found where it is used, so its absence proves nothing", library)
		}
	}
}

// The build tag is the only way to what the conformance suite calls in a server.
func TestTheFixturesOfTheConformanceSuiteNeedTheirTag(t *testing.T) {
	t.Parallel()
	const fixtures = "featurebase-mcp/internal/conformance"
	if dependencies(t, "-deps", ".")(fixtures) {
		t.Errorf("%s is in the product", fixtures)
	}
	if !dependencies(t, "-deps", "-tags", "conformance", ".")(fixtures) {
		t.Errorf("%s is not found where it is used, so its absence proves nothing", fixtures)
	}
}

// dependencies tells which libraries go list finds: a module's path, or a package's.
func dependencies(t *testing.T, args ...string) func(library string) bool {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", append([]string{"list"}, args...)...).Output()
	if err != nil {
		t.Fatal(err)
	}
	list := "\n" + string(out)
	return func(library string) bool {
		return strings.Contains(list, "\n"+library+"\n") || strings.Contains(list, "\n"+library+"/")
	}
}
