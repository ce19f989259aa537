package peers

import (
	"net"

	proxy "github.com/jpillora/go-tcp-proxy"

	"github.com/fakewire/fakewire/fakeserver/internal/benchwork"
)

// go-tcp-proxy is two goroutines, each with a buffer of 64 KiB. It records nothing, takes either end's FIN for that of both, and
// leaves a goroutine behind for each connection; so its life is not measured.
var (
	goTCPProxyRecording = benchwork.Work{
		Name: "PeerGoTCPProxy", What: "proxy, 64 KiB writes, 16 MiB", Baseline: "go-tcp-proxy", Slice: 1, Bytes: transferBytes,
		Raw: transfers(startGoTCPProxy), Kit: transfers(kitProxy(0)), Speed: true,
	}
	goTCPProxyOff = benchwork.Work{
		Name: "PeerGoTCPProxyOff", What: "proxy, 64 KiB writes, 16 MiB, RecordLimit -1", Baseline: "go-tcp-proxy", Slice: 1, Bytes: transferBytes,
		Raw: transfers(startGoTCPProxy), Kit: transfers(kitProxy(-1)), Speed: true, Goal: benchwork.AtLeast(1),
	}
	goTCPProxyEcho = benchwork.Work{
		Name: "PeerGoTCPProxyEcho", What: "proxy, echo, 64 B, 1 connection", Baseline: "go-tcp-proxy", Slice: 500,
		Raw: echoes(startGoTCPProxy), Kit: echoes(kitProxy(0)), Goal: benchwork.AtMost(1.05),
	}
)

// startGoTCPProxy does for each connection what its command does.
func startGoTCPProxy(upstream string) (benchwork.Target, error) {
	to, err := net.ResolveTCPAddr("tcp", upstream)
	if err != nil {
		return nil, err
	}
	return benchwork.NewRawServer(func(c net.Conn) {
		proxy.New(c.(*net.TCPConn), c.LocalAddr().(*net.TCPAddr), to).Start()
	})
}
