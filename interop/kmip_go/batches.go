package main

import (
	"context"

	"atrest/interop/checks"

	"github.com/ovh/kmip-go"
	"github.com/ovh/kmip-go/kmipclient"
	"github.com/ovh/kmip-go/payloads"
)

// batches send several requests in one message. Those without an identifier mean what the batch made or found before.
func batches(c *checks.Checks, door door, version kmip.ProtocolVersion) {
	client, err := door.dial("cluster0-0", kmipclient.EnforceVersion(version))
	c.Must("connect", err)
	defer client.Close()
	of := one{c, client, version}
	id, name := of.wholeLife()
	of.placeholderOfLocate(id, name)
	of.failures(id)
}

func (o one) wholeLife() (string, string) {
	name := unique("batch " + o.version.String())
	answers, err := o.client.Create().AES(256, encryptAndDecrypt).WithName(name).
		Then(func(client *kmipclient.Client) kmipclient.PayloadBuilder { return client.Activate("") }).
		Then(func(client *kmipclient.Client) kmipclient.PayloadBuilder { return client.Get("") }).
		Then(func(client *kmipclient.Client) kmipclient.PayloadBuilder {
			return client.GetAttributes("", kmip.AttributeNameState)
		}).
		Exec()
	o.Must("Create, Activate, Get, Get Attributes in one batch", err)
	items, err := answers.Unwrap()
	o.Must("all of them succeed", err)
	id := items[0].(*payloads.CreateResponsePayload).UniqueIdentifier
	o.Equal("Activate means the new key", items[1].(*payloads.ActivateResponsePayload).UniqueIdentifier, id)
	got := items[2].(*payloads.GetResponsePayload)
	key, err := got.SymmetricKey()
	o.That("so does Get", err == nil && got.UniqueIdentifier == id && len(key) == 32, err)
	o.Equal("which is active", valueOf(items[3].(*payloads.GetAttributesResponsePayload), kmip.AttributeNameState), kmip.StateActive)
	return id, name
}

func (o one) placeholderOfLocate(id, name string) {
	answers, err := o.client.Locate().WithName(name).
		Then(func(client *kmipclient.Client) kmipclient.PayloadBuilder { return client.GetAttributeList("") }).
		Exec()
	o.Must("Locate, Get Attribute List in one batch", err)
	items, err := answers.Unwrap()
	o.Must("both succeed", err)
	o.Equal("of the one that was found", items[1].(*payloads.GetAttributeListResponsePayload).UniqueIdentifier, id)
	o.refused("without an identifier in another message, Get", kmip.ResultReasonItemNotFound, o.client.Get(""))
}

// failures are of one item in the middle: an active key cannot be destroyed.
func (o one) failures(id string) {
	asked := []kmip.OperationPayload{
		&payloads.GetRequestPayload{UniqueIdentifier: id},
		&payloads.DestroyRequestPayload{UniqueIdentifier: id},
		&payloads.GetRequestPayload{UniqueIdentifier: id},
	}
	answers, err := o.client.BatchOpt(context.Background(), asked, kmipclient.OnBatchErr(kmip.BatchErrorContinuationOptionContinue))
	o.Must("a batch that goes on after a failure is answered whole", err)
	o.Equal("the failure in its place", outcomes(answers), []kmip.ResultReason{0, kmip.ResultReasonPermissionDenied, 0})
	message := kmip.NewRequestMessage(o.version, asked...)
	stopped, err := o.client.Roundtrip(context.Background(), &message)
	o.Must("a batch that stops at a failure", err)
	o.Equal("answers nothing after it", outcomes(stopped.BatchItem), []kmip.ResultReason{0, kmip.ResultReasonPermissionDenied})
	answers, err = o.client.BatchOpt(context.Background(), asked, kmipclient.OnBatchErr(kmip.BatchErrorContinuationOptionUndo))
	o.Must("a batch that would be undone is answered whole", err)
	refused := kmip.ResultReasonFeatureNotSupported
	o.Equal("and refused", outcomes(answers), []kmip.ResultReason{refused, refused, refused})
}

func outcomes(items []kmip.ResponseBatchItem) []kmip.ResultReason {
	reasons := []kmip.ResultReason{}
	for _, item := range items {
		reasons = append(reasons, item.ResultReason)
	}
	return reasons
}
