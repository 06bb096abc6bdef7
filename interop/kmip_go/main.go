// ovh/kmip-go, unmodified, against the door for keys: version negotiation, and in KMIP 1.0 to 1.4 the life of keys and batches.
// Knows only what dev.json says; its path is the one argument.
package main

import (
	"encoding/json"
	"fmt"
	"net"
	"os"
	"strconv"
	"time"

	"atrest/interop/checks"

	"github.com/ovh/kmip-go"
	"github.com/ovh/kmip-go/kmipclient"
)

// answersWithin is how long one request may take; no check is about speed.
const answersWithin = 20 * time.Second

// versions are all that are spoken, the newest first.
var versions = []kmip.ProtocolVersion{kmip.V1_4, kmip.V1_3, kmip.V1_2, kmip.V1_1, kmip.V1_0}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: kmip_go dev.json")
		os.Exit(2)
	}
	door, err := read(os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	c := &checks.Checks{Name: "kmip_go"}
	c.Section("which version to speak", func() { negotiation(c, door) })
	for _, version := range versions {
		c.Section(fmt.Sprintf("KMIP %s: every operation of a key's life", version), func() { life(c, door, version) })
		c.Section(fmt.Sprintf("KMIP %s: batches", version), func() { batches(c, door, version) })
	}
	if !c.Close() {
		os.Exit(1)
	}
}

// door is what dev.json says of the door for keys.
type door struct {
	Host    string `json:"host"`
	Port    int    `json:"port"`
	CAFile  string `json:"caFile"`
	Clients []struct {
		Name     string `json:"name"`
		CertFile string `json:"certFile"`
		KeyFile  string `json:"keyFile"`
	} `json:"clients"`
}

func read(path string) (door, error) {
	var dev struct {
		Kmip door `json:"kmip"`
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return door{}, err
	}
	return dev.Kmip, json.Unmarshal(text, &dev)
}

// dial connects as the node of that name, whose certificate is all that says who asks.
func (d door) dial(name string, options ...kmipclient.Option) (*kmipclient.Client, error) {
	for _, node := range d.Clients {
		if node.Name == name {
			address := net.JoinHostPort(d.Host, strconv.Itoa(d.Port))
			return kmipclient.Dial(address, append([]kmipclient.Option{
				kmipclient.WithRootCAFile(d.CAFile),
				kmipclient.WithClientCertFiles(node.CertFile, node.KeyFile),
				kmipclient.WithMiddlewares(kmipclient.TimeoutMiddleware(answersWithin)),
			}, options...)...)
		}
	}
	return nil, fmt.Errorf("dev.json has no node %s", name)
}
