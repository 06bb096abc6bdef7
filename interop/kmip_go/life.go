package main

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"time"

	"atrest/interop/checks"

	"github.com/ovh/kmip-go"
	"github.com/ovh/kmip-go/kmipclient"
	"github.com/ovh/kmip-go/payloads"
	"github.com/ovh/kmip-go/ttlv"
)

const encryptAndDecrypt = kmip.CryptographicUsageEncrypt | kmip.CryptographicUsageDecrypt

// nobodys is an identifier that no object has.
const nobodys = "00000000-0000-4000-8000-000000000000"

// one is one version of the protocol, spoken by one node.
type one struct {
	*checks.Checks
	client  *kmipclient.Client
	version kmip.ProtocolVersion
}

// life is what a key can go through.
func life(c *checks.Checks, door door, version kmip.ProtocolVersion) {
	client, err := door.dial("cluster0-0", kmipclient.EnforceVersion(version))
	c.Must("connect", err)
	defer client.Close()
	of := one{c, client, version}
	of.whatTheServerIs()
	id, key := of.madeAndRead()
	of.described(id)
	if of.since(kmip.V1_2) {
		of.used(id, key)
	}
	of.strangers(door, id)
	of.ended(id)
	of.broughtAlong()
}

func (o one) since(version kmip.ProtocolVersion) bool {
	return ttlv.CompareVersions(o.version, version) >= 0
}

func (o one) whatTheServerIs() {
	answer, err := o.client.Query().All().Exec()
	o.Must("Query", err)
	wanted := []kmip.Operation{
		kmip.OperationCreate, kmip.OperationRegister, kmip.OperationActivate, kmip.OperationGet, kmip.OperationGetAttributes,
		kmip.OperationGetAttributeList, kmip.OperationLocate, kmip.OperationRevoke, kmip.OperationDestroy,
	}
	if o.since(kmip.V1_2) {
		wanted = append(wanted, kmip.OperationEncrypt, kmip.OperationDecrypt)
	}
	o.That("names the operations", holdsAll(answer.Operations, wanted), answer.Operations)
	objects := []kmip.ObjectType{kmip.ObjectTypeSymmetricKey, kmip.ObjectTypeSecretData, kmip.ObjectTypeOpaqueObject}
	o.That("and the objects", holdsAll(answer.ObjectType, objects), answer.ObjectType)
}

func (o one) madeAndRead() (string, []byte) {
	name := unique("interop " + o.version.String())
	made, err := o.client.Create().AES(256, encryptAndDecrypt).WithName(name).Exec()
	o.Must("Create", err)
	id := made.UniqueIdentifier
	o.Equal("a new key is pre-active", o.state(id), kmip.StatePreActive)
	before := o.key(id)
	o.Equal("Get before Activate gives 32 bytes", len(before), 32)
	activated, err := o.client.Activate(id).Exec()
	o.Must("Activate", err)
	o.Equal("of this key", activated.UniqueIdentifier, id)
	o.Equal("which is active", o.state(id), kmip.StateActive)
	o.That("Get gives the same key again", bytes.Equal(o.key(id), before), "another key")
	o.Equal("Locate by name", o.found(o.client.Locate().WithName(name)), []string{id})
	all := o.client.Locate().WithName(name).WithObjectType(kmip.ObjectTypeSymmetricKey).
		WithAttribute(kmip.AttributeNameState, kmip.StateActive).WithAttribute(kmip.AttributeNameCryptographicLength, int32(256))
	o.Equal("by name, type, state and length", o.found(all), []string{id})
	o.Equal("at most one of all", len(o.found(o.client.Locate().WithMaxItems(1))), 1)
	o.Equal("by a name nobody has", o.found(o.client.Locate().WithName(name+"x")), []string{})
	return id, before
}

func (o one) described(id string) {
	list, err := o.client.GetAttributeList(id).Exec()
	o.Must("Get Attribute List", err)
	all, err := o.client.GetAttributes(id).Exec()
	o.Must("Get Attributes, all of them", err)
	shown := map[kmip.AttributeName]any{}
	for _, attribute := range all.Attribute {
		shown[attribute.AttributeName] = attribute.AttributeValue
	}
	names := []kmip.AttributeName{}
	for name := range shown {
		names = append(names, name)
	}
	o.That("all that are listed", holdsAll(names, list.AttributeName), list.AttributeName)
	for _, wanted := range []kmip.Attribute{
		{AttributeName: kmip.AttributeNameUniqueIdentifier, AttributeValue: id},
		{AttributeName: kmip.AttributeNameObjectType, AttributeValue: kmip.ObjectTypeSymmetricKey},
		{AttributeName: kmip.AttributeNameCryptographicAlgorithm, AttributeValue: kmip.CryptographicAlgorithmAES},
		{AttributeName: kmip.AttributeNameCryptographicLength, AttributeValue: int32(256)},
		{AttributeName: kmip.AttributeNameCryptographicUsageMask, AttributeValue: encryptAndDecrypt},
		{AttributeName: kmip.AttributeNameState, AttributeValue: kmip.StateActive},
	} {
		o.Equal(string(wanted.AttributeName), shown[wanted.AttributeName], wanted.AttributeValue)
	}
	for _, name := range []kmip.AttributeName{kmip.AttributeNameInitialDate, kmip.AttributeNameActivationDate, kmip.AttributeNameLastChangeDate} {
		date, _ := shown[name].(time.Time)
		o.That(string(name)+" is about now", time.Since(date).Abs() < time.Hour, shown[name])
	}
	const contact = kmip.AttributeNameContactInformation
	_, err = o.client.AddAttribute(id, contact, "one").Exec()
	o.Must("Add Attribute", err)
	_, err = o.client.ModifyAttribute(id, contact, "two").Exec()
	o.Must("Modify Attribute", err)
	o.Equal("and it is so", o.attribute(id, contact), "two")
	_, err = o.client.DeleteAttribute(id, contact).Exec()
	o.Must("Delete Attribute", err)
	o.Equal("and it is gone", o.attribute(id, contact), nil)
}

func (o one) used(id string, key []byte) {
	text := drawn(100)
	block, err := aes.NewCipher(key)
	o.Need("a cipher with the key", err)
	random := true
	for _, way := range []struct {
		what       string
		parameters *kmip.CryptographicParameters
	}{
		{"without parameters", nil},
		{"kmip.AES_CBC_PKCS5", &kmip.AES_CBC_PKCS5},
		{"with a random IV", &kmip.CryptographicParameters{
			CryptographicAlgorithm: kmip.CryptographicAlgorithmAES, BlockCipherMode: kmip.BlockCipherModeCBC,
			PaddingMethod: kmip.PaddingMethodPKCS5, RandomIV: &random,
		}},
	} {
		encrypt, decrypt := o.client.Encrypt(id), o.client.Decrypt(id)
		if way.parameters != nil {
			encrypt, decrypt = encrypt.WithCryptographicParameters(*way.parameters), decrypt.WithCryptographicParameters(*way.parameters)
		}
		sealed, err := encrypt.Data(text).Exec()
		if o.That("Encrypt, CBC, "+way.what, err == nil, err); err != nil {
			continue
		}
		o.Equal("an IV comes with it, and 112 bytes", []int{len(sealed.IVCounterNonce), len(sealed.Data)}, []int{16, 112})
		padded := make([]byte, len(sealed.Data))
		cipher.NewCBCDecrypter(block, sealed.IVCounterNonce).CryptBlocks(padded, sealed.Data)
		o.That("which the key decrypts elsewhere too", bytes.Equal(padded, append(slices.Clone(text), bytes.Repeat([]byte{12}, 12)...)), padded)
		opened, err := decrypt.WithIvCounterNonce(sealed.IVCounterNonce).Data(sealed.Data).Exec()
		o.That("Decrypt gives the text back", err == nil && bytes.Equal(opened.Data, text), err)
	}
	iv, aad := drawn(12), []byte("beside it")
	if !o.since(kmip.V1_4) {
		o.refused("GCM, whose tag this version cannot carry", kmip.ResultReasonFeatureNotSupported,
			o.client.Encrypt(id).WithCryptographicParameters(kmip.AES_GCM).WithIvCounterNonce(iv).Data(text))
		return
	}
	sealed, err := o.client.Encrypt(id).WithCryptographicParameters(kmip.AES_GCM).WithIvCounterNonce(iv).WithAAD(aad).Data(text).Exec()
	o.Must("Encrypt, kmip.AES_GCM with an IV and data beside it", err)
	gcm, err := cipher.NewGCM(block)
	o.Need("GCM with the key", err)
	opened, err := gcm.Open(nil, iv, append(slices.Clone(sealed.Data), sealed.AuthenticatedEncryptionTag...), aad)
	o.That("which the key opens elsewhere too, with the tag", err == nil && bytes.Equal(opened, text), err)
	decrypt := func(tag []byte) kmipclient.ExecDecrypt {
		return o.client.Decrypt(id).WithCryptographicParameters(kmip.AES_GCM).WithIvCounterNonce(iv).WithAAD(aad).WithAuthTag(tag).Data(sealed.Data)
	}
	answer, err := decrypt(sealed.AuthenticatedEncryptionTag).Exec()
	o.That("Decrypt gives the text back", err == nil && bytes.Equal(answer.Data, text), err)
	o.refused("Decrypt with another tag", kmip.ResultReasonCryptographicFailure, decrypt(drawn(16)))
}

func (o one) strangers(door door, id string) {
	mate, err := door.dial("cluster0-1", kmipclient.EnforceVersion(o.version))
	o.Must("another client of the cluster connects", err)
	defer mate.Close()
	shared := one{o.Checks, mate, o.version}
	o.That("and shares the key", bytes.Equal(shared.key(id), o.key(id)), "another key")
	stranger, err := door.dial("cluster1-0", kmipclient.EnforceVersion(o.version))
	o.Must("a client of another cluster connects", err)
	defer stranger.Close()
	other := one{o.Checks, stranger, o.version}
	other.refused("Get of its key", kmip.ResultReasonItemNotFound, stranger.Get(id))
	other.refused("Get of a key that is not there", kmip.ResultReasonItemNotFound, stranger.Get(nobodys))
	other.refused("Destroy of its key", kmip.ResultReasonItemNotFound, stranger.Destroy(id))
	o.That("Locate without it", !slices.Contains(other.found(stranger.Locate()), id), id)
}

func (o one) ended(id string) {
	key := o.key(id)
	o.refused("Destroy of an active key", kmip.ResultReasonPermissionDenied, o.client.Destroy(id))
	revoked, err := o.client.Revoke(id).WithRevocationReasonCode(kmip.RevocationReasonCodeCessationOfOperation).
		WithRevocationMessage("no longer needed").Exec()
	o.Must("Revoke", err)
	o.Equal("of this key", revoked.UniqueIdentifier, id)
	o.Equal("which is deactivated", o.state(id), kmip.StateDeactivated)
	reason, _ := o.attribute(id, kmip.AttributeNameRevocationReason).(kmip.RevocationReason)
	o.Equal("for this reason", reason, kmip.RevocationReason{
		RevocationReasonCode: kmip.RevocationReasonCodeCessationOfOperation, RevocationMessage: "no longer needed",
	})
	o.That("Get of the old key goes on", bytes.Equal(o.key(id), key), "another key")
	if o.since(kmip.V1_2) {
		o.refused("Encrypt with it", kmip.ResultReasonPermissionDenied, o.client.Encrypt(id).Data(drawn(16)))
	}
	_, err = o.client.Destroy(id).Exec()
	o.Must("Destroy", err)
	o.Equal("leaves the attributes", o.state(id), kmip.StateDestroyed)
	o.refused("Get of its bytes", kmip.ResultReasonPermissionDenied, o.client.Get(id))

	made, err := o.client.Create().AES(128, encryptAndDecrypt).Exec()
	o.Must("Create another", err)
	_, err = o.client.Revoke(made.UniqueIdentifier).WithRevocationReasonCode(kmip.RevocationReasonCodeKeyCompromise).
		WithCompromiseOccurrenceDate(time.Now().Add(-time.Hour)).Exec()
	o.Must("Revoke by compromise", err)
	o.Equal("which is compromised", o.state(made.UniqueIdentifier), kmip.StateCompromised)
}

// broughtAlong is what somebody else made, and keeps its form.
func (o one) broughtAlong() {
	key, seed, opaque := drawn(32), drawn(96), drawn(50)
	name := unique("brought along " + o.version.String())
	register := o.client.Register()

	raw := o.registered("a symmetric key", register.SymmetricKey(kmip.CryptographicAlgorithmAES, encryptAndDecrypt, key).WithName(name))
	o.That("Get gives it back", bytes.Equal(o.key(raw), key), "another key")
	_, err := o.client.Activate(raw).Exec()
	o.That("Activate", err == nil, err)
	_, err = register.SymmetricKey(kmip.CryptographicAlgorithmAES, encryptAndDecrypt, key).WithName(name).Exec()
	o.That(fmt.Sprintf("a second one of a name is refused: %v", err), err != nil, "it was registered")

	transparent := o.registered("a transparent key",
		register.WithKeyFormat(kmipclient.Transparent).SymmetricKey(kmip.CryptographicAlgorithmAES, encryptAndDecrypt, key))
	o.That("Get gives it back", bytes.Equal(o.key(transparent), key), "another key")

	got, err := o.client.Get(o.registered("secret data", register.Secret(kmip.SecretDataTypeSeed, seed).
		WithAttribute(kmip.AttributeNameCryptographicUsageMask, kmip.CryptographicUsageDeriveKey))).Exec()
	o.Must("Get of it", err)
	secret, err := got.Secret()
	o.That("gives it back", err == nil && bytes.Equal(secret, seed), err)

	got, err = o.client.Get(o.registered("a password", register.SecretString(kmip.SecretDataTypePassword, "swordfish").
		WithAttribute(kmip.AttributeNameCryptographicUsageMask, kmip.CryptographicUsageMask(0)))).Exec()
	o.Must("Get of it", err)
	password, err := got.SecretString()
	o.That("gives it back", err == nil && password == "swordfish", err)

	got, err = o.client.Get(o.registered("an opaque object",
		register.Object(&kmip.OpaqueObject{OpaqueDataType: 0x80000001, OpaqueDataValue: opaque}))).Exec()
	o.Must("Get of it", err)
	object, _ := got.Object.(*kmip.OpaqueObject)
	o.That("gives it back", object != nil && bytes.Equal(object.OpaqueDataValue, opaque), got.Object)
}

func (o one) registered(what string, request kmipclient.ExecRegister) string {
	made, err := request.Exec()
	o.Must("Register "+what, err)
	return made.UniqueIdentifier
}

// refused counts one check: the server says no, for this reason and with words.
func (o one) refused(what string, reason kmip.ResultReason, request kmipclient.PayloadBuilder) {
	payload, err := request.Build()
	o.Need("a request", err)
	items, err := o.client.Batch(context.Background(), payload)
	if err == nil && (items[0].ResultStatus != kmip.ResultStatusOperationFailed || items[0].ResultReason != reason || items[0].ResultMessage == "") {
		err = errors.Join(errors.New("not refused so"), items[0].Err())
	}
	o.That(what+" is refused", err == nil, err)
}

// key gives a key's bytes, or none and a failed check.
func (o one) key(id string) []byte {
	answer, err := o.client.Get(id).Exec()
	if err != nil {
		o.That("Get", false, err)
		return nil
	}
	key, err := answer.SymmetricKey()
	if err != nil {
		o.That("Get", false, err)
	}
	return key
}

func (o one) state(id string) any {
	return o.attribute(id, kmip.AttributeNameState)
}

// attribute asks for one attribute by name, as database processes do.
func (o one) attribute(id string, name kmip.AttributeName) any {
	answer, err := o.client.GetAttributes(id, name).Exec()
	if err != nil {
		return err
	}
	return valueOf(answer, name)
}

func valueOf(answer *payloads.GetAttributesResponsePayload, name kmip.AttributeName) any {
	for _, attribute := range answer.Attribute {
		if attribute.AttributeName == name {
			return attribute.AttributeValue
		}
	}
	return nil
}

func (o one) found(search kmipclient.ExecLocate) []string {
	answer, err := search.Exec()
	if err != nil {
		o.That("Locate", false, err)
		return nil
	}
	return answer.UniqueIdentifier
}

func holdsAll[T comparable](all, wanted []T) bool {
	return !slices.ContainsFunc(wanted, func(each T) bool { return !slices.Contains(all, each) })
}

func drawn(count int) []byte {
	bytes := make([]byte, count)
	rand.Read(bytes)
	return bytes
}

// unique makes a name that nobody used before: a name has one owner for ever.
func unique(name string) string {
	return name + " " + hex.EncodeToString(drawn(4))
}
