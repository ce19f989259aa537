package thirdparty_test

import (
	"context"
	"database/sql"
	"net"
	"time"

	"github.com/lib/pq"

	"github.com/fakewire/fakewire/nettest/explore"
)

var _ = register(explored{
	Name:   "pq",
	Module: "github.com/lib/pq",
	Config: explore.Config{NewHandler: newPostgres, Within: within / 2},
	Turn:   last,
	Body:   pqBody,
	Note:   sqlNote,
	Finds: []known{{
		File: "hang-stall-to-client-0", Verdict: "bug",
		What:  "a context does not end the start of a connection, once it is dialed",
		Why:   "Connector.open (conn.go) gives ctx to dial alone; ssl and startup read without a deadline unless connect_timeout is set",
		Issue: "https://github.com/lib/pq/issues/1386",
	}, {
		File: "hang-stall-to-client-73", Verdict: "bug",
		What:  "a query's context ends, and the query does not return until the server says something",
		Why:   "conn.watchCancel (conn_go18.go) asks the server to cancel on another connection, and sets no deadline on the one from which conn.simpleQuery (conn.go) goes on to read",
		Issue: "https://github.com/lib/pq/issues/620",
	}, {
		File: "hang-stall-to-client-140", Verdict: "bug",
		What:  "the same for a statement without rows",
		Why:   "conn.watchCancel (conn_go18.go), and conn.simpleExec (conn.go) reads",
		Issue: "https://github.com/lib/pq/issues/620",
	}, {
		File: "wrong-answer-half-close-to-client-141", Verdict: "bug",
		What:  "one Exec inserts twice, without an error, when the connection ends within the answer",
		Why:   "conn.handleError (error.go) makes driver.ErrBadConn of io.EOF and io.ErrUnexpectedEOF though the statement was sent, and database/sql sends it again; the doc of ErrBadConn forbids that",
		Issue: "https://github.com/lib/pq/issues/939",
	}},
	Not: []string{
		"A leak of the connection that asks to cancel: the peer of this module did not end it, as a Postgres server does. conn.cancel reads until then, without a deadline.",
		"The insert that is done twice was found first as an exit after byte 150 of the client's, which shows it in 48 of 100 runs; the plan that is kept always does.",
	},
})

// pqBody asks by database/sql, whose connections log in with a password.
func pqBody(_ context.Context, w *explore.Wire) error {
	connector, err := pq.NewConnector("host=127.0.0.1 user=eve password=secret dbname=orchard sslmode=disable")
	if err != nil {
		return err
	}
	connector.Dialer(pqDialer{w})
	db := sql.OpenDB(connector)
	defer db.Close()
	sqlSteps(w, db)
	return nil
}

// A pqDialer is a Wire as pq wants it.
type pqDialer struct{ wire *explore.Wire }

func (d pqDialer) Dial(network, address string) (net.Conn, error) {
	return d.DialContext(context.Background(), network, address)
}

func (d pqDialer) DialTimeout(network, address string, timeout time.Duration) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	return d.DialContext(ctx, network, address)
}

func (d pqDialer) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	return d.wire.DialContext(ctx, network, address)
}
