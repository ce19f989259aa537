package reference

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"time"

	"github.com/fakewire/fakewire/scenarios"
)

// PanicsAtGarbage breaks SurvivesCorruptReply: of a reply without a space it takes what comes
// before that.
func PanicsAtGarbage(want string, within time.Duration) scenarios.TCPClient {
	return looksAt(TCPClient(want, within), func() func(string) error {
		return func(answer string) error {
			_ = answer[:strings.Index(answer, " ")]
			return nil
		}
	})
}

// GivesUpAtGarbage breaks SurvivesCorruptReply: it is done with a server that has said
// something odd.
func GivesUpAtGarbage(want string, within time.Duration) scenarios.TCPClient {
	return looksAt(TCPClient(want, within), givesUpAtGarbage)
}

// PanicsAtGarbageUDP breaks SurvivesCorruptDatagram, as PanicsAtGarbage does.
func PanicsAtGarbageUDP(want string, within time.Duration) scenarios.UDPClient {
	c := PlainUDPClient(want, within)
	do := c.Do
	c.Do = func(ctx context.Context, addr string) (string, error) {
		answer, err := do(ctx, addr)
		if err == nil {
			_ = answer[:strings.Index(answer, "FROM")]
		}
		return answer, err
	}
	return c
}

// GivesUpAtGarbageUDP breaks SurvivesCorruptDatagram, as GivesUpAtGarbage does.
func GivesUpAtGarbageUDP(want string, within time.Duration) scenarios.UDPClient {
	c := UDPClient(want, within)
	open := c.Open
	c.Open = func(ctx context.Context, addr string) (scenarios.Session, error) {
		s, err := open(ctx, addr)
		ask, look := s.Ask, givesUpAtGarbage()
		s.Ask = func(ctx context.Context, n int) (string, error) { return looked(ctx, n, ask, look) }
		return s, err
	}
	return c
}

// looksAt returns c with sessions each of which has a look at its answers.
func looksAt(c scenarios.TCPClient, newLook func() func(answer string) error) scenarios.TCPClient {
	open := c.Open
	c.Open = func(ctx context.Context, addr string) (scenarios.Session, error) {
		s, err := open(ctx, addr)
		ask, look := s.Ask, newLook()
		s.Ask = func(ctx context.Context, n int) (string, error) { return looked(ctx, n, ask, look) }
		return s, err
	}
	return c
}

func looked(ctx context.Context, n int, ask func(context.Context, int) (string, error), look func(string) error) (string, error) {
	answer, err := ask(ctx, n)
	if err != nil {
		return "", err
	}
	if err := look(answer); err != nil {
		return "", err
	}
	return answer, nil
}

// givesUpAtGarbage returns a look that fails from when it has seen an answer with a letter that
// none has.
func givesUpAtGarbage() func(answer string) error {
	var odd atomic.Bool
	return func(answer string) error {
		if strings.ContainsAny(answer, "!pG") || odd.Load() {
			odd.Store(true)
			return errors.New("the server is not in its right mind")
		}
		return nil
	}
}
