package fault

import "github.com/fakewire/fakewire/fakeserver/internal/decide"

// Exit ends the connection as the end of the server's process would: with a FIN, and nothing
// that reads any more. Whatever the client still sends is answered with an RST.
//
// ToClient, everything before its offset is delivered first: the server waits until the client's
// kernel has it, or it makes no progress for five seconds. FromClient, it acts once
// exactly the bytes before its offset were read from the socket. What the server has sent by then
// is delivered; what a rule still keeps is not sent, and named in the record. In both directions
// the handler's further Reads and Writes fail with ErrInjected.
//
// The client reads what came before, and then io.EOF, for ever. Its first Write works, though
// nothing gets it, and brings the RST; the next one is EPIPE. What the client had sent and the
// server had not read when it acted is answered at once, and then the first Write is EPIPE
// already. A process that ends with something unread sends that RST in place of the FIN; here the
// FIN always comes first, so that what the client reads does not hang on what had arrived by then:
// use Reset for the other. On macOS and Windows the RST may overtake the FIN, and what came before.
//
// A unix socket has no RST: there each Write is EPIPE, from the first on.
type Exit struct{}

// Kind returns "exit".
func (Exit) Kind() string { return "exit" }

// Validate returns nil.
func (Exit) Validate() error { return nil }

func (Exit) sealed()            {}
func (Exit) point() decide.Step { return decide.Step{Op: decide.OpExit} }
