package explore

import (
	"context"

	"github.com/fakewire/fakewire/fakeserver/fault"
)

// SearchLogger is Search for a logger.
func SearchLogger(ctx context.Context, cfg Config, m fault.Medium, open func(ctx context.Context, w *Wire) (Log, error)) (Report, error) {
	cfg = loggerConfig(cfg, m)
	return Search(ctx, cfg, m, logging(cfg, m, open))
}
