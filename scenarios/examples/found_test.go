package examples_test

import "github.com/fakewire/fakewire/scenarios/examples/internal/asfound"

var _ = asfound.Subject(found, "net/textproto", textprotoClient) &&
	asfound.Subject(found, "net/smtp", smtpClient) &&
	asfound.Subject(found, "net/http", httpClient) &&
	asfound.Subject(found, "net/http with keep-alive", httpKeepAliveClient) &&
	asfound.Subject(found, "log/slog over TCP", slogOverTCP)
