package main

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// A replaying is what the flags of replay say.
type replaying struct {
	running
	at       listening
	match    fakeserver.PlaybackMatch
	extra    fakeserver.PlaybackExtra
	ignored  ignoring
	vary     list[fakeserver.Span]
	carry    list[fakeserver.Carry]
	pace     float64
	patience time.Duration
	healthy  bool
}

func newReplay() *cobra.Command {
	p := replaying{
		vary:  list[fakeserver.Span]{what: "span", parse: parseSpan},
		carry: list[fakeserver.Carry]{what: "span[=>span]", parse: parseCarry},
	}
	c := &cobra.Command{
		Use:   "replay FILE",
		Short: "Play the server's side of a recording, and check that clients say what they said there",
		Long: `Replay plays what the recorded server sent when the client has sent what it sent there, on streams in the same segments, with the
same half-closes and endings. It prints what happens, as show does. A client that says something else is told at once, with what differs and at which
offset; its connection is reset.

The faults of the recording act again, unless --healthy or --faults says otherwise. What the clients send may differ where --ignore and
--ignore-range say so. What answers repeat of requests, such as the id of a DNS message, is for --carry; what differs in each
datagram, or message of a stream, is for --vary. They take ` + spanSyntax + `;
where it is elsewhere in the answer, --carry takes both, as REQUEST=>ANSWER.

It listens on a port of the loopback that is free, on the network of the recording, unless --listen says where; unix:PATH is a unix socket.

` + exitCodes,
		Example: `  fakeserver replay redis.jsonl --listen :6379
  fakeserver replay dns.jsonl --listen :5353 --carry 0-2 --extra repeat
  fakeserver replay http.jsonl --match first-bytes --ignore 'Date: ([^\r]+)' --pace 1 --record again.jsonl`,
		Args:              files(1, "the name of a recording"),
		ValidArgsFunction: recordings(1),
		RunE:              func(c *cobra.Command, args []string) error { return p.run(c, args[0]) },
	}
	flags := c.Flags()
	flags.StringVar(&p.at.text, "listen", "", "the `address` to listen on")
	matches := word[fakeserver.PlaybackMatch]{&p.match, []string{"order", "first-bytes"}, []fakeserver.PlaybackMatch{fakeserver.ByOrder, fakeserver.ByFirstBytes}}
	extras := word[fakeserver.PlaybackExtra]{&p.extra, []string{"fail", "refuse", "repeat"},
		[]fakeserver.PlaybackExtra{fakeserver.ExtraFails, fakeserver.ExtraRefused, fakeserver.ExtraRepeats}}
	flags.Var(matches, "match", "which recorded connection a client gets: the next, or that which begins as it does")
	flags.Var(extras, "extra", "what becomes of connections and requests that the recording has not")
	p.ignored.addTo(flags)
	flags.Var(&p.vary, "vary", "what may differ in each message; may be given several times")
	flags.Var(&p.carry, "carry", "what answers repeat of requests; may be given several times")
	flags.Float64Var(&p.pace, "pace", 0, "how much of the recorded pauses there is: 1 as recorded, 0.5 half, 0 none")
	flags.DurationVar(&p.patience, "patience", 0, "how much longer than recorded a client may take for what comes next (default 5s; negative: for ever)")
	flags.BoolVar(&p.healthy, "healthy", false, "don't let the faults of the recording act again")
	completeWords(c, "match", matches.words...)
	completeWords(c, "extra", extras.words...)
	p.addTo(c)
	return c
}

func (p *replaying) run(c *cobra.Command, name string) error {
	rec, err := readWhole(c, name)
	if err != nil {
		return err
	}
	if err := p.settle(rec.Transcript.Header()); err != nil {
		return err
	}
	compared, err := p.ignored.comparison("", "")
	if err != nil {
		return err
	}
	p.events = !p.quiet
	run := newSession(c, &p.running)
	if run.servers, err = p.prepare(c.Name(), []string{p.at.network}, run.fail); err != nil {
		return err
	}
	if err := p.listen(run, name, rec, compared.Ignore); err != nil {
		return errors.Join(err, run.close())
	}
	return run.run()
}

// readWhole reads a recording that has its end: what was cut off has no ends of connections.
func readWhole(c *cobra.Command, name string) (rec transcript.Recording, err error) {
	f, err := open(c, name)
	if err != nil {
		return rec, err
	}
	defer f.Close()
	if rec, err = transcript.Read(f); err != nil {
		err = inFile(name, err)
	}
	if errors.Is(err, transcript.ErrCutOff) {
		err = fmt.Errorf("%w: fakeserver export --to jsonl makes a recording of what is there", err)
	}
	return rec, err
}

// settle finds where to listen.
func (p *replaying) settle(h transcript.Header) error {
	p.at.udp = h.IsOfDatagrams()
	if p.at.text != "" {
		return p.at.settle()
	}
	switch h.Network {
	case "unix", "unixgram": // at a path of the server's own
		p.at.network = h.Network
		return nil
	}
	p.at.text = ":0"
	return p.at.settle()
}

// listen starts what plays the recording.
func (p *replaying) listen(run *session, name string, rec transcript.Recording, ignore []transcript.Ignore) error {
	srv := run.servers[0]
	p.at.warn(run)
	if isDatagrams(srv.network) {
		return p.listenPacket(run, srv, name, rec, ignore)
	}
	play := &fakeserver.Playback{
		Recording: rec, Name: name, Match: p.match, Extra: p.extra, Ignore: ignore, Vary: p.vary.values, Carry: p.carry.values,
		Pace: p.pace, Patience: p.patience, Healthy: p.healthy,
	}
	run.atEnd = func() { run.sayUnplayed(srv, play.Unplayed()) }
	one, err := fakeserver.Listen(srv.config(p.at.address, play))
	return srv.started(one, err)
}

// sayUnplayed says which recorded connections or peers no client has been.
func (s *session) sayUnplayed(srv *server, numbers []int) {
	if n := len(numbers); n > 0 {
		s.say("%d recorded %s not played: %s", n, plural(n, what(srv.network)), inRuns(numbers))
	}
}

// inRuns returns rising numbers as "1 3-5".
func inRuns(numbers []int) string {
	var words []string
	for i := 0; i < len(numbers); {
		first, last := i, i
		for last+1 < len(numbers) && numbers[last+1] == numbers[last]+1 {
			last++
		}
		word := strconv.Itoa(numbers[first])
		if last > first {
			word += "-" + strconv.Itoa(numbers[last])
		}
		words, i = append(words, word), last+1
	}
	return strings.Join(words, " ")
}
