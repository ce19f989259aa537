package proxytable

const (
	small = 1000
	large = 1 << 20
)

// eachWay is what either end may do.
var eachWay = []each{
	{
		name: "ACTOR speaks first",
		must: "One byte of ACTOR arrives before anybody else has said anything, and so does the answer of one byte.",
		why:  "SMTP, MySQL and SSH begin with the server; a byte alone waits for no second one.",
		play: func(acts, other *end) {
			acts.send(1)
			other.want(1)
			other.send(1)
			acts.want(1)
			acts.closeWrite()
			other.wantEOF()
			other.close()
			acts.wantEOF()
		},
	},
	{
		name: "ACTOR half-closes and reads on",
		must: "OTHER reads all that was sent and then EOF; its answer, which only begins then, arrives whole, and then EOF.",
		why:  "The end of a request is its FIN (rsh, rsync, nc -N, HTTP/1.0 uploads): a proxy that takes it for a close cuts off the answer.",
		play: func(acts, other *end) {
			acts.send(small)
			acts.closeWrite()
			other.want(small)
			other.wantEOF()
			acts.s.together(func() { other.send(large) }, func() { acts.want(large) })
			other.close()
			acts.wantEOF()
		},
	},
	{
		name: "ACTOR sends and closes at once",
		must: "All that was sent arrives, and then EOF, though ACTOR is gone.",
		why:  "The last lines before an exit are those that say why.",
		play: func(acts, other *end) {
			acts.s.together(func() { acts.send(large); acts.close() }, func() { other.want(large) })
			other.wantEOF()
		},
	},
	{
		name:       "ACTOR resets",
		must:       "OTHER reads ECONNRESET, not EOF.",
		why:        "A crash that looks like an orderly end is taken for one: a body without a length is complete at EOF.",
		needsReset: true,
		play: func(acts, other *end) {
			acts.reset()
			other.wantReset()
		},
	},
	{
		name:       "ACTOR sends, and then resets",
		must:       "OTHER reads all that ACTOR's side has acknowledged, and then ECONNRESET.",
		why:        "A reply that is cut off by an RST is the most common find; a proxy that swallows the bytes before it hides which part arrived.",
		needsReset: true,
		play: func(acts, other *end) {
			acts.s.together(func() { acts.send(large); acts.flush(); acts.reset() }, func() { other.want(large) })
			other.wantReset()
		},
	},
	{
		name:       "ACTOR half-closes, and then resets",
		must:       "OTHER reads EOF. When it writes after the RST, that fails, and does so before 64 MiB are written.",
		why:        "A client that has sent its request and crashed gets an answer that nobody reads: the server must learn that.",
		needsReset: true,
		play: func(acts, other *end) {
			acts.closeWrite()
			other.wantEOF()
			acts.reset()
			other.wantWriteToBreak()
		},
	},
	{
		name:       "ACTOR resets after OTHER's half-close",
		must:       "ACTOR reads EOF, and OTHER, which has half-closed, reads ECONNRESET and not EOF.",
		why:        "A request was sent whole, and instead of an answer there is an RST: with EOF it would be an empty answer.",
		needsReset: true,
		play: func(acts, other *end) {
			other.closeWrite()
			acts.wantEOF()
			acts.reset()
			other.wantReset()
		},
	},
	{
		name: "ACTOR stalls",
		must: "OTHER's writes block before 64 MiB are written: what is between them has bounded memory.",
		why:  "A proxy that reads ahead without bound hides every bug of backpressure, until it is out of memory.",
		play: func(acts, other *end) { other.sendUntilBlocked() },
	},
	{
		name: "ACTOR stalls, and then reads on",
		must: "Every byte that OTHER wrote until it was blocked arrives, those that it writes afterwards, too, and then EOF.",
		why:  "What is lost is lost where buffers are full.",
		play: func(acts, other *end) {
			other.sendUntilBlocked()
			held := int(other.sent)
			acts.s.together(func() { other.send(large); other.close() }, func() { acts.want(held + large) })
			acts.wantEOF()
		},
	},
	{
		name:       "ACTOR stalls, and then resets",
		must:       "OTHER's write, which is blocked, ends with ECONNRESET or EPIPE.",
		why:        "A proxy that waits to write to the one that has gone holds the other for ever.",
		needsReset: true,
		play: func(acts, other *end) {
			other.sendUntilBlocked()
			acts.s.together(other.wantWriteToBreak, acts.reset)
		},
	},
	{
		name:       "OTHER stalls while ACTOR sends and then resets",
		must:       "OTHER, which reads only then, reads the beginning of what was sent, and then ECONNRESET, not EOF.",
		why:        "What is queued for a slow reader when its peer crashes is part of something: with EOF it would be the whole.",
		needsReset: true,
		play: func(acts, other *end) {
			acts.sendUntilBlocked()
			acts.reset()
			other.wantSome()
			other.wantReset()
		},
	},
	{
		name:       "ACTOR half-closes, stalls, and then resets",
		must:       "OTHER reads EOF, its writes block, and the blocked one ends with ECONNRESET or EPIPE.",
		why:        "Who copies the answer only, since the request is over, does not hear the RST that comes from the other side.",
		needsReset: true,
		play: func(acts, other *end) {
			acts.closeWrite()
			other.wantEOF()
			other.sendUntilBlocked()
			acts.s.together(other.wantWriteToBreak, acts.reset)
		},
	},
	{
		name:       "ACTOR closes with bytes unread",
		must:       "OTHER reads ECONNRESET: that is what a kernel sends for it.",
		why:        "OTHER's last bytes were thrown away, and an EOF would say that all was well.",
		needsReset: true,
		play: func(acts, other *end) {
			other.send(small)
			acts.want(1)
			acts.leave(small - 1)
			acts.close()
			other.wantReset()
		},
	},
	{
		name: "ACTOR closes, and OTHER writes on",
		must: "OTHER reads EOF. Its writes fail before 64 MiB are written.",
		why:  "One that writes into a pooled connection which the other has closed must learn that nobody reads it.",
		play: func(acts, other *end) {
			acts.close()
			other.wantEOF()
			other.wantWriteToBreak()
		},
	},
}
