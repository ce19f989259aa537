package match

import "github.com/fakewire/fakewire/fakeserver/transcript"

// HaveSent succeeds if the server has sent x to clients: HaveReceived in the other
// direction. Bytes that a fault kept from leaving do not count; bytes that it changed
// count as they left.
func HaveSent(x any) *BytesMatcher {
	return newBytesMatcher("HaveSent", flow{direction: transcript.ToClient}, x)
}
