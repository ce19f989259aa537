package thirdparty_test

import (
	"context"
	"net"
	"net/url"

	mqtt "github.com/eclipse/paho.mqtt.golang"
	"github.com/eclipse/paho.mqtt.golang/packets"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/nettest/explore"
)

var _ = register(explored{
	Name:   "paho.mqtt",
	Module: "github.com/eclipse/paho.mqtt.golang",
	Config: explore.Config{Handler: mqttBroker, Within: 5 * within},
	Body:   pahoBody,
	Not: []string{
		"No recovery after a server that falls silent for good: the client asks every 30 seconds by default, and the body had ended before. With KeepAlive at two seconds it notices, and recovers.",
	},
})

// pahoBody publishes with acknowledgements. The client dials again by itself when its connection is lost.
func pahoBody(_ context.Context, w *explore.Wire) error {
	c := mqtt.NewClient(mqtt.NewClientOptions().AddBroker("tcp://mqtt.test:1883").SetClientID("orchard").
		SetConnectTimeout(within).SetWriteTimeout(within).SetKeepAlive(2 * within).SetPingTimeout(within).SetMaxReconnectInterval(within).
		SetCustomOpenConnectionFn(func(*url.URL, mqtt.ClientOptions) (net.Conn, error) {
			return dial(w)
		}))
	if _, err := w.Do("connect", func(ctx context.Context) (any, error) { return nil, mqttWait(ctx, c.Connect()) }); err != nil {
		return nil
	}
	defer c.Disconnect(100)
	w.Do("subscribe", func(ctx context.Context) (any, error) { return nil, mqttWait(ctx, c.Subscribe("fruit", 1, nil)) })
	for range 3 {
		w.Do("publish", func(ctx context.Context) (any, error) {
			return nil, mqttWait(ctx, c.Publish("trees", 1, false, "apple"))
		})
	}
	return nil
}

// mqttWait waits for a token as long as a context allows.
func mqttWait(ctx context.Context, token mqtt.Token) error {
	select {
	case <-token.Done():
		return token.Error()
	case <-ctx.Done():
		return ctx.Err()
	}
}

// mqttBroker takes whoever connects, and acknowledges what comes.
var mqttBroker = fakeserver.HandlerFunc(func(_ context.Context, c *fakeserver.Conn) error {
	for {
		in, err := packets.ReadPacket(c)
		if err != nil {
			return nil
		}
		var out packets.ControlPacket
		switch in := in.(type) {
		case *packets.ConnectPacket:
			out = packets.NewControlPacket(packets.Connack)
		case *packets.SubscribePacket:
			ack := packets.NewControlPacket(packets.Suback).(*packets.SubackPacket)
			ack.MessageID, ack.ReturnCodes = in.MessageID, in.Qoss
			out = ack
		case *packets.PublishPacket:
			ack := packets.NewControlPacket(packets.Puback).(*packets.PubackPacket)
			ack.MessageID = in.MessageID
			out = ack
		case *packets.PingreqPacket:
			out = packets.NewControlPacket(packets.Pingresp)
		case *packets.DisconnectPacket:
			return nil
		default:
			continue
		}
		if err := out.Write(c); err != nil {
			return nil
		}
	}
})
