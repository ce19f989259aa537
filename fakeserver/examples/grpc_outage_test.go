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
	"google.golang.org/grpc/backoff"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/health"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/status"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// A gRPC server goes away: its connections end as with its process, and its port refuses. The port
// stays its own, and the server is served again without another Serve. It has noticed nothing; its
// client has.
func Example_grpcOutage() {
	below, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	wire, err := fakeserver.WrapListener(below, fakeserver.Config{}) // in a test: fakeserver.StartListener(t, below, …)
	if err != nil {
		log.Fatal(err)
	}
	defer wire.Stop()
	checks := health.NewServer()
	checks.SetServingStatus("billing", healthpb.HealthCheckResponse_SERVING)
	srv := grpc.NewServer()
	healthpb.RegisterHealthServer(srv, checks)
	served := make(chan error, 1)
	go func() { served <- srv.Serve(wire) }()
	defer srv.Stop()

	soon := grpc.ConnectParams{
		Backoff:           backoff.Config{BaseDelay: 10 * time.Millisecond, MaxDelay: 10 * time.Millisecond},
		MinConnectTimeout: 20 * time.Second,
	}
	conn, err := grpc.NewClient(wire.Address(), grpc.WithTransportCredentials(insecure.NewCredentials()), grpc.WithConnectParams(soon))
	if err != nil {
		log.Fatal(err)
	}
	defer conn.Close()
	client := healthpb.NewHealthClient(conn)
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	check := func(when string, opts ...grpc.CallOption) {
		answer, err := client.Check(ctx, &healthpb.HealthCheckRequest{Service: "billing"}, opts...)
		fmt.Printf("%s: %v, %v\n", when, answer.GetStatus(), status.Code(err))
	}

	check("before")
	if err := errors.Join(wire.Down(), wire.CloseClientConns(transcript.ByClose)); err != nil {
		log.Fatal(err)
	}
	check("while it is away")
	_, err = net.Dial("tcp", wire.Address())
	fmt.Println("its port refuses:", errors.Is(err, syscall.ECONNREFUSED))
	_, err = net.Listen("tcp", wire.Address())
	fmt.Println("and is its own:", errors.Is(err, syscall.EADDRINUSE))
	if err := wire.Up(); err != nil {
		log.Fatal(err)
	}
	check("when it is back", grpc.WaitForReady(true))
	select {
	case err := <-served:
		fmt.Println("Serve has returned:", err)
	default:
		fmt.Println("Serve goes on")
	}
	// Output:
	// before: SERVING, OK
	// while it is away: UNKNOWN, Unavailable
	// its port refuses: true
	// and is its own: true
	// when it is back: SERVING, OK
	// Serve goes on
}
