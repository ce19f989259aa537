package script

import (
	"fmt"
	"strconv"
	"strings"
)

// A Length is a number in front of a message, or after its first bytes, which says how many bytes come after it. A
// message is given without it.
//
//	Length{Bytes: 2}                              DNS over TCP
//	Length{Bytes: 4, LittleEndian: true}          gRPC's is big-endian and has a flag before it: Length{Bytes: 4, Before: 1}
//	Length{Bytes: 4, Before: 1, CountsItself: true}   PostgreSQL: a letter, and a length that counts itself
//	Length{Bytes: 3, LittleEndian: true, Extra: -1}   MySQL: the sequence number after the length does not count
type Length struct {
	Bytes        int  // how many bytes the number has, 1 to 8. If zero, 4
	LittleEndian bool // the number's lowest byte comes first; otherwise its highest does
	Before       int  // how many bytes of the message come before the number
	CountsItself bool // the number counts its own bytes, too
	Extra        int  // what else the number counts: the Before bytes, say; negative: what it does not count
}

func (l Length) size() int {
	if l.Bytes == 0 {
		return 4
	}
	return l.Bytes
}

// added returns how much more the number is than the bytes after it.
func (l Length) added() int {
	if l.CountsItself {
		return l.Extra + l.size()
	}
	return l.Extra
}

// String returns the length as [Parse] reads it.
func (l Length) String() string {
	var b strings.Builder
	b.WriteString("length " + strconv.Itoa(l.Bytes))
	if l.LittleEndian {
		b.WriteString(" little")
	}
	if l.Before != 0 {
		b.WriteString(" before " + strconv.Itoa(l.Before))
	}
	if l.CountsItself {
		b.WriteString(" itself")
	}
	if l.Extra != 0 {
		b.WriteString(" extra " + strconv.Itoa(l.Extra))
	}
	return b.String()
}

func (l Length) check() error {
	switch {
	case l.Bytes < 0 || l.Bytes > 8:
		return fmt.Errorf("the length has %d bytes, want 1 to 8", l.Bytes)
	case l.Before < 0:
		return fmt.Errorf("the length has %d bytes before it, want 0 or more", l.Before)
	}
	return nil
}

// largest is the largest number that the length can be.
func (l Length) largest() uint64 { return ^uint64(0) >> (64 - 8*l.size()) }

func (l Length) checkBody(body string) error {
	if len(body) < l.Before {
		return fmt.Errorf("the message has %d bytes, of which %d come before the length", len(body), l.Before)
	}
	n := len(body) - l.Before + l.added()
	if n < 0 || uint64(n) > l.largest() {
		return fmt.Errorf("the length of the message would be %d, want 0 to %d", n, l.largest())
	}
	return nil
}

func (l Length) encode(body string) []byte {
	before := min(l.Before, len(body))
	n := uint64(len(body) - before + l.added())
	wire := []byte(body[:before])
	for i := range l.size() {
		shift := 8 * (l.size() - 1 - i)
		if l.LittleEndian {
			shift = 8 * i
		}
		wire = append(wire, byte(n>>shift))
	}
	return append(wire, body[before:]...)
}

// feedPrefixed is feed of a decoder for messages with a length.
func (d *decoder) feedPrefixed(b byte) (sure int, done bool, err error) {
	l := d.in.length
	at := d.raw - 1 - l.Before // in the number, from its first byte on
	switch {
	case at < 0:
		d.body = append(d.body, b)
		return len(d.body), false, nil
	case at >= l.size():
		d.body = append(d.body, b)
		return len(d.body), uint64(len(d.body)) == uint64(l.Before)+d.want, nil
	case l.LittleEndian:
		d.want |= uint64(b) << (8 * at)
	default:
		d.want = d.want<<8 | uint64(b)
	}
	if at < l.size()-1 {
		return len(d.body), false, nil
	}
	if err := d.settle(); err != nil {
		return 0, false, err
	}
	return len(d.body), d.want == 0, nil
}

// settle checks the number that has come, and makes of it how many bytes come after it.
func (d *decoder) settle() error {
	said, added, limit := d.want, d.in.length.added(), uint64(d.in.limit())
	switch {
	case added > 0 && said < uint64(added):
		return fmt.Errorf("the length is %d, want %d or more", said, added)
	case added < 0:
		d.want = said + uint64(-added)
	default:
		d.want = said - uint64(added)
	}
	if d.want > limit || d.want < said && added < 0 || uint64(d.in.length.Before)+d.want > limit {
		return fmt.Errorf("the length is %d, for a message longer than %d bytes", said, limit)
	}
	return nil
}
