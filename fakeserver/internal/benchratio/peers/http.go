package peers

import (
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"

	"github.com/onsi/gomega"
	"github.com/onsi/gomega/ghttp"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/internal/benchwork"
)

// get is a request that both speak by hand, and so does our server, in a function or with a script: it knows the request by its
// bytes, where net/http parses it and makes headers for the reply. In httptestRequests our side is net/http, too, on a Listener that records all: what it takes
// longer is what the record costs. ghttp keeps the requests, as values, and our record the bytes of both directions.
var get = talk{
	request: "GET /ping HTTP/1.1\r\nHost: fake\r\n\r\n",
	reply:   "HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 4\r\n\r\npong",
	begins:  "HTTP/1.1 200 OK\r\n",
	ends:    "\r\n\r\npong",
}

var (
	httptestLife = benchwork.Work{
		Name: "PeerHTTPTestLife", What: "start, answer one GET, close everything", Baseline: "httptest.Server", Slice: 40,
		Raw: get.lives(startHTTPTest), Kit: get.lives(get.byHand), Goal: benchwork.AtMost(1),
	}
	httptestRequests = benchwork.Work{
		Name: "PeerHTTPTest", What: "GET of net/http on our Listener", Baseline: "httptest.Server", Slice: 500,
		Raw: get.asks(startHTTPTest), Kit: get.asks(startHTTPTestOnOurs),
	}
	ghttpLife = benchwork.Work{
		Name: "PeerGHTTPLife", What: "start, answer one GET, close everything", Baseline: "ghttp.Server with a handler", Slice: 40,
		Raw: get.lives(startGHTTP), Kit: get.lives(get.byHand), Goal: benchwork.AtMost(1),
	}
	ghttpRequests = benchwork.Work{
		Name: "PeerGHTTP", What: "GET, answered by a script", Baseline: "ghttp.Server with a handler", Slice: 500,
		Raw: get.asks(startGHTTP), Kit: get.asks(get.ours), Goal: benchwork.AtMost(1),
	}
)

type httptestServer struct{ *httptest.Server }

// Addr returns the address to dial.
func (s httptestServer) Addr() string { return s.Listener.Addr().String() }

// Close ends the server.
func (s httptestServer) Close() error { s.Server.Close(); return nil }

func pong(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	io.WriteString(w, "pong")
}

func startHTTPTest() (benchwork.Target, error) {
	return httptestServer{httptest.NewServer(http.HandlerFunc(pong))}, nil
}

// onOurs is a httptest.Server above our Listener.
type onOurs struct {
	httptestServer
	ln *fakeserver.Listener
}

func startHTTPTestOnOurs() (benchwork.Target, error) {
	below, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	ln, err := fakeserver.WrapListener(below, fakeserver.Config{})
	if err != nil {
		return nil, errors.Join(err, below.Close())
	}
	srv := httptest.NewUnstartedServer(http.HandlerFunc(pong))
	srv.Listener.Close()
	srv.Listener = ln
	srv.Start()
	return onOurs{httptestServer{srv}, ln}, nil
}

// Close ends both.
func (s onOurs) Close() error { return errors.Join(s.httptestServer.Close(), s.ln.Stop()) }

type ghttpServer struct{ *ghttp.Server }

// Close ends the server.
func (s ghttpServer) Close() error { s.Server.Close(); return nil }

// startGHTTP panics where a request is not the one that it wants, which the client sees.
func startGHTTP() (benchwork.Target, error) {
	g := ghttp.NewGHTTPWithGomega(gomega.NewGomega(func(message string, _ ...int) { panic(message) }))
	srv := ghttp.NewServer()
	srv.RouteToHandler("GET", "/ping", ghttp.CombineHandlers(
		g.VerifyRequest("GET", "/ping"),
		g.RespondWith(http.StatusOK, "pong", http.Header{"Content-Type": {"text/plain; charset=utf-8"}}),
	))
	return ghttpServer{srv}, nil
}
