package examples_test

import (
	"context"
	"net/smtp"

	"github.com/fakewire/fakewire/scenarios"
)

var _ = scenarios.DescribeTCPClient("net/smtp", smtpClient, scenarios.Keeps(scenarios.ReassemblesSplitReplies, scenarios.ReportsRefused, scenarios.SaysSoWhileRefused, scenarios.NoDialStorm, scenarios.SurvivesCorruptReply, scenarios.SendsRequestOnce))

// smtpClient sends a mail.
func smtpClient() scenarios.TCPClient {
	return scenarios.TCPClient{Handler: mail, Want: "sent", Within: soon, Do: func(_ context.Context, addr string) (string, error) {
		return "sent", smtp.SendMail(addr, nil, "from@example.com", []string{"to@example.com"}, []byte("hi\r\n"))
	}}
}
