package client_test

import (
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"example.com/service/client"
)

func TestClient(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "client")
}

var _ = It("reports an address that there is not", func() {
	_, err := client.Ask("127.0.0.1:no", "hello")
	Expect(err).To(HaveOccurred())
})
