package peers

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"sync"
	"time"

	"fortio.org/fortio/fnet"
	"fortio.org/log"
	"github.com/Shopify/toxiproxy/v2"
	"github.com/docker/go-connections/proxy"
	"github.com/inetaf/tcpproxy"
	"github.com/rs/zerolog"
	etcdproxy "go.etcd.io/etcd/pkg/v3/proxy"
	"go.uber.org/zap"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/internal/proxytable"
)

// A peer is someone else's proxy; or ours, to compare.
type peer struct {
	name, module, license string
	how                   string // what is used of it, and how it is set up
	start                 proxytable.Proxy
	varies                map[string]string // rows that hold in some runs only, or fail in several ways: why. They are not compared
}

// closesAtFirstFIN is what varies of those that take either end's FIN for that of both.
var closesAtFirstFIN = map[string]string{
	"both half-close at once":  "the first FIN ends both directions, and the other end's bytes may have passed by then or not",
	"10 MiB both ways at once": "the first FIN ends both directions: it fails, if one is faster than the other, at an end and in a way that depend on which",
}

var all = []peer{
	{
		name: "Fakewire", module: "github.com/fakewire/fakewire", license: "MIT",
		how:   "`fakeserver.Proxy` with no rule",
		start: startOurs,
	},
	{
		name: "toxiproxy", module: "github.com/Shopify/toxiproxy/v2", license: "MIT",
		how:    "a `toxiproxy.Proxy` with no toxic",
		start:  startToxiproxy,
		varies: closesAtFirstFIN,
	},
	{
		name: "tcpproxy", module: "github.com/inetaf/tcpproxy", license: "Apache-2.0",
		how:   "a `tcpproxy.Proxy` with one route to `tcpproxy.To(upstream)`",
		start: startTCPProxy,
	},
	{
		name: "docker", module: "github.com/docker/go-connections", license: "Apache-2.0",
		how:   "`proxy.NewTCPProxy`, which was docker-proxy's",
		start: startDocker,
	},
	{
		name: "fortio", module: "fortio.org/fortio", license: "Apache-2.0",
		how:   "`fnet.ProxyToDestination`, which is `fortio tcp-proxy`",
		start: startFortio,
	},
	{
		name: "etcd", module: "go.etcd.io/etcd/pkg/v3", license: "Apache-2.0",
		how:    "`proxy.NewServer`, with which etcd tests itself",
		start:  startEtcd,
		varies: closesAtFirstFIN,
	},
}

func startOurs(upstream string) (string, func(), error) {
	srv, err := fakeserver.Listen(fakeserver.Config{Handler: fakeserver.Proxy{Upstream: upstream}})
	if err != nil {
		return "", nil, err
	}
	return srv.Addr(), func() { srv.Close() }, nil
}

func startToxiproxy(upstream string) (string, func(), error) {
	server := toxiproxy.NewServer(toxiproxy.NewMetricsContainer(nil), zerolog.Nop())
	p := toxiproxy.NewProxy(server, "row", "127.0.0.1:0", upstream)
	if err := p.Start(); err != nil {
		return "", nil, err
	}
	return p.Listen, p.Stop, nil
}

func startTCPProxy(upstream string) (string, func(), error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	p := tcpproxy.Proxy{ListenFunc: func(string, string) (net.Listener, error) { return ln, nil }}
	p.AddRoute("row", tcpproxy.To(upstream))
	if err := p.Start(); err != nil {
		return "", nil, err
	}
	return ln.Addr().String(), func() { p.Close() }, nil
}

func startDocker(upstream string) (string, func(), error) {
	to, err := net.ResolveTCPAddr("tcp", upstream)
	if err != nil {
		return "", nil, err
	}
	p, err := proxy.NewTCPProxy(&net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)}, to)
	if err != nil {
		return "", nil, err
	}
	go p.Run()
	return p.FrontendAddr().String(), p.Close, nil
}

// startFortio starts one that ends with the program: there is no way to stop it.
func startFortio(upstream string) (string, func(), error) {
	silenceFortio()
	addr := fnet.ProxyToDestination(context.Background(), "127.0.0.1:0", upstream)
	if addr == nil {
		return "", nil, errors.New("fortio does not listen")
	}
	return addr.String(), nil, nil
}

var silenceFortio = sync.OnceFunc(func() { log.SetOutput(io.Discard) })

// startEtcd finds a port first, since there is no way to ask for the one that it listens on.
func startEtcd(upstream string) (string, func(), error) {
	for range 10 {
		ln, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return "", nil, err
		}
		from := ln.Addr().String()
		ln.Close()
		p := etcdproxy.NewServer(etcdproxy.ServerConfig{
			Logger:      zap.NewNop(),
			From:        url.URL{Scheme: "tcp", Host: from},
			To:          url.URL{Scheme: "tcp", Host: upstream},
			DialTimeout: time.Second,
		})
		select {
		case <-p.Ready():
			return from, func() { p.Close() }, nil
		case err = <-p.Error():
			p.Close()
			if err == nil {
				return "", nil, fmt.Errorf("etcd's proxy at %s: it has ended", from)
			}
		}
	}
	return "", nil, errors.New("etcd's proxy found no port of ten")
}
