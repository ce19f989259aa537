package kernel

import (
	"net"
	"net/netip"
)

// singleReader reads one datagram per system call: what [Batch] does where there is no recvmmsg.
type singleReader struct {
	pc       *net.UDPConn
	buf      []byte
	messages [1]Message
}

func newSingleReader(pc *net.UDPConn) *singleReader {
	return &singleReader{pc: pc, buf: make([]byte, bufferSize)}
}

// read uses its own buffer, whatever it is offered.
func (r *singleReader) read([]byte, int) ([]Message, error) {
	n, _, flags, from, err := r.pc.ReadMsgUDPAddrPort(r.buf, nil)
	if err != nil {
		return nil, err
	}
	r.messages[0] = Message{
		Data:      r.buf[:n:n],
		From:      netip.AddrPortFrom(from.Addr().Unmap(), from.Port()),
		Truncated: flags&msgTrunc != 0,
	}
	return r.messages[:], nil
}
