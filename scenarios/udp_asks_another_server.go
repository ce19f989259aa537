package scenarios

import "context"

// AsksAnotherServer is the promise of a UDP client with several servers that gets its answer from
// another when one is dead: the one that it asks first says nothing, or the host of one answers
// "port unreachable". Do returns Want, within Within, so that a client which waits for a reply
// leaves itself the time to ask another server. If it has sessions, the same goes for an Ask
// whose server had answered the one before, and says nothing from then on.
//
// Each server in turn is the one with nothing at its port, four times, as the client may choose
// by chance. It needs Servers. Where a server can't refuse datagrams without giving its port up
// (it can on Linux), that is left out.
var AsksAnotherServer = Promise[UDPClient]{
	variable: "AsksAnotherServer",
	Name:     "asks another server when one is dead",
	Why: "The first of two name servers was down, and for as long as it was, every lookup failed, or took as long as its caller had. A client " +
		"that gives the first server all of its time has none left for the second, and one that takes \"port unreachable\" for " +
		"the last word never gets there.",
	Labels: []string{"udp"},
	check:  checkAsksAnotherServer,
}

func checkAsksAnotherServer(ctx context.Context, subject func() UDPClient) error {
	c, err := subject().client()
	if err != nil {
		return err
	}
	if err := c.wantServers(); err != nil {
		return err
	}
	if err := rehearseDo(ctx, subject); err != nil {
		return err
	}
	var gone []trial
	if canRefuse(ctx) {
		gone = c.oneGone("has nothing at its port", fake.refuse)
	}
	return inTurn(
		func() error { return askPastSilence(ctx, c, subject) },
		func() error { return wantAnswerPast(ctx, asNeeded, c, subject, gone) },
		func() error { return askPastNewSilence(ctx, c, subject) },
	)
}

// askPastSilence wants the client to get its answer though the server that it asks first
// says nothing.
func askPastSilence(ctx context.Context, c client, subject func() UDPClient) error {
	silent := trial{what: "when the server that it asks first says nothing"}
	return fallsSilent(c, subject, silent.what, func(s *silence, subject func() UDPClient) error {
		s.begin()
		_, err := exchange(ctx, subject, silent, wantAnswer)
		return err
	})
}

// askPastNewSilence wants a client with sessions to get its answer when the server that it had asked
// says nothing any more.
func askPastNewSilence(ctx context.Context, c client, subject func() UDPClient) error {
	if c.open == nil {
		return nil
	}
	want, err := answers(ctx, subject, 2)
	if err != nil {
		return err
	}
	silent := trial{what: "when the server that it had asked says nothing any more"}
	return fallsSilent(c, subject, silent.what, func(s *silence, subject func() UDPClient) error {
		return inDialogue(ctx, subject, silent, func(d *dialogue) error {
			if err := d.ask(1).wantAnswer(want[0]); err != nil {
				return err
			}
			s.begin()
			return d.ask(2).wantAnswer(want[1])
		})
	})
}

// fallsSilent runs a trial of the kind what, in which a server falls silent.
func fallsSilent(c client, subject func() UDPClient, what string, try func(s *silence, subject func() UDPClient) error) error {
	return tryEach(oneByOne, subject, 1, func(_ int, subject func() UDPClient) error {
		var s silence
		return s.verdict(what, c.calmly(func() error { return try(&s, s.over(subject)) }))
	})
}
