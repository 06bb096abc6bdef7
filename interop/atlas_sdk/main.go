// The Atlas SDK for Go, unmodified, over every operation of the Admin API that is served: a whole life with API keys, another
// with a service account. Knows only what dev.json and the OpenAPI document say; the path of dev.json is the one argument.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"time"

	"atrest/interop/checks"

	"github.com/mongodb-forks/digest"
	"go.mongodb.org/atlas-sdk/v20250312020/admin"
	"go.mongodb.org/atlas-sdk/v20250312020/auth"
)

// answersWithin is how long one call may take; no check is about speed.
const answersWithin = 60 * time.Second

// dev is what dev.json says, as far as it is needed here.
type dev struct {
	API struct {
		BaseURL   string `json:"baseUrl"`
		OrgID     string `json:"orgId"`
		ProjectID string `json:"projectId"`
		APIKey    struct {
			PublicKey  string `json:"publicKey"`
			PrivateKey string `json:"privateKey"`
		} `json:"apiKey"`
		ServiceAccount struct {
			ClientID     string `json:"clientId"`
			ClientSecret string `json:"clientSecret"`
		} `json:"serviceAccount"`
	} `json:"api"`
	Clouds struct {
		AWS   payloads `json:"aws"`
		Azure payloads `json:"azure"`
		GCP   payloads `json:"gcp"`
	} `json:"clouds"`
}

// payloads are bodies for the settings, as dev.json has them.
type payloads struct {
	Payload     json.RawMessage `json:"payload"`
	RolePayload json.RawMessage `json:"rolePayload"`
}

// api is one client, with what it works on.
type api struct {
	*checks.Checks
	*admin.APIClient
	ctx    context.Context
	dev    dev
	suffix string
}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: atlas_sdk dev.json")
		os.Exit(2)
	}
	var dev dev
	text, err := os.ReadFile(os.Args[1])
	if err == nil {
		err = json.Unmarshal(text, &dev)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	c := &checks.Checks{Name: "atlas_sdk"}
	seen := newRecorder(http.DefaultTransport)
	key, account := dev.API.APIKey, dev.API.ServiceAccount
	byKey := digest.NewTransportWithHTTPRoundTripper(key.PublicKey, key.PrivateKey, seen)
	byAccount := context.WithValue(context.Background(), auth.HTTPClient, &http.Client{Transport: seen, Timeout: answersWithin})
	for suffix, way := range map[string]admin.ClientModifier{
		"key":     admin.UseHTTPClient(&http.Client{Transport: byKey, Timeout: answersWithin}),
		"account": admin.UseOAuthAuth(byAccount, account.ClientID, account.ClientSecret),
	} {
		client, err := admin.NewClient(admin.UseBaseURL(dev.API.BaseURL+"/"), way)
		if err != nil {
			c.That("a client is made", false, err)
			continue
		}
		life(api{c, client, context.Background(), dev, suffix})
	}
	olderClient(c, dev, seen)
	c.Section("every operation that is served was called", func() { seen.coverage(c, dev.API.BaseURL) })
	if !c.Close() {
		os.Exit(1)
	}
}

// life goes from a new project to nothing left, the way people would.
func life(a api) {
	a.Section("by "+a.suffix+": the house", func() { house(a) })
	a.Section("by "+a.suffix+": organizations", func() { organizations(a) })
	a.Section("by "+a.suffix+": keys of an organization", func() { orgKeys(a) })
	a.Section("by "+a.suffix+": service accounts of an organization", func() { orgAccounts(a) })
	a.Section("by "+a.suffix+": people and teams", func() { people(a) })
	project := ""
	a.Section("by "+a.suffix+": a project", func() { project = newProject(a) })
	if project == "" {
		return
	}
	a.Section("by "+a.suffix+": what belongs to a project", func() { ofProject(a, project) })
	a.Section("by "+a.suffix+": access to a project", func() { accessTo(a, project) })
	a.Section("by "+a.suffix+": roles in the clouds", func() { roles(a, project) })
	a.Section("by "+a.suffix+": customer keys", func() { settings(a, project) })
	a.Section("by "+a.suffix+": private endpoints", func() { endpoints(a, project) })
	a.Section("by "+a.suffix+": clusters", func() { clusters(a, project) })
	a.Section("by "+a.suffix+": backups", func() { backups(a, project) })
	a.Section("by "+a.suffix+": alerts", func() { alerts(a, project) })
	a.Section("by "+a.suffix+": events", func() { events(a, project) })
	a.Section("by "+a.suffix+": the way back down", func() { down(a, project) })
}
