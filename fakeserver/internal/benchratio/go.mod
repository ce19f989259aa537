module github.com/fakewire/fakewire/fakeserver/internal/benchratio

go 1.26.0

replace github.com/fakewire/fakewire => ../../..

require github.com/fakewire/fakewire v0.0.0-00010101000000-000000000000

require (
	github.com/aclements/go-moremath v0.0.0-20210112150236-f10218a38794 // indirect
	golang.org/x/perf v0.0.0-20260908200009-22c9c6c9d4da
	golang.org/x/sys v0.48.0 // indirect
)
