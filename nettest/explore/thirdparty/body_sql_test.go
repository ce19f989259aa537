package thirdparty_test

import (
	"context"
	"database/sql"

	"github.com/fakewire/fakewire/nettest/explore"
)

// sqlNote says why not all plans are tried in memory.
const sqlNote = "plans that let a server fall silent within an answer are tried on sockets: when the context ends, Rows.awaitDone of database/sql waits for a lock that is held while the driver reads, and in memory that stops the clock"

// sqlSteps are the steps of a body that asks a database.
func sqlSteps(w *explore.Wire, db *sql.DB) {
	ask := func(query string) {
		w.Do("ask", func(ctx context.Context) (answer any, err error) {
			var text string
			err = db.QueryRowContext(ctx, query).Scan(&text)
			return text, err
		})
	}
	w.Do("ping", func(ctx context.Context) (any, error) { return nil, db.PingContext(ctx) })
	ask("SELECT 'apples'")
	w.Do("insert", func(ctx context.Context) (any, error) {
		r, err := db.ExecContext(ctx, "INSERT INTO orders VALUES (1)")
		if err != nil {
			return nil, err
		}
		return r.RowsAffected()
	})
	w.Do("ask", func(ctx context.Context) (any, error) {
		rows, err := db.QueryContext(ctx, "SELECT 'pears', 'plums', 'figs'")
		if err != nil {
			return nil, err
		}
		defer rows.Close()
		var all []string
		for rows.Next() {
			var text string
			if err := rows.Scan(&text); err != nil {
				return nil, err
			}
			all = append(all, text)
		}
		return all, rows.Err()
	})
	ask("SELECT 'cherries'")
}
