package examples_test

import (
	"bytes"
	"context"
	"net/smtp"

	"github.com/fakewire/fakewire/scenarios"
)

var _ = scenarios.DescribeTCPClient("net/smtp", smtpClient, scenarios.Keeps(scenarios.ReassemblesSplitReplies, scenarios.ReportsRefused, scenarios.SendsRequestOnce, scenarios.CopesWithFullWindow))

// smtpClient sends a mail.
func smtpClient() scenarios.TCPClient {
	send := func(addr string, body []byte) (string, error) {
		return "sent", smtp.SendMail(addr, nil, "from@example.com", []string{"to@example.com"}, body)
	}
	return scenarios.TCPClient{
		Handler: mail, Want: "sent", Within: within,
		Do: func(_ context.Context, addr string) (string, error) { return send(addr, []byte("hi\r\n")) },
		Large: func(_ context.Context, addr string) (string, error) {
			return send(addr, bytes.Repeat([]byte("a line\r\n"), scenarios.LargeRequest/8))
		},
	}
}
