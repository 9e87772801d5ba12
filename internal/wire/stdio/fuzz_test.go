package stdio

import (
	"bytes"
	"encoding/json"
	"testing"

	"featurebase-mcp/internal/wire/wiretest"
)

// FuzzStdio feeds arbitrary bytes. Whatever they are, each line that comes out is one JSON-RPC message.
func FuzzStdio(f *testing.F) {
	for _, seed := range []string{
		"", "\n", "{}", "[]", "null", `{"jsonrpc":"2.0","id":1,"method":"ping"}`, wiretest.Initialize + "\n" + wiretest.CallLine("1", "echo"),
		`{"jsonrpc":"2.0","id":"\ud800","method":"ping"}`, wiretest.Listen("1", `"toolsListChanged":true`),
		`{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}`,
		`{"jsonrpc":"2.0","id":1,"result":{}}`, `{"jsonrpc":"2.0","id":{"a":[1]},"method":"ping"}`,
		`{"id":1,"a":"` + string(bytes.Repeat([]byte("x"), 600)) + `"}`,
		`{"jsonrpc":"2.0","id":1,"method":"resources/read","params":{"uri":"x"}}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		var out bytes.Buffer
		err := New(wiretest.NewServer(t, wiretest.Quiet()), Options{MaxMessage: 512}).
			Serve(t.Context(), bytes.NewReader(in), &out)
		if err != nil {
			t.Fatal(err)
		}
		for line := range bytes.Lines(out.Bytes()) {
			var m wiretest.Message
			decoder := json.NewDecoder(bytes.NewReader(line))
			decoder.DisallowUnknownFields()
			err := decoder.Decode(&m)
			kinds := 0
			for _, is := range []bool{m.Method != "", m.Result != nil, m.Error != nil} {
				if is {
					kinds++
				}
			}
			if err != nil || decoder.More() || m.JSONRPC != "2.0" || kinds != 1 || line[len(line)-1] != '\n' {
				t.Errorf("wrote %q: %v", line, err)
			}
		}
	})
}
