package stdio

import (
	"bufio"
	"io"
	"strings"
	"testing"

	"featurebase-mcp/internal/wire/wiretest"
)

// BenchmarkEcho is one call and its answer at a time, through pipes in memory.
func BenchmarkEcho(b *testing.B) {
	for name, size := range map[string]int{"small": 20, "64KiB": 64 << 10} {
		b.Run(name, func(b *testing.B) {
			inReader, inWriter := io.Pipe()
			outReader, outWriter := io.Pipe()
			served := make(chan error, 1)
			s := wiretest.NewServer(b, wiretest.Quiet())
			go func() { served <- New(s, Options{}).Serve(b.Context(), inReader, outWriter) }()
			call := []byte(`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"echo","arguments":{"text":"` +
				strings.Repeat("x", size) + `"}}}` + "\n")
			out := bufio.NewReaderSize(outReader, 2*size+4096)
			b.ReportAllocs()
			b.SetBytes(int64(size))
			for b.Loop() {
				if _, err := inWriter.Write(call); err != nil {
					b.Fatal(err)
				}
				if _, err := out.ReadSlice('\n'); err != nil {
					b.Fatal(err)
				}
			}
			_ = inWriter.Close()
			if err := <-served; err != nil {
				b.Fatal(err)
			}
		})
	}
}
