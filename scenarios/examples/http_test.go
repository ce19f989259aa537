package examples_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"

	"github.com/fakewire/fakewire/scenarios"
)

var _ = scenarios.DescribeTCPClient("net/http", httpClient, scenarios.Keeps(scenarios.ReassemblesSplitReplies, scenarios.ReportsTruncatedReply, scenarios.ReportsReset, scenarios.ReportsRefused, scenarios.SaysSoWhileRefused, scenarios.NoDialStorm, scenarios.SurvivesCorruptReply,
	scenarios.HonorsDeadline, scenarios.HonorsDeadlineSending, scenarios.SendsRequestOnce, scenarios.CopesWithFullWindow,
	scenarios.LeavesNothingBehind, scenarios.StopsWhenTold, scenarios.SurvivesAnyWire))

// httpClient asks on a connection for each request.
func httpClient() scenarios.TCPClient {
	t := &http.Transport{DisableKeepAlives: true, DialContext: dialContext}
	get, put := &http.Client{Transport: t, Timeout: within}, &http.Client{Transport: t, Timeout: 2 * within}
	return scenarios.TCPClient{
		Handler: web, Want: "/1", Within: 2 * within,
		Do: func(ctx context.Context, addr string) (string, error) { return fetch(ctx, get, "http://"+addr+"/1", 0) },
		Large: func(ctx context.Context, addr string) (string, error) {
			return fetch(ctx, put, "http://"+addr+"/1", scenarios.LargeRequest)
		},
	}
}

var _ = scenarios.DescribeTCPClient("net/http with keep-alive", httpKeepAliveClient, scenarios.Keeps(scenarios.ReassemblesSplitReplies, scenarios.ReportsTruncatedReply, scenarios.ReportsReset, scenarios.ReportsRefused, scenarios.SaysSoWhileRefused, scenarios.NoDialStorm, scenarios.SurvivesCorruptReply,
	scenarios.HonorsDeadline, scenarios.TriesAgainAfterRestart, scenarios.WorksAgainAfterCutReply, scenarios.NoticesIdleClose, scenarios.SendsRequestOnce,
	scenarios.KeepsAnswersApart, scenarios.LeavesNothingBehind, scenarios.SurvivesAnyWire))

// httpKeepAliveClient asks on connections that the Transport keeps.
func httpKeepAliveClient() scenarios.TCPClient {
	return scenarios.TCPClient{Handler: web, Want: "/1", Within: within, Open: func(_ context.Context, addr string) (scenarios.Session, error) {
		c := &http.Client{Timeout: within, Transport: &http.Transport{DialContext: dialContext}}
		return scenarios.Session{
			Ask: func(ctx context.Context, n int) (string, error) {
				return fetch(ctx, c, fmt.Sprintf("http://%s/%d", addr, n), 0)
			},
			Close: func() error { c.CloseIdleConnections(); return nil },
		}, nil
	}}
}

// dialContext dials by the network in the request's context, which a Transport hands on.
func dialContext(ctx context.Context, network, addr string) (net.Conn, error) {
	return scenarios.NetworkOf(ctx).DialContext(ctx, network, addr)
}

// fetch gets a page, or puts a body of size bytes and gets the answer to that.
func fetch(ctx context.Context, c *http.Client, url string, size int64) (string, error) {
	method, body := http.MethodGet, io.Reader(nil)
	if size > 0 {
		method, body = http.MethodPut, io.LimitReader(zeros{}, size)
	}
	r, err := http.NewRequestWithContext(ctx, method, url, body)
	if err != nil {
		return "", err
	}
	answer, err := c.Do(r)
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	page, err := io.ReadAll(answer.Body)
	return string(page), err
}

// zeros is a reader without an end.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }
