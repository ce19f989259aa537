package thirdparty_test

import (
	"context"
	"database/sql"

	"github.com/go-sql-driver/mysql"

	"github.com/fakewire/fakewire/nettest/explore"
)

var _ = register(explored{
	Name:   "mysql",
	Module: "github.com/go-sql-driver/mysql",
	Config: explore.Config{NewHandler: newMySQL, Within: within / 2},
	Turn:   last,
	Body:   mysqlBody,
	Note:   sqlNote + ". Before a connection is used again, the driver looks at its socket (connCheck in conncheck.go), which there is none of in memory",
	Finds: []known{{
		File: "hang-stall-to-client-151", Verdict: "bug",
		What: "a query's context ends, and Scan of its one row does not return until the server says something, when that falls silent between the row and the end of the answer",
		Why:  "mysqlRows.Close (rows.go) stops watching the context by finish, and then mysqlConn.skipRows (packets.go) reads the rest without a deadline, unless Config.ReadTimeout is set",
	}},
})

// mysqlBody asks by database/sql, whose connections log in with a password.
func mysqlBody(_ context.Context, w *explore.Wire) error {
	cfg := mysql.NewConfig()
	cfg.User, cfg.Passwd, cfg.DBName = "eve", "secret", "orchard"
	cfg.Net, cfg.Addr = "tcp", "mysql.test:3306"
	cfg.DialFunc, cfg.Logger = w.DialContext, new(mysql.NopLogger)
	connector, err := mysql.NewConnector(cfg)
	if err != nil {
		return err
	}
	db := sql.OpenDB(connector)
	defer db.Close()
	sqlSteps(w, db)
	return nil
}
