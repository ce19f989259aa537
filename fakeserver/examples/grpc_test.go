package examples_test

import (
	"context"
	"fmt"
	"log"
	"net"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/health"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/status"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
)

// A gRPC server behind the wire. Its first connection is reset as soon as the server
// has seen a request for the service "billing"; the client's next call goes over a
// new one.
func Example_grpc() {
	below, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	wire, err := fakeserver.WrapListener(below, fakeserver.Config{Faults: fault.Plan{Rules: []fault.Rule{
		fault.FromClient(fault.Reset{}).OnConn(1).AfterMatch("billing"),
	}}})
	if err != nil {
		log.Fatal(err)
	}
	defer wire.Stop()
	checks := health.NewServer()
	checks.SetServingStatus("billing", healthpb.HealthCheckResponse_SERVING)
	srv := grpc.NewServer()
	healthpb.RegisterHealthServer(srv, checks)
	go srv.Serve(wire)
	defer srv.Stop()

	conn, err := grpc.NewClient(wire.Address(), grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		log.Fatal(err)
	}
	defer conn.Close()
	client := healthpb.NewHealthClient(conn)
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	for try := 1; try <= 2; try++ {
		answer, err := client.Check(ctx, &healthpb.HealthCheckRequest{Service: "billing"}, grpc.WaitForReady(true))
		fmt.Printf("try %d: %v, %v\n", try, answer.GetStatus(), status.Code(err))
	}
	fmt.Println("the reset:", wire.Report().Rules[0].State)
	// Output:
	// try 1: UNKNOWN, Unavailable
	// try 2: SERVING, OK
	// the reset: fired
}
