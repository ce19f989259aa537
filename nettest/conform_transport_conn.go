package nettest

import (
	"errors"
	"fmt"
	"io"
	"net"
	"syscall"
	"time"
)

func (c *carrier) testCloseWrite() error {
	client, server, err := c.pair()
	if err != nil {
		return err
	}
	s, err := able[interface{ CloseWrite() error }](server, "CloseWrite")
	if err != nil {
		return err
	}
	return first(
		func() error { return write(server, "last words") },
		func() error { return wantNil("CloseWrite", s.CloseWrite()) },
		func() error { return wantRest(client, "last words") },
		func() error { return say(client, server, "and more from the client") },
	)
}

func (c *carrier) testReset() error {
	client, server, err := c.pair()
	if err != nil {
		return err
	}
	s, err := able[interface{ Reset() error }](server, "Reset")
	if err != nil {
		return err
	}
	read := begin("Read", func() error { return wantReset(client) })
	return first(
		read.waits,
		func() error { return wantNil("Reset", s.Reset()) },
		read.end,
		func() error { _, err := server.Write([]byte("x")); return wantClosed("Write after Reset", err) },
	)
}

func wantReset(c net.Conn) error {
	if n, err := c.Read(make([]byte, 10)); !errors.Is(err, syscall.ECONNRESET) {
		return fmt.Errorf("the client's Read = %d, %v; want ECONNRESET", n, err)
	}
	return nil
}

// An unacker knows what has not reached the other end.
type unacker interface {
	net.Conn
	Unacked() (int, error)
}

func (c *carrier) testUnacked() error {
	client, server, err := c.pair()
	if err != nil {
		return err
	}
	s, err := able[unacker](server, "Unacked")
	if err != nil {
		return err
	}
	if err := first(
		func() error { return wantCount("Unacked before anything was written", 0, s.Unacked) },
		func() error { return write(s, "all of it") },
		func() error { return wantCount("Unacked", 0, s.Unacked) },
	); err != nil {
		return err
	}
	if r, ok := server.(interface{ Reset() error }); ok {
		return first(
			func() error { return wantNil("Reset", r.Reset()) },
			func() error { return wantText("Read after a Reset at Unacked 0", client, "all of it") },
		)
	}
	return wantText("Read", client, "all of it")
}

func (c *carrier) testAcked() error {
	client, server, err := c.pair()
	if err != nil {
		return err
	}
	s, err := able[interface {
		unacker
		Acked() <-chan struct{}
	}](server, "Acked")
	if err != nil {
		return err
	}
	w := &longWrite{to: s}
	wrote := begin("Write", w.run)
	w.settleAt(enough)
	acked := s.Acked()
	before, err := s.Unacked()
	if err != nil {
		return wantNil("Unacked", err)
	}
	if before == 0 {
		return lacksError("byte that is on its way: what is written has arrived")
	}
	read := begin("Read", func() error { _, err := io.Copy(io.Discard, client); return err })
	select {
	case <-acked:
	case <-time.After(soon):
		n, err := s.Unacked()
		return fmt.Errorf("Unacked was %d and is %d, %v; Acked's channel is open", before, n, err)
	}
	s.Close()
	return errors.Join(wrote.end(), read.end())
}

func (c *carrier) testUnread() error {
	client, server, err := c.pair()
	if err != nil {
		return err
	}
	s, err := able[interface{ Unread() (int, error) }](server, "Unread")
	if err != nil {
		return err
	}
	return first(
		func() error { return wantCount("Unread before anything was written", 0, s.Unread) },
		func() error { return write(client, "0123456789") },
		func() error { return wantCount("Unread after 10 bytes", 10, s.Unread) },
		func() error { return wantText("Read", server, "0123") },
		func() error { return wantCount("Unread after 4 of 10 bytes were read", 6, s.Unread) },
		func() error { return wantText("Read", server, "456789") },
		func() error { return wantCount("Unread after all was read", 0, s.Unread) },
	)
}

func (c *carrier) testReadNow() error {
	client, server, err := c.pair()
	if err != nil {
		return err
	}
	s, err := able[interface{ ReadNow([]byte) (int, error) }](server, "ReadNow")
	if err != nil {
		return err
	}
	now := func() error { _, err := s.ReadNow(make([]byte, 10)); return err }
	return first(
		func() error { return wantTimeout("ReadNow before anything was written", now()) },
		func() error { return write(client, "0123456789") },
		func() error { return wantRead("ReadNow", s.ReadNow, "0123") },
		func() error { return wantRead("ReadNow", s.ReadNow, "456789") },
		func() error { return wantTimeout("ReadNow after all was read", now()) },
		client.Close,
		func() error {
			return await(func() error {
				if err := now(); err != io.EOF {
					return fmt.Errorf("ReadNow after the client's Close: error %v, want io.EOF", err)
				}
				return nil
			})
		},
		server.Close,
		func() error { return wantClosed("ReadNow after Close", now()) },
	)
}

// wantRead waits until a call reads these bytes, which have been written.
func wantRead(what string, read func([]byte) (int, error), want string) error {
	return await(func() error {
		p := make([]byte, len(want))
		if n, err := read(p); string(p[:n]) != want || err != nil {
			return fmt.Errorf("%s = %q, %v; want %q", what, p[:n], err, want)
		}
		return nil
	})
}

func (c *carrier) testWriteNow() error {
	client, server, err := c.pair()
	if err != nil {
		return err
	}
	s, err := able[interface{ WriteNow([]byte) (int, error) }](server, "WriteNow")
	if err != nil {
		return err
	}
	if err := server.SetWriteDeadline(aLongTimeAgo); err != nil {
		return wantNil("SetWriteDeadline", err)
	}
	counted := 0
	for p := make([]byte, 1<<16); ; {
		n, err := s.WriteNow(p)
		counted += n
		if n == len(p) && err == nil && counted < enough {
			continue
		}
		if counted == 0 {
			return fmt.Errorf("WriteNow = 0, %v; there is room", err)
		}
		if n < len(p) {
			if err := wantTimeout("WriteNow of more than there was room for", err); err != nil {
				return err
			}
		}
		break
	}
	server.Close()
	got, err := io.Copy(io.Discard, client)
	if err != nil || got != int64(counted) {
		return fmt.Errorf("%d bytes arrived, %v; WriteNow has counted %d", got, err, counted)
	}
	return nil
}

func (c *carrier) testPeek() error {
	client, server, err := c.pair()
	if err != nil {
		return err
	}
	s, err := able[interface{ Peek([]byte) (int, error) }](server, "Peek")
	if err != nil {
		return err
	}
	peek := func(want string) func() error {
		return func() error { return wantRead("Peek", s.Peek, want) }
	}
	waiting := begin("Peek", peek("0123"))
	atEnd := func() error { _, err := s.Peek(make([]byte, 1)); return err }
	return first(
		waiting.waits,
		func() error { return write(client, "0123456789") },
		waiting.end,
		peek("0123456789"),
		func() error { return wantText("Read after Peek", server, "01234") },
		peek("56789"),
		func() error { return wantText("Read after Peek", server, "56789") },
		func() error { return server.SetReadDeadline(aLongTimeAgo) },
		func() error { return wantTimeout("Peek after its deadline", atEnd()) },
		func() error { return server.SetReadDeadline(time.Time{}) },
		client.Close,
		func() error {
			if err := atEnd(); err != io.EOF {
				return fmt.Errorf("Peek after the client's Close: error %v, want io.EOF", err)
			}
			return nil
		},
	)
}

func (c *carrier) testPeerUnread() error {
	client, server, err := c.pair()
	if err != nil {
		return err
	}
	s, err := able[interface{ PeerUnread() (int, error) }](server, "PeerUnread")
	if err != nil {
		return err
	}
	return first(
		func() error { return wantCount("PeerUnread before anything was written", 0, s.PeerUnread) },
		func() error { return write(server, "0123456789") },
		func() error { return wantCount("PeerUnread after 10 bytes", 10, s.PeerUnread) },
		func() error { return wantText("Read", client, "0123") },
		func() error { return wantCount("PeerUnread after 4 of 10 bytes were read", 6, s.PeerUnread) },
		func() error { return wantText("Read", client, "456789") },
		func() error { return wantCount("PeerUnread after all was read", 0, s.PeerUnread) },
	)
}

func (c *carrier) testPeerRead() error {
	client, server, err := c.pair()
	if err != nil {
		return err
	}
	s, err := able[interface{ PeerRead() <-chan struct{} }](server, "PeerRead")
	if err != nil {
		return err
	}
	for range 2 {
		read := s.PeerRead()
		told := begin("PeerRead's channel", func() error { <-read; return nil })
		if err := first(
			func() error { return write(server, "0123456789") },
			told.waits,
			func() error { return wantText("Read", client, "0123456789") },
			told.end,
		); err != nil {
			return err
		}
	}
	return nil
}
