package subject

import (
	"strings"
	"testing"
)

var kept []byte

func TestAllocatedGrowsByWhatIsAllocated(t *testing.T) {
	const size = 10 << 20
	before := Allocated()
	kept = make([]byte, size)
	after := Allocated()
	kept = nil
	if after-before < size || after-before > 2*size {
		t.Errorf("%d bytes were allocated, and Allocated grew by %d", size, after-before)
	}
	if again := Allocated(); again < after {
		t.Errorf("what is not used any more is not counted: %d, and %d before", again, after)
	}
}

// What is allocated at once is found with where that was, once each time.
func TestChunks(t *testing.T) {
	const large = 8 << 20
	var c Chunks
	c.New(large)
	for range 2 {
		kept = make([]byte, large)
		kept = make([]byte, large/2)
		for range 32 {
			kept = make([]byte, large/16)
		}
		all := c.New(large)
		if len(all) != 1 || all[0].Bytes < large || all[0].Bytes > large+large/8 || !strings.HasPrefix(all[0].Stack, "\tgithub.com/fakewire/fakewire/nettest/subject.TestChunks\n") {
			t.Errorf("%+v is new, want one chunk of %d bytes", all, large)
		}
		if all = c.New(large); len(all) != 0 {
			t.Errorf("%+v is new, and it was there before", all)
		}
	}
	kept = nil
}

func TestChunksOfServersAreLeftOut(t *testing.T) {
	for _, test := range []struct {
		stack []string // the innermost first
		ours  bool
	}{
		{[]string{"runtime.makeslice", "example.com/client.read"}, false},
		{[]string{servers + "/transcript.(*log).add", servers + ".(*core).add"}, true},
		{[]string{"example.com/handler.answer", servers + ".(*conns).serve"}, true},
		{[]string{networks + "(*pipe).write", "example.com/client.write"}, true},
		{[]string{"example.com/client.write", networks + "Within.func1"}, false},
	} {
		if got := ofServer(test.stack); got != test.ours {
			t.Errorf("%q: %t, want %t", test.stack, got, test.ours)
		}
	}
}
