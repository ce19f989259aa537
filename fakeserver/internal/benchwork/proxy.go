package benchwork

import (
	"errors"
	"io"
	"net"
	"sync"

	"github.com/fakewire/fakewire/fakeserver"
)

// Proxy is Sink with a proxy in between that records all on both legs; package net's copies both ways, which splices.
var Proxy = Work{
	Name: "Proxy", What: "proxy, 64 KiB writes, 16 MiB, warm", Baseline: "io.Copy both ways", Slice: 1, Bytes: sinkBytes,
	Raw: SinkBody(newRawProxy(NewRawSink)), Kit: SinkBody(newKitProxy(NewRawSink, 0)), Speed: true, Goal: AtLeast(0.9),
}

// ProxyFresh is the same for the first time in a process.
var ProxyFresh = Work{
	Name: "ProxyFresh", What: "proxy, 64 KiB writes, 16 MiB, fresh process", Baseline: "io.Copy both ways", Slice: 1, Bytes: sinkBytes, Fresh: true,
	Raw: SinkBody(newRawProxy(NewRawSink)), Kit: SinkBody(newKitProxy(NewRawSink, 0)), Speed: true, Goal: AtLeast(0.65),
}

// ProxyOff is Proxy without a record of the bytes.
var ProxyOff = Work{
	Name: "ProxyOff", What: "proxy, 64 KiB writes, 16 MiB, RecordLimit -1", Baseline: "io.Copy both ways", Slice: 1, Bytes: sinkBytes,
	Raw: SinkBody(newRawProxy(NewRawSink)), Kit: SinkBody(newKitProxy(NewRawSink, -1)), Speed: true, Goal: AtLeast(1),
}

// ProxyEcho is Echo1 with a proxy in between.
var ProxyEcho = Work{
	Name: "ProxyEcho", What: "proxy, echo, 64 B, 1 connection", Baseline: "io.Copy both ways", Slice: 1000,
	Raw: EchoBody(newRawProxy(NewRawEcho), 1), Kit: EchoBody(newKitProxy(NewRawEcho, 0), 1), Goal: AtMost(1.05),
}

// A behind is a proxy and the server behind it.
type behind struct {
	Target
	upstream Target
}

func (b behind) Close() error { return errors.Join(b.Target.Close(), b.upstream.Close()) }

// newKitProxy returns what starts fakeserver's proxy before a server. RecordLimit is as in fakeserver.Config.
func newKitProxy(start func() (Target, error), recordLimit int64) func() (Target, error) {
	return func() (Target, error) {
		upstream, err := start()
		if err != nil {
			return nil, err
		}
		srv, err := fakeserver.Listen(fakeserver.Config{Handler: fakeserver.Proxy{Upstream: upstream.Addr()}, RecordLimit: recordLimit})
		if err != nil {
			return nil, errors.Join(err, upstream.Close())
		}
		return behind{srv, upstream}, nil
	}
}

// newRawProxy returns what starts a proxy of package net before a server.
func newRawProxy(start func() (Target, error)) func() (Target, error) {
	return func() (Target, error) {
		upstream, err := start()
		if err != nil {
			return nil, err
		}
		proxy, err := NewRawServer(func(c net.Conn) { copyBothWays(c, upstream.Addr()) })
		if err != nil {
			return nil, errors.Join(err, upstream.Close())
		}
		return behind{proxy, upstream}, nil
	}
}

func copyBothWays(client net.Conn, upstream string) {
	up, err := net.Dial("tcp", upstream)
	if err != nil {
		return
	}
	defer up.Close()
	var both sync.WaitGroup
	for _, way := range [][2]net.Conn{{up, client}, {client, up}} {
		both.Go(func() {
			io.Copy(way[0], way[1])
			way[0].(*net.TCPConn).CloseWrite()
		})
	}
	both.Wait()
}
