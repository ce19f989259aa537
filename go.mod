module github.com/fakewire/fakewire

go 1.26.0

// Each at the lowest version that works, so that nobody has to raise theirs who tests with fakewire: CI has the
// newest of Ginkgo and Gomega, too, and scenarios/internal/graph shows what a service keeps. What else tests or examples
// need is in modules of their own.
require (
	github.com/gopacket/gopacket v1.2.0
	github.com/onsi/ginkgo/v2 v2.14.0
	github.com/onsi/gomega v1.30.0
	github.com/rogpeppe/go-internal v1.11.0
	github.com/spf13/cobra v1.4.0
	github.com/spf13/pflag v1.0.5
	golang.org/x/sys v0.21.0
	golang.org/x/term v0.15.0
	pgregory.net/rapid v1.3.0
)

require (
	github.com/go-logr/logr v1.3.0 // indirect
	github.com/go-task/slim-sprig v0.0.0-20230315185526-52ccab3ef572 // indirect
	github.com/google/go-cmp v0.6.0 // indirect
	github.com/google/pprof v0.0.0-20210407192527-94a9f03dee38 // indirect
	github.com/inconshreveable/mousetrap v1.0.0 // indirect
	golang.org/x/net v0.19.0 // indirect
	golang.org/x/text v0.14.0 // indirect
	golang.org/x/tools v0.16.1 // indirect
	gopkg.in/yaml.v3 v3.0.1 // indirect
)

tool github.com/onsi/ginkgo/v2/ginkgo
