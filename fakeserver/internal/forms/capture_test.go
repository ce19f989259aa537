package forms_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"regexp"
	"slices"
	"testing"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"

	"github.com/fakewire/fakewire/fakeserver/transcript"
	"github.com/fakewire/fakewire/fakeserver/transcript/pcapng"
)

// captureEvent finds a comment that tells of an event: code and length of the option come before it.
var captureEvent = regexp.MustCompile(`(?s)\x01\x00.{1,2}event +(\d+)[: ]`)

func (f *forms) capture(t *testing.T) {
	var b bytes.Buffer
	wantNil(t, pcapng.Write(&b, f.rec))
	wantNoSecret(t, b.String())
	for _, want := range append(ruleComments(f.rules), fmt.Sprintf(": %d events", len(f.seqs))) {
		if !bytes.Contains(b.Bytes(), []byte(want)) {
			t.Errorf("it does not say %q", want)
		}
	}
	got := seqsIn(b.String(), captureEvent)
	if slices.Sort(got); !slices.Equal(got, f.seqs) {
		t.Errorf("it has the events %v, want %v\n%s", got, f.seqs, f.tr)
	}
	if got, want := f.carried(t, &b), f.total(); got != want && !f.hasUnknownSizes() {
		t.Errorf("its packets have %v bytes, want %v\n%s", got, want, f.tr)
	}
}

func ruleComments(keys []string) (all []string) {
	for _, key := range keys {
		all = append(all, "rule "+key)
	}
	return all
}

// total returns how many bytes each direction has.
func (f *forms) total() (all [3]int64) {
	for s, n := range f.bytes {
		all[s.dir] += n
	}
	return all
}

// hasUnknownSizes reports whether some datagrams are one event, so that they can be no packets.
func (f *forms) hasUnknownSizes() bool {
	for e := range f.tr.Kind(transcript.Datagram).All() {
		if e.Data == nil && e.Times > 1 {
			return true
		}
	}
	return false
}

// carried returns how many bytes a capture's packets carry in each direction.
func (f *forms) carried(t *testing.T, capture io.Reader) (all [3]int64) {
	r, err := pcapgo.NewNgReader(capture, pcapgo.NgReaderOptions{})
	wantNil(t, err)
	port := "1" // of what stands for a server that has no address of IP
	if server, err := netip.ParseAddrPort(f.tr.Header().Address); err == nil {
		port = fmt.Sprint(server.Port())
	}
	for {
		data, info, err := r.ReadPacketData()
		if errors.Is(err, io.EOF) {
			return all
		}
		wantNil(t, err)
		p := gopacket.NewPacket(data, layers.LinkTypeRaw, gopacket.NoCopy)
		d := transcript.FromClient
		if src, _ := p.TransportLayer().TransportFlow().Endpoints(); src.String() == port {
			d = transcript.ToClient
		}
		all[d] += int64(info.Length - len(p.NetworkLayer().LayerContents()) - len(p.TransportLayer().LayerContents()))
	}
}
