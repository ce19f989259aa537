// Package examples attaches the suites of package scenarios to clients and loggers of
// others: net/textproto, net/smtp, net/http, log/slog and log/syslog, and in the
// nested module thirdparty a Redis client and a logger. Each takes fifteen lines or fewer.
//
// All of it is in the tests. What the subjects keep and break is in README.md, which the
// tests compare with what they find.
package examples
