package timeline_test

import (
	"io"
	"testing"

	"github.com/fakewire/fakewire/fakeserver/transcript/timeline"
)

// What a page of 10,000 events costs to write.
func BenchmarkWrite(b *testing.B) {
	rec := long(b, 10_000)
	b.ReportAllocs()
	for b.Loop() {
		if err := timeline.Write(io.Discard, rec); err != nil {
			b.Fatal(err)
		}
	}
}
