// Command service is a small service as many teams have one: gRPC, a limit on its connections, and
// tests with Ginkgo.
package main

import (
	"log"
	"net"
	"time"

	"golang.org/x/net/netutil"
	"google.golang.org/grpc"
	"google.golang.org/grpc/health"
	"google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/protobuf/types/known/timestamppb"
)

func main() {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	srv := grpc.NewServer()
	grpc_health_v1.RegisterHealthServer(srv, health.NewServer())
	log.Printf("serving since %v", timestamppb.New(time.Now()))
	log.Fatal(srv.Serve(netutil.LimitListener(ln, 100)))
}
