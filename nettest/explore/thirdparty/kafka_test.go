package thirdparty_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"io"
	"testing"

	"github.com/segmentio/kafka-go"
	"github.com/segmentio/kafka-go/protocol"
	"github.com/segmentio/kafka-go/protocol/apiversions"
	"github.com/segmentio/kafka-go/protocol/metadata"
	"github.com/segmentio/kafka-go/protocol/produce"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/nettest/explore"
)

var _ = register(explored{
	Name:   "kafka-go",
	Module: "github.com/segmentio/kafka-go",
	Config: explore.Config{NewHandler: newKafka, Within: 5 * within},
	Body:   kafkaBody,
	Note: "a search of 1500 plans ends the program, in wave 4: an answer's length below 0 panics in a goroutine of the transport's (decoder.Read in protocol/decode.go slices by it). " +
		"A test of its own shows that. https://github.com/segmentio/kafka-go/issues/1438 is about another number of the server's that does so",
	Finds: []known{{
		File: "no-recovery-half-close-to-client-0", Verdict: "limitation",
		What: "when the connection ends before it has said which topics there are, each Produce says that its topic is not found, for up to Transport.MetadataTTL",
		Why:  "connPool.discover (transport.go) asks again when its timer says so; connPool.roundTrip gives the error that there was to requests for metadata alone, and others find no topic in an empty layout (Request.Broker in protocol/produce)",
	}},
})

// kafkaBody asks what there is, and produces one record for each of several topics, so that each has the same offset each time. The transport has connections of its own for
// what there is, which it asks again and again.
func kafkaBody(_ context.Context, w *explore.Wire) error {
	transport := &kafka.Transport{Dial: w.DialContext, DialTimeout: within, MetadataTTL: within}
	defer transport.CloseIdleConnections()
	c := kafka.Client{Addr: kafka.TCP("127.0.0.1:9092"), Timeout: 2 * within, Transport: transport}
	w.Do("metadata", func(ctx context.Context) (any, error) {
		r, err := c.Metadata(ctx, &kafka.MetadataRequest{})
		if err != nil {
			return nil, err
		}
		return len(r.Topics), nil
	})
	for _, topic := range kafkaTopics {
		w.Do("produce", func(ctx context.Context) (any, error) {
			r, err := c.Produce(ctx, &kafka.ProduceRequest{
				Topic: topic, RequiredAcks: kafka.RequireAll, Records: kafka.NewRecordReader(kafka.Record{Value: kafka.NewBytes([]byte("one"))}),
			})
			if err != nil {
				return nil, err
			}
			return r.BaseOffset, r.Error
		})
	}
	return nil
}

// kafkaTopics are those that there are, in order.
var kafkaTopics = []string{"apples", "figs", "pears", "plums"}

// newKafka returns a Kafka broker that has topics of one partition, whose leader it is.
func newKafka() fakeserver.Handler {
	var records counts
	return fakeserver.HandlerFunc(func(_ context.Context, c *fakeserver.Conn) error {
		for {
			version, id, request, err := kafkaRead(c)
			if err != nil {
				return nil
			}
			var answer bytes.Buffer
			if err := protocol.WriteResponse(&answer, version, id, records.kafka(request)); err != nil {
				return nil
			}
			if _, err := c.Write(answer.Bytes()); err != nil {
				return nil
			}
		}
	})
}

// kafka answers a request.
func (c *counts) kafka(request protocol.Message) protocol.Message {
	switch r := request.(type) {
	case *produce.Request:
		answer := new(produce.Response)
		for _, t := range r.Topics {
			offset := int64(c.add(t.Topic) - 1)
			answer.Topics = append(answer.Topics, produce.ResponseTopic{Topic: t.Topic, Partitions: []produce.ResponsePartition{{BaseOffset: offset}}})
		}
		return answer
	case *metadata.Request:
		answer := &metadata.Response{Brokers: []metadata.ResponseBroker{{NodeID: 1, Host: "127.0.0.1", Port: 9092}}, ClusterID: "orchard", ControllerID: 1}
		for _, name := range kafkaTopics {
			answer.Topics = append(answer.Topics, metadata.ResponseTopic{Name: name, Partitions: []metadata.ResponsePartition{
				{LeaderID: 1, ReplicaNodes: []int32{1}, IsrNodes: []int32{1}},
			}})
		}
		return answer
	}
	return &apiversions.Response{ApiKeys: []apiversions.ApiKeyResponse{
		{ApiKey: int16(protocol.Produce), MaxVersion: 8}, {ApiKey: int16(protocol.Metadata), MaxVersion: 8}, {ApiKey: int16(protocol.ApiVersions), MaxVersion: 2},
	}}
}

// kafkaRead reads a request. A plan may have changed its length: then the connection ends.
func kafkaRead(r io.Reader) (version int16, id int32, request protocol.Message, err error) {
	var head [4]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return 0, 0, nil, err
	}
	n := binary.BigEndian.Uint32(head[:])
	if n > 64<<10 {
		return 0, 0, nil, io.ErrUnexpectedEOF
	}
	all := append(head[:], make([]byte, n)...)
	if _, err := io.ReadFull(r, all[len(head):]); err != nil {
		return 0, 0, nil, err
	}
	version, id, _, request, err = protocol.ReadRequest(bytes.NewReader(all))
	return version, id, request, err
}

// The transport reads answers in a goroutine of its own, in which this ends the program, so that no search can list it.
func TestKafkaPanicsWhereALengthIsNegative(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("there is no panic any more: take it off the notes, and let the search have its plans of wave 4")
		}
	}()
	protocol.ReadResponse(bytes.NewReader([]byte("\xff\x00\x00\x1c\x00\x00\x00\x01")), protocol.ApiVersions, 0)
}
