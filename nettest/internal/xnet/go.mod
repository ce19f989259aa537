module github.com/fakewire/fakewire/nettest/internal/xnet

go 1.26.0

replace github.com/fakewire/fakewire => ../../..

require (
	github.com/fakewire/fakewire v0.0.0-00010101000000-000000000000
	golang.org/x/net v0.62.0
)

require golang.org/x/sys v0.49.0 // indirect
