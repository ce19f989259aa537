package peers

import (
	"sync"

	"github.com/Shopify/toxiproxy/v2"
	"github.com/rs/zerolog"

	"github.com/fakewire/fakewire/fakeserver/internal/benchwork"
)

// Toxiproxy records nothing. Ours records all, and in toxiproxyOff the events without their bytes. In toxiproxyLife ours waits for
// every goroutine that it has started; toxiproxy's Stop doesn't.
var (
	toxiproxyRecording = benchwork.Work{
		Name: "PeerToxiproxy", What: "proxy, 64 KiB writes, 16 MiB", Baseline: "toxiproxy with no toxic", Slice: 1, Bytes: transferBytes,
		Raw: transfers(startToxiproxy), Kit: transfers(kitProxy(0)), Speed: true, Goal: benchwork.AtLeast(1.8),
	}
	toxiproxyOff = benchwork.Work{
		Name: "PeerToxiproxyOff", What: "proxy, 64 KiB writes, 16 MiB, RecordLimit -1", Baseline: "toxiproxy with no toxic", Slice: 1, Bytes: transferBytes,
		Raw: transfers(startToxiproxy), Kit: transfers(kitProxy(-1)), Speed: true, Goal: benchwork.AtLeast(2.2),
	}
	toxiproxyEcho = benchwork.Work{
		Name: "PeerToxiproxyEcho", What: "proxy, echo, 64 B, 1 connection", Baseline: "toxiproxy with no toxic", Slice: 500,
		Raw: echoes(startToxiproxy), Kit: echoes(kitProxy(0)), Goal: benchwork.AtMost(0.9),
	}
	toxiproxyLife = benchwork.Work{
		Name: "PeerToxiproxyLife", What: "proxy: start, exchange 16 B, close everything", Baseline: "toxiproxy with no toxic", Slice: 40,
		Raw: lives(startToxiproxy), Kit: lives(kitProxy(0)), Goal: benchwork.AtMost(1),
	}
)

// toxiproxyServer is what has toxiproxy's proxies: one for all, as in its command.
var toxiproxyServer = sync.OnceValue(func() *toxiproxy.ApiServer {
	return toxiproxy.NewServer(toxiproxy.NewMetricsContainer(nil), zerolog.Nop())
})

type toxic struct{ *toxiproxy.Proxy }

func startToxiproxy(upstream string) (benchwork.Target, error) {
	p := toxiproxy.NewProxy(toxiproxyServer(), "row", "127.0.0.1:0", upstream)
	return toxic{p}, p.Start()
}

// Addr returns the address to dial.
func (p toxic) Addr() string { return p.Listen }

// Close ends the proxy.
func (p toxic) Close() error { p.Stop(); return nil }
