package scenarios

import (
	"errors"
	"fmt"

	"github.com/fakewire/fakewire/fakeserver/transcript"
	"github.com/fakewire/fakewire/nettest/subject"
)

// A reply is where an answer lies in what the server sends on a connection.
type reply struct{ from, to int64 }

func (r reply) size() int64   { return r.to - r.from }
func (r reply) middle() int64 { return r.from + r.size()/2 }

var errNoReply = errors.New("the server sent no reply on a healthy wire, so that there is nothing to spoil")

// wholeReply returns how many bytes the reply has, which is all that the server sends on
// one connection.
func wholeReply(healthy history) (int64, error) {
	n := serverSent(longest(healthy))
	if n == 0 {
		return 0, errNoReply
	}
	return n, nil
}

// lastReply returns where the answer to the client's last request lies, on the
// connection with the most of them: after what the server had sent when that
// request came, such as a greeting.
func lastReply(healthy history) (reply, error) {
	all, err := messagesBefore(healthy)
	if err != nil {
		return reply{}, err
	}
	last := answerOf(all)
	return reply{last.From, last.To}, nil
}

// messagesBefore returns the server's messages on the connection with the most bytes of
// them: those before the answer, such as a greeting, and last the answer itself.
func messagesBefore(healthy history) ([]message, error) {
	all := subject.Messages(longest(healthy), transcript.ToClient)
	if len(all) == 0 {
		return nil, fmt.Errorf("%w: %w", ErrInconclusive, errNoReply)
	}
	return all, nil
}
