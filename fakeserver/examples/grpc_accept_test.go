package examples_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net"
	"syscall"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/health"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/status"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
)

// What a gRPC server does when its Accept fails: out of descriptors, it tries again, and its client
// only waits a little. Out of memory, Serve returns, since that error is not temporary.
func Example_grpcFailedAccept() {
	for _, errno := range []syscall.Errno{syscall.EMFILE, syscall.ENOMEM} {
		below, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			log.Fatal(err)
		}
		wire, err := fakeserver.WrapListener(below, fakeserver.Config{ // in a test: fakeserver.StartListener(t, below, …)
			Faults: fault.Plan{Rules: []fault.Rule{fault.OnAccept(fault.FailAccept{Errno: errno}).OnConn(1).Times(2)}},
		})
		if err != nil {
			log.Fatal(err)
		}
		srv := grpc.NewServer()
		healthpb.RegisterHealthServer(srv, health.NewServer())
		served := make(chan error, 1)
		go func() { served <- srv.Serve(wire) }()

		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		fmt.Printf("%v: ", errno)
		select {
		case answer := <-check(ctx, wire.Address()):
			fmt.Printf("the client has %v; ", answer)
		case err := <-served:
			fmt.Printf("Serve has returned, for that: %v; ", errors.Is(err, errno))
		}
		fmt.Printf("failed Accepts: %d\n", wire.Report().Rules[0].Count)
		cancel()
		srv.Stop()
		wire.Stop()
	}
	// Output:
	// too many open files: the client has OK; failed Accepts: 2
	// cannot allocate memory: Serve has returned, for that: true; failed Accepts: 1
}

// check asks a server for its health, once it can be reached, and gives the status of that.
func check(ctx context.Context, addr string) <-chan fmt.Stringer {
	answer := make(chan fmt.Stringer, 1)
	go func() {
		conn, err := grpc.NewClient(addr, grpc.WithTransportCredentials(insecure.NewCredentials()))
		if err != nil {
			log.Fatal(err)
		}
		defer conn.Close()
		_, err = healthpb.NewHealthClient(conn).Check(ctx, &healthpb.HealthCheckRequest{}, grpc.WaitForReady(true))
		answer <- status.Code(err)
	}()
	return answer
}
